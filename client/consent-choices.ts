import type { ConsentAnswer, EntryView, ReporterCaseView, ReporterEntry } from './models.js';

type Entry = Pick<EntryView<ReporterEntry>, 'content' | 'hash'>;

/** What the reporter last answered to the question with this record hash; null for nothing yet. */
export function answerTo(
  { entries }: Pick<ReporterCaseView, 'entries'>,
  hash: string,
): ConsentAnswer | null {
  const said = entries.findLast(
    ({ content }) => content.kind === 'consent' && content.request === hash,
  )?.content;
  return said?.kind === 'consent' ? said.answer : null;
}

/**
 * What the reporter can answer to an entry now; nothing where it asks nothing. In a closed case too an
 * agreement can be taken back (GDPR article 7(3)), since the identity can still go out on it; nothing
 * new is agreed to there.
 */
export function consentChoices(
  view: Pick<ReporterCaseView, 'entries' | 'writable' | 'state'>,
  { content, hash }: Entry,
): ConsentAnswer[] {
  const asks = content.kind === 'identity_disclosure' && content.basis === 'consent';
  if (!asks || view.writable !== 'yes') return [];
  const given = answerTo(view, hash);
  if (given === 'agree') return ['withdraw'];
  if (view.state === 'closed') return [];
  return given === null ? ['agree', 'refuse'] : ['agree'];
}
