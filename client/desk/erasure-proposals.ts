import {
  type EntryHeader,
  type Erases,
  erasesKey,
  type ErasureGround,
  type ErasureMark,
  handlersOf,
  type OpenedCompartment,
  type OpenedContent,
  type OpenedEntry,
  type Party,
} from '../../crypto/private.js';
import { partsOf, partsOn } from '../casework/parts.js';
import { lostWords } from '../casework/passages.js';
import type { OpenedForHandler } from './case-opening.js';
import { type EntryPlaceInput, isProof, livePlaces, ownFiles } from './erasable.js';

/** A proposal that waits for somebody else. */
export interface ErasureProposal extends EntryPlaceInput {
  by: Party;
  at: string | null;
  ground: ErasureGround | null;
  text: string;
  /** The entry that it is about. */
  of: number;
  /** What would stand in its place; null for nothing. */
  remains: OpenedContent | null;
  /** Ids of the files that would go. */
  files: string[];
  mine: boolean;
  /**
   * Why nobody can confirm it: it erases something else than it shows, or says something that the
   * entry does not say (`unfaithful`); another copy of the words was written since (`outdated`); or a
   * disclosure of the identity rests on the entry (`proof`).
   */
  fault: 'unfaithful' | 'outdated' | 'proof' | null;
}

/** The proposals that wait in a case. */
export function proposalsIn(opened: OpenedForHandler, me: Party): ErasureProposal[] {
  const inForce = partsOf(opened.file);
  return (['dialogue', 'internal'] as const).flatMap((name) => {
    const compartment = opened.file[name];
    const found = compartment === null ? [] : proposalsOf(opened, compartment, me);
    return found.map((proposal) => {
      const place = { compartment: name, sequence: proposal.of };
      const isRestricted = partsOn(inForce, place).length > 0;
      return { ...proposal, remains: isRestricted ? null : proposal.remains, compartment: name };
    });
  });
}

/** A proposal without where it stands. */
type Proposed = Omit<ErasureProposal, 'compartment'>;

function proposalsOf(
  opened: OpenedForHandler,
  compartment: OpenedCompartment,
  me: Party,
): Proposed[] {
  const { chain } = compartment;
  const handlers = handlersOf(opened.directory.directory);
  const byKey = new Map<string, Proposed>();
  for (const { entry } of chain.records) {
    const { effect, erases, author, sequence }: EntryHeader = entry.header;
    if (effect !== 'propose_erasure' || erases === undefined) continue;
    const key = erasesKey(erases);
    // whoever left the organisation agrees to nothing any more
    const waits = handlers.now(author) && chain.erasing.proposals.get(key)?.has(author) === true;
    const done = erases.entries.some((each) => chain.erasing.entries.has(each.sequence));
    // of two equal ones the other person's is the one that can be confirmed
    if (!waits || done || (byKey.has(key) && author === me)) continue;
    byKey.set(key, proposalOf(opened, compartment, { sequence, author, erases }, me));
  }
  return [...byKey.values()];
}

interface ProposedErasure {
  sequence: number;
  author: Party;
  erases: Erases;
}

function proposalOf(
  { file }: OpenedForHandler,
  compartment: OpenedCompartment,
  { sequence, author, erases }: ProposedErasure,
  me: Party,
): Proposed {
  const opened = (at: number): OpenedEntry | undefined =>
    [...compartment.entries, ...compartment.remains].find((each) => each.sequence === at);
  const said = opened(sequence)?.content;
  const mark: Pick<ErasureMark, 'at' | 'ground' | 'text'> =
    said?.kind === 'erasure_proposal' ? said : { at: null, ground: null, text: '' };
  const [first] = erases.entries;
  const named = opened(first?.sequence ?? 0);
  const about = named?.content;
  const of =
    about?.kind === 'remains' || about?.kind === 'note_remains' ? about.of : (first?.sequence ?? 0);
  const entry = compartment.entries.find((each) => each.sequence === of);
  const stands =
    erases.remains === null ? null : (opened(erases.remains.sequence)?.content ?? null);
  const remains =
    stands?.kind === 'remains' || stands?.kind === 'note_remains' ? stands.content : null;
  return {
    sequence,
    by: author,
    at: mark.at,
    ground: mark.ground,
    text: mark.text,
    of,
    remains,
    files: erases.files,
    mine: author === me,
    fault:
      entry === undefined
        ? 'unfaithful'
        : isProof({ file }, entry)
          ? 'proof'
          : faultIn(compartment, entry, erases, stands),
  };
}

/** Whether a proposal does what it shows, and no more and no less. */
function faultIn(
  compartment: OpenedCompartment,
  entry: OpenedEntry,
  { entries, files, remains }: ProposedErasure['erases'],
  stands: OpenedContent | null,
): ErasureProposal['fault'] {
  const live = livePlaces(compartment, entry, remains);
  const named = new Set(entries.map(({ hash }) => hash));
  if (!entries.every(({ hash }) => live.some((each) => each.hash === hash))) return 'unfaithful';
  const { content } = entry;
  const attached = ownFiles(compartment, entry);
  if (!files.every((id) => attached.some((each) => each === id))) return 'unfaithful';
  if (stands !== null) {
    const isRemains = stands.kind === 'remains' || stands.kind === 'note_remains';
    if (!isRemains || stands.of !== entry.sequence) return 'unfaithful';
    if (content.kind === 'unreadable' || content.kind === 'erased') return 'unfaithful';
    if (lostWords(content, stands.content) === null) return 'unfaithful';
  }
  // a file that is no longer named and not erased would lie there for nobody
  const kept =
    stands !== null && 'content' in stands && 'files' in stands.content ? stands.content.files : [];
  const left = new Set<string>([...kept.map(({ attachment }) => attachment), ...files]);
  const gone = new Set<string>(entry.erasedFiles.map(({ attachment }) => attachment));
  if (!attached.every((id) => left.has(id) || gone.has(id))) return 'unfaithful';
  return live.every(({ hash }) => named.has(hash)) ? null : 'outdated';
}
