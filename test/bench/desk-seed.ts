import { randomBytes } from 'node:crypto';
import { createApi } from '../../client/api.js';
import { loadDirectory } from '../../client/directory.js';
import { sealPack } from '../../client/figures/packs.js';
import type { CountedCase } from '../../client/figures/records.js';
import {
  accountKeys,
  accountRealm,
  CaseId,
  CATEGORIES,
  ChannelId,
  dayOf,
  type AccountKeys,
  fromBase64,
  newEpochKey,
  newId,
  newOverview,
  openVault,
  OUTCOMES,
  PACK_RECORDS,
  passphraseReady,
  passphraseSecrets,
  ready,
  sealHead,
  sealOverview,
  sealOwnKey,
  SignedIn,
  toBase64,
  WorkId,
} from '../../crypto/private.js';
import * as v from 'valibot';
import type { Database } from '../../server/database.js';
import type { InstalledHandler } from './installed.js';

const IN_ONE_TRANSACTION = 2000;

/** The keys of an account, as its own browser gets them at sign-in. */
export async function keysOf(
  address: string,
  { name, passphrase }: InstalledHandler,
): Promise<{ installation: string; keys: AccountKeys }> {
  await Promise.all([ready(), passphraseReady()]);
  const api = createApi({ address, fetch });
  const { directory } = await loadDirectory(api, dayOf(new Date()));
  const { installation } = directory;
  const realm = accountRealm(installation, directory.organisations[0]?.root ?? '');
  const { proof, vaultKey } = passphraseSecrets(realm, name, passphrase, 'least');
  const answer = await fetch(`${address}/api/desk/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, proof, code: null }),
  });
  const { account, vault } = v.parse(SignedIn, await answer.json());
  return { installation, keys: accountKeys(openVault(vaultKey, realm, account.id, vault)) };
}

function pick<Value>(values: readonly Value[], index: number): Value {
  const found = values[index % values.length];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** Seals the lines of the list that `seedCases` made up, so that they open as real ones do. */
export async function sealListings(
  db: Database,
  { id: reader }: InstalledHandler,
  keys: AccountKeys,
): Promise<void> {
  const ids = (await db('cases').select<{ id: string }[]>('id')).map(({ id }) =>
    v.parse(CaseId, id),
  );
  await db('own_keys').delete();
  await db('heads').delete();
  for (let start = 0; start < ids.length; start += IN_ONE_TRANSACTION) {
    await db.transaction(async (trx) => {
      for (const [offset, id] of ids.slice(start, start + IN_ONE_TRANSACTION).entries()) {
        const index = start + offset;
        const epoch = newEpochKey({ case: id, compartment: 'dialogue', epoch: 1 });
        const title = `Invoices for work that was never done, ${String(index)}`;
        const overview = newOverview({ title, category: pick(CATEGORIES, index) });
        const { box } = sealOverview(epoch, { ...overview, labels: ['north'] });
        const sealed = { commitment: epoch.commitment, box: Buffer.from(fromBase64(box)) };
        await trx('overviews').where('case_id', id).update(sealed);
        const own = sealOwnKey(epoch, keys.own, reader);
        const place = { case_id: id, reader };
        await trx('own_keys').insert({
          ...place,
          compartment: 'dialogue',
          epoch: 1,
          box: Buffer.from(fromBase64(own.box)),
        });
        const hash = toBase64(randomBytes(32)) as never;
        const head = { dialogue: { sequence: 2, hash }, internal: null, readThrough: 2 };
        const headBox = fromBase64(sealHead(keys.own, id, reader, head));
        await trx('heads').insert({ ...place, box: Buffer.from(headBox) });
      }
    });
  }
}

/** Keeps records of closed cases for a handler, opened before, over ten years. */
export async function keepRecords(
  db: Database,
  { id: reader, channel }: InstalledHandler,
  { installation, keys }: { installation: string; keys: AccountKeys },
  count: number,
): Promise<void> {
  const where = v.parse(ChannelId, channel);
  const record = (index: number): CountedCase => ({
    channel: where,
    tag: newId(WorkId),
    number: 1,
    received: 2017 + (index % 10),
    closed: 2017 + ((index + 1) % 10),
    category: pick(CATEGORIES, index),
    relation: 'worker',
    outcome: pick(OUTCOMES, index),
    daysToAcknowledgement: index % 9,
    daysToFeedback: index % 120,
    money: index % 5 === 0 ? { currency: 'EUR', damage: index, recovered: null } : null,
  });
  for (let start = 0, number = 1; start < count; start += PACK_RECORDS, number += 1) {
    const length = Math.min(PACK_RECORDS, count - start);
    const records = Array.from({ length }, (_, index) => record(start + index));
    const box = sealPack(keys.own, { installation, account: reader, number }, records);
    await db('packs').insert({ reader, number, version: 1, box: Buffer.from(fromBase64(box)) });
  }
}
