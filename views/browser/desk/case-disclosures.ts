import type { Disclosure, Notice } from '../../../client/casework/disclosures.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { foldedForm, neededValue, setValue, valueOf } from './casework-form.js';
import { fillList, option, part, showPart } from './dom.js';
import { dayText } from './days.js';
import { showProblem } from './failures.js';
import { recordItem } from './record-item.js';

type Write = (input: CaseworkInput) => Promise<void>;
type ToldInput = Extract<CaseworkInput, { kind: 'recipient_told' }>;

const STATES = ['told', 'not_possible'] as const;

/** Which recipient was, or is, to be told of what. */
function noticeName({ disclosure, change }: Notice): string {
  return t('desk.told_on.name', {
    recipient: disclosure.recipient,
    change: t(`desk.told_on.change.${change.what}`),
    day: dayText(change.on),
  });
}

/** The part of the record about what was disclosed, and who is to be told of changes since. */
export function disclosureSection(
  panel: HTMLElement,
  change: Write,
): (data: HandlerCaseView) => void {
  let notices: readonly Notice[] = [];
  let shown: HandlerCaseView | null = null;
  const disclosing = foldedForm(panel, 'disclosure-form', disclosureInput, change);
  const telling = foldedForm(
    panel,
    'notice-form',
    (form) => {
      const notice = notices[Number(valueOf(form, 'which'))];
      if (notice === undefined) return null;
      const state = valueOf(form, 'state') as ToldInput['state'];
      const missing = t('desk.record.reason_missing');
      if (state !== 'told' && neededValue(form, 'text', missing) === null) return null;
      const on = neededValue(form, 'on', t('desk.record.day_missing'));
      if (on === null) return null;
      return {
        kind: 'recipient_told',
        disclosure: notice.disclosure.id,
        change: notice.change.id,
        state,
        on,
        text: valueOf(form, 'text'),
      };
    },
    change,
  );
  part(telling.form, 'state').append(
    ...STATES.map((state) => option(state, t(`desk.told_on.state.${state}`))),
  );

  const disclosureItem = (disclosure: Disclosure): HTMLElement =>
    recordItem({
      name: disclosure.recipient,
      state: dayText(disclosure.on),
      due: null,
      lines: [
        t('desk.disclosure.ground_line', { ground: disclosure.ground }),
        t('desk.disclosure.scope_line', { scope: disclosure.scope }),
        shown === null ? '' : basisLine(disclosure, shown),
      ],
      actions: [
        {
          label: t('desk.record.change'),
          run: () => {
            disclosing.open((form) => {
              setValue(form, 'disclosure-id', disclosure.id);
              setValue(form, 'recipient', disclosure.recipient);
              setValue(form, 'on', disclosure.on);
              setValue(form, 'ground', disclosure.ground);
              setValue(form, 'scope', disclosure.scope);
              setValue(form, 'identity', basisValue(disclosure.identity));
              const { identity } = disclosure;
              setValue(form, 'jeopardy', identity?.basis === 'jeopardy' ? identity.text : '');
            });
          },
        },
        {
          label: t('desk.record.mistake'),
          run: () => change({ kind: 'disclosure', ...disclosure, state: 'withdrawn' }),
        },
      ],
    });

  const noticeItem = (notice: Notice, index: number): HTMLElement => {
    const { done } = notice;
    const told = done === null ? '' : t(`desk.told_on.state.${done.state}`);
    return recordItem({
      name: noticeName(notice),
      state: done === null ? t('desk.told_on.open') : told,
      due: null,
      lines:
        done === null ? [] : [t('desk.told_on.line', { day: dayText(done.on), text: done.text })],
      actions:
        done === null
          ? [
              {
                label: t('desk.told_on.note_do'),
                run: () => {
                  telling.open((form) => {
                    setValue(form, 'which', index.toString());
                  });
                },
              },
            ]
          : [],
    });
  };

  const identity = part(disclosing.form, 'identity', HTMLSelectElement);
  disclosing.form.addEventListener('change', () => {
    showPart(disclosing.form, 'jeopardy-field', identity.value === 'jeopardy');
  });

  return (data) => {
    shown = data;
    const chosen = identity.value;
    identity.replaceChildren(...basisOptions(data));
    identity.value = [...identity.options].some(({ value }) => value === chosen) ? chosen : '';
    fillList(part(panel, 'disclosures'), data.disclosures, disclosureItem);
    showPart(panel, 'no-disclosures', data.disclosures.length === 0);
    const order = (notice: Notice): number => (notice.done === null ? 0 : 1);
    notices = data.notices.toSorted((a, b) => order(a) - order(b));
    fillList(part(panel, 'notices'), notices, noticeItem);
    showPart(panel, 'notices-section', notices.length > 0);
    const open = notices.filter(({ done }) => done === null);
    part(telling.form, 'which').replaceChildren(
      ...open.map((notice, index) => option(index.toString(), noticeName(notice))),
    );
    showPart(panel, 'notice-fold', open.length > 0);
  };
}

