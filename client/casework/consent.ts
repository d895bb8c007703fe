import type {
  DisclosureEntry,
  HandlerMessage,
  OpenedContent,
  ReporterConsent,
} from '../../crypto/private.js';
import type { OriginView } from '../models.js';
import { dayIn, type Said } from './said.js';

type Asked = Extract<HandlerMessage, { kind: 'identity_disclosure' }>;

/** A question, or a notice, to the reporter about giving the identity to somebody. */
export interface IdentityTalk {
  id: string;
  /** Hash of its entry, which an answer names. */
  hash: string;
  at: string;
  basis: Asked['basis'];
  to: string;
  what: string;
  /** Every answer, the newest last; none for a notice, which asks nothing. */
  answers: readonly Pick<ReporterConsent, 'answer' | 'at'>[];
  /** The newest answer; null for none. */
  answer: Pick<ReporterConsent, 'answer' | 'at'> | null;
  /**
   * How it stands. `agree_handler_key`: whoever agreed used a key that a handler made, so it may have
   * been that handler. `unread`: nobody has a key to read it.
   */
  state: 'told' | 'waiting' | ReporterConsent['answer'] | 'agree_handler_key' | 'unread';
}

/** Who made a case, as its entries say it or as pages have it. */
interface WithOrigin {
  readonly origin?: Said['origin'] | OriginView | undefined;
}

/**
 * Whether nobody outside can read the conversation, since a handler made the case and threw its key
 * away: nothing can be asked or told there. Only a handler's signature says so: a mark that nobody
 * signed may be of whoever made the case, who has its key, and must not get a handler's word of what
 * was said elsewhere in the place of the reporter's own answer.
 */
export function nobodyReads({ origin }: WithOrigin): boolean {
  if (origin?.made !== 'handler' || origin.key !== 'not_kept') return false;
  return 'proven' in origin ? origin.proven : origin.name !== null;
}

/**
 * Whether what handlers write there reaches nobody, and is their word of what was told outside. Whoever
 * asks about data has no key either, but is answered under the request.
 */
export function isToldOutside({ origin }: WithOrigin): boolean {
  return nobodyReads({ origin }) && origin?.made === 'handler' && origin.way !== 'data_request';
}

function stateOf(
  { basis, answer }: Pick<IdentityTalk, 'basis' | 'answer'>,
  origin: Said['origin'],
): IdentityTalk['state'] {
  if (nobodyReads({ origin })) return 'unread';
  if (basis === 'obligation') return 'told';
  if (answer === null) return 'waiting';
  const mayBeHandler = answer.answer === 'agree' && origin?.made === 'handler';
  return mayBeHandler ? 'agree_handler_key' : answer.answer;
}

/**
 * What the reporter was asked or told, the earliest first. Of several with one id the first counts,
 * and an answer counts for the entry that its hash names, so that nobody can put other words under it.
 */
export function identityTalksOf({
  dialogue,
  hashes = [],
  origin,
}: Pick<Said, 'dialogue' | 'hashes' | 'origin'>): IdentityTalk[] {
  const talks = new Map<string, Omit<IdentityTalk, 'answer' | 'state'>>();
  for (const [index, content] of dialogue.entries()) {
    if (content.kind === 'identity_disclosure' && !talks.has(content.id)) {
      const { id, at, basis, to, what } = content;
      const hash = hashes[index] ?? '';
      talks.set(id, { id, hash, at, basis, to, what, answers: [] });
    }
    if (content.kind !== 'consent') continue;
    const talk = [...talks.values()].find(({ hash }) => hash === content.request);
    // an answer before the question is none
    if (talk?.basis !== 'consent') continue;
    talk.answers = [...talk.answers, { answer: content.answer, at: content.at }];
  }
  return [...talks.values()].map((talk) => {
    const answer = talk.answers.at(-1) ?? null;
    return { ...talk, answer, state: stateOf({ ...talk, answer }, origin) };
  });
}

/**
 * Whether an entry stays as long as the case as what a disclosure of the identity rests on: every
 * answer of the reporter, which has no words, since without a withdrawal the agreement before it would
 * stand; and the question or notice itself where a disclosure that was made names it, as proof (GDPR
 * articles 7(1), 17(3)(b) and (e), Directive (EU) 2019/1937 article 16). Any other goes whole, and
 * with it whatever could have rested on it.
 *
 * @param said what handlers said among themselves.
 */
export function staysAsProof(
  content: Pick<Asked, 'kind' | 'id'> | { kind: Exclude<OpenedContent['kind'], Asked['kind']> },
  said: readonly OpenedContent[],
): boolean {
  if (content.kind !== 'identity_disclosure') return content.kind === 'consent';
  return said.some(
    (each) =>
      each.kind === 'disclosure' &&
      each.identity !== undefined &&
      'entry' in each.identity &&
      each.identity.entry === content.id,
  );
}

/**
 * Whether the identity may go out by this disclosure, by what was said with the reporter (article 16):
 * consent, or a notice, counts for the recipient that the reporter read, letter by letter. Consent is
 * judged by the answers up to the day of the disclosure where that is past: a withdrawal ends nothing
 * that was lawful before it (GDPR article 7(3)). On the day itself the newest answer counts, whatever
 * day the reporter's device had. Where nobody reads the conversation it counts for none; there alone, a
 * handler's word counts that the reporter was told or agreed elsewhere, by the day on which it went out.
 *
 * @param disclosure `at` is when it is written down, `on` the day on which it went out.
 */
export function identityMayGo(
  said: Pick<Said, 'dialogue' | 'hashes' | 'origin' | 'timeZone'>,
  { recipient, identity, at, on }: Pick<DisclosureEntry, 'recipient' | 'identity' | 'at' | 'on'>,
): boolean {
  if (identity === undefined) return false;
  if (identity.basis === 'jeopardy') return identity.text.trim() !== '';
  if (identity.basis === 'elsewhere') {
    return nobodyReads(said) && identity.text.trim() !== '' && identity.on <= on;
  }
  if (nobodyReads(said)) return false;
  const talk = identityTalksOf(said).find(({ id }) => id === identity.entry);
  if (talk?.basis !== identity.basis || talk.to !== recipient) return false;
  if (talk.basis === 'obligation') return true;
  const isPast = on < dayIn(said, { at });
  const then = isPast ? talk.answers.filter((answer) => answer.at <= on) : talk.answers;
  return then.at(-1)?.answer === 'agree';
}
