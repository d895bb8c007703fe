import type { DisclosureEntry, EntryContent } from '../../crypto/private.js';
import { identityMayGo } from '../casework/consent.js';
import { disclosuresOf } from '../casework/disclosures.js';
import { dayIn, saidIn } from '../casework/said.js';
import { ClientError } from '../errors.js';
import type { OpenedForHandler } from './case-opening.js';

type Identity = NonNullable<DisclosureEntry['identity']>;
type Export = Extract<EntryContent, { kind: 'export' }>;

/**
 * Who the reporter is goes out only with consent, or as the law demands it after they were told, or
 * with the reason why they could not be (article 16). That a disclosure told nobody cannot be said of
 * one by which a whole export went outside, nor that it was noted by mistake, went to somebody else or
 * on another day: who got the file stays on the list of those to be told of corrections.
 *
 * @throws ClientError `identity_without_basis`, `disclosure_of_export`.
 */
export function checkDisclosure(
  { file, timeZone }: OpenedForHandler,
  disclosure: DisclosureEntry,
): void {
  const { id, identity, recipient, on, state } = disclosure;
  const said = saidIn(file, timeZone);
  const isOfWhole = said.internal.some(
    (content) =>
      content.kind === 'export' &&
      content.state === 'made' &&
      content.form === 'whole' &&
      content.disclosure === id,
  );
  const before = disclosuresOf(said).find((each) => each.id === id);
  const isAnother =
    state !== 'made' || (before && (before.recipient !== recipient || before.on !== on));
  if (isOfWhole && isAnother === true) throw new ClientError('disclosure_of_export');
  if (state !== 'made') return;
  // other words about what stood already change nothing of what it rested on
  const isJudged =
    identity !== undefined &&
    isAnother === false &&
    before?.identity?.basis === identity.basis &&
    entryOf(before.identity) === entryOf(identity);
  if (isJudged && 'entry' in identity) return;
  if (identity === undefined ? isOfWhole : !identityMayGo(said, disclosure)) {
    throw new ClientError('identity_without_basis');
  }
}

/**
 * A whole export has all that the reporter wrote, and words lead to who wrote them: it goes outside
 * only by a disclosure that says on what it rests. A text for outsiders, too, goes again by a
 * disclosure that tells who the reporter is only as long as what it rests on stands.
 *
 * @param disclosed the disclosure where it is written down together with the export.
 * @throws ClientError `identity_without_basis`.
 */
export function checkOutward(
  { file, timeZone }: OpenedForHandler,
  { at, form, disclosure }: Export,
  disclosed: DisclosureEntry | null,
): void {
  if (disclosure === null) return;
  const said = saidIn(file, timeZone);
  const named = disclosed ?? disclosuresOf(said).find(({ id }) => id === disclosure);
  // what goes out now rests on what stands now, whatever day the disclosure has
  const now = { at, on: dayIn(said, { at }) };
  const tells = form === 'whole' || named?.identity !== undefined;
  if (tells && (named === undefined || !identityMayGo(said, { ...named, ...now }))) {
    throw new ClientError('identity_without_basis');
  }
}

/** Id of the question or notice that a disclosure rests on; null where it rests on none. */
function entryOf(identity: Identity): string | null {
  return 'entry' in identity ? identity.entry : null;
}
