import { nobodyReads } from '../../../client/casework/consent.js';
import type {
  HandlerCaseView,
  IdentityField,
  IdentityRequestView,
} from '../../../client/models.js';
import { t } from '../strings.js';
import { block, wireBlocked } from './blocked.js';
import { neededValue, valueOf } from './casework-form.js';
import { momentText } from './days.js';
import { keepForm } from './draft-keeper.js';
import type { Changed, Desk } from './desk.js';
import { copyTemplate, fillList, part, showPart, write } from './dom.js';
import { send, showProblem } from './failures.js';
import { recordItem } from './record-item.js';
import { listText } from './texts.js';

const FIELDS = ['name', 'reach', 'relation', 'text'] as const satisfies readonly IdentityField[];

/** What some fields of an identity are called, as a list. */
export function identityFields(fields: readonly IdentityField[]): string {
  return listText(fields.map((field) => t(`desk.identity.field.${field}`)));
}

/** What the boxes of a form say that are ticked. */
export function tickedFields(form: HTMLElement): IdentityField[] {
  const ticked = [...form.querySelectorAll<HTMLInputElement>('[name="identity-field"]')]
    .filter(({ checked }) => checked)
    .map(({ value }) => value);
  return FIELDS.filter((field) => ticked.includes(field));
}

/** What came back of a request; an identity that came through a key which a handler made is marked. */
function answerLines({ answer }: IdentityRequestView, { origin }: HandlerCaseView): string[] {
  if (answer === null) return [];
  const { identity, reason } = answer;
  const who = { by: answer.by, at: momentText(answer.at) };
  if (identity === null) {
    return [t('desk.identity.refused_line', who), reason ?? ''];
  }
  const given = FIELDS.flatMap((field) => {
    const text = identity[field];
    if (text === null) return [];
    const name = t(`desk.identity.field.${field}`);
    return text === ''
      ? t('desk.identity.empty_line', { name })
      : t('desk.identity.given_line', { name, text });
  });
  const key = origin.made === 'handler' ? [t('desk.made.key_tag')] : [];
  return [t('desk.identity.passed_line', who), ...key, ...given];
}

function requestItem(request: IdentityRequestView, data: HandlerCaseView): HTMLElement {
  return recordItem({
    name: t('desk.identity.request', { fields: identityFields(request.fields) }),
    state: t(`desk.identity.state.${request.state}`),
    due: null,
    lines: [
      t('desk.identity.asked_line', { by: request.by, at: momentText(request.at) }),
      request.reason,
      ...answerLines(request, data),
    ],
    actions: [],
  });
}

function talkItem(talk: HandlerCaseView['identityTalks'][number]): HTMLElement {
  const { to, what, at, state } = talk;
  return recordItem({
    name: to,
    state: t(`desk.consent.state.${state}`),
    due: null,
    lines: [what, momentText(at)],
    actions: [],
  });
}

/** The part of a case about who its reporter is. */
export interface IdentityPanel {
  readonly panel: HTMLElement;
  update(data: HandlerCaseView): void;
  /** Brings back a letter to the reporter that was begun before, and keeps what is typed. */
  restore(): Promise<void>;
}

/** See {@link IdentityPanel}. */
export function identityPanel(desk: Desk, id: string, changed: Changed): IdentityPanel {
  const panel = copyTemplate('case-identity');
  const form = part(panel, 'ask-form', HTMLFormElement);
  wireBlocked(panel);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const fields = tickedFields(form);
    if (fields.length === 0) {
      showProblem(form, t('desk.identity.fields_missing'));
      form.querySelector<HTMLElement>('[name="identity-field"]')?.focus();
      return;
    }
    const reason = neededValue(form, 'reason', t('desk.identity.reason_missing'));
    if (reason === null) return;
    void send(form, async () => {
      const data = await desk.api.askIdentity(id, fields, reason);
      form.reset();
      part(panel, 'ask', HTMLDetailsElement).open = false;
      changed(data, t('desk.identity.asked'));
    });
  });
  const talking = part(panel, 'talk-form', HTMLFormElement);
  talking.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(talking, null);
    const missing = t('desk.consent.missing');
    const to = neededValue(talking, 'to', missing);
    const what = to === null ? null : neededValue(talking, 'what', missing);
    const text = what === null ? null : neededValue(talking, 'text', missing);
    if (to === null || what === null || text === null) return;
    const basis = valueOf(talking, 'basis') === 'obligation' ? 'obligation' : 'consent';
    void send(talking, async () => {
      const data = await desk.api.talkIdentity(id, { basis, to, what, text });
      talking.reset();
      part(panel, 'talk', HTMLDetailsElement).open = false;
      changed(data, t('desk.consent.sent'));
    });
  });
  return {
    panel,
    update(data) {
      fillList(part(panel, 'talks'), data.identityTalks, talkItem);
      const unread = nobodyReads(data);
      showPart(panel, 'talk', data.state === 'open' && !unread);
      showPart(panel, 'talk-closed', data.state === 'closed' && !unread);
      showPart(panel, 'talk-unread', unread);
      const { custodians, onlyOneself, requests } = data.identity;
      const names = listText(custodians.map(({ name }) => name));
      write(
        panel,
        'lead',
        custodians.length === 0 ? t('desk.identity.nobody') : t('desk.identity.lead', { names }),
      );
      showPart(panel, 'oneself', onlyOneself);
      showPart(panel, 'ask', custodians.length > 0);
      fillList(part(panel, 'requests'), requests, (request) => requestItem(request, data));
      showPart(panel, 'no-requests', requests.length === 0);
      block(panel, data);
    },
    restore: () => keepForm(desk, `${id} letter`, talking, ['basis', 'to', 'what']),
  };
}
