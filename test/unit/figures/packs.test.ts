import { beforeAll, describe, expect, it } from 'vitest';
import {
  AMOUNT_LIMIT,
  CATEGORIES,
  ChannelId,
  COUNTED_DAYS_LIMIT,
  COUNTED_LIMIT,
  newId,
  OUTCOMES,
  PACK_BYTES,
  PACK_RECORDS,
  randomBytes,
  ready,
  RELATIONS,
} from '../../../crypto/private.js';
import { openPack, sealPack } from '../../../client/figures/packs.js';
import type { CountedCase } from '../../../client/figures/records.js';
import { statisticsWith } from '../../support/figures.js';
import { faultOf } from '../crypto/faults.js';

const place = { installation: 'i', account: 'a', number: 1 };
let key: Uint8Array;
let channel: ChannelId;

beforeAll(async () => {
  await ready();
  key = randomBytes(32);
  channel = newId(ChannelId);
});

function longest<Word extends string>(words: readonly Word[]): Word {
  return words.reduce((a, b) => (b.length > a.length ? b : a));
}

describe('a pack of figures', () => {
  it('gives its records back, under its own key and place alone', () => {
    const records: CountedCase[] = [
      { channel, ...statisticsWith() },
      {
        channel,
        ...statisticsWith({
          outcome: null,
          money: { currency: 'SEK', damage: 1, recovered: null },
        }),
      },
    ];
    const box = sealPack(key, place, records);
    expect(openPack(key, place, box)).toEqual(records);
    expect(faultOf(() => openPack(randomBytes(32), place, box))).toBe('wrong_commitment');
    for (const other of [
      { ...place, number: 2 },
      { ...place, account: 'b' },
      { ...place, installation: 'j' },
    ]) {
      expect(faultOf(() => openPack(key, other, box))).toBe('does_not_open');
    }
  });

  it('has a size that tells how many records it holds and nothing of them', () => {
    const amounts = { currency: 'EUR', damage: AMOUNT_LIMIT, recovered: AMOUNT_LIMIT };
    const most: CountedCase = {
      channel,
      ...statisticsWith({
        number: COUNTED_LIMIT,
        received: 9999,
        closed: 9999,
        category: longest(CATEGORIES),
        relation: longest(RELATIONS),
        outcome: longest(OUTCOMES),
        daysToAcknowledgement: COUNTED_DAYS_LIMIT,
        daysToFeedback: COUNTED_DAYS_LIMIT,
        money: amounts,
      }),
    };
    const least: CountedCase = {
      channel,
      ...statisticsWith({ category: 'fraud', outcome: 'spam' }),
    };
    const sizes = [most, least].map(
      (record) =>
        sealPack(
          key,
          place,
          Array.from({ length: 50 }, () => record),
        ).length,
    );
    expect(sizes[0]).toBe(sizes[1]);
    const full = sealPack(
      key,
      place,
      Array.from({ length: PACK_RECORDS }, () => most),
    );
    expect((full.length * 3) / 4).toBeLessThan(PACK_BYTES);
  });
});
