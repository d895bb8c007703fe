import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { AttachmentId, CaseId, Compartment } from '../../crypto/public.js';

/** A row of `attachments`; without a case it is an upload that no entry took up yet. */
export interface AttachmentRow {
  id: AttachmentId;
  case_id: CaseId | null;
  /** Where the entry stands that took it up; null before. */
  compartment: Compartment | null;
  size: number;
  chunks: number;
  day: string;
}

interface ChunkRow {
  id: number;
  attachment: string;
  position: number;
  hash: Uint8Array;
  data: Uint8Array;
}

/** The day of an upload that an erasure made nobody's: before all others, and taken up by nothing. */
export const ERASED_DAY = '0000-01-01';

/** A random positive number of 53 bits, all that a number of JavaScript counts exactly. */
function randomKey(): number {
  return Number(randomBytes(8).readBigUInt64BE() >> 11n);
}

/** Stores an announced upload; answers whether its id was free. */
export async function insertAttachment(db: Knex, row: AttachmentRow): Promise<boolean> {
  const ids = await db<AttachmentRow>('attachments')
    .insert(row)
    .onConflict('id')
    .ignore()
    .returning('id');
  return ids.length > 0;
}

/** An attachment, by one look-up of its key. */
export async function attachmentById(db: Knex, id: string): Promise<AttachmentRow | undefined> {
  return db<AttachmentRow>('attachments').where('id', id).first();
}

/** Those of several uploads that no entry took up yet. */
export async function freeByIds(db: Knex, ids: readonly AttachmentId[]): Promise<AttachmentRow[]> {
  return db<AttachmentRow>('attachments')
    .whereIn('id', ids)
    .whereNull('case_id')
    .whereNot('day', ERASED_DAY)
    .select();
}

/** Stores a chunk in a place that is free; answers whether it was. */
export async function insertChunk(db: Knex, chunk: Omit<ChunkRow, 'id'>): Promise<boolean> {
  const ids = await db<ChunkRow>('chunks')
    .insert({ id: randomKey(), ...chunk })
    .onConflict(['attachment', 'position'])
    .ignore()
    .returning('position');
  return ids.length > 0;
}

/** The hash of one stored chunk. */
export async function hashAt(
  db: Knex,
  attachment: string,
  position: number,
): Promise<Uint8Array | undefined> {
  const row = await db<ChunkRow>('chunks').where({ attachment, position }).first('hash');
  return row?.hash;
}

/** One sealed chunk. */
export async function chunkAt(
  db: Knex,
  attachment: string,
  position: number,
): Promise<Uint8Array | undefined> {
  const row = await db<ChunkRow>('chunks').where({ attachment, position }).first('data');
  return row?.data;
}

/** The places of an attachment that are filled, in order. */
export async function positionsOf(db: Knex, attachment: string): Promise<number[]> {
  const rows = await db<ChunkRow>('chunks')
    .where({ attachment })
    .orderBy('position')
    .select('position');
  return rows.map(({ position }) => position);
}

/** The hashes of an attachment's chunks, in order. */
export async function hashesOf(db: Knex, attachment: string): Promise<Uint8Array[]> {
  const rows = await db<ChunkRow>('chunks')
    .where({ attachment })
    .orderBy('position')
    .select('hash');
  return rows.map(({ hash }) => hash);
}

/** How many chunks of each attachment are stored; one without any is missing. */
export async function storedCounts(
  db: Knex,
  ids: readonly AttachmentId[],
): Promise<Map<string, number>> {
  const rows = await db('chunks')
    .whereIn('attachment', ids)
    .groupBy('attachment')
    .select('attachment')
    .count<{ attachment: string; stored: number | string }[]>({ stored: '*' });
  return new Map(rows.map(({ attachment, stored }) => [attachment, Number(stored)]));
}

/** Bytes of all files of a case, padded. */
export async function bytesOfCase(db: Knex, caseId: CaseId): Promise<number> {
  const [row] = await db('attachments')
    .where({ case_id: caseId })
    .sum<{ bytes: number | string | null }[]>({ bytes: 'size' });
  return Number(row?.bytes ?? 0);
}

/** Gives attachments to a case. */
export async function setCase(
  trx: Knex,
  ids: readonly AttachmentId[],
  caseId: CaseId,
  compartment: Compartment,
): Promise<void> {
  await trx<AttachmentRow>('attachments')
    .whereIn('id', ids)
    .update({ case_id: caseId, compartment });
}

/** Makes files of a case nobody's, to be removed; answers how many there were. */
export async function releaseErased(
  trx: Knex,
  ids: readonly AttachmentId[],
  caseId: CaseId,
  compartment: Compartment,
): Promise<number> {
  return trx<AttachmentRow>('attachments')
    .whereIn('id', ids)
    .andWhere({ case_id: caseId, compartment })
    .update({ case_id: null, compartment: null, day: ERASED_DAY });
}

/** Removes some of an attachment's chunks; answers how many there were, fewer than `most` at the end. */
export async function deleteChunks(trx: Knex, attachment: string, most: number): Promise<number> {
  return trx('chunks')
    .whereIn('id', trx('chunks').where({ attachment }).limit(most).select('id'))
    .delete();
}

/** Removes an attachment that has no chunks. */
export async function deleteAttachment(trx: Knex, id: string): Promise<void> {
  await trx('attachments').where({ id }).delete();
}

/** An upload that was announced on this day or before and that no entry took up. */
export async function abandonedSince(db: Knex, day: string): Promise<string | undefined> {
  const row = await db<AttachmentRow>('attachments')
    .whereNull('case_id')
    .andWhere('day', '<=', day)
    .first('id');
  return row?.id;
}
