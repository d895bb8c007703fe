import type { Knex } from 'knex';
import type { ReaderId, SealedAbsence, SharedKey } from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';

interface AbsenceRow {
  reader: ReaderId;
  number: number;
  signature: string;
  box: Buffer;
}

interface KeyRow {
  reader: ReaderId;
  recipient: ReaderId;
  kem: Buffer;
  box: Buffer;
}

/** The number of what a handler said last, 0 before the first. */
export async function lastNumber(db: Knex, reader: ReaderId): Promise<number> {
  const row = await db<AbsenceRow>('absences').where({ reader }).first('number');
  return row?.number ?? 0;
}

/** Puts what a handler says in the place of what was said before. */
export async function replaceAbsence(
  trx: Knex,
  { reader, number, signature, box }: Omit<SealedAbsence, 'key'>,
  keys: readonly SharedKey[],
): Promise<void> {
  await forgetAbsence(trx, reader);
  await trx<AbsenceRow>('absences').insert({ reader, number, signature, box: bytesOf(box) });
  for (const { recipient, kem, box: key } of keys) {
    await trx<KeyRow>('absence_keys').insert({
      reader,
      recipient,
      kem: bytesOf(kem),
      box: bytesOf(key),
    });
  }
}

/** What everybody said last, with the keys for one reader. */
export async function absencesFor(db: Knex, recipient: ReaderId): Promise<SealedAbsence[]> {
  const keys = new Map(
    (await db<KeyRow>('absence_keys').where({ recipient }).select()).map((row) => [
      row.reader,
      { recipient, kem: textOf(row.kem), box: textOf(row.box) },
    ]),
  );
  const rows = await db<AbsenceRow>('absences').orderBy('reader').select();
  return rows.map(({ reader, number, signature, box }) => ({
    reader,
    number,
    signature,
    box: textOf(box),
    key: keys.get(reader) ?? null,
  }));
}

/** Forgets what somebody said. */
async function forgetAbsence(trx: Knex, reader: string): Promise<void> {
  await trx('absences').where({ reader }).delete();
  await trx('absence_keys').where({ reader }).delete();
}

/** Forgets what somebody who left said, and the keys to what others did. */
export async function forgetAbsences(trx: Knex, reader: string): Promise<void> {
  await forgetAbsence(trx, reader);
  await trx('absence_keys').where({ recipient: reader }).delete();
}
