import { withoutPassages, withoutWords } from '../../client/casework/passages.js';
import type { EntryPlaceInput } from '../../client/desk/erasable.js';
import type { ErasureInput } from '../../client/desk/erasing.js';
import type { ErasureProposal } from '../../client/desk/erasure-proposals.js';
import type { EntryView } from '../../client/models.js';

// What is proposed to be erased in the made-up cases. The other handlers propose nothing by
// themselves: what this one proposes in a case named so comes from a colleague.

const waiting = new Map<string, ErasureProposal[]>();
/** In this case a colleague takes every proposal for the own. */
const SWAPPED = 'b';

/** What waits in a case. */
export function proposalsOf(id: string): ErasureProposal[] {
  return waiting.get(id) ?? [];
}

/** Adds a proposal. */
export function propose(id: string, entries: readonly EntryView[], input: ErasureInput): void {
  const { compartment, sequence, whole, passages, files, ground, text } = input;
  const entry = entries.find(
    (each) => each.compartment === compartment && each.sequence === sequence,
  );
  const content = entry?.content;
  const readable =
    content === undefined || content.kind === 'unreadable' || content.kind === 'erased'
      ? null
      : content;
  const remains =
    readable && (whole ? withoutWords(readable) : withoutPassages(readable, passages, files));
  const attached = readable !== null && 'files' in readable ? readable.files : [];
  const gone = attached.filter(({ attachment }) => whole || files.includes(attachment));
  const mine = id !== SWAPPED;
  waiting.set(id, [
    ...proposalsOf(id),
    {
      compartment,
      sequence: 100 + proposalsOf(id).length,
      by: (mine ? 'hanna' : 'omar') as ErasureProposal['by'],
      at: new Date().toISOString(),
      ground,
      text,
      of: sequence,
      remains,
      files: gone.map(({ attachment }) => attachment),
      mine,
      fault: null,
    },
  ]);
}

/** Takes a proposal out, as done or declined; answers it. */
export function decide(id: string, place: EntryPlaceInput): ErasureProposal | null {
  const found = proposalsOf(id).find(({ sequence }) => sequence === place.sequence) ?? null;
  waiting.set(
    id,
    proposalsOf(id).filter((each) => each !== found),
  );
  return found;
}
