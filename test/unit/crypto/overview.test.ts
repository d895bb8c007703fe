import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, toBase64, utf8 } from '../../../crypto/bytes.js';
import { auditContentHash, auditHash, firstBrokenLink } from '../../../crypto/audit.js';
import {
  AMOUNT_LIMIT,
  CATEGORIES,
  OUTCOMES,
  RELATIONS,
  REQUEST_OUTCOMES,
  RESPONSIBLE_LIMIT,
} from '../../../crypto/content.js';
import { sealBox } from '../../../crypto/box.js';
import { derive } from '../../../crypto/derive.js';
import { pad } from '../../../crypto/padding.js';
import { newEpochKey, type EpochKey } from '../../../crypto/epoch.js';
import { ChannelId, newId, ReaderId, type CaseId, type Day } from '../../../crypto/ids.js';
import { kemKeys } from '../../../crypto/kem.js';
import {
  newOverview,
  openOverview,
  sealOverview,
  STATUSES,
  titleOf,
  TITLE_BYTES,
} from '../../../crypto/overview.js';
import { openStatistics, sealStatistics, type Statistics } from '../../../crypto/statistics.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import type { AuditEntry } from '../../../crypto/wire/desk.js';
import { eachBitFlipped, faultOf } from './faults.js';
import { statisticsWith } from '../../support/figures.js';

let epoch: EpochKey;
const place = { compartment: 'dialogue', epoch: 1 } as const;

beforeAll(async () => {
  await ready();
  epoch = newEpochKey({ case: toBase64(randomBytes(32)) as CaseId, ...place });
});