function disclosureInput(form: HTMLFormElement): CaseworkInput | null {
  const recipient = neededValue(form, 'recipient', t('desk.disclosure.recipient_missing'));
  if (recipient === null) return null;
  const on = neededValue(form, 'on', t('desk.record.day_missing'));
  if (on === null) return null;
  const ground = neededValue(form, 'ground', t('desk.disclosure.ground_missing'));
  if (ground === null) return null;
  const scope = neededValue(form, 'scope', t('desk.disclosure.scope_missing'));
  if (scope === null) return null;
  const identity = identityOf(form);
  if (identity === null) return null;
  const id = valueOf(form, 'disclosure-id') || null;
  const made = { kind: 'disclosure', id, recipient, ground, scope, on, state: 'made' } as const;
  return identity === 'none' ? made : { ...made, identity };
}

type Basis = NonNullable<Disclosure['identity']>;

/** On what it rests that the reporter's identity went along; null where that is not said. */
function identityOf(form: HTMLFormElement): Basis | 'none' | null {
  const [basis, ...entry] = valueOf(form, 'identity').split(' ');
  if (basis === 'no') return 'none';
  if (basis === 'jeopardy') {
    const text = neededValue(form, 'jeopardy', t('desk.record.reason_missing'));
    return text === null ? null : { basis, text };
  }
  if (basis === 'consent' || basis === 'obligation') {
    // the option's value is the entry's own id
    return { basis, entry: entry.join(' ') } as Basis;
  }
  showProblem(form, t('desk.disclosure.identity_missing'));
  part(form, 'identity').focus();
  return null;
}

/** The value by which the form's list names a basis. */
function basisValue(identity: Disclosure['identity']): string {
  if (identity === undefined) return 'no';
  return identity.basis === 'jeopardy' ? 'jeopardy' : `${identity.basis} ${identity.entry}`;
}

/** What a disclosure of the identity can rest on in this case. */
function basisOptions({ identityTalks }: HandlerCaseView): HTMLOptionElement[] {
  const usable = identityTalks.filter(
    ({ basis, answer }) => basis === 'obligation' || answer?.answer === 'agree',
  );
  return [
    option('', t('desk.disclosure.identity.choose')),
    option('no', t('desk.disclosure.identity.no')),
    ...usable.map(({ id, basis, to }) =>
      option(`${basis} ${id}`, t(`desk.disclosure.identity.${basis}`, { to })),
    ),
    option('jeopardy', t('desk.disclosure.identity.jeopardy')),
  ];
}

function basisLine({ identity }: Disclosure, { identityTalks }: HandlerCaseView): string {
  if (identity === undefined) return '';
  if (identity.basis === 'jeopardy') {
    return t('desk.disclosure.identity.jeopardy_line', { text: identity.text });
  }
  const { entry } = identity;
  const to = identityTalks.find(({ id }) => id === entry)?.to ?? t('desk.disclosure.unknown');
  return t(`desk.disclosure.identity.${identity.basis}`, { to });
}
