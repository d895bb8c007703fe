import {
  fromBase64,
  fromJsonBytes,
  openBox,
  pad,
  sealBox,
  toBase64,
  toJsonBytes,
  unpad,
} from '../../crypto/private.js';
import {
  PACKED_BYTES,
  PackedRecords,
  packRecords,
  unpackRecords,
  type CountedCase,
} from './records.js';

/** Whose pack it is, and which. */
export interface PackPlace {
  installation: string;
  account: string;
  number: number;
}

function context({ installation, account, number }: PackPlace): string[] {
  return [installation, account, String(number)];
}

/** Brackets of the JSON around the records. */
const AROUND = 16;

/**
 * Seals records under their reader's own key. The size tells how many there are, which the server
 * knows, and nothing of what they say.
 */
export function sealPack(
  key: Uint8Array,
  place: PackPlace,
  records: readonly CountedCase[],
): string {
  const size = records.length * PACKED_BYTES + AROUND;
  const padded = pad(toJsonBytes(packRecords(records)), size);
  return toBase64(sealBox(key, 'pack of figures', context(place), padded));
}

/** Opens what {@link sealPack} sealed. Throws as `openBox` does, or `malformed`. */
export function openPack(key: Uint8Array, place: PackPlace, box: string): CountedCase[] {
  const padded = openBox(key, 'pack of figures', context(place), fromBase64(box));
  return unpackRecords(fromJsonBytes(PackedRecords, unpad(padded)));
}
