import * as v from 'valibot';
import { AttachmentId, bytesSchema } from '../ids.js';

/** Longest text a person can write in one field, in UTF-16 code units. */
export const TEXT_LIMIT = 100_000;
/** Most files in one entry. */
export const FILES_LIMIT = 100;

/** A text that may be empty, and one that may not. */
export const text = v.pipe(v.string(), v.maxLength(TEXT_LIMIT));
export const needed = v.pipe(text, v.minLength(1));

function isMoment(text: string): boolean {
  // years of more than four digits are none of ours
  if (text.length !== 24) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/** A moment as `Date.prototype.toISOString` writes it, and in no other way. */
export const moment = v.pipe(v.string(), v.check(isMoment));

/**
 * A file as the entry that carries it knows it: where its sealed chunks are, the key that opens
 * them, the hash over their hashes, and the name, type and size that stand nowhere else.
 */
export const FileReference = v.strictObject({
  attachment: AttachmentId,
  key: bytesSchema(32),
  hash: bytesSchema(32),
  chunks: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  name: v.pipe(v.string(), v.maxLength(255)),
  type: v.pipe(v.string(), v.maxLength(255)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type FileReference = v.InferOutput<typeof FileReference>;

export const files = v.pipe(v.array(FileReference), v.maxLength(FILES_LIMIT));
