import { csvOf } from '../../../client/csv.js';
import type { DataRequest } from '../../../client/casework/requests.js';
import type { RequestInCase } from '../../../client/desk/data-requests.js';
import { saveFile } from '../save-file.js';
import { plural, t } from '../strings.js';
import { bulkElement, resultText } from './bulk.js';
import {
  byKeyText,
  requestLines,
  requestName,
  requesterText,
  requestState,
} from './request-words.js';
import { copyTemplate, fillList, onClick, part, show, showPart } from './dom.js';
import { today } from './days.js';
import type { Desk } from './desk.js';
import { recordItem } from './record-item.js';

/** The register of requests about data over all cases that this person reads. */
export function requestsView(desk: Desk): HTMLElement {
  const view = copyTemplate('requests');
  const settled = part(view, 'settled', HTMLInputElement);
  const practice = part(view, 'practice', HTMLInputElement);
  let all: readonly RequestInCase[] = [];

  const shown = (): RequestInCase[] =>
    all.filter((each) => (settled.checked || isOpen(each)) && (practice.checked || !each.practice));
  const draw = (): void => {
    const rows = shown();
    fillList(part(view, 'list'), rows, (row) => itemOf(desk, row));
    showPart(view, 'none', rows.length === 0);
  };
  for (const field of [settled, practice]) field.addEventListener('change', draw);
  part(view, 'save').onclick = () => {
    saveFile(
      new Blob([csvOf(tableOf(shown()))], { type: 'text/csv' }),
      `casekey-requests-${today()}.csv`,
    );
  };

  onClick(view, 'write', () => {
    desk.go({ view: 'data-request' });
  });
  const bulk = bulkElement(
    t('desk.requests.look'),
    (onProgress, signal) => desk.api.dataRequests(onProgress, signal),
    ({ requests, failed }) => {
      all = requests;
      const count = requests.filter(isOpen).length;
      const found = plural('desk.requests.count', count);
      bulk.say(resultText(desk, found, { changed: 0, failed }));
      draw();
      show(part(view, 'found'), true);
    },
  );
  part(view, 'bulk').replaceChildren(bulk.element);
  return view;
}

function isOpen({ request }: RequestInCase): boolean {
  return request.state === 'made' && request.answer === null;
}

function itemOf(desk: Desk, row: RequestInCase): HTMLElement {
  const { caseId, title, request } = row;
  return recordItem({
    name: requestName(request),
    state: requestState(request),
    due: isOpen(row) ? request.due : null,
    lines: [
      row.own ? t('desk.requests.own') : t('desk.requests.case', { title }),
      ...requestLines(request),
    ],
    actions: [
      {
        label: t(row.own ? 'desk.request.open' : 'desk.requests.open'),
        run: () => {
          desk.go({ view: 'case', id: caseId });
        },
      },
    ],
  });
}

/** The day on which an extension was told, and where that was too late to be one. */
function extensionText({ extension }: DataRequest): string {
  if (extension === null) return '';
  const { on, tooLate } = extension;
  return tooLate ? t('desk.requests.extended_late', { day: on }) : on;
}

function tableOf(rows: readonly RequestInCase[]): string[][] {
  const head = ['right', 'who', 'identified', 'received', 'due', 'extended', 'answer', 'answered'];
  return [
    [...head, 'reasons', 'case'].map((name) => t(`desk.requests.column.${name}`)),
    ...rows.map(({ title, own, request }) => [
      t(`desk.request.right.${request.right}`),
      requesterText(request),
      request.by === 'named' ? request.identified : byKeyText(request),
      request.receivedOn,
      request.due,
      extensionText(request),
      requestState(request),
      request.answer?.on ?? '',
      request.answer?.text ?? '',
      own ? t('desk.requests.own') : title,
    ]),
  ];
}
