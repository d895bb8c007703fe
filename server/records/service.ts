import type { Knex } from 'knex';
import {
  isEpochEntry,
  type CaseId,
  type Compartment,
  type Entry,
  type EntryHeader,
  type EpochBody,
  type EpochEntry,
  type Grant,
  type GuestTerms,
  type NewEntry,
  type Party,
  type Reading,
  type RecordHash,
  type SealedOverview,
} from '../../crypto/public.js';
import { checkShare } from './budget.js';
import { readErasable } from './erasures.js';
import type { DirectoryLookup } from './directory.js';
import {
  accessRows,
  afterwards,
  commitmentsOf,
  identityOf,
  overviewRow,
  placeOf,
  type AppendedCase,
} from './effects.js';
import {
  directoryKey,
  followChains,
  readEpochBodies,
  readEpochBody,
  type AppendContext,
  type Chain,
  type Chains,
} from './rules.js';
import {
  entryOf,
  entryRow,
  grantOf,
  grantRow,
  type AccessRow,
  type CaseRow,
  type EntryRow,
  type GrantRow,
  type OverviewRow,
} from './rows.js';
import {
  bodyBytes,
  dialogueRecordsAmong,
  entriesIn,
  epochEntries,
  epochEntry,
  grantsFor,
  insertAccess,
  insertCaseRow,
  insertEntries,
  insertGrants,
  moveAccess,
  newestHeaderBy,
  newestRecord,
  readingsOf,
  replaceAccess,
  updateCaseRow,
  upsertOverview,
} from './store.js';

/** Where reporters, handlers and custodians write. */
export const REPORTER_WRITES: readonly Compartment[] = ['dialogue', 'identity'];
export const HANDLER_WRITES: readonly Compartment[] = ['dialogue', 'internal'];
export const GUEST_WRITES: readonly Compartment[] = ['internal'];
export const CUSTODIAN_WRITES: readonly Compartment[] = ['identity'];

/**
 * Adds entries and their grants to a case, or nothing: the caller's transaction ends with the error.
 * Follows with the case's sequences and epochs, and with who may open it. `caseRow` must have been
 * read in the same transaction.
 *
 * @param author who sends them; it must be the author of every entry.
 * @param writes where the author may write.
 * @param notAlone why somebody whom all others left alone may not erase by themselves; null where they
 * may.
 * @throws ApiError with the code of the rule that is broken, see `followChains`; `case_full`.
 */
export async function appendEntries(
  trx: Knex,
  caseRow: CaseRow,
  author: Party,
  entries: readonly NewEntry[],
  grants: readonly Grant[],
  directory: DirectoryLookup,
  writes = author === 'reporter' ? REPORTER_WRITES : HANDLER_WRITES,
  notAlone: AppendContext['notAlone'] = 'erasure_unconfirmed',
): Promise<AppendedCase> {
  // nothing gets where this author may not write; the notes are for the dialogue's readers
  const needed: readonly Compartment[] = writes.includes('internal') ? HANDLER_WRITES : writes;
  const endOf = async (compartment: Compartment): Promise<Chain> =>
    needed.includes(compartment)
      ? readChain(trx, caseRow, compartment)
      : { sequence: caseRow[`${compartment}_sequence`], head: null, epoch: null };
  const before: Chains = {
    dialogue: await endOf('dialogue'),
    internal: await endOf('internal'),
    identity: await endOf('identity'),
  };
  await checkShare(trx, caseRow.id, author, entries);
  const bodies = readEpochBodies(entries);
  const erases = entries.some(
    ({ header }) => header.form === 'sealed' && header.erases !== undefined,
  );
  const recused =
    bodies.size === 0 && !erases
      ? new Set<string>()
      : await readRecused(trx, caseRow.id, directory);
  const { chains: after, records } = followChains(
    {
      case: identityOf(caseRow),
      chains: before,
      author,
      writes,
      reader: (id) => directory.reader(id),
      wasHandler: (id) => directory.wasHandler(id),
      person: (id) => directory.person(id),
      faultInCeremony: (...asked) => directory.faultInCeremony(...asked),
      ...(await readSeen(trx, caseRow.id, author, entries)),
      bodies,
      canSignIn: (id) => directory.canSignIn(id),
      recused,
      directories: await knownDirectories(trx, directory, bodies),
      sworn: await swornAmong(trx, caseRow.id, author, directory),
      erasable: await readErasable(trx, caseRow.id, entries, recused),
      notAlone,
    },
    entries,
    grants,
  );
  const changed = afterwards(caseRow, author, after);
  await insertEntries(trx, records.map(entryRow));
  await insertGrants(
    trx,
    grants.map((grant) => grantRow(caseRow.id, grant)),
  );
  await updateCaseRow(trx, caseRow.id, {
    dialogue_sequence: changed.dialogue_sequence,
    dialogue_epoch: changed.dialogue_epoch,
    internal_sequence: changed.internal_sequence,
    internal_epoch: changed.internal_epoch,
    identity_sequence: changed.identity_sequence,
    identity_epoch: changed.identity_epoch,
    reporter_sequence: changed.reporter_sequence,
    removal_by: changed.removal_by,
  });
  if (changed.dialogue_epoch !== caseRow.dialogue_epoch) {
    await replaceAccess(trx, caseRow.id, accessRows(changed, after));
  }
  return { row: changed, commitments: commitmentsOf(after) };
}

