import * as v from 'valibot';

/** What breaks a line or turns the direction of writing, so that a name shows as another. */
const turning = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** What is not seen; the last is a sign of Braille without dots. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{C}\p{Z}\u2800]/gu;

/** Whether a line is seen, and in the order of its letters. */
export function isShown(line: string): boolean {
  return !turning.test(line) && line.replace(unseen, '') !== '';
}

/**
 * A person's name as lists show it: people decide by it whom they trust, so it is seen, on one line
 * and in the order of its letters. Whoever reads cases cannot hide in the list by a name of nothing.
 */
export const ShownName = v.pipe(v.string(), v.maxLength(200), v.check(isShown));
