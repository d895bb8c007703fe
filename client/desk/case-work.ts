import * as v from 'valibot';
import {
  channelReaders,
  type Compartment,
  daysBetween,
  type Entry,
  type EntryContent,
  type EntryPlace,
  type EpochBody,
  type EpochKey,
  type FileReference,
  type Grant,
  type HandlerAppend,
  makeEpochEntry,
  type Member,
  newEpochKey,
  newestOfOtherSide,
  type OpenedCompartment,
  type Overview,
  ReaderId,
  type RecordHash,
  recordHashOf,
  sealEntry,
  sealGrant,
  sealOverview,
  sealPreviousKey,
  sealStatistics,
  titleOf,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { applyTo, type OpenedForHandler } from './case-opening.js';
import type { SignedInState } from './session.js';

/** A request under way: entries in their order, with the keys that came with them. */
interface Draft {
  entries: Entry[];
  grants: Grant[];
  /** Newest epoch key of each compartment, as it will be. */
  keys: Map<Compartment, EpochKey>;
  heads: Map<Compartment, { sequence: number; hash: RecordHash }>;
}

function newestKey(compartment: OpenedCompartment | null): EpochKey | null {
  const epoch = compartment?.chain.epochs.at(-1)?.entry.header.epoch;
  return epoch === undefined ? null : (compartment?.keys.get(epoch) ?? null);
}

function newestMembers(compartment: OpenedCompartment): Member[] {
  return compartment.chain.epochs.at(-1)?.body.members ?? [];
}

/**
 * The dialogue's members who go on. Whoever left the organisation gets no new key, nor does somebody
 * whom the reporter left out and another handler let in.
 */
function stayingMembers({ file, directory }: OpenedForHandler): Member[] {
  const leftOut: readonly string[] = file.report?.leftOut ?? [];
  const { readers } = directory.directory;
  const active = new Set<string>(
    readers.filter(({ state }) => state === 'active').map(({ record }) => record.id),
  );
  return newestMembers(file.dialogue).filter(
    ({ id }) => id === 'reporter' || (active.has(id) && !leftOut.includes(id)),
  );
}

/** `opened` must hold: nothing is written where something is wrong. */
function begin(opened: OpenedForHandler): Draft {
  const { file } = opened;
  const draft: Draft = { entries: [], grants: [], keys: new Map(), heads: new Map() };
  for (const name of ['dialogue', 'internal'] as const) {
    const key = newestKey(file[name]);
    const last = file[name]?.chain.records.at(-1);
    if (key !== null) draft.keys.set(name, key);
    if (last !== undefined) {
      draft.heads.set(name, { sequence: last.entry.header.sequence, hash: last.hash });
    }
  }
  return draft;
}

function placeFor(
  draft: Draft,
  opened: OpenedForHandler,
  state: SignedInState,
  compartment: Compartment,
): EntryPlace {
  const head = draft.heads.get(compartment);
  const author = v.parse(ReaderId, state.account.id);
  return {
    author,
    secretKey: state.keys.sig.secretKey,
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.hash ?? null,
    seen:
      compartment === 'internal'
        ? (draft.heads.get('dialogue')?.hash ?? null)
        : newestOfOtherSide(opened.file.dialogue.chain, author),
  };
}

function add(draft: Draft, entry: Entry): void {
  const { compartment, sequence } = entry.header;
  draft.entries.push(entry);
  draft.heads.set(compartment, { sequence, hash: recordHashOf(entry) });
}

/**
 * Adds an epoch with these members, and a grant for each. Where the key before it is lost to me there
 * is no way back from it: everybody opens what is older by the grants of then.
 */
function addEpoch(
  draft: Draft,
  opened: OpenedForHandler,
  state: SignedInState,
  compartment: Compartment,
  members: Member[],
): void {
  const before = draft.keys.get(compartment) ?? null;
  const key = newEpochKey({
    case: opened.file.id,
    compartment,
    epoch: (opened.file[compartment]?.chain.epochs.length ?? 0) + 1,
  });
  const body: EpochBody = {
    members,
    directory: {
      version: opened.directory.directory.version,
      hash: opened.directory.hash,
    },
    previousKey: before === null ? null : sealPreviousKey(key, before),
  };
  add(draft, makeEpochEntry(key, placeFor(draft, opened, state, compartment), body));
  draft.grants.push(...members.map((member) => sealGrant(key, member)));
  draft.keys.set(compartment, key);
}

function keyOf(draft: Draft, compartment: Compartment): EpochKey {
  const key = draft.keys.get(compartment);
  if (key === undefined) throw new ClientError('missing_entry');
  return key;
}

/** Opens an epoch in both compartments for these members of the dialogue. */
function addEpochs(
  draft: Draft,
  opened: OpenedForHandler,
  state: SignedInState,
  members: Member[],
): void {
  addEpoch(draft, opened, state, 'dialogue', members);
  const readers = members.filter(({ id }) => id !== 'reporter');
  addEpoch(draft, opened, state, 'internal', readers);
}

/**
 * The notes begin with whoever writes first: all readers of the dialogue belong to them. Where one
 * of those left the organisation, whoever writes next takes that reader off.
 */
function ensureEpochs(draft: Draft, opened: OpenedForHandler, state: SignedInState): void {
  const staying = stayingMembers(opened);
  if (staying.length < newestMembers(opened.file.dialogue).length) {
    addEpochs(draft, opened, state, staying);
  } else if (opened.file.internal === null) {
    const readers = staying.filter(({ id }) => id !== 'reporter');
    addEpoch(draft, opened, state, 'internal', readers);
  }
}

/** The overview goes along with every new epoch, under its key. */
function overviewAfter(draft: Draft, opened: OpenedForHandler): HandlerAppend['overview'] {
  if (draft.grants.length === 0) return null;
  return sealOverview(keyOf(draft, 'internal'), opened.overview);
}

function finish(
  draft: Draft,
  rest: Partial<Pick<HandlerAppend, 'overview' | 'attachments' | 'statistics'>>,
): HandlerAppend {
  return {
    overview: null,
    attachments: [],
    statistics: [],
    ...rest,
    entries: draft.entries,
    grants: draft.grants,
  };
}

/** Statistics remain of a closed case, sealed to each of its readers; of a practice case nothing. */
function statisticsOf(opened: OpenedForHandler, overview: Overview): HandlerAppend['statistics'] {
  const { case: facts } = opened.answer;
  const { report } = opened.file;
  const closure = overview.outcome;
  if (facts.practice || report === null || closure === null) return [];
  const days = (day: Overview['acknowledgedOn']): number | null =>
    day === null ? null : Math.max(0, daysBetween(facts.receivedOn, day));
  const readers = stayingMembers(opened).filter(({ id }) => id !== 'reporter');
  return sealStatistics(
    {
      category: report.category,
      relation: report.relation,
      outcome: closure,
      daysToAcknowledgement: days(overview.acknowledgedOn),
      daysToFeedback: days(overview.feedbackOn),
    },
    facts.channel,
    Number(facts.receivedOn.slice(0, 4)),
    readers,
  );
}

/** An entry to the reporter, with all that follows from its kind. */
export function prepareMessage(
  opened: OpenedForHandler,
  state: SignedInState,
  content: EntryContent,
  files: readonly FileReference[],
): HandlerAppend {
  const draft = begin(opened);
  ensureEpochs(draft, opened, state);
  const place = placeFor(draft, opened, state, 'dialogue');
  add(draft, sealEntry(keyOf(draft, 'dialogue'), place, content));
  const overview = { ...opened.overview };
  applyTo(overview, content);
  const closes = content.kind === 'closure';
  return finish(draft, {
    overview: sealOverview(keyOf(draft, 'internal'), overview),
    attachments: files.map(({ attachment }) => attachment),
    statistics: closes ? statisticsOf(opened, overview) : [],
  });
}

/** A note that the reporter never sees, or a decision for the case file. */
export function prepareNote(
  opened: OpenedForHandler,
  state: SignedInState,
  content: EntryContent,
  files: readonly FileReference[],
): HandlerAppend {
  const draft = begin(opened);
  ensureEpochs(draft, opened, state);
  const place = placeFor(draft, opened, state, 'internal');
  add(draft, sealEntry(keyOf(draft, 'internal'), place, content));
  return finish(draft, {
    overview: overviewAfter(draft, opened),
    attachments: files.map(({ attachment }) => attachment),
  });
}

/** A new title in the list. */
export function prepareTitle(
  opened: OpenedForHandler,
  state: SignedInState,
  title: string,
): HandlerAppend {
  const draft = begin(opened);
  ensureEpochs(draft, opened, state);
  const overview = { ...opened.overview, title: titleOf(title) };
  return finish(draft, { overview: sealOverview(keyOf(draft, 'internal'), overview) });
}

/** Handlers of the channel who could be given access: not there yet, and not left out. */
export function grantable(opened: OpenedForHandler): { id: string; name: string }[] {
  const present = new Set<string>(newestMembers(opened.file.dialogue).map(({ id }) => id));
  const { report } = opened.file;
  // Where the report cannot be read nobody knows whom it leaves out.
  if (report === null) return [];
  const leftOut = new Set<string>(report.leftOut);
  return channelReaders(opened.directory.directory, opened.answer.case.channel)
    .map(({ record: { id, name } }) => ({ id, name }))
    .filter(({ id }) => !present.has(id) && !leftOut.has(id));
}

function changeMembers(
  opened: OpenedForHandler,
  state: SignedInState,
  change: (members: Member[]) => Member[],
): HandlerAppend {
  const draft = begin(opened);
  addEpochs(draft, opened, state, change(stayingMembers(opened)));
  return finish(draft, { overview: overviewAfter(draft, opened) });
}

/** New keys for those who read the case and may; it mends whatever is `mendable` in it. */
export function prepareRenewal(opened: OpenedForHandler, state: SignedInState): HandlerAppend {
  return changeMembers(opened, state, (members) => members);
}

/** A new epoch in both compartments that one more reader belongs to, history included. */
export function prepareGrant(
  opened: OpenedForHandler,
  state: SignedInState,
  readerId: string,
): HandlerAppend {
  const allowed = grantable(opened).some(({ id }) => id === readerId);
  const reader = opened.directory.directory.readers.find(({ record }) => record.id === readerId);
  if (!allowed || reader === undefined) throw new ClientError('not_grantable');
  const { id, kem, sig } = reader.record;
  return changeMembers(opened, state, (members) => [...members, { id, kem, sig }]);
}

/** A new epoch in both compartments without this reader, who keeps what was read before. */
export function prepareRevocation(
  opened: OpenedForHandler,
  state: SignedInState,
  readerId: string,
): HandlerAppend {
  const members = newestMembers(opened.file.dialogue);
  const present = members.some(({ id }) => id === readerId);
  if (readerId === 'reporter' || !present) throw new ClientError('not_a_member');
  if (readerId === state.account.id) throw new ClientError('not_yourself');
  return changeMembers(opened, state, (all) => all.filter(({ id }) => id !== readerId));
}
