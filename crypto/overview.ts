import * as v from 'valibot';
import { fromBase64, toBase64, utf8 } from './bytes.js';
import { openBox, sealBox } from './box.js';
import { CATEGORIES, OUTCOMES } from './content.js';
import { derive } from './derive.js';
import type { EpochKey } from './epoch.js';
import { Day } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { OVERVIEW_BYTES, type SealedOverview } from './wire/entry.js';

/** What a list shows of a case; a copy for speed, while the chain of entries is what counts. */
export const Overview = v.strictObject({
  title: v.string(),
  category: v.picklist(CATEGORIES),
  acknowledgedOn: v.nullable(Day),
  feedbackOn: v.nullable(Day),
  outcome: v.nullable(v.picklist(OUTCOMES)),
});
export type Overview = v.InferOutput<typeof Overview>;

/** Longest title, in bytes of JSON text, that fits the fixed size beside the other fields. */
export const TITLE_BYTES = 240;
/** Most letters (code points) of a title. */
const TITLE_LETTERS = 80;

/** Cuts a text to a title: its first words on one line, with an ellipsis where it goes on. */
export function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/gu, ' ');
  // No letter takes more than two code units, so what is cut off here is never part of a title.
  const letters = Array.from(line.slice(0, 2 * TITLE_LETTERS + 2));
  const fits = (title: string, count: number): boolean =>
    count <= TITLE_LETTERS && utf8(JSON.stringify(title)).length <= TITLE_BYTES;
  if (fits(line, letters.length)) return line;
  let title: string;
  do {
    letters.pop();
    title = `${letters.join('').trimEnd()}…`;
  } while (!fits(title, letters.length + 1));
  return title;
}

function overviewKey(epoch: EpochKey): Uint8Array {
  return derive(epoch.key, 'overview');
}

/** Seals an overview at its fixed size under an epoch's key. */
export function sealOverview(epoch: EpochKey, overview: Overview): SealedOverview {
  const padded = pad(toJsonBytes(overview), OVERVIEW_BYTES);
  const context = [epoch.case, epoch.compartment, epoch.epoch];
  return {
    compartment: epoch.compartment,
    epoch: epoch.epoch,
    box: toBase64(sealBox(overviewKey(epoch), 'overview', context, padded)),
  };
}

/** Opens an overview. Throws as `openBox` does, or `malformed`. */
export function openOverview(epoch: EpochKey, sealed: SealedOverview): Overview {
  const context = [epoch.case, epoch.compartment, epoch.epoch];
  const padded = openBox(overviewKey(epoch), 'overview', context, fromBase64(sealed.box));
  return fromJsonBytes(Overview, unpad(padded));
}
