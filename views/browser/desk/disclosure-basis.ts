import { nobodyReads, type IdentityTalk } from '../../../client/casework/consent.js';
import type { Disclosure } from '../../../client/casework/disclosures.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { neededValue, setValue, valueOf } from './casework-form.js';
import { dayText, today } from './days.js';
import { element, maybePart, option, part, showPart, write } from './dom.js';
import { showProblem } from './failures.js';

/** On what it rests that somebody outside is told who the reporter is (article 16). */
export type Basis = NonNullable<Disclosure['identity']>;

/** What else a form offers. */
export interface BasisOffer {
  /** Whether the whole case goes out: that nothing in it leads to the reporter, nobody can answer. */
  isWhole: boolean;
  /** Whether it can have gone out before today, on consent that was withdrawn since. */
  mayBePast: boolean;
  /** The archive that waits for the case, no proceeding that a notice could jeopardise; null for none. */
  archive: string | null;
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

/** Letters of what was agreed to in one line of a list to choose from; all of it is shown below. */
const CHOICE_LETTERS = 60;

/**
 * Wires the fields of `desk/identity-basis` in a form. Where the reporter agreed, or was told, the
 * form's recipient is the one that they read, and nobody else; what they read of is shown, and begins
 * the form's `scope` while that is empty, save for a whole case, which is more.
 */
export function basisFields(form: HTMLElement): BasisFields {
  const select = part(form, 'identity', HTMLSelectElement);
  const recipient = part(form, 'recipient', HTMLInputElement);
  const scope = part(form, 'scope', HTMLTextAreaElement);
  let talks: HandlerCaseView['identityTalks'] = [];
  let isWhole = false;
  let archive: string | null = null;
  let hint = '';
  /** What was filled in as scope, which goes again when something else is chosen. */
  let begun = '';
  const chosenTalk = (): IdentityTalk | undefined =>
    talks.find(({ id, basis }) => select.value === `${basis} ${id}`);
  /** Offers no proceeding that could be jeopardised where the recipient is the archive. */
  const fitRecipient = (): void => {
    const goesToArchive = archive !== null && recipient.value.trim() === archive.trim();
    write(form, 'identity-hint', goesToArchive ? `${hint} ${t('desk.disclosure.archive')}` : hint);
    const jeopardy = select.querySelector<HTMLOptionElement>('[value=jeopardy]');
    if (jeopardy === null || jeopardy.disabled === goesToArchive) return;
    jeopardy.disabled = goesToArchive;
    if (!goesToArchive || select.value !== 'jeopardy') return;
    select.value = '';
    fit();
  };
  const fit = (): void => {
    showPart(form, 'jeopardy-field', select.value === 'jeopardy');
    showPart(form, 'elsewhere-fields', select.value.startsWith('elsewhere'));
    const talk = chosenTalk();
    recipient.readOnly = talk !== undefined;
    showPart(form, 'terms', talk !== undefined);
    const lines = talk === undefined ? [] : termsLines(talk, isWhole);
    part(form, 'terms').replaceChildren(...lines.map((line) => element('p', line, 'written')));
    if (talk !== undefined) recipient.value = talk.to;
    fitRecipient();
  };
  form.addEventListener('change', fit);
  select.addEventListener('change', () => {
    if (isWhole || (scope.value.trim() !== '' && scope.value !== begun)) return;
    begun = chosenTalk()?.what ?? '';
    scope.value = begun;
  });
  return {
    update(data, offer) {
      talks = data.identityTalks;
      ({ isWhole, archive } = offer);
      const which = nobodyReads(data) ? 'identity_hint_unread' : 'identity_hint';
      hint = t(`desk.disclosure.${which}`);
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
  { isWhole, mayBePast }: BasisOffer,
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
    ...(isWhole ? [] : [option('no', t('desk.disclosure.identity.no'))]),
    ...usable.map((talk) =>
      option(`${talk.basis} ${talk.id}`, talkLine({ ...talk, what: shortened(talk.what) })),
    ),
    ...words.map((how) =>
      option(`elsewhere ${how}`, t(`desk.disclosure.identity.elsewhere_${how}`)),
    ),
    option('jeopardy', t('desk.disclosure.identity.jeopardy')),
  ];
}

/** The beginning of a text, in one line; between words where it is cut. */
function shortened(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  if (line.length <= CHOICE_LETTERS) return line;
  const whole = line.slice(0, CHOICE_LETTERS + 1).lastIndexOf(' ');
  const cut = whole > 0 ? line.slice(0, whole) : Array.from(line).slice(0, CHOICE_LETTERS).join('');
  return `${cut}…`;
}

/**
 * Who was named to the reporter, and of what they read, whether a handler may have agreed in their
 * place, and since when it is no longer so.
 */
function talkLine({ basis, to, what, state, answer }: IdentityTalk): string {
  const terms = t('desk.disclosure.identity.terms', { to, what });
  if (state === 'unread') return t('desk.disclosure.identity.unread', { terms });
  if (basis === 'consent' && answer !== null && answer.answer !== 'agree') {
    return t('desk.disclosure.identity.consent_ended', { terms, day: dayText(answer.at) });
  }
  const which = state === 'agree_handler_key' ? 'consent_handler_key' : basis;
  return t(`desk.disclosure.identity.${which}`, { terms });
}

/** What the reporter read that it would be about, and that a whole case is more. */
function termsLines({ basis, what }: IdentityTalk, isWhole: boolean): string[] {
  return [
    t(`desk.disclosure.terms.${basis}`, { what }),
    ...(isWhole ? [t('desk.disclosure.terms.whole')] : []),
  ];
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
  return t(`desk.disclosure.identity.${identity.basis}`, { terms: t('desk.disclosure.unknown') });
}
