import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecordHash } from '../../crypto/public.js';
import { finishErasures } from '../../server/tasks.js';
import { searchRaw } from '../support/forensic.js';
import { buildChild, startChild } from '../support/killed-child.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase, SMALLEST_ENTRY, type FilledCase } from '../support/rows.js';
import { expectSound } from '../support/sound.js';

const KILLS = 8;
/** Bytes of the chunks of a file: more than one small transaction removes. */
const CHUNKS = Array.from({ length: 12 }, () => 200_000);

let store: TestStore;

beforeAll(async () => {
  await buildChild('erase-child');
  store = await makeTestStore();
});

afterAll(async () => {
  await store.stop();
});

/** Erases in a process, killed so long after it began; answers what it said last. */
async function eraseElsewhere(task: object, after: string, delay: number): Promise<string> {
  const running = startChild('erase-child', JSON.stringify(task), store);
  let output = '';
  running.stdout.on('data', (text: string) => {
    const before = output;
    output += text;
    if (before.includes(after) || !output.includes(after)) return;
    setTimeout(() => running.kill('SIGKILL'), delay);
  });
  await once(running, 'close');
  return output.trim().split('\n').at(-1) ?? '';
}

it('killed at any moment, an erasure is done or not, and the next start leaves nothing of it', async () => {
  const whole: Buffer[] = [];
  const gone: Buffer[] = [];
  let open = 0;
  for (let kills = 0; kills < KILLS; kills += 1) {
    const found: FilledCase = await fillCase(store.db, store.organisation, {
      entries: [randomInt(3000, 9000), SMALLEST_ENTRY, 8 * 1024 + 16],
      chunks: CHUNKS,
    });
    const files = await store.db('attachments').where('case_id', found.id).pluck<string[]>('id');
    await store.db('attachments').where('case_id', found.id).update({ compartment: 'dialogue' });
    const erased = await store
      .db('entries')
      .where({ case_id: found.id, sequence: 2 })
      .first<{ nonce: Buffer; body: Buffer }>('nonce', 'body');
    const entries = [{ sequence: 2, hash: '' as RecordHash }];
    // half of them in the transaction or before it, half in what follows it
    const moment = kills % 2 === 0 ? 'ready' : 'committed';
    const last = await eraseElsewhere({ id: found.id, entries, files }, moment, randomInt(25));
    if (last === 'committed') open += 1;
    const row = await store
      .db('entries')
      .where({ case_id: found.id, sequence: 2 })
      .first<{ body: Buffer | null; body_hash: string | null }>('body', 'body_hash');
    // three texts of the log stand behind them
    const chunks = found.sealed.slice(-CHUNKS.length - 3, -3);
    if (row.body === null) {
      expect(row.body_hash).not.toBeNull();
      expect(await store.db('attachments').where('case_id', found.id)).toEqual([]);
      gone.push(erased.body, ...chunks);
    } else {
      expect(last).not.toBe('committed');
      expect(await store.db('attachments').where('case_id', found.id)).toHaveLength(1);
      whole.push(erased.body, ...chunks);
    }
    whole.push(...found.sealed.filter((bytes) => !gone.includes(bytes)).slice(0, 2));
  }
  // kills that hit nothing would prove nothing
  expect(open).toBeGreaterThan(0);
  expect(gone.length).toBeGreaterThan(0);
  await finishErasures(store.db);
  expect(searchRaw(store.config.database, gone).windowsFound(1)).toBe(0);
  const present = searchRaw(store.config.database, whole);
  expect(present.windowsFound(1)).toBeGreaterThan(0.98 * present.windows);
  await expectSound(store.db);
}, 60_000);
