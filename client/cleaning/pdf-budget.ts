import { CannotClean } from './reader.js';

/** What may be looked at in all, as a multiple of what there is. Objects are read once, or nearly so. */
const TIMES = 4;
/** For files so small that their tables weigh most. */
const LEAST = 64 * 1024;
/** Bytes that all that is packed in one file may unpack to. */
const MOST_UNPACKED = 256 * 1024 * 1024;

/**
 * How much of a PDF is looked at and written. Its objects can be made to lie over one another: false
 * lengths that all end at one far word, strings that hold the objects after them, one heavy object
 * that everything refers to. Each byte would be read once for every object. So the whole is bounded by
 * the size of the file, and a file that wants more is called broken.
 */
export interface PdfBudget {
  /** Bytes that were looked at, and entries of tables. */
  readonly spent: number;
  /** @throws CannotClean `broken` beyond what is worth it. */
  spend(amount: number): void;
  /** Notes bytes that were unpacked, which may be looked at besides. Throws CannotClean `too_large`. */
  unpacked(bytes: number): void;
  /** How many bytes may still be unpacked. */
  readonly left: number;
}

/**
 * Makes the budget of a file of so many bytes.
 *
 * @param most in place of what may be unpacked else, for tests.
 */
export function createPdfBudget(size: number, most = MOST_UNPACKED): PdfBudget {
  let spent = 0;
  let unpackedBytes = 0;
  return {
    get spent() {
      return spent;
    },
    get left() {
      return most - unpackedBytes;
    },
    spend(amount) {
      spent += amount;
      if (spent > TIMES * (size + unpackedBytes) + LEAST) throw new CannotClean('broken');
    },
    unpacked(bytes) {
      unpackedBytes += bytes;
      if (unpackedBytes > most) throw new CannotClean('too_large');
    },
  };
}
