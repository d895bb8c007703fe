import { randomBytes } from 'node:crypto';
import { addDays, BOX_OVERHEAD, dayOf, KEM_PUBLIC_KEY_BYTES } from '../../crypto/private.js';
import type { Database } from '../../server/database.js';
import type { InstalledHandler } from './installed.js';

const KEM_CIPHERTEXT_BYTES = 1120;
const OVERVIEW_BYTES = 512;
const HEAD_BYTES = 256;
const KEY_BYTES = 32;
const SEALED_TEXT_BYTES = 4096 + 16;
const EPOCH_BYTES = 7300;
const IN_ONE_STATEMENT = 400;
const IN_ONE_TRANSACTION = 10_000;

/** What cases to make up. */
export interface Seeding {
  count: number;
  handler: InstalledHandler;
  /** Days since they were closed; null leaves them open. */
  closedDaysAgo: number | null;
  /** Entries and grants too, as a purge removes them; a list never reads entries. */
  whole: boolean;
}

function caseRow(
  { handler, closedDaysAgo, whole }: Seeding,
  id: string,
  index: number,
): Record<string, unknown> {
  const today = dayOf(new Date());
  const age = closedDaysAgo === null ? index % 400 : closedDaysAgo + 60;
  return {
    id,
    organisation: handler.organisation,
    channel: handler.channel,
    country: 'SE',
    practice: 0,
    token_hash: randomBytes(32).toString('base64url'),
    creation_hash: randomBytes(32).toString('base64url'),
    reporter_kem: randomBytes(KEM_PUBLIC_KEY_BYTES),
    reporter_sig: randomBytes(32),
    received_day: addDays(today, -age),
    active_day: addDays(today, -Math.floor(age / 2)),
    closed_day: closedDaysAgo === null ? null : addDays(today, -closedDaysAgo),
    decision_due_day: null,
    escalated: 0,
    purging: 0,
    audit_scope: randomBytes(16).toString('base64url'),
    dialogue_sequence: 2,
    dialogue_epoch: 1,
    internal_sequence: 0,
    internal_epoch: 0,
    reporter_sequence: whole ? 2 : 1,
  };
}

/** One statement for each table, over all cases: their sealed parts are random bytes. */
function statements({ handler, whole }: Seeding): string[] {
  const reader = `'${handler.id}'`;
  const commitment = randomBytes(32).toString('base64url');
  const state = `case when closed_day is null then 'open' else 'closed' end`;
  // of the newest cases every fifth has not been opened yet: its key lies in the grant
  const opened = 'from cases where unicode(substr(id, 5)) % 5 > 0';
  const grant = `randomblob(${String(KEM_CIPHERTEXT_BYTES)}), randomblob(${String(BOX_OVERHEAD + KEY_BYTES)})`;
  const header = `'${JSON.stringify({ version: 1, filled: 'x'.repeat(330) })}'`;
  const hash = `hex(randomblob(21))`;
  return [
    `insert into access (reader, state, active_day, case_id) select ${reader}, ${state}, active_day, id from cases order by active_day, id`,
    `insert into overviews (case_id, compartment, epoch, commitment, box)
       select id, 'dialogue', 1, '${commitment}', randomblob(${String(BOX_OVERHEAD + OVERVIEW_BYTES)})
       from cases order by id`,
    `insert into grants (case_id, compartment, epoch, recipient, kem, box)
       select id, 'dialogue', 1, ${reader}, ${grant} from cases order by id`,
    `insert into own_keys (case_id, reader, compartment, epoch, box)
       select id, ${reader}, 'dialogue', 1, randomblob(${String(BOX_OVERHEAD + KEY_BYTES)})
       ${opened} order by id`,
    `insert into heads (case_id, reader, box)
       select id, ${reader}, randomblob(${String(BOX_OVERHEAD + HEAD_BYTES)}) ${opened} order by id`,
    ...(whole
      ? [
          ...['reporter', 'reader-2', 'reader-3'].map(
            (recipient) =>
              `insert into grants (case_id, compartment, epoch, recipient, kem, box)
                 select id, 'dialogue', 1, '${recipient}', ${grant} from cases order by id`,
          ),
          `insert into entries (case_id, compartment, sequence, epoch, author, form, record_hash,
             header, nonce, body, signature)
             select id, 'dialogue', 1, 1, 'reporter', 'epoch', ${hash}, ${header}, null,
               randomblob(${String(EPOCH_BYTES)}), randomblob(64) from cases order by id`,
          `insert into entries (case_id, compartment, sequence, epoch, author, form, record_hash,
             header, nonce, body, signature)
             select id, 'dialogue', 2, 1, 'reporter', 'sealed', ${hash}, ${header}, randomblob(24),
               randomblob(${String(SEALED_TEXT_BYTES)}), randomblob(64) from cases order by id`,
        ]
      : []),
  ];
}

/** Makes cases up by SQL: rows of the sizes that real ones have, in a database without a server. */
export async function seedCases(db: Database, seeding: Seeding): Promise<void> {
  // only the bench loses something if the machine stops now
  await db.raw('pragma synchronous = off');
  const ids = Array.from({ length: seeding.count }, () => randomBytes(32).toString('base64url'));
  ids.sort();
  for (let start = 0; start < ids.length; start += IN_ONE_TRANSACTION) {
    const some = ids.slice(start, start + IN_ONE_TRANSACTION);
    await db.transaction(async (trx) => {
      for (let from = 0; from < some.length; from += IN_ONE_STATEMENT) {
        const rows = some
          .slice(from, from + IN_ONE_STATEMENT)
          .map((id, index) => caseRow(seeding, id, start + from + index));
        await trx('cases').insert(rows);
      }
    });
  }
  for (const statement of statements(seeding)) await db.raw(statement);
  await db.raw('pragma wal_checkpoint(truncate)');
  await db.raw('pragma synchronous = full');
}
