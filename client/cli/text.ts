import { readFile } from 'node:fs/promises';
import { TEXT_LIMIT } from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { CommandContext } from './context.js';
import { fileFailure, usage } from './failure.js';

const strict = new TextDecoder('utf-8', { fatal: true });

/** A text as entries can hold it. Throws ClientError `too_long`. */
export function checkedText(text: string): string {
  const trimmed = text.replace(/\r\n?/gu, '\n').trim();
  if (trimmed.length > TEXT_LIMIT) throw new ClientError('too_long');
  return trimmed;
}

/** The text of a file. Throws Failure where it cannot be read or is not UTF-8. */
export async function readTextFile(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch {
    throw fileFailure('The file with the text cannot be read.');
  }
  try {
    return checkedText(strict.decode(bytes));
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw fileFailure('The file with the text is not written in UTF-8.');
  }
}

/**
 * The text to send: of --text-file, of a person, else (where `fromInput`) of standard input. Empty
 * where there is none.
 */
export async function textFrom(
  { options, terminal }: CommandContext,
  question: string,
  fromInput: boolean,
): Promise<string> {
  if (options.textFile !== undefined && options.textFile !== '-') {
    return readTextFile(options.textFile);
  }
  if (options.textFile === '-' || (fromInput && !terminal.interactive)) {
    return checkedText(await terminal.readInput());
  }
  return terminal.interactive ? checkedText(await terminal.askText(question)) : '';
}

/** As it is, or for `@FILE` the text of the file. */
export async function valueOrFile(value: string): Promise<string> {
  return value.startsWith('@') ? readTextFile(value.slice(1)) : checkedText(value);
}

/** A word out of a list. Throws Failure `usage` that shows the list. */
export function oneOf<const T extends string>(
  option: string,
  list: readonly T[],
  value: string,
): T {
  const found = list.find((item) => item === value.trim().toLowerCase().replace(/[\s-]/gu, '_'));
  if (found === undefined) throw usage(`--${option} is one of: ${list.join(', ')}.`);
  return found;
}
