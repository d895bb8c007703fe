import type { Disclosure } from '../../../client/casework/disclosures.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { neededValue, valueOf } from './casework-form.js';
import { dayText } from './days.js';
import { option, part, showPart } from './dom.js';
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
    const talk = talks.find(({ id, basis }) => select.value === `${basis} ${id}`);
    recipient.readOnly = talk !== undefined;
    if (talk !== undefined) recipient.value = talk.to;
  };
  form.addEventListener('change', fit);
  return {
    update(data, offer) {
      talks = data.identityTalks;
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
      if (basis === 'consent' || basis === 'obligation') {
        // the option's value is the entry's own id
        return { basis, entry: entry.join(' ') } as Basis;
      }
      showProblem(form, t('desk.disclosure.identity_missing'));
      select.focus();
      return null;
    },
  };
}

/** The value by which the form's list names a basis. */
export function basisValue(identity: Disclosure['identity']): string {
  if (identity === undefined) return 'no';
  return identity.basis === 'jeopardy' ? 'jeopardy' : `${identity.basis} ${identity.entry}`;
}

function optionsOf(
  { identityTalks }: HandlerCaseView,
  { mayBeNo, mayBePast }: BasisOffer,
): HTMLOptionElement[] {
  const usable = identityTalks.filter(
    ({ basis, answers }) =>
      basis === 'obligation' ||
      (mayBePast ? answers : answers.slice(-1)).some(({ answer }) => answer === 'agree'),
  );
  return [
    option('', t('desk.disclosure.identity.choose')),
    ...(mayBeNo ? [option('no', t('desk.disclosure.identity.no'))] : []),
    ...usable.map((talk) => option(`${talk.basis} ${talk.id}`, talkLine(talk))),
    option('jeopardy', t('desk.disclosure.identity.jeopardy')),
  ];
}

/**
 * What the reporter agreed to or was told, whether a handler may have agreed in their place, and since
 * when it is no longer so.
 */
function talkLine(talk: HandlerCaseView['identityTalks'][number]): string {
  const { basis, to, state, answer } = talk;
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
  const { entry } = identity;
  const talk = identityTalks.find(({ id, basis }) => id === entry && basis === identity.basis);
  if (talk !== undefined) return talkLine(talk);
  return t(`desk.disclosure.identity.${identity.basis}`, { to: t('desk.disclosure.unknown') });
}
