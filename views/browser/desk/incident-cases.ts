import type { ExposedCase, IncidentView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { bulkElement, resultText } from './bulk.js';
import { dayText, momentText, numberText, today } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, part, showPart, write } from './dom.js';
import { report } from './failures.js';
import { tellElement } from './incident-tell.js';
import { printSheet } from './print.js';

/**
 * What an incident asks of a handler's own cases: what could be read, new keys, giving back, telling
 * reporters. Each handler does it at the own desk; administrators see no cases.
 */
export function incidentCases(desk: Desk, incident: IncidentView): HTMLElement {
  const { name, reads, account } = incident;
  if (desk.account.part !== 'handler') {
    return element('p', t('desk.incident.cases_administrator', { name }));
  }
  const box = copyTemplate('incident-cases');
  const since =
    incident.since === null
      ? t('desk.incident.read_ever')
      : t('desk.incident.read_since', { day: dayText(incident.since) });
  write(box, 'read-text', t('desk.incident.read_text', { name, since }));
  const tell = tellElement(desk, incident, part(box, 'tell'));
  const reading = bulkElement(
    t('desk.incident.read_do'),
    (onProgress, signal) => desk.api.exposedCases(account, incident.since, onProgress, signal),
    ({ cases: found, failed }, { say }) => {
      const none = found.length === 0 ? t('desk.incident.read_none') : '';
      say(resultText(desk, none, { changed: 0, failed }));
      showPart(box, 'exposed', found.length > 0);
      fillExposed(box, incident, found);
      tell(found);
    },
  );
  part(box, 'read-bulk').replaceChildren(reading.element);
  onClick(box, 'print', () => {
    printSheet(sheetOf(desk, incident, box));
  });

  write(
    box,
    'renew-text',
    t(`desk.incident.renew.${reads === 'left' ? 'left' : 'active'}`, { name }),
  );
  showPart(box, 'renew-bulk', reads === 'left');
  const renewing = bulkElement(
    t('desk.leavers.do'),
    (onProgress, signal) => desk.api.renewAll(onProgress, signal),
    (result, { say }) => {
      say(resultText(desk, plural('desk.leavers.done', result.changed), result));
      // each was opened and has new keys: what was found before holds no more
      desk.inbox.faulty.clear();
      desk.casesRenewed();
    },
  );
  part(box, 'renew-bulk').replaceChildren(renewing.element);

  showPart(box, 'back', reads === 'left');
  write(box, 'back-text', t('desk.incident.back_invite', { name }));
  if (reads === 'left') desk.api.successorOf(account).then(offerBack, report);
  return box;

  function offerBack(successor: { id: string; name: string } | null): void {
    if (successor === null || successor.id === desk.account.id) {
      showPart(box, 'back', successor === null);
      return;
    }
    write(box, 'back-text', t('desk.incident.back_text', { name: successor.name }));
    const giving = bulkElement(
      t('desk.incident.back_do'),
      (onProgress, signal) => desk.api.giveBack(successor.id, onProgress, signal),
      (result, { say }) => {
        say(resultText(desk, plural('desk.incident.back_done', result.changed), result));
      },
    );
    part(box, 'back-bulk').replaceChildren(giving.element);
  }
}

/** What the row of a case says beside its title. */
function rowText(found: ExposedCase): string {
  const state = t(found.state === 'open' ? 'desk.incident.read_open' : 'desk.incident.read_closed');
  return [
    t('desk.incident.read_row', {
      number: found.id.slice(0, 8),
      day: dayText(found.receivedOn),
      state,
      entries: numberText(found.entries),
      files: numberText(found.files),
    }),
    ...(found.practice ? [t('desk.incident.read_practice')] : []),
    ...(found.still ? [t('desk.incident.read_still')] : []),
    ...(found.whole ? [] : [t('desk.incident.read_part')]),
  ].join(', ');
}

function fillExposed(
  place: HTMLElement,
  { name }: IncidentView,
  found: readonly ExposedCase[],
): void {
  const sum = (of: 'entries' | 'files'): string =>
    numberText(found.reduce((total, each) => total + each[of], 0));
  const values = { entries: sum('entries'), files: sum('files') };
  write(place, 'sum', plural('desk.incident.read_sum', found.length, values));
  fillList(part(place, 'rows'), found, (each) => {
    const item = element('li');
    item.append(
      keepPrivate(element('strong', each.title)),
      document.createTextNode(' '),
      element('span', rowText(each), 'soft'),
    );
    return item;
  });
  write(place, 'limits', t('desk.incident.read_limits', { name }));
}

/** The list as it is printed. */
function sheetOf(desk: Desk, incident: IncidentView, box: HTMLElement): HTMLElement {
  const sheet = copyTemplate('exposed-sheet');
  const { name, knownAt } = incident;
  write(sheet, 'title', t('desk.incident.print_title', { name }));
  const known = momentText(knownAt);
  const values = { who: desk.account.name, day: dayText(today()), known };
  write(sheet, 'lead', t('desk.incident.print_lead', values));
  for (const each of ['sum', 'limits']) write(sheet, each, part(box, each).textContent);
  part(sheet, 'rows').replaceChildren(
    ...[...part(box, 'rows').children].map((item) => item.cloneNode(true)),
  );
  return sheet;
}
