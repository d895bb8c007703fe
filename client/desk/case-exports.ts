import type { OpenedCase, OpenedCompartment } from '../../crypto/private.js';
import {
  type CaseExport,
  type ExportChains,
  type ExportSource,
  exportsOf,
} from '../casework/exports.js';

/** What the chains of an opened case tell of its exports. */
function chainsOf({ dialogue, internal }: OpenedCase): ExportChains {
  const places = new Map<string | null, number>(
    dialogue.chain.records.map(({ hash, entry }) => [hash, entry.header.sequence]),
  );
  const seen = (sequence: number): number => {
    const note = internal?.chain.records[sequence - 1];
    return places.get(note?.entry.header.seen ?? null) ?? 0;
  };
  const isNamed = (id: string, { chain }: OpenedCompartment, after: number): boolean =>
    chain.epochs
      .filter(({ entry }) => entry.header.sequence > after)
      .every(({ body }) => body.members.some((member) => member.id === id));
  return {
    seen,
    staysSince: (sequence, id) =>
      isNamed(id, dialogue, seen(sequence)) &&
      (internal === null || isNamed(id, internal, sequence)),
  };
}

/**
 * The exports of an opened case.
 *
 * @param entries as {@link exportsOf}: those of the case, and what is to be said beside them.
 */
export function exportsIn(file: OpenedCase, entries: readonly ExportSource[]): CaseExport[] {
  return exportsOf(entries, chainsOf(file));
}
