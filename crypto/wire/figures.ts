import * as v from 'valibot';
import { BOX_OVERHEAD } from '../box.js';
import { bytesBetween, bytesSchema, ChannelId, ReaderId } from '../ids.js';
import { KEM_CIPHERTEXT_BYTES } from '../kem.js';

/** Size of a statistics record before it is sealed. */
export const STATISTICS_BYTES = 512;
/** Most records that are handed out at once, and that one pack takes the place of at once. */
export const STATISTICS_PAGE = 500;
export const PACK_RECORDS = 4000;
/** Most bytes of a sealed pack, and most packs of one reader. */
export const PACK_BYTES = 1024 * 1024;
export const PACKS_LIMIT = 10_000;

/** A statistics record on its way to one reader. `year` is that of receipt. */
export const SealedStatistics = v.strictObject({
  id: bytesSchema(16),
  channel: ChannelId,
  year: v.pipe(v.number(), v.integer(), v.minValue(2000), v.maxValue(9999)),
  recipient: ReaderId,
  kem: bytesSchema(KEM_CIPHERTEXT_BYTES),
  box: bytesSchema(BOX_OVERHEAD + STATISTICS_BYTES),
});
export type SealedStatistics = v.InferOutput<typeof SealedStatistics>;

/** GET /api/desk/figures/records: a page of the records sealed to whoever asks, in no order. */
export const StatisticsPage = v.strictObject({
  records: v.array(SealedStatistics),
  /** To be asked for next, `?after=`; null after the last page. */
  next: v.nullable(bytesSchema(16)),
});

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(PACKS_LIMIT));
const version = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** GET /api/desk/figures/packs: which packs somebody keeps. */
export const PackList = v.strictObject({
  packs: v.array(v.strictObject({ number, version })),
});

/** GET /api/desk/figures/packs/:number */
export const Pack = v.strictObject({ version, box: bytesBetween(1, PACK_BYTES) });
export type Pack = v.InferOutput<typeof Pack>;

/**
 * PUT /api/desk/figures/packs/:number: opened records, sealed under their reader's own key, take the
 * place of those that were sealed to the reader one by one.
 */
export const KeepPack = v.strictObject({
  /** The version that this one follows; 0 for a new pack. */
  after: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  box: bytesBetween(1, PACK_BYTES),
  /** Ids of the records that the pack holds from now on and that go. */
  records: v.pipe(v.array(bytesSchema(16)), v.minLength(1), v.maxLength(PACK_RECORDS)),
});
export type KeepPack = v.InferOutput<typeof KeepPack>;
