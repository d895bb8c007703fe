import { nobodyReads } from '../../../client/casework/consent.js';
import type { Disclosure } from '../../../client/casework/disclosures.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { neededValue, setValue, valueOf } from './casework-form.js';
import { dayText, today } from './days.js';
import { maybePart, option, part, showPart, write } from './dom.js';
import { showProblem } from './failures.js';

/** On what it rests that somebody outside is told who the reporter is (article 16). */
export type Basis = NonNullable<Disclosure['identity']>;

/** What else a form offers. */
export interface BasisOffer {
  /** Whether it can be that nothing leads to the reporter. */
  mayBeNo: boolean;
  /** Whether it can have gone out before today, on consent that was withdrawn since. */
  mayBePast: boolean;
}

/** The fields of a form that say it. */
export interface BasisFields {
  /** Offers what it can rest on in this case. What was chosen stays. */
  update(data: HandlerCaseView, offer: BasisOffer): void;
  /** What was chosen; null where that is missing, which the form then says. */
  read(): Basis | 'none' | null;
  /** Fills in what was said before; null empties the fields. */
  fill(said: Basis | 'none' | null): void;
}

/**
 * Wires the fields of `desk/identity-basis` in a form. Where the reporter agreed, or was told, the
 * form's recipient is the one that they read, and nobody else.
 */
export function basisFields(form: HTMLElement): BasisFields {
  const select = part(form, 'identity', HTMLSelectElement);
  const recipient = part(form, 'recipient', HTMLInputElement);
  let talks: HandlerCaseView['identityTalks'] = [];
  const fit = (): void => {
    showPart(form, 'jeopardy-field', select.value === 'jeopardy');
    showPart(form, 'elsewhere-fields', select.value.startsWith('elsewhere'));
    const talk = talks.find(({ id, basis }) => select.value === `${basis} ${id}`);
    recipient.readOnly = talk !== undefined;
    if (talk !== undefined) recipient.value = talk.to;
  };
  form.addEventListener('change', fit);
  return {
    update(data, offer) {
      talks = data.identityTalks;
      const hint = nobodyReads(data) ? 'identity_hint_unread' : 'identity_hint';
      write(form, 'identity-hint', t(`desk.disclosure.${hint}`));
      const chosen = select.value;
      select.replaceChildren(...optionsOf(data, offer));
      select.value = [...select.options].some(({ value }) => value === chosen) ? chosen : '';
      fit();
    },
    read() {
      const [basis, ...entry] = valueOf(form, 'identity').split(' ');
      if (basis === 'no') return 'none';
      if (basis === 'jeopardy') {
        const text = neededValue(form, 'jeopardy', t('desk.record.reason_missing'));
        return text === null ? null : { basis, text };
      }
      if (basis === 'elsewhere')
        return readElsewhere(form, entry[0] === 'told' ? 'told' : 'agreed');
      if (basis === 'consent' || basis === 'obligation') {
        // the option's value is the entry's own id
        return { basis, entry: entry.join(' ') } as Basis;
      }
      showProblem(form, t('desk.disclosure.identity_missing'));
      select.focus();
      return null;
    },
    fill(said) {
      const identity = said === 'none' ? null : said;
      select.value = said === 'none' ? 'no' : basisValue(identity);
      setValue(form, 'jeopardy', identity?.basis === 'jeopardy' ? identity.text : '');
      const word = identity?.basis === 'elsewhere' ? identity : { on: '', text: '' };
      setValue(form, 'elsewhere-on', word.on);
      setValue(form, 'elsewhere', word.text);
      fit();
    },
  };
}

/** A handler's word that the reporter was told, or agreed, before it goes out. */
function readElsewhere(form: HTMLElement, how: 'told' | 'agreed'): Basis | null {
  const on = neededValue(form, 'elsewhere-on', t('desk.record.day_missing'));
  if (on === null) return null;
  // what goes out as a file goes out today
  const goes = maybePart(form, 'on') === null ? today() : valueOf(form, 'on');
  if (on > goes) {
    showProblem(form, t('desk.disclosure.elsewhere_late'));
    part(form, 'elsewhere-on').focus();
    return null;
  }
  const text = neededValue(form, 'elsewhere', t('desk.record.reason_missing'));
  // a date field has a day or nothing
  return text === null ? null : ({ basis: 'elsewhere', how, on, text } as Basis);
}

/** The value by which the form's list names a basis. */
function basisValue(identity: Basis | null): string {
  if (identity === null) return '';
  if (identity.basis === 'jeopardy') return 'jeopardy';
  return `${identity.basis} ${identity.basis === 'elsewhere' ? identity.how : identity.entry}`;
}

function optionsOf(
  { identityTalks, origin }: HandlerCaseView,
  { mayBeNo, mayBePast }: BasisOffer,
): HTMLOptionElement[] {
  const unread = nobodyReads({ origin });
  const usable = identityTalks.filter(
    ({ basis, answers }) =>
      !unread &&
      (basis === 'obligation' ||
        (mayBePast ? answers : answers.slice(-1)).some(({ answer }) => answer === 'agree')),
  );
  const words = unread ? (['agreed', 'told'] as const) : [];
  return [
    option('', t('desk.disclosure.identity.choose')),
    ...(mayBeNo ? [option('no', t('desk.disclosure.identity.no'))] : []),
    ...usable.map((talk) => option(`${talk.basis} ${talk.id}`, talkLine(talk))),
    ...words.map((how) =>
      option(`elsewhere ${how}`, t(`desk.disclosure.identity.elsewhere_${how}`)),
    ),
    option('jeopardy', t('desk.disclosure.identity.jeopardy')),
  ];
}

/**
 * What the reporter agreed to or was told, whether a handler may have agreed in their place, and since
 * when it is no longer so.
 */
function talkLine(talk: HandlerCaseView['identityTalks'][number]): string {
  const { basis, to, state, answer } = talk;
  if (state === 'unread') return t('desk.disclosure.identity.unread', { to });
  if (basis === 'consent' && answer !== null && answer.answer !== 'agree') {
    return t('desk.disclosure.identity.consent_ended', { to, day: dayText(answer.at) });
  }
  const which = state === 'agree_handler_key' ? 'consent_handler_key' : basis;
  return t(`desk.disclosure.identity.${which}`, { to });
}

/** On what a disclosure rests, in a sentence; empty where it told nobody who the reporter is. */
export function basisLine(
  { identity }: Pick<Disclosure, 'identity'>,
  { identityTalks }: HandlerCaseView,
): string {
  if (identity === undefined) return '';
  if (identity.basis === 'jeopardy') {
    return t('desk.disclosure.identity.jeopardy_line', { text: identity.text });
  }
  if (identity.basis === 'elsewhere') {
    const { how, on, text } = identity;
    return t(`desk.disclosure.identity.elsewhere_${how}_line`, { day: dayText(on), text });
  }
  const { entry } = identity;
  const talk = identityTalks.find(({ id, basis }) => id === entry && basis === identity.basis);
  if (talk !== undefined) return talkLine(talk);
  return t(`desk.disclosure.identity.${identity.basis}`, { to: t('desk.disclosure.unknown') });
}
