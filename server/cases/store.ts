import type { Knex } from 'knex';
import type { CaseId, Compartment, OwnKey, ReaderId } from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import type { AccessRow, CaseRow, GrantRow, OverviewRow } from '../records/rows.js';

/** A row of `own_keys`. */
export interface OwnKeyRow {
  case_id: CaseId;
  reader: string;
  compartment: Compartment;
  epoch: number;
  box: Uint8Array;
}

interface HeadRow {
  case_id: CaseId;
  reader: string;
  box: Uint8Array;
}

/** Where a page of the list ends: the list is ordered by these two, both descending. */
export interface ListPlace {
  activeDay: string;
  caseId: string;
}

/** A line of the list with everything that opens it. */
export interface ListedCase {
  row: CaseRow;
  overview: OverviewRow;
  key: OwnKeyRow | GrantRow;
  head: Uint8Array | null;
  /** Whether any reader has opened it. */
  opened: boolean;
}

/**
 * A case that this reader may open now, undefined otherwise: whether it never was, is being purged
 * or is not this reader's is one answer.
 */
export async function openableCase(
  db: Knex,
  reader: ReaderId,
  id: string,
): Promise<CaseRow | undefined> {
  return db<CaseRow>('cases')
    .join('access', (on) => on.on('access.case_id', 'cases.id'))
    .where({ 'access.case_id': id, 'access.reader': reader, 'cases.purging': 0 })
    .first('cases.*');
}

async function byCase<Row extends { case_id: CaseId }>(
  rows: Promise<Row[]>,
): Promise<Map<CaseId, Row[]>> {
  const map = new Map<CaseId, Row[]>();
  for (const row of await rows) {
    const known = map.get(row.case_id);
    if (known === undefined) map.set(row.case_id, [row]);
    else known.push(row);
  }
  return map;
}

/** One page of a reader's list, newest activity first; reads an index from where the page starts. */
export async function listCases(
  db: Knex,
  reader: ReaderId,
  state: AccessRow['state'],
  after: ListPlace | null,
  count: number,
): Promise<ListedCase[]> {
  const all = db<AccessRow>('access').where({ reader, state });
  const rest =
    after === null
      ? all
      : all.whereRaw('(active_day, case_id) < (?, ?)', [after.activeDay, after.caseId]);
  const places = await rest
    .orderBy([
      { column: 'active_day', order: 'desc' },
      { column: 'case_id', order: 'desc' },
    ])
    .limit(count)
    .select<Pick<AccessRow, 'case_id'>[]>('case_id');
  const ids = places.map((place) => place.case_id);
  if (ids.length === 0) return [];
  const mine = { reader };
  const rows = new Map(
    (await db<CaseRow>('cases').whereIn('id', ids).select()).map((row) => [row.id, row]),
  );
  const overviews = await byCase(
    db<OverviewRow>('overviews')
      .whereIn('case_id', ids)
      .select('case_id', 'compartment', 'epoch', 'commitment', 'box'),
  );
  const keys = await byCase(
    db<OwnKeyRow>('own_keys')
      .whereIn('case_id', ids)
      .where(mine)
      .select('case_id', 'reader', 'compartment', 'epoch', 'box'),
  );
  const heads = await byCase(
    db<HeadRow>('heads').whereIn('case_id', ids).where(mine).select('case_id', 'reader', 'box'),
  );
  const read = await db<{ case_id: CaseId }>('readings')
    .whereIn('case_id', ids)
    .distinct('case_id');
  const opened = new Set(read.map(({ case_id }) => case_id));
  const ownKeyTo = ({ case_id, compartment, epoch }: OverviewRow): OwnKeyRow | undefined =>
    keys.get(case_id)?.find((key) => key.compartment === compartment && key.epoch === epoch);
  const withoutKey = [...overviews.values()].flat().filter((overview) => !ownKeyTo(overview));
  const grants = await grantsTo(db, reader, withoutKey);
  return ids.map((id) => {
    const row = rows.get(id);
    const overview = overviews.get(id)?.[0];
    const key = overview === undefined ? undefined : (ownKeyTo(overview) ?? grants.get(id));
    if (row === undefined || overview === undefined || key === undefined) {
      throw new Error('a case in the list that cannot be listed');
    }
    const head = heads.get(id)?.[0]?.box ?? null;
    return { row, overview, key, head, opened: opened.has(id) };
  });
}