/**
 * Puts a sealed overview in the place of the one before.
 *
 * @throws ApiError `epoch_outdated` unless it is sealed under the newest epoch of its compartment,
 * or `malformed`.
 */
export async function keepOverview(
  trx: Knex,
  { row, commitments }: AppendedCase,
  overview: SealedOverview,
): Promise<void> {
  await upsertOverview(trx, overviewRow({ row, commitments }, overview));
}

/** A new case with all that stands in it, checked and not yet stored. */
export interface NewCase {
  row: CaseRow;
  entries: EntryRow[];
  grants: GrantRow[];
  access: AccessRow[];
  overview: OverviewRow;
}

/**
 * Checks the first entries of a case, their grants and its overview as {@link appendEntries} does;
 * stores nothing, so that no transaction waits for it.
 *
 * @param empty the case before its first entry, all sequences and epochs zero.
 * @throws ApiError with the code of the rule that is broken.
 */
export async function prepareCase(
  db: Knex,
  empty: CaseRow,
  entries: readonly NewEntry[],
  grants: readonly Grant[],
  overview: SealedOverview,
  directory: DirectoryLookup,
): Promise<NewCase> {
  const nothing: Chain = { sequence: 0, head: null, epoch: null };
  const bodies = readEpochBodies(entries);
  const { chains: after, records } = followChains(
    {
      case: identityOf(empty),
      chains: { dialogue: nothing, internal: nothing, identity: nothing },
      author: 'reporter',
      writes: REPORTER_WRITES,
      reader: (id) => directory.reader(id),
      wasHandler: (id) => directory.wasHandler(id),
      person: (id) => directory.person(id),
      faultInCeremony: (...asked) => directory.faultInCeremony(...asked),
      dialogueRecords: new Map(),
      seenBefore: { dialogue: 0, internal: 0, identity: 0 },
      bodies,
      canSignIn: () => false,
      recused: new Set(),
      directories: await knownDirectories(db, directory, bodies),
      sworn: new Set(),
      erasable: {},
      notAlone: null,
    },
    entries,
    grants,
  );
  const row = afterwards(empty, 'reporter', after);
  return {
    row,
    entries: records.map(entryRow),
    grants: grants.map((grant) => grantRow(row.id, grant)),
    access: accessRows(row, after),
    overview: overviewRow({ row, commitments: commitmentsOf(after) }, overview),
  };
}

/** Stores a new case with all that stands in it. */
export async function insertCase(trx: Knex, fresh: NewCase): Promise<void> {
  await insertCaseRow(trx, fresh.row);
  await insertEntries(trx, fresh.entries);
  await insertGrants(trx, fresh.grants);
  await insertAccess(trx, fresh.access);
  await upsertOverview(trx, fresh.overview);
}

/**
 * Changes days and state of a case together with its place in the lists of those who may open it.
 *
 * @returns the case as it is afterwards.
 */
export async function changeCase(
  trx: Knex,
  caseRow: CaseRow,
  changes: Partial<
    Pick<
      CaseRow,
      | 'active_day'
      | 'closed_day'
      | 'processed_day'
      | 'processed_paused'
      | 'decision_due_day'
      | 'escalated'
      | 'purging'
      | 'held'
      | 'restricted'
      | 'part_restricted'
      | 'paused_day'
      | 'paused_days'
      | 'removal_by'
      | 'removal_day'
      | 'alone_from_day'
    >
  >,
): Promise<CaseRow> {
  const changed = { ...caseRow, ...changes };
  await updateCaseRow(trx, caseRow.id, changes);
  const place = placeOf(changed);
  const was = placeOf(caseRow);
  if (place.state !== was.state || place.active_day !== was.active_day) {
    await moveAccess(trx, caseRow.id, place);
  }
  return changed;
}

/** All entries of some compartments, the dialogue first, each in the order of its chain. */
export async function readEntries(
  db: Knex,
  caseId: CaseId,
  compartments: readonly Compartment[],
): Promise<Entry[]> {
  return (await entriesIn(db, caseId, compartments)).map(entryOf);
}

/** The epoch entries of one compartment of a case, oldest first. */
export async function readEpochs(
  db: Knex,
  caseId: CaseId,
  compartment: Compartment,
): Promise<EpochEntry[]> {
  return (await epochEntries(db, caseId, compartment)).map(entryOf).filter(isEpochEntry);
}

/** Bytes of all bodies that a reporter's answer of a case holds. */
export async function reporterBytes(db: Knex, caseId: CaseId): Promise<number> {
  return bodyBytes(db, caseId, REPORTER_WRITES);
}

