import { ProtocolError } from '../../crypto/private.js';
import { ClientError, codeOf } from '../errors.js';

/** Exit codes of the program: part of its interface, listed in `casekey --help`. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  network: 3,
  refused: 4,
  unverified: 5,
  file: 6,
  cancelled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Stops a command with a code, words for a person, and the exit code of the program. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly exit: ExitCode;

  constructor(code: string, exit: ExitCode, message: string) {
    super(message);
    this.code = code;
    this.exit = exit;
  }
}

/** Wrong options or input. */
export function usage(message: string): Failure {
  return new Failure('usage', exitCodes.usage, message);
}

/** A file of this machine that cannot be read or written. */
export function fileFailure(message: string): Failure {
  return new Failure('file_unreadable', exitCodes.file, message);
}

/** Codes of ClientError that say: what the server handed out does not hold. */
const unverified = new Set([
  'directory_expired',
  'directory_rolled_back',
  'directory_withheld',
  'left_out_member',
  'missing_entry',
  'reused_seen_head',
  'rewritten_chain',
  'truncated_chain',
  'unexpected_answer',
  'unknown_author',
  'wrong_case_id',
  'wrong_directory',
  'wrong_effect',
  'wrong_erasure',
  'wrong_facts',
  'wrong_manifest',
  'wrong_previous',
  'wrong_sequence',
]);

/** Codes of ClientError about files of this machine. */
const fileCodes = new Set(['build_damaged', 'build_missing', 'file_unreadable', 'file_unwritable']);

/** The exit code for anything thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Failure) return error.exit;
  if (error instanceof ProtocolError) return exitCodes.unverified;
  if (!(error instanceof ClientError)) return exitCodes.unexpected;
  const code = codeOf(error);
  if (code === 'cancelled') return exitCodes.cancelled;
  if (fileCodes.has(code)) return exitCodes.file;
  if (error.temporary) return exitCodes.network;
  return unverified.has(code) ? exitCodes.unverified : exitCodes.refused;
}
