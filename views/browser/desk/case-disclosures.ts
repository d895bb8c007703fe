import type { Disclosure, Notice } from '../../../client/casework/disclosures.js';
import type { CaseworkInput } from '../../../client/casework/input.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { foldedForm, neededValue, setValue, valueOf } from './casework-form.js';
import { basisFields, basisLine, type BasisFields } from './disclosure-basis.js';
import { fillList, option, part, showPart } from './dom.js';
import { dayText } from './days.js';
import { recordMarks } from './record-marks.js';
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

/** What is known of a disclosure before somebody writes it down. */
export type DisclosureBegun = Record<'recipient' | 'ground' | 'scope', string>;

/** The part of the record about what was disclosed, and who is to be told of changes since. */
export interface DisclosureSection {
  update(data: HandlerCaseView): void;
  /** Opens the form for a new disclosure with what is known of it. */
  open(begun: DisclosureBegun): void;
}

/** See {@link DisclosureSection}. */
export function disclosureSection(panel: HTMLElement, change: Write): DisclosureSection {
  let notices: readonly Notice[] = [];
  let shown: HandlerCaseView | null = null;
  const basis = basisFields(part(panel, 'disclosure-form'));
  const disclosing = foldedForm(
    panel,
    'disclosure-form',
    (form) => disclosureInput(form, basis),
    change,
  );
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
        ...(shown === null
          ? []
          : [basisLine(disclosure, shown), ...recordMarks(shown, disclosure.id)]),
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
              basis.fill(disclosure.identity ?? 'none');
            });
          },
        },
        {
          label: t('desk.record.mistake'),
          sure: t('desk.record.mistake_sure'),
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

  const update = (data: HandlerCaseView): void => {
    shown = data;
    // what was given out before is written down on what it rested, whoever got it
    basis.update(data, { isWhole: false, mayBePast: true, archive: null });
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
  return {
    update,
    open(given) {
      disclosing.open((form) => {
        for (const [name, value] of Object.entries(given)) setValue(form, name, value);
      });
    },
  };
}

function disclosureInput(form: HTMLFormElement, basis: BasisFields): CaseworkInput | null {
  const recipient = neededValue(form, 'recipient', t('desk.disclosure.recipient_missing'));
  if (recipient === null) return null;
  const on = neededValue(form, 'on', t('desk.record.day_missing'));
  if (on === null) return null;
  const ground = neededValue(form, 'ground', t('desk.disclosure.ground_missing'));
  if (ground === null) return null;
  const scope = neededValue(form, 'scope', t('desk.disclosure.scope_missing'));
  if (scope === null) return null;
  const identity = basis.read();
  if (identity === null) return null;
  const id = valueOf(form, 'disclosure-id') || null;
  const made = { kind: 'disclosure', id, recipient, ground, scope, on, state: 'made' } as const;
  return identity === 'none' ? made : { ...made, identity };
}
