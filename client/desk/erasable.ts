import {
  type AttachmentId,
  type Compartment,
  ERASED_ENTRIES_LIMIT,
  type OpenedCompartment,
  type OpenedEntry,
  type RecordPlace,
} from '../../crypto/private.js';
import { staysAsProof } from '../casework/consent.js';
import { ClientError } from '../errors.js';
import type { OpenedForHandler } from './case-opening.js';

/** Where something can be erased; what opens an identity is on the record for good. */
export type ErasableCompartment = Exclude<Compartment, 'identity'>;

/** Where an entry stands. */
export interface EntryPlaceInput {
  compartment: ErasableCompartment;
  sequence: number;
}

/** A compartment of an opened case. Throws ClientError `wrong_erasure` where it is not open. */
export function compartmentOf(
  { file }: OpenedForHandler,
  name: ErasableCompartment,
): OpenedCompartment {
  const found = file[name];
  if (found === null) throw new ClientError('wrong_erasure');
  return found;
}

function placeOf({ sequence, hash }: OpenedEntry): RecordPlace {
  return { sequence, hash };
}

/** What still has words of an entry, the entry among them, in the order of the chain. */
export function livePlaces(
  { chain, remains }: OpenedCompartment,
  entry: OpenedEntry,
  besides: RecordPlace | null = null,
): RecordPlace[] {
  const copies = remains.filter(
    ({ content }) =>
      (content.kind === 'remains' || content.kind === 'note_remains') &&
      content.of === entry.sequence,
  );
  return (
    [entry, ...copies.reverse()]
      .filter(
        ({ sequence, hash }) => !chain.erasing.entries.has(sequence) && hash !== besides?.hash,
      )
      // before the newest are counted, so that whoever confirms counts as whoever proposed
      .slice(0, ERASED_ENTRIES_LIMIT)
      .map(placeOf)
      .sort((a, b) => a.sequence - b.sequence)
  );
}

/**
 * The files that came with an entry: of those that it names, the ones that none before it names. Before
 * that nobody else knew their ids, and whoever names another's file later cannot have it erased by that.
 */
export function ownFiles(
  { entries }: OpenedCompartment,
  { content, sequence }: OpenedEntry,
): AttachmentId[] {
  const names = (each: OpenedEntry): AttachmentId[] =>
    'files' in each.content ? each.content.files.map(({ attachment }) => attachment) : [];
  const before = new Set(entries.filter((each) => each.sequence < sequence).flatMap(names));
  const files = 'files' in content ? content.files : [];
  return files.map(({ attachment }) => attachment).filter((id) => !before.has(id));
}

/** See {@link staysAsProof}. */
export function isProof(
  { file }: Pick<OpenedForHandler, 'file'>,
  { content }: OpenedEntry,
): boolean {
  return staysAsProof(
    content,
    (file.internal?.entries ?? []).map((each) => each.content),
  );
}
