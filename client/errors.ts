import { ProtocolError } from '../crypto/private.js';

/**
 * What went wrong in words a program can act on: a code that the server answered, a fault of the
 * protocol, or one of the client's own (`network`, `cancelled`, `unexpected_answer`,
 * `file_unreadable`, `already_sent`, …). Pages translate it; it holds nothing of what was written.
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly temporary: boolean;

  constructor(code: string, temporary = false) {
    super(code);
    this.code = code;
    this.temporary = temporary;
  }
}

/** The code of anything thrown: a client error's, a protocol fault, else `unexpected`. */
export function codeOf(error: unknown): string {
  if (error instanceof ClientError) return error.code;
  if (error instanceof ProtocolError) return error.fault;
  return 'unexpected';
}
