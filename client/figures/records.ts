import * as v from 'valibot';
import { ChannelId, Statistics } from '../../crypto/private.js';

/** What remains of a case for the figures, with the channel to which it came. */
export type CountedCase = Statistics & { channel: ChannelId };

/** Bytes that one record takes in a pack: every one fits, and none shows how long its words are. */
export const PACKED_BYTES = 240;

const fields = Statistics.entries;

/** The values of one record in their order, without names. */
const Packed = v.strictTuple([
  ChannelId,
  fields.tag,
  fields.number,
  fields.received,
  fields.closed,
  fields.category,
  fields.relation,
  fields.outcome,
  fields.daysToAcknowledgement,
  fields.daysToFeedback,
  fields.money,
]);
type Packed = v.InferOutput<typeof Packed>;

/** What a pack holds, as JSON. */
export const PackedRecords = v.array(Packed);

/** Records as a pack holds them. */
export function packRecords(records: readonly CountedCase[]): Packed[] {
  return records.map((each) => [
    each.channel,
    each.tag,
    each.number,
    each.received,
    each.closed,
    each.category,
    each.relation,
    each.outcome,
    each.daysToAcknowledgement,
    each.daysToFeedback,
    each.money,
  ]);
}

/** Records from a pack. */
export function unpackRecords(packed: readonly Packed[]): CountedCase[] {
  return packed.map(
    ([channel, tag, number, received, closed, category, relation, outcome, told, fed, money]) => ({
      channel,
      tag,
      number,
      received,
      closed,
      category,
      relation,
      outcome,
      daysToAcknowledgement: told,
      daysToFeedback: fed,
      money,
    }),
  );
}

/**
 * The records that count: of those with one tag the newest, and none of a case that was reopened and
 * is not closed again.
 */
export function countingRecords(records: readonly CountedCase[]): CountedCase[] {
  const newest = new Map<string, CountedCase>();
  for (const record of records) {
    const known = newest.get(record.tag);
    if (known === undefined || known.number < record.number) newest.set(record.tag, record);
  }
  return [...newest.values()].filter(({ outcome }) => outcome !== null);
}
