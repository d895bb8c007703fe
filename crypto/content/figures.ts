import * as v from 'valibot';
import { WorkId } from '../ids.js';
import { moment } from './fields.js';

/** Largest amount of money, in whole units of its currency. */
export const AMOUNT_LIMIT = 1_000_000_000_000;

const amount = v.nullable(
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(AMOUNT_LIMIT)),
);

/** A currency's code (ISO 4217). */
export const Currency = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/));

/**
 * What a matter cost and what came back, as estimated when a case is closed (article 27(2)(c) of the
 * Directive). Null for what nobody estimated.
 */
export const Money = v.strictObject({ currency: Currency, damage: amount, recovered: amount });
export type Money = v.InferOutput<typeof Money>;

/** The estimate from here on. */
export const MoneyEntry = v.strictObject({
  kind: v.literal('money'),
  at: moment,
  ...Money.entries,
});

/** Most records that are made of one case under one tag. */
export const COUNTED_LIMIT = 1000;

/**
 * A statistics record was made of the case. The next one, made when it is reopened or closed again,
 * carries the same tag and a higher number and takes its place. Nothing but this entry links them to
 * the case, and it goes with the case.
 */
export const CountedEntry = v.strictObject({
  kind: v.literal('counted'),
  at: moment,
  tag: WorkId,
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(COUNTED_LIMIT)),
});

/** What handlers say for the yearly figures. */
export const FiguresEntry = v.variant('kind', [MoneyEntry, CountedEntry]);
export type FiguresEntry = v.InferOutput<typeof FiguresEntry>;
