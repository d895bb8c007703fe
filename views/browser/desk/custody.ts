import type { CustodyRow, IdentityField, OpenedIdentity } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { identityFields, tickedFields } from './case-identity.js';
import { neededValue } from './casework-form.js';
import { dayText, momentText, today } from './days.js';
import { channelName, type Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, ownIds, part, showPart, write } from './dom.js';
import { act, send, showProblem } from './failures.js';

const FIELDS = ['name', 'reach', 'relation', 'text'] as const satisfies readonly IdentityField[];

/** What an identity custodian is asked, and answers. */
export function custodyView(desk: Desk): HTMLElement {
  const view = copyTemplate('custody');

  const draw = (rows: readonly CustodyRow[]): void => {
    fillList(part(view, 'requests'), rows, (row) => requestItem(desk, row, answered));
    showPart(view, 'none', rows.length === 0);
  };
  const answered = (rows: readonly CustodyRow[], said: string): void => {
    draw(rows);
    desk.say(said);
    part(view, 'heading').focus();
  };
  const load = async (): Promise<void> => {
    draw(await desk.api.custodyRequests());
  };

  onClick(view, 'reload', () => act(view, load));
  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

type Answered = (rows: readonly CustodyRow[], said: string) => void;

function stateText({ openedOn, answeredOn }: CustodyRow): string {
  if (answeredOn !== null) return t('desk.custody.answered', { day: dayText(answeredOn) });
  if (openedOn !== null) return t('desk.custody.opened', { day: dayText(openedOn) });
  return t('desk.custody.waiting');
}

function requestItem(desk: Desk, row: CustodyRow, answered: Answered): HTMLElement {
  const item = ownIds(copyTemplate('custody-request'));
  const { question, caseId, request } = row;
  const isOpen = question !== null && row.answeredOn === null;
  const channel = channelName(desk, row.channel);
  write(
    item,
    'title',
    question === null
      ? t('desk.custody.request_unclear', { channel })
      : t('desk.custody.request', { fields: identityFields(question.fields) }),
  );
  const asked = question === null ? dayText(row.askedOn) : momentText(question.at);
  write(
    item,
    'asked',
    t(row.practice ? 'desk.custody.asked_practice' : 'desk.custody.asked', {
      by: question?.by ?? t('desk.custody.somebody'),
      at: asked,
      channel,
    }),
  );
  showPart(item, 'unclear', question === null);
  showPart(item, 'namesake', question?.namesake === true);
  showPart(item, 'question', question !== null);
  keepPrivate(write(item, 'reason', question?.reason ?? ''));
  write(item, 'state', stateText(row));
  showPart(item, 'choices', isOpen);
  showPart(item, 'refusal', isOpen);
  if (question === null) return item;

  onClick(item, 'open', () =>
    send(item, async () => {
      const opened = await desk.api.openIdentity(caseId, request);
      showIdentity(item, opened, question.fields);
      desk.say(t('desk.custody.opened_now'));
    }),
  );
  const passing = part(item, 'pass-form', HTMLFormElement);
  passing.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(item, async () => {
      const rows = await desk.api.passOnIdentity(caseId, request, tickedFields(passing));
      answered(rows, t('desk.custody.passed'));
    });
  });
  const refusing = part(item, 'refuse-form', HTMLFormElement);
  refusing.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(refusing, null);
    const missing = t('desk.identity.reason_missing');
    const reason = neededValue(refusing, 'reason-refused', missing);
    if (reason === null) return;
    void send(refusing, async () => {
      const rows = await desk.api.refuseIdentity(caseId, request, reason);
      answered(rows, t('desk.custody.refused'));
    });
  });
  return item;
}

/** Shows what was opened, and offers to pass on what was asked for. */
function showIdentity(
  item: HTMLElement,
  { identity }: OpenedIdentity,
  asked: readonly IdentityField[],
): void {
  write(item, 'state', t('desk.custody.opened', { day: dayText(today()) }));
  const list = keepPrivate(part(item, 'identity'));
  list.replaceChildren(
    ...FIELDS.flatMap((field) => {
      const text = identity?.[field] ?? '';
      if (text === '') return [];
      return [element('dt', t(`desk.identity.field.${field}`)), element('dd', text)];
    }),
  );
  showPart(item, 'identity', identity !== null);
  showPart(item, 'not-given', identity === null);
  showPart(item, 'choices', false);
  const fields = part(item, 'fields');
  for (const old of fields.querySelectorAll('label')) old.remove();
  fields.append(
    ...asked.map((field) => {
      const label = element('label', '', 'check');
      const box = element('input', '');
      box.type = 'checkbox';
      box.name = 'identity-field';
      box.value = field;
      box.checked = true;
      label.append(box, ' ', element('span', t(`desk.identity.field.${field}`)));
      return label;
    }),
  );
  showPart(item, 'pass-form', true);
  part(item, 'pass-form').querySelector('button')?.focus();
}
