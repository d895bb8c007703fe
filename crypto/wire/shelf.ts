import * as v from 'valibot';
import { BOX_OVERHEAD } from '../box.js';
import { bytesSchema } from '../ids.js';
import { Count } from './entry.js';

/**
 * Bytes of what somebody's desk keeps of drafts and saved filters, however many there are and
 * whatever they hold.
 */
export const SHELF_BYTES = 65_536;

const box = bytesSchema(BOX_OVERHEAD + SHELF_BYTES);

/** GET /api/desk/account/shelf: what this person's desk keeps; number 0 before the first time. */
export const Shelf = v.strictObject({
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  box: v.nullable(box),
});
export type Shelf = v.InferOutput<typeof Shelf>;

/** PUT /api/desk/account/shelf: the one after that which this desk has seen. */
export const KeepShelf = v.strictObject({ number: Count, box });
export type KeepShelf = v.InferOutput<typeof KeepShelf>;
