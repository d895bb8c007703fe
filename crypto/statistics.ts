import * as v from 'valibot';
import { toBase64 } from './bytes.js';
import { CATEGORIES, OUTCOMES, RELATIONS } from './content.js';
import { ChannelId, ReaderId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import type { KemKeys } from './kem.js';
import { pad, unpad } from './padding.js';
import { openSealedTo, sealTo } from './sealed-to.js';
import { randomBytes } from './sodium.js';
import type { SealedStatistics } from './wire/desk.js';

const RECORD_BYTES = 256;
const days = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)));

/** What remains of a case for the yearly figures. It names no case, and no date finer than a year. */
export const Statistics = v.strictObject({
  category: v.picklist(CATEGORIES),
  relation: v.picklist(RELATIONS),
  outcome: v.picklist(OUTCOMES),
  daysToAcknowledgement: days,
  daysToFeedback: days,
});
export type Statistics = v.InferOutput<typeof Statistics>;

/**
 * Seals a record to every reader of the case: to each alone, so that somebody whom the reporter left
 * out cannot even count it (docs/decisions).
 */
export function sealStatistics(
  record: Statistics,
  channel: string,
  year: number,
  readers: readonly { id: string; kem: string }[],
): SealedStatistics[] {
  const id = toBase64(randomBytes(16));
  const plaintext = pad(toJsonBytes(record), RECORD_BYTES);
  return readers.map((reader) => ({
    id,
    channel: v.parse(ChannelId, channel),
    year,
    recipient: v.parse(ReaderId, reader.id),
    ...sealTo(reader.kem, 'statistics', [id, channel, year], plaintext),
  }));
}

/** Opens a record with its reader's keys. Throws as `openBox` does, or `malformed`. */
export function openStatistics(keys: KemKeys, sealed: SealedStatistics): Statistics {
  const context = [sealed.id, sealed.channel, sealed.year];
  return fromJsonBytes(Statistics, unpad(openSealedTo(keys, 'statistics', context, sealed)));
}
