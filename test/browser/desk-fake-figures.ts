import type { Counts, Figures } from '../../client/figures/count.js';
import { CATEGORIES, OUTCOMES } from '../../crypto/private.js';

const none = { received: 0, byChannel: {}, byCategory: {} };
const tenOf = (kinds: readonly string[]): Counts =>
  Object.fromEntries(kinds.map((kind) => [kind, 10]));

/** Figures of three years, with small numbers among them, and all kinds there are in the first. */
export function figuresOf(): Figures {
  return {
    open: 9,
    openByAge: { week: 2, quarter: 5, year: 2 },
    years: [
      {
        year: 2026,
        received: 31,
        open: {
          ...{ received: 9, byChannel: { channel: 9 } },
          byCategory: { harassment: 7, corruption: 2 },
        },
        receivedByChannel: { channel: 31 },
        receivedByCategory: { fraud: 12, harassment: 9, corruption: 7, environment: 2, unknown: 1 },
        closed: 22,
        closedByOutcome: { substantiated: 8, unsubstantiated: 11, spam: 3 },
        acknowledgement: { done: 22, within: 16, limit: 7, median: 3.5, longest: 12 },
        feedback: { done: 19, within: 12, limit: 92, median: 71, longest: 130 },
        money: [
          {
            currency: 'EUR',
            cases: 6,
            damage: 1_240_000,
            recovered: 310_000,
            damaged: 6,
            recoveries: 5,
          },
        ],
      },
      {
        year: 2025,
        received: 3,
        open: none,
        receivedByChannel: { channel: 3 },
        receivedByCategory: { fraud: 3 },
        closed: 3,
        closedByOutcome: { substantiated: 3 },
        acknowledgement: { done: 3, within: 3, limit: 7, median: 1, longest: 2 },
        feedback: { done: 2, within: 2, limit: 92, median: 80, longest: 90 },
        money: [],
      },
      {
        year: 2024,
        received: 10 * CATEGORIES.length,
        open: none,
        receivedByChannel: { channel: 10 * CATEGORIES.length },
        receivedByCategory: tenOf(CATEGORIES),
        closed: 10 * OUTCOMES.length,
        closedByOutcome: tenOf(OUTCOMES),
        acknowledgement: { done: 110, within: 90, limit: 7, median: 3, longest: 20 },
        feedback: { done: 110, within: 90, limit: 92, median: 80, longest: 190 },
        money: ['DKK', 'EUR', 'SEK'].map((currency) => ({
          ...{ currency, cases: 20, damage: 900_000, recovered: 300_000 },
          ...{ damaged: 20, recoveries: 20 },
        })),
      },
    ],
  };
}
