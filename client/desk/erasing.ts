import * as v from 'valibot';
import {
  type AttachmentId,
  type Compartment,
  type Directory,
  type EntryContent,
  ERASED_ENTRIES_LIMIT,
  type ErasureGround,
  type ErasureMark,
  erasesKey,
  handlersOf,
  aloneness,
  type Aloneness,
  type OpenedCompartment,
  type OpenedContent,
  type OpenedEntry,
  type EntryHeader,
  type Erases,
  type HandlerAppend,
  type Overview,
  type Party,
  ReaderId,
  type RecordPlace,
  type WorkId,
  goesWhole,
} from '../../crypto/private.js';
import { staysAsProof } from '../casework/consent.js';
import { keepingOf } from '../casework/keeping.js';
import { overviewOf } from '../casework/overview.js';
import { coverOf, partsOf, partsOn } from '../casework/parts.js';
import {
  lostWords,
  type Passage,
  textsOf,
  withoutPassages,
  withoutWords,
} from '../casework/passages.js';
import { saidIn } from '../casework/said.js';
import { ClientError } from '../errors.js';
import { beginDraft } from './case-draft.js';
import { grantable } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { SignedInState } from './session.js';

/** Where something can be erased; what opens an identity is on the record for good. */
export type ErasableCompartment = Exclude<Compartment, 'identity'>;

/** Where an entry stands. */
export interface EntryPlaceInput {
  compartment: ErasableCompartment;
  sequence: number;
}

/** What a handler wants erased, and why. */
export interface ErasureInput extends EntryPlaceInput {
  /** Every word and file of it; otherwise the passages and files named. */
  whole: boolean;
  passages: readonly Passage[];
  /** Ids of files. */
  files: readonly string[];
  ground: ErasureGround;
  text: string;
}

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

function compartmentOf({ file }: OpenedForHandler, name: ErasableCompartment): OpenedCompartment {
  const found = file[name];
  if (found === null) throw new ClientError('wrong_erasure');
  return found;
}

function meOf(state: SignedInState): Party {
  return v.parse(ReaderId, state.account.id);
}

function placeOf({ sequence, hash }: OpenedEntry): RecordPlace {
  return { sequence, hash };
}

