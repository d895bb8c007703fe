import type { Knex } from 'knex';
import {
  isEpochEntry,
  type CaseId,
  type Compartment,
  type Entry,
  type EntryHeader,
  type EpochBody,
  type Grant,
  type Party,
  type ReaderRecord,
  type RecordHash,
  type SealedOverview,
} from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import { directoryKey, followChains, readEpochBody, type Chain, type Chains } from './rules.js';
import { entryOf, entryRow, grantOf, grantRow, type AccessRow, type CaseRow } from './rows.js';
import {
  dialogueRecordsAmong,
  entriesIn,
  epochEntry,
  grantsFor,
  insertEntries,
  insertGrants,
  moveAccess,
  newestRecord,
  replaceAccess,
  updateCaseRow,
  upsertOverview,
} from './store.js';

/** What the records ask of the directories. */
export interface DirectoryLookup {
  /** An active reader of the newest directory, null for anybody else. */
  reader(id: string): ReaderRecord | null;
  /** Whether this directory is, or once was, the installation's. */
  knows(trx: Knex, directory: EpochBody['directory']): Promise<boolean>;
}

/** A case after entries were added, with the commitments of its newest epochs. */
export interface AppendedCase {
  row: CaseRow;
  /** Null where a compartment has no epoch, and `internal` for a reporter. */
  commitments: Readonly<Record<Compartment, string | null>>;
}

/**
 * Adds entries and their grants to a case, or nothing: the caller's transaction ends with the error.
 * Follows with the case's sequences and epochs, and with who may open it. `caseRow` must have been
 * read in the same transaction.
 *
 * @param author who sends them; it must be the author of every entry.
 * @throws ApiError with the code of the rule that is broken, see `followChains`.
 */
export async function appendEntries(
  trx: Knex,
  caseRow: CaseRow,
  author: Party,
  entries: readonly Entry[],
  grants: readonly Grant[],
  directory: DirectoryLookup,
): Promise<AppendedCase> {
  const before: Chains = {
    dialogue: await readChain(trx, caseRow, 'dialogue'),
    // a reporter's entry never gets there
    internal:
      author === 'reporter'
        ? { sequence: caseRow.internal_sequence, head: null, epoch: null }
        : await readChain(trx, caseRow, 'internal'),
  };
  const reporter = { kem: textOf(caseRow.reporter_kem), sig: textOf(caseRow.reporter_sig) };
  const after = followChains(
    {
      case: { id: caseRow.id, organisation: caseRow.organisation, reporter },
      chains: before,
      author,
      reader: (id) => directory.reader(id),
      dialogueRecords: await seenRecords(trx, caseRow.id, before.dialogue.head, entries),
      directories: await namedDirectories(trx, directory, entries),
    },
    entries,
    grants,
  );
  await insertEntries(trx, entries.map(entryRow));
  await insertGrants(
    trx,
    grants.map((grant) => grantRow(caseRow.id, grant)),
  );
  const changes = {
    dialogue_sequence: after.dialogue.sequence,
    dialogue_epoch: after.dialogue.epoch?.number ?? 0,
    internal_sequence: after.internal.sequence,
    internal_epoch: after.internal.epoch?.number ?? caseRow.internal_epoch,
    reporter_sequence: author === 'reporter' ? after.dialogue.sequence : caseRow.reporter_sequence,
  };
  await updateCaseRow(trx, caseRow.id, changes);
  const changed = { ...caseRow, ...changes };
  if (after.dialogue.epoch !== null && changes.dialogue_epoch !== caseRow.dialogue_epoch) {
    await replaceAccess(trx, caseRow.id, accessRows(changed, after.dialogue.epoch.members));
  }
  const commitments = {
    dialogue: after.dialogue.epoch?.commitment ?? null,
    internal: after.internal.epoch?.commitment ?? null,
  };
  return { row: changed, commitments };
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
  const { compartment, epoch } = overview;
  const commitment = commitments[compartment];
  if (commitment === null || epoch !== row[`${compartment}_epoch`]) {
    throw new ApiError('epoch_outdated');
  }
  const box = bytesOf(overview.box);
  await upsertOverview(trx, { case_id: row.id, compartment, epoch, commitment, box });
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
    Pick<CaseRow, 'active_day' | 'closed_day' | 'decision_due_day' | 'escalated' | 'purging'>
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

/** The grants of one recipient in a case, by compartment and epoch. */
export async function readGrants(db: Knex, caseId: CaseId, recipient: Party): Promise<Grant[]> {
  return (await grantsFor(db, caseId, recipient)).map(grantOf);
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

/** The newest record needs no look-up, and it is what an honest author has mostly seen. */
async function seenRecords(
  trx: Knex,
  caseId: CaseId,
  head: RecordHash | null,
  entries: readonly Entry[],
): Promise<ReadonlySet<string>> {
  const named = entries
    .map(({ header }) => header.seen)
    .filter((seen): seen is NonNullable<EntryHeader['seen']> => seen !== null && seen !== head);
  const found = await dialogueRecordsAmong(trx, caseId, [...new Set(named)]);
  return new Set(head === null ? found : [head, ...found]);
}

async function namedDirectories(
  trx: Knex,
  directory: DirectoryLookup,
  entries: readonly Entry[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const entry of entries) {
    if (!isEpochEntry(entry)) continue;
    const named = readEpochBody(entry).directory;
    if (await directory.knows(trx, named)) known.add(directoryKey(named));
  }
  return known;
}

function placeOf(row: CaseRow): Pick<AccessRow, 'state' | 'active_day'> {
  return { state: row.closed_day === null ? 'open' : 'closed', active_day: row.active_day };
}

function accessRows(row: CaseRow, members: readonly { id: Party }[]): AccessRow[] {
  return members
    .filter(({ id }) => id !== 'reporter')
    .map(({ id }) => ({ ...placeOf(row), reader: id, case_id: row.id }));
}