/** The newest record of a compartment: its sequence and hash, null where it is empty. */
export async function readNewest(
  db: Knex,
  row: CaseRow,
  compartment: Compartment,
): Promise<{ sequence: number; hash: RecordHash } | null> {
  const hash = await newestRecord(db, row.id, compartment);
  return hash === null ? null : { sequence: row[`${compartment}_sequence`], hash };
}

/** Who belongs to the newest epoch of the identity; nobody where there is none. */
export async function identityMembers(db: Knex, row: CaseRow): Promise<ReadonlySet<string>> {
  const { epoch } = await readChain(db, row, 'identity');
  return new Set(epoch?.members.map(({ id }) => id));
}

/** How far a guest may go in a case; undefined for whoever is none of its guests. */
export async function guestTermsOf(
  db: Knex,
  row: CaseRow,
  guest: string,
): Promise<GuestTerms | undefined> {
  const { epoch } = await readChain(db, row, 'dialogue');
  return epoch?.members.find(({ id }) => id === guest)?.guest;
}

/** Whether a guest accepted to keep a case secret: the first that a guest writes there says so. */
export async function acceptedSecrecy(db: Knex, caseId: CaseId, guest: string): Promise<boolean> {
  return (await newestHeaderBy(db, caseId, 'internal', guest as Party)) !== undefined;
}

/** The grants of one recipient in a case, by compartment and epoch. */
export async function readGrants(db: Knex, caseId: CaseId, recipient: Party): Promise<Grant[]> {
  return (await grantsFor(db, caseId, recipient)).map(grantOf);
}

/** On which days readers first opened the entries of a case. */
export async function readReadings(db: Knex, caseId: CaseId): Promise<Reading[]> {
  return readingsOf(db, caseId);
}

/** The author, if a guest who accepted secrecy before. */
async function swornAmong(
  trx: Knex,
  caseId: CaseId,
  author: Party,
  directory: DirectoryLookup,
): Promise<Set<string>> {
  const isGuest = directory.reader(author)?.part === 'guest';
  return new Set(isGuest && (await acceptedSecrecy(trx, caseId, author)) ? [author] : []);
}

async function readChain(db: Knex, caseRow: CaseRow, compartment: Compartment): Promise<Chain> {
  const sequence = caseRow[`${compartment}_sequence`];
  const number = caseRow[`${compartment}_epoch`];
  if (sequence === 0) return { sequence: 0, head: null, epoch: null };
  const head = await newestRecord(db, caseRow.id, compartment);
  const row = await epochEntry(db, caseRow.id, compartment, number);
  const entry = row === undefined ? undefined : entryOf(row);
  if (entry === undefined || !isEpochEntry(entry)) throw new Error('a chain without an epoch');
  const { members } = readEpochBody(entry);
  return { sequence, head, epoch: { number, commitment: entry.header.commitment, members } };
}

/** What the author may name as seen: the records that the entries name, and what was named before. */
async function readSeen(
  trx: Knex,
  caseId: CaseId,
  author: Party,
  entries: readonly NewEntry[],
): Promise<Pick<AppendContext, 'dialogueRecords' | 'seenBefore'>> {
  const before: Record<Compartment, RecordHash | null> = {
    dialogue: null,
    internal: null,
    identity: null,
  };
  for (const compartment of new Set(entries.map(({ header }) => header.compartment))) {
    const header = await newestHeaderBy(trx, caseId, compartment, author);
    if (header !== undefined) before[compartment] = (JSON.parse(header) as EntryHeader).seen;
  }
  const named = [...entries.map(({ header }) => header.seen), ...Object.values(before)];
  const hashes = [...new Set(named.filter((hash) => hash !== null))];
  const rows = await dialogueRecordsAmong(trx, caseId, hashes);
  const dialogueRecords = new Map(rows.map((row) => [row.record_hash as string, row]));
  const at = (hash: RecordHash | null): number => dialogueRecords.get(hash ?? '')?.sequence ?? 0;
  return {
    dialogueRecords,
    seenBefore: {
      dialogue: at(before.dialogue),
      internal: at(before.internal),
      identity: at(before.identity),
    },
  };
}

/** Who declared to take no part in a case, as persons: whoever came back under new keys is the same. */
export async function readRecused(
  db: Knex,
  caseId: CaseId,
  lookup: Pick<DirectoryLookup, 'person'>,
): Promise<ReadonlySet<string>> {
  const epochs = await readEpochs(db, caseId, 'dialogue');
  const recusals = epochs.filter((entry) => readEpochBody(entry).recuses === true);
  return new Set(recusals.map(({ header }) => lookup.person(header.author)));
}

async function knownDirectories(
  db: Knex,
  lookup: DirectoryLookup,
  bodies: ReadonlyMap<EpochEntry, EpochBody>,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const { directory } of bodies.values()) {
    if (await lookup.knows(db, directory)) known.add(directoryKey(directory));
  }
  return known;
}
