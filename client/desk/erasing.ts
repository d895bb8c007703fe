import * as v from 'valibot';
import {
  type AttachmentId,
  type EntryContent,
  type EntryHeader,
  type Erases,
  type ErasureGround,
  goesWhole,
  type HandlerAppend,
  type OpenedCompartment,
  type OpenedEntry,
  type Overview,
  type Party,
  ReaderId,
  type WorkId,
} from '../../crypto/private.js';
import { keepingOf } from '../casework/keeping.js';
import { overviewOf } from '../casework/overview.js';
import { coverOf, partsOn } from '../casework/parts.js';
import {
  lostWords,
  type Passage,
  textsOf,
  withoutPassages,
  withoutWords,
} from '../casework/passages.js';
import { saidIn } from '../casework/said.js';
import { ClientError } from '../errors.js';
import { erasesAlone } from './aloneness.js';
import { beginDraft } from './case-draft.js';
import type { OpenedForHandler } from './case-opening.js';
import {
  compartmentOf,
  type EntryPlaceInput,
  type ErasableCompartment,
  isProof,
  livePlaces,
  ownFiles,
} from './erasable.js';
import { type ErasureProposal, proposalsIn } from './erasure-proposals.js';
import type { SignedInState } from './session.js';
import { titleTellsOf } from './title.js';

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

function meOf(state: SignedInState): Party {
  return v.parse(ReaderId, state.account.id);
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