/** What still has words of an entry, the entry among them, in the order of the chain. */
function livePlaces(
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

/** Throws ClientError where nothing may be erased now, or this entry never. */
function checkErasable(opened: OpenedForHandler, { compartment, sequence }: EntryPlaceInput): void {
  const keeping = keepingOf(saidIn(opened.file, opened.timeZone));
  if (keeping.hold !== null) throw new ClientError('case_held');
  if (keeping.restriction !== null) throw new ClientError('case_restricted');
  if (partsOn(keeping, { compartment, sequence }).length > 0) {
    throw new ClientError('part_restricted');
  }
  const { header } = compartmentOf(opened, compartment).chain.records[sequence - 1]?.entry ?? {};
  if (header?.form !== 'sealed') throw new ClientError('wrong_erasure');
}

function entryAt(opened: OpenedForHandler, place: EntryPlaceInput): OpenedEntry {
  const { entries } = compartmentOf(opened, place.compartment);
  const entry = entries.find(({ sequence }) => sequence === place.sequence);
  if (entry === undefined) throw new ClientError('wrong_erasure');
  return entry;
}

/**
 * Whether somebody erases alone in a place: since no other handler could ever read there, or since
 * all others left or declared a conflict and nobody else may be given access.
 */
export function erasesAlone(
  opened: OpenedForHandler,
  compartment: ErasableCompartment,
  me: Party,
): Aloneness {
  return aloneIn(opened, [compartment], me);
}

/** The same, of some parts of a case together. */
export function aloneIn(
  opened: OpenedForHandler,
  compartments: readonly ErasableCompartment[],
  me: Party,
): Aloneness {
  const chains = compartments.flatMap((name) => opened.file[name]?.chain.erasing ?? []);
  if (chains.length === 0) return 'no';
  const together = {
    members: new Set(chains.flatMap(({ members }) => [...members])),
    recused: new Set(chains.flatMap(({ recused }) => [...recused])),
  };
  const { directory } = opened.directory;
  const alone = aloneness(together, me, handlersOf(directory));
  if (alone !== 'left') return alone;
  return grantable(opened).some(({ id }) => isHandlerId(directory, id)) ? 'no' : 'left';
}

function isHandlerId({ readers }: Directory, id: string): boolean {
  return readers.some(({ record }) => record.id === id && record.part === 'handler');
}

/** See {@link staysAsProof}. */
function isProof({ file }: Pick<OpenedForHandler, 'file'>, { content }: OpenedEntry): boolean {
  return staysAsProof(
    content,
    (file.internal?.entries ?? []).map((each) => each.content),
  );
}

function remainsOf({ content }: OpenedEntry, input: ErasureInput): EntryContent | null {
  if (content.kind === 'erased') return null;
  if (content.kind === 'unreadable') {
    // it did something to the case, and nobody can say what is to stand in its place
    if (content.effect !== null) throw new ClientError('wrong_erasure');
    return null;
  }
  if (goesWhole(content)) {
    if (!input.whole) throw new ClientError('wrong_erasure');
    return null;
  }
  if (input.whole) return withoutWords(content);
  const left = withoutPassages(content, input.passages, input.files);
  if (JSON.stringify(left) === JSON.stringify(content)) throw new ClientError('nothing_to_erase');
  return left;
}

/**
 * The files that came with an entry: of those that it names, the ones that none before it names. Before
 * that nobody else knew their ids, and whoever names another's file later cannot have it erased by that.
 */
function ownFiles(
  { entries }: OpenedCompartment,
  { content, sequence }: OpenedEntry,
): AttachmentId[] {
  const names = (each: OpenedEntry): AttachmentId[] =>
    'files' in each.content ? each.content.files.map(({ attachment }) => attachment) : [];
  const before = new Set(entries.filter((each) => each.sequence < sequence).flatMap(names));
  const files = 'files' in content ? content.files : [];
  return files.map(({ attachment }) => attachment).filter((id) => !before.has(id));
}

/** The files of an entry that go: those named, or all. */
function filesOf(
  compartment: OpenedCompartment,
  entry: OpenedEntry,
  input: ErasureInput,
): AttachmentId[] {
  const gone = new Set<string>(entry.erasedFiles.map(({ attachment }) => attachment));
  return ownFiles(compartment, entry)
    .filter((id) => !gone.has(id) && (input.whole || input.files.includes(id)))
    .sort();
}

/**
 * Proposes to erase something; who reads a case alone, and always did, erases it with this. Who was
 * left alone by all others proposes first, and erases it after the waiting time.
 *
 * @throws ClientError `case_held`, `case_restricted`, `part_restricted`, `wrong_erasure` for what
 * cannot be erased, `already_erased`, `nothing_to_erase`.
 */
export function prepareErasureProposal(
  opened: OpenedForHandler,
  state: SignedInState,
  input: ErasureInput,
  entry: { at: string; id: WorkId },
): HandlerAppend {
  checkErasable(opened, input);
  const { compartment, ground, text } = input;
  const found = entryAt(opened, input);
  const entries = livePlaces(compartmentOf(opened, compartment), found);
  if (entries.length === 0) throw new ClientError('already_erased');
  if (isProof(opened, found)) throw new ClientError('wrong_erasure');
  const content = remainsOf(found, input);
  const kind = compartment === 'dialogue' ? 'remains' : 'note_remains';
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  const remains =
    content === null
      ? null
      : draft.say(
          compartment,
          // what it holds is of this compartment, as the entry was
          { kind, at: entry.at, of: found.sequence, content } as EntryContent,
        );
  const alone = erasesAlone(opened, compartment, meOf(state)) === 'always';
  const erases = {
    entries,
    files: filesOf(compartmentOf(opened, compartment), found, input),
    remains,
  };
  const said: EntryContent = {
    kind: alone ? 'erasure' : 'erasure_proposal',
    ...entry,
    ground,
    text,
  };
  draft.say(compartment, said, erases);
  const overview = alone
    ? overviewAfter(opened, compartment, found, content, said)
    : opened.overview;
  return draft.request({ overview: draft.overview(overview) });
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

function waiting(opened: OpenedForHandler, me: Party, place: EntryPlaceInput): ErasureProposal {
  const found = proposalsIn(opened, me).find(
    ({ compartment, sequence }) => compartment === place.compartment && sequence === place.sequence,
  );
  if (found === undefined) throw new ClientError('already_decided');
  return found;
}

function erasesAt(opened: OpenedForHandler, { compartment, sequence }: EntryPlaceInput): Erases {
  const record = compartmentOf(opened, compartment).chain.records[sequence - 1];
  const header: EntryHeader | undefined = record?.entry.header;
  if (header?.erases === undefined) throw new ClientError('wrong_erasure');
  return header.erases;
}

/**
 * Erases what another handler proposed.
 *
 * @throws ClientError `already_decided`, `erasure_unconfirmed` for one's own, `erasure_unfaithful`,
 * `erasure_outdated`, `erasure_proof`, `case_held`, `case_restricted`, `part_restricted`.
 */
export function prepareErasure(
  opened: OpenedForHandler,
  state: SignedInState,
  place: EntryPlaceInput,
  entry: { at: string; newId: WorkId; text: string },
): HandlerAppend {
  const me = meOf(state);
  const proposal = waiting(opened, me, place);
  const { compartment, of, fault } = proposal;
  checkErasable(opened, { compartment, sequence: of });
  if (fault !== null) throw new ClientError(`erasure_${fault}`);
  if (proposal.mine && erasesAlone(opened, compartment, me) === 'no') {
    throw new ClientError('erasure_unconfirmed');
  }
  const found = entryAt(opened, { compartment, sequence: of });
  const proposed = entryAt(opened, place).content;
  const said: EntryContent = {
    kind: 'erasure',
    at: entry.at,
    id: proposed.kind === 'erasure_proposal' ? proposed.id : entry.newId,
    ground: proposal.ground ?? 'other',
    text: entry.text === '' ? proposal.text : entry.text,
  };
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say(compartment, said, erasesAt(opened, place));
  const { remains } = proposal;
  const left =
    remains === null || remains.kind === 'unreadable' || remains.kind === 'erased' ? null : remains;
  return draft.request({
    overview: draft.overview(overviewAfter(opened, compartment, found, left, said)),
  });
}

/**
 * Declines a proposal, or takes one's own back.
 *
 * @throws ClientError `already_decided`.
 */
export function prepareDecline(
  opened: OpenedForHandler,
  state: SignedInState,
  place: EntryPlaceInput,
  entry: { at: string; text: string },
): HandlerAppend {
  waiting(opened, meOf(state), place);
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say(place.compartment, { kind: 'erasure_declined', ...entry }, erasesAt(opened, place));
  return draft.request({ overview: draft.overview(opened.overview) });
}

/** Longest passage of which each word is looked for in the title. */
const PASSAGE_LETTERS = 200;

function inOneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().toLocaleLowerCase();
}

/** Whether a title says something that was erased: it was cut from it, or shares a word with it. */
export function titleTellsOf(title: string, lost: readonly string[]): boolean {
  const shown = inOneLine(title).replace(/…$/u, '').trim();
  const words = new Set(shown.match(/[\p{L}\p{N}]+/gu) ?? []);
  return lost.some((passage) => {
    const line = inOneLine(passage);
    if (shown !== '' && line.includes(shown)) return true;
    if (line.length > PASSAGE_LETTERS) return false;
    const found = line.match(/[\p{L}\p{N}]+/gu) ?? [];
    return found.some((word) => word.length > 2 && words.has(word));
  });
}

/** The overview once an entry says only what remains; its title too, where that came from the words. */
function overviewAfter(
  opened: OpenedForHandler,
  compartment: ErasableCompartment,
  entry: OpenedEntry,
  remains: EntryContent | null,
  erasure: EntryContent,
): Overview {
  const { file, overview, timeZone, country, today } = opened;
  const { content: before } = entry;
  const readable = before.kind !== 'unreadable' && before.kind !== 'erased';
  const lost =
    readable && remains !== null
      ? (lostWords(before, remains) ?? [])
      : textsOf(before).map(({ text }) => text);
  const said = saidIn(file, timeZone, country);
  const { entries } = compartmentOf(opened, compartment);
  // else a title that is made anew would say what is restricted
  const cover = coverOf(file);
  const after = entries.map((each) =>
    each === entry ? (remains ?? ({ kind: 'erased' } as const)) : cover(each),
  );
  const title = titleTellsOf(overview.title, lost) ? null : overview.title;
  return overviewOf(title, { ...said, [compartment]: [...after, erasure] }, today);
}
