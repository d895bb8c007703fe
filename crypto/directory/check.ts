import { sameBytes } from '../bytes.js';
import { ProtocolError } from '../errors.js';
import { toJsonBytes } from '../json.js';

/** Refuses a directory (`wrong_directory`); the detail is for whoever looks for the cause. */
export function fail(detail: string): never {
  throw new ProtocolError('wrong_directory', detail);
}

/** Whether two values are signed as the same bytes. */
export function same(a: unknown, b: unknown): boolean {
  return sameBytes(toJsonBytes(a), toJsonBytes(b));
}
