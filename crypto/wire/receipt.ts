import * as v from 'valibot';
import { bytesSchema, Day, InstallationId } from '../ids.js';

/** Bytes of a record hash in a box (see `sealBox`): version, nonce, commitment, hash and tag. */
const OPENING_BYTES = 1 + 24 + 32 + 32 + 16;

/**
 * POST /api/case/receipt, with the look-up token. The salt comes from the case key; the server mixes
 * it into what it signs and keeps it nowhere.
 */
export const ReceiptRequest = v.strictObject({ salt: bytesSchema(32) });
export type ReceiptRequest = v.InferOutput<typeof ReceiptRequest>;

/** What the server signed: with the commitment, which the client makes itself. */
export const ReceiptAnswer = v.strictObject({
  day: Day,
  practice: v.boolean(),
  signature: bytesSchema(64),
});
export type ReceiptAnswer = v.InferOutput<typeof ReceiptAnswer>;

/** GET and POST /api/desk/receipt-key: the server's key for receipts, null where it has none yet. */
export const ReceiptKeyAnswer = v.strictObject({ sig: v.nullable(bytesSchema(32)) });

/** The file that a reporter may keep: the JSON that `toJsonBytes` writes, and a line's end. */
export const KeptReceipt = v.strictObject({
  format: v.literal('casekey receipt 1'),
  installation: InstallationId,
  day: Day,
  practice: v.boolean(),
  commitment: bytesSchema(32),
  /** By the server's key for receipts, over all above but the format. */
  signature: bytesSchema(64),
  /** The record hash, for whoever has the case key. */
  opening: bytesSchema(OPENING_BYTES),
});
export type KeptReceipt = v.InferOutput<typeof KeptReceipt>;
