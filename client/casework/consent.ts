import type { DisclosureEntry, HandlerMessage, ReporterConsent } from '../../crypto/private.js';
import type { Said } from './said.js';

type Asked = Extract<HandlerMessage, { kind: 'identity_disclosure' }>;

/** A question, or a notice, to the reporter about giving the identity to somebody. */
export interface IdentityTalk {
  id: string;
  at: string;
  basis: Asked['basis'];
  to: string;
  what: string;
  /** The newest answer; null for none, and for a notice, which asks nothing. */
  answer: { answer: ReporterConsent['answer']; at: string } | null;
}

/**
 * What the reporter was asked or told, the earliest first. Of several with one id the first counts,
 * so that nobody can put other words under an answer; a withdrawal counts only after an agreement.
 */
export function identityTalksOf({ dialogue }: Pick<Said, 'dialogue'>): IdentityTalk[] {
  const talks = new Map<string, IdentityTalk>();
  for (const content of dialogue) {
    if (content.kind === 'identity_disclosure' && !talks.has(content.id)) {
      const { id, at, basis, to, what } = content;
      talks.set(id, { id, at, basis, to, what, answer: null });
    }
    if (content.kind !== 'consent') continue;
    const talk = talks.get(content.request);
    // an answer before the question is none
    if (talk?.basis !== 'consent') continue;
    talk.answer = { answer: content.answer, at: content.at };
  }
  return [...talks.values()];
}

/** Whether the identity may go out on this, by what was said with the reporter (article 16). */
export function identityMayGo(
  said: Pick<Said, 'dialogue'>,
  identity: NonNullable<DisclosureEntry['identity']>,
): boolean {
  if (identity.basis === 'jeopardy') return identity.text.trim() !== '';
  const talk = identityTalksOf(said).find(({ id }) => id === identity.entry);
  if (talk?.basis !== identity.basis) return false;
  return talk.basis === 'obligation' || talk.answer?.answer === 'agree';
}
