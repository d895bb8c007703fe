import * as v from 'valibot';
import { toBase64 } from './bytes.js';
import { CATEGORIES, COUNTED_LIMIT, Money, OUTCOMES, RELATIONS } from './content.js';
import { ChannelId, ReaderId, WorkId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import type { KemKeys } from './kem.js';
import { pad, unpad } from './padding.js';
import { openSealedTo, sealTo } from './sealed-to.js';
import { randomBytes } from './sodium.js';
import { STATISTICS_BYTES, type SealedStatistics } from './wire/figures.js';

/** Most days that a record tells: longer ones are told as so many. */
export const COUNTED_DAYS_LIMIT = 9999;
const days = v.nullable(
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(COUNTED_DAYS_LIMIT)),
);
const year = v.pipe(v.number(), v.integer(), v.minValue(2000), v.maxValue(9999));

/**
 * What remains of a case for the yearly figures. It names no case, and no date finer than a year. Of
 * records with the same tag the one with the highest number counts.
 */
export const Statistics = v.strictObject({
  tag: WorkId,
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(COUNTED_LIMIT)),
  /** Years of receipt and of this closing. */
  received: year,
  closed: year,
  category: v.picklist(CATEGORIES),
  relation: v.picklist(RELATIONS),
  /** Null where the case was reopened: then it counts as closed no more. */
  outcome: v.nullable(v.picklist(OUTCOMES)),
  daysToAcknowledgement: days,
  daysToFeedback: days,
  money: v.nullable(Money),
});
export type Statistics = v.InferOutput<typeof Statistics>;

/**
 * Seals a record to every reader of the case: to each alone, so that somebody whom the reporter left
 * out cannot even count it (docs/decisions/0002-statistics-per-reader.md). Each has an id of its own,
 * since records outlive their case: one id for all would tell for ever who read the same case.
 */
export function sealStatistics(
  record: Statistics,
  channel: string,
  year: number,
  readers: readonly { id: string; kem: string }[],
): SealedStatistics[] {
  const plaintext = pad(toJsonBytes(record), STATISTICS_BYTES);
  return readers.map((reader) => {
    const id = toBase64(randomBytes(16));
    return {
      id,
      channel: v.parse(ChannelId, channel),
      year,
      recipient: v.parse(ReaderId, reader.id),
      ...sealTo(reader.kem, 'statistics', [id, channel, year], plaintext),
    };
  });
}

/** Opens a record with its reader's keys. Throws as `openBox` does, or `malformed`. */
export function openStatistics(keys: KemKeys, sealed: SealedStatistics): Statistics {
  const context = [sealed.id, sealed.channel, sealed.year];
  return fromJsonBytes(Statistics, unpad(openSealedTo(keys, 'statistics', context, sealed)));
}