describe('titles', () => {
  it('are short, on one line, and the beginning of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const title = titleOf(text);
        expect(Array.from(title).length).toBeLessThanOrEqual(80);
        expect(utf8(JSON.stringify(title)).length).toBeLessThanOrEqual(TITLE_BYTES);
        const line = text.trim().replace(/\s+/gu, ' ');
        if (title !== line) {
          expect(title.endsWith('…')).toBe(true);
          expect(line.startsWith(title.slice(0, -1))).toBe(true);
        }
        expect(titleOf(title)).toBe(title);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', ''],
    ['  Two\n\nlines ', 'Two lines'],
    ['a'.repeat(80), 'a'.repeat(80)],
    ['a'.repeat(81), `${'a'.repeat(79)}…`],
    ['word '.repeat(30), `${'word '.repeat(16).slice(0, 79).trim()}…`],
    ['𝒳'.repeat(90), `${'𝒳'.repeat(42)}…`],
    ['\u0001'.repeat(50), `${'\u0001'.repeat(28)}…`],
  ])('of %j', (text, title) => {
    expect(titleOf(text)).toBe(title);
  });

  it('of the longest text there can be take no time', () => {
    const started = performance.now();
    titleOf('a b'.repeat(40_000));
    titleOf('\u0000'.repeat(100_000));
    // minutes, where every letter was taken off a text of a hundred thousand
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('overviews', () => {
  const day = fc.constantFrom(null, '2026-12-31' as Day);
  const overview = fc.record({
    title: fc.string({ unit: 'binary', maxLength: 300 }).map(titleOf),
    category: fc.constantFrom(...CATEGORIES),
    acknowledgedOn: day,
    feedbackOn: day,
    outcome: fc.constantFrom(null, ...OUTCOMES, ...REQUEST_OUTCOMES),
    status: fc.constantFrom(...STATUSES),
    labels: fc.constantFrom<string[]>([], ['å'.repeat(20)], ['a', 'b', 'c', 'd'], ['x'.repeat(30)]),
    responsible: fc
      .array(fc.constant(null), { maxLength: RESPONSIBLE_LIMIT })
      .map((all) => all.map(() => newId(ReaderId))),
    due: fc.constantFrom(
      null,
      { what: 'task' as const, by: '2026-12-31' as Day, days: 0 },
      { what: 'reprisal_question' as const, by: '9999-12-31' as Day, days: 36_500 },
    ),
    feedbackExtendedTo: day,
    acknowledgementWaived: fc.boolean(),
    unreachable: fc.boolean(),
    receivedOn: day,
    investigated: fc.constantFrom(null, false, true),
    exportWaits: fc.boolean(),
    stillNeeded: fc.boolean(),
    dataRequest: fc.boolean(),
  });

  it('have one size, whatever they hold', () => {
    fc.assert(
      fc.property(overview, (value) => {
        const sealed = sealOverview(epoch, value);
        expect(fromBase64(sealed.box)).toHaveLength(512 + 73);
        expect(openOverview(epoch, sealed)).toEqual(value);
      }),
    );
  });

  it('say nothing of investigating where they were sealed before any did', () => {
    const frozen = (number: number): ReturnType<typeof openOverview> => {
      const fields = ['Old', 'fraud', null, null, 'spam', 'investigation', [], []];
      const text = JSON.stringify([...fields, null, null, number, null]);
      const key = derive(epoch.key, 'overview');
      const context = [epoch.case, epoch.compartment, epoch.epoch];
      const box = sealBox(key, 'overview', context, pad(utf8(text), 512));
      return openOverview(epoch, { ...place, box: toBase64(box) });
    };
    expect(frozen(0)).toMatchObject({ acknowledgementWaived: false, investigated: null });
    expect(frozen(1)).toMatchObject({ acknowledgementWaived: true, investigated: null });
    expect(faultOf(() => frozen(6))).toBe('malformed');
  });

  it('open for their case, compartment and epoch only', () => {
    const sealed = sealOverview(epoch, newOverview({ title: 'x', category: 'fraud' }));
    const elsewhere: Partial<EpochKey>[] = [
      { case: toBase64(randomBytes(32)) as CaseId },
      { compartment: 'internal' },
      { epoch: 2 },
    ];
    for (const change of elsewhere) {
      expect(faultOf(() => openOverview({ ...epoch, ...change }, sealed))).toBe('does_not_open');
    }
    expect(faultOf(() => openOverview({ ...epoch, key: randomBytes(32) }, sealed))).toBe(
      'wrong_commitment',
    );
    for (const flipped of eachBitFlipped(fromBase64(sealed.box))) {
      faultOf(() => openOverview(epoch, { ...sealed, box: toBase64(flipped) }));
    }
  });
});

describe('statistics', () => {
  const record = statisticsWith();

  it('open for each reader named, and for nobody else, with nothing that says whose belong together', () => {
    const channel = newId(ChannelId);
    const readers = [1, 2].map(() => ({ id: newId(ReaderId), keys: kemKeys(randomBytes(32)) }));
    const sealed = sealStatistics(
      record,
      channel,
      2026,
      readers.map(({ id, keys }) => ({ id, kem: toBase64(keys.publicKey) })),
    );
    expect(new Set(sealed.map(({ id }) => id)).size).toBe(2);
    for (const [index, { keys }] of readers.entries()) {
      const own = sealed[index];
      const other = sealed[1 - index];
      if (own === undefined || other === undefined) throw new Error('one record a reader');
      expect(openStatistics(keys, own)).toEqual(record);
      expect(faultOf(() => openStatistics(keys, other))).toBe('wrong_commitment');
      expect(faultOf(() => openStatistics(keys, { ...own, year: 2025 }))).toBe('does_not_open');
      const channelled = { ...own, channel: newId(ChannelId) };
      expect(faultOf(() => openStatistics(keys, channelled))).toBe('does_not_open');
    }
  });

  it('have one size, the longest words and largest amounts included', () => {
    const sizes = new Set<number>();
    for (const category of CATEGORIES) {
      for (const relation of RELATIONS) {
        const most = { currency: 'EUR', damage: AMOUNT_LIMIT, recovered: AMOUNT_LIMIT };
        const days = { daysToAcknowledgement: 9999, daysToFeedback: 9999 };
        const value: Statistics = {
          ...record,
          ...days,
          number: 1000,
          outcome: 'insufficient_information',
          category,
          relation,
          money: most,
        };
        const reader = { id: newId(ReaderId), kem: toBase64(kemKeys(randomBytes(32)).publicKey) };
        const [sealed] = sealStatistics(value, newId(ChannelId), 2026, [reader]);
        sizes.add(sealed?.box.length ?? 0);
      }
    }
    expect(sizes.size).toBe(1);
  });
});

describe('the audit chain', () => {
  const chainOf = (count: number): AuditEntry[] => {
    const entries: AuditEntry[] = [];
    for (let sequence = 1; sequence <= count; sequence += 1) {
      const content = JSON.stringify({ sequence });
      const salt = toBase64(randomBytes(16));
      const contentHash = auditContentHash(content, salt);
      const previous = entries.at(-1)?.hash ?? null;
      const link = { scope: 'x', sequence, previous, contentHash };
      entries.push({ ...link, content, salt, hash: auditHash(link) });
    }
    return entries;
  };

  it('holds, also with contents erased and in parts', () => {
    const entries = chainOf(9);
    expect(firstBrokenLink(entries)).toBeNull();
    const erased = entries.map((entry, index) =>
      index % 2 === 0 ? entry : { ...entry, content: null, salt: null },
    );
    expect(firstBrokenLink(erased)).toBeNull();
    expect(firstBrokenLink(entries.slice(4), entries[3])).toBeNull();
    expect(firstBrokenLink([])).toBeNull();
  });

  it('breaks where an entry is changed, missing, moved or half erased', () => {
    const entries = chainOf(6);
    const at = (index: number, change: Partial<AuditEntry>): AuditEntry[] =>
      entries.map((entry, each) => (each === index ? { ...entry, ...change } : entry));
    const other = toBase64(randomBytes(32));
    expect(firstBrokenLink(at(2, { content: '{}' }))).toBe(3);
    expect(firstBrokenLink(at(2, { salt: toBase64(randomBytes(16)) }))).toBe(3);
    expect(firstBrokenLink(at(2, { content: null }))).toBe(3);
    expect(firstBrokenLink(at(2, { contentHash: other }))).toBe(3);
    expect(firstBrokenLink(at(2, { hash: other }))).toBe(3);
    expect(firstBrokenLink(at(2, { previous: other }))).toBe(3);
    expect(firstBrokenLink(at(2, { scope: 'y' }))).toBe(3);
    expect(firstBrokenLink(at(2, { sequence: 4 }))).toBe(3);
    expect(firstBrokenLink(entries.toSpliced(2, 1))).toBe(3);
    expect(firstBrokenLink(entries.slice(1))).toBe(1);
    expect(firstBrokenLink(entries.toReversed())).toBe(1);
  });
});