/** The reader's grants of the epochs under which some overviews are sealed, by case. */
async function grantsTo(
  db: Knex,
  reader: ReaderId,
  overviews: readonly OverviewRow[],
): Promise<Map<CaseId, GrantRow>> {
  if (overviews.length === 0) return new Map();
  const rows = await db<GrantRow>('grants')
    .whereIn(
      ['case_id', 'compartment', 'epoch', 'recipient'],
      overviews.map(({ case_id, compartment, epoch }) => [case_id, compartment, epoch, reader]),
    )
    .select('case_id', 'compartment', 'epoch', 'recipient', 'kem', 'box');
  return new Map(rows.map((row) => [row.case_id, row]));
}

/** The overview of a case. */
export async function overviewOf(db: Knex, id: CaseId): Promise<OverviewRow | undefined> {
  return db<OverviewRow>('overviews').where({ case_id: id }).first();
}

/** The epoch keys that a reader's desk keeps for itself in a case. */
export async function ownKeysOf(db: Knex, id: CaseId, reader: ReaderId): Promise<OwnKey[]> {
  const rows = await db<OwnKeyRow>('own_keys').where({ case_id: id, reader }).select();
  return rows.map(ownKeyOf);
}

/** The own key that a row keeps. */
export function ownKeyOf(row: OwnKeyRow): OwnKey {
  return { compartment: row.compartment, epoch: row.epoch, box: textOf(row.box) };
}

/** Keeps epoch keys for a reader; one that is there already is replaced. */
export async function keepOwnKeys(
  trx: Knex,
  id: CaseId,
  reader: ReaderId,
  keys: readonly OwnKey[],
): Promise<void> {
  for (const key of keys) {
    await trx<OwnKeyRow>('own_keys')
      .insert({ ...key, case_id: id, reader, box: bytesOf(key.box) })
      .onConflict(['case_id', 'reader', 'compartment', 'epoch'])
      .merge();
  }
}

/** The sealed head that a reader's desk keeps of a case, null before the first opening. */
export async function headOf(db: Knex, id: CaseId, reader: ReaderId): Promise<string | null> {
  const row = await db<HeadRow>('heads').where({ case_id: id, reader }).first();
  return row === undefined ? null : textOf(row.box);
}

/** Keeps a head. */
export async function keepHead(
  trx: Knex,
  id: CaseId,
  reader: ReaderId,
  head: string,
): Promise<void> {
  await trx<HeadRow>('heads')
    .insert({ case_id: id, reader, box: bytesOf(head) })
    .onConflict(['case_id', 'reader'])
    .merge();
}

/** Notes the day for each of the reporter's entries up to a sequence that was not read before. */
export async function markRead(trx: Knex, id: CaseId, through: number, day: string): Promise<void> {
  const rows: { sequence: number }[] = await trx('entries')
    .where({ case_id: id, compartment: 'dialogue', author: 'reporter', form: 'sealed' })
    .where('sequence', '<=', through)
    .select('sequence');
  if (rows.length === 0) return;
  await trx('readings')
    .insert(rows.map(({ sequence }) => ({ case_id: id, sequence, day })))
    .onConflict(['case_id', 'sequence'])
    .ignore();
}

/** Notes that a reader opened a case on a day; whether it is the first time on that day. */
export async function firstOpeningOn(
  trx: Knex,
  id: CaseId,
  reader: ReaderId,
  day: string,
): Promise<boolean> {
  const last = await trx<{ case_id: CaseId; reader: string; day: string }>('openings')
    .where({ case_id: id, reader })
    .first('day');
  if (last?.day === day) return false;
  await trx('openings')
    .insert({ case_id: id, reader, day })
    .onConflict(['case_id', 'reader'])
    .merge();
  return true;
}

/** Whether a day is the last on which a reader was given a case. */
export async function wasOpenedOn(
  db: Knex,
  id: string,
  reader: ReaderId,
  day: string,
): Promise<boolean> {
  const row = await db('openings')
    .where({ case_id: id, reader, day })
    .first<{ day: string } | undefined>('day');
  return row !== undefined;
}

/** Who of the organisation may open a case; guests are not among them. */
export async function readersOf(db: Knex, id: CaseId): Promise<ReadonlySet<string>> {
  const rows = db<AccessRow>('access').where('case_id', id).whereNull('last_day');
  return new Set(await rows.pluck('reader'));
}

/** Whether a reader who may list a case has no key to its overview. */
export async function someoneLacksKey(db: Knex, id: CaseId): Promise<boolean> {
  const row = await db('access')
    .join('overviews', 'overviews.case_id', 'access.case_id')
    .leftJoin('grants', (on) => {
      on.on('grants.case_id', 'access.case_id')
        .andOn('grants.compartment', 'overviews.compartment')
        .andOn('grants.epoch', 'overviews.epoch')
        .andOn('grants.recipient', 'access.reader');
    })
    .where('access.case_id', id)
    .whereNull('grants.recipient')
    .first<object | undefined>('access.reader');
  return row !== undefined;
}
