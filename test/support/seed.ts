import fc from 'fast-check';

/** How long each property of `npm run fuzz` is tried, in seconds; 0 in `npm test`. */
export const FUZZ_SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 0);

function seedOfThisRun(): number {
  const asked = process.env['FUZZ_SEED'];
  if (asked !== undefined) return Number(asked);
  return FUZZ_SECONDS > 0 ? Math.trunc(Math.random() * 2 ** 31) : 20_261_122;
}

/** What inputs are made from: the same in every run, so that a failure tells of what was changed. */
const SEED = seedOfThisRun();

// known from the start, for runs that somebody ends
if (FUZZ_SECONDS > 0) process.stdout.write(`FUZZ_SEED=${String(SEED)}\n`);

fc.configureGlobal({ seed: SEED });
