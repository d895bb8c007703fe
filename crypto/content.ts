import { DialogueEntry, ReporterSaying } from './content/dialogue.js';
import { ErasureEntry } from './content/erasure.js';
import { GUEST_KINDS } from './content/guests.js';
import { IdentityEntry } from './content/identity.js';
import type { EntryContent } from './content/every.js';
import type { InternalEntry } from './content/internal.js';
import type { Effect, EntryHeader } from './wire/entry.js';

export * from './content/dialogue.js';
export * from './content/every.js';
export { FileReference, FILES_LIMIT, TEXT_LIMIT } from './content/fields.js';
export * from './content/dates.js';
export * from './content/disclosures.js';
export * from './content/erasure.js';
export * from './content/form.js';
export * from './content/figures.js';
export * from './content/exports.js';
export * from './content/guests.js';
export * from './content/identity.js';
export * from './content/internal.js';
export * from './content/keeping.js';
export * from './content/meetings.js';
export * from './content/messages.js';
export * from './content/persons.js';
export * from './content/removal.js';
export * from './content/report.js';
export * from './content/requests.js';
export * from './content/transcripts.js';
export * from './content/work.js';

const dialogueKinds: ReadonlySet<string> = new Set(
  DialogueEntry.options.map(({ entries }) => entries.kind.literal),
);

const identityKinds: ReadonlySet<string> = new Set(
  IdentityEntry.options.map((option) => option.entries.kind.literal),
);

/** Whether an entry belongs to the compartment of the identity. */
export function isOfIdentity(content: EntryContent): content is IdentityEntry {
  return identityKinds.has(content.kind);
}

const reporterKinds: ReadonlySet<string> = new Set(
  ReporterSaying.options.map(({ entries }) => entries.kind.literal),
);

const wholeKinds: ReadonlySet<string> = new Set([
  'transcript',
  'agreement',
  'rectification',
  'meeting_request',
  'meeting_proposal',
  'meeting_answer',
  'meeting_withdrawal',
  'meeting_cancellation',
  'meeting_held',
  'identity_disclosure',
  'consent',
]);

/**
 * Whether an entry is erased whole or not at all: others name it by its hash, or it names one, so no
 * other words may take its place, as if those had been signed.
 */
export function goesWhole({ kind }: EntryContent): boolean {
  return wholeKinds.has(kind);
}

const erasureKinds: ReadonlySet<string> = new Set(
  ErasureEntry.options.map(({ entries }) => entries.kind.literal),
);

/** Whether an entry is about erasing another, or stands for an erased one. */
export function isAboutErasing(
  content: EntryContent,
): content is Extract<EntryContent, ErasureEntry | { kind: 'remains' | 'note_remains' }> {
  return (
    erasureKinds.has(content.kind) || content.kind === 'remains' || content.kind === 'note_remains'
  );
}

/** Whether an entry belongs to the handlers' own compartment; one about erasing may stand in both. */
export function isInternal(content: EntryContent): content is InternalEntry {
  return !dialogueKinds.has(content.kind) && !identityKinds.has(content.kind);
}

const effects: ReadonlyMap<string, Effect> = new Map([
  ['closure', 'close'],
  ['reopening', 'reopen'],
  ['hold', 'hold'],
  ['release', 'release'],
  ['restriction', 'restrict'],
  ['unrestriction', 'unrestrict'],
  ['part_restriction', 'restrict_part'],
  ['removal_proposal', 'propose_removal'],
  ['removal_declined', 'decline_removal'],
  ['removal', 'remove'],
  ['erasure_proposal', 'propose_erasure'],
  ['erasure_declined', 'decline_erasure'],
  ['erasure', 'erase'],
  ['identity_opening', 'open_identity'],
  ['secrecy', 'accept_secrecy'],
]);

/** What an entry of this kind does to its case; its header must say the same. */
export function effectOf(content: EntryContent): Effect | null {
  if (content.kind === 'decision') return content.decision;
  if (content.kind === 'part_unrestriction') return content.last ? 'unrestrict_part' : null;
  return effects.get(content.kind) ?? null;
}

/**
 * Whether a kind of entry may stand where it does, come from that side, and have that effect.
 *
 * @param byGuest whether its author was a guest of the case.
 */
export function mayStand(
  content: EntryContent,
  {
    compartment,
    author,
    sequence,
    effect,
  }: Pick<EntryHeader, 'compartment' | 'author' | 'sequence' | 'effect'>,
  byGuest = false,
): boolean {
  if (effectOf(content) !== effect) return false;
  if (byGuest ? !GUEST_KINDS.has(content.kind) : content.kind === 'secrecy') return false;
  const isReporter = author === 'reporter';
  if (content.kind === 'report') {
    return compartment === 'dialogue' && isReporter && sequence === 2;
  }
  if (reporterKinds.has(content.kind)) return compartment === 'dialogue' && isReporter;
  if (isOfIdentity(content)) {
    return compartment === 'identity' && isReporter === (content.kind === 'identity');
  }
  if (isReporter || compartment === 'identity') return false;
  if (erasureKinds.has(content.kind)) return true;
  return isInternal(content) === (compartment === 'internal');
}
