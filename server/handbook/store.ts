import type { Knex } from 'knex';
import type { AccountId, ReaderId, SharedKey } from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';

/** A row of `handbooks`: there is one at most. */
export interface HandbookRow {
  number: number;
  hash: string;
  document: string;
  administrator: AccountId;
  signature: string;
  box: Buffer;
}

interface KeyRow {
  recipient: ReaderId;
  kem: Buffer;
  box: Buffer;
}

/** The newest handbook. */
export async function newestHandbook(db: Knex): Promise<HandbookRow | undefined> {
  return db<HandbookRow>('handbooks').orderBy('number', 'desc').first();
}

/** Puts a handbook in the place of the one before. */
export async function replaceHandbook(
  trx: Knex,
  row: HandbookRow,
  keys: readonly SharedKey[],
): Promise<void> {
  await trx<HandbookRow>('handbooks').delete();
  await trx<KeyRow>('handbook_keys').delete();
  await trx<HandbookRow>('handbooks').insert(row);
  for (const { recipient, kem, box } of keys) {
    await trx<KeyRow>('handbook_keys').insert({ recipient, kem: bytesOf(kem), box: bytesOf(box) });
  }
}

/** To whom the newest is sealed. */
export async function recipientsOf(db: Knex): Promise<ReaderId[]> {
  const rows = await db<KeyRow>('handbook_keys').orderBy('recipient').select('recipient');
  return rows.map(({ recipient }) => recipient);
}

/** The key of the newest for one account. */
export async function keyFor(db: Knex, account: AccountId): Promise<SharedKey | null> {
  // a reader's account has the reader's id
  const recipient = account as string as ReaderId;
  const row = await db<KeyRow>('handbook_keys').where({ recipient }).first();
  return row === undefined
    ? null
    : { recipient: row.recipient, kem: textOf(row.kem), box: textOf(row.box) };
}

/** Forgets the key of somebody who left. */
export async function forgetKey(trx: Knex, reader: string): Promise<void> {
  await trx('handbook_keys').where({ recipient: reader }).delete();
}
