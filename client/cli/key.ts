import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { parseWords, type WordsFault } from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { Failure, exitCodes, fileFailure, usage } from './failure.js';
import type { Terminal } from './terminal.js';

const WORDS = 12;
const CHECKED = 3;
const TRIES = 3;

function lettersOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .split(/[^\p{L}]+/u)
    .filter((part) => part !== '');
}

function faultLine(fault: WordsFault): string {
  switch (fault.code) {
    case 'word_count':
      return `A case key has ${String(WORDS)} words; there are ${String(fault.found)}.`;
    case 'unknown_word': {
      const near = fault.suggestions.join(', ');
      const which = `Word ${String(fault.index + 1)} is not a word of the list.`;
      return near === '' ? which : `${which} Perhaps: ${near}.`;
    }
    case 'checksum':
      return 'These words do not belong together: one of them is wrong, or two changed places.';
  }
}

/** The twelve words that stand in a text of other words, where there is only one such place. */
function wordsWithin(text: string): string[] | null {
  const found = new Map<string, string[]>();
  const parts = lettersOf(text);
  for (let start = 0; start + WORDS <= parts.length; start += 1) {
    const parsed = parseWords(parts.slice(start, start + WORDS).join(' '), WORDS);
    if ('words' in parsed) found.set(parsed.words.join(' '), parsed.words);
  }
  const [only] = found.values();
  return found.size === 1 && only !== undefined ? only : null;
}

/**
 * The words of a case key out of what was typed, or of a file saved by the page with more text in
 * it. Throws Failure `case_key_unreadable` that says what is wrong and never repeats a word.
 */
export function caseKeyIn(text: string): string[] {
  const parsed = parseWords(text, WORDS);
  if ('words' in parsed) return parsed.words;
  const within = wordsWithin(text);
  if (within !== null) return within;
  const lines = parsed.faults.map(faultLine).join('\n');
  throw new Failure('case_key_unreadable', exitCodes.usage, lines);
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw fileFailure('The file with the case key cannot be read.');
  }
}

/**
 * The case key: from a file, from a person without showing it, else from standard input. It never
 * comes from the arguments, which other users of the machine can list.
 */
export async function readCaseKey(
  terminal: Terminal,
  keyFile: string | undefined,
): Promise<string[]> {
  if (keyFile !== undefined) return caseKeyIn(await readKeyFile(keyFile));
  if (!terminal.interactive) return caseKeyIn(await terminal.readInput());
  for (let tries = 1; ; tries += 1) {
    const typed = await terminal.askHidden(
      'Case key, twelve words (not shown while you type): ',
      (text) => lettersOf(text).length >= WORDS || text.endsWith('\n'),
    );
    try {
      return caseKeyIn(typed);
    } catch (error) {
      if (!(error instanceof Failure) || tries >= TRIES) throw error;
      terminal.say(error.message);
    }
  }
}

/**
 * The key for a new report. Where the file exists already its key is used: so a sending that failed
 * is repeated, and the server refuses the key of a report that arrived. Else the new key is written
 * there before anything is sent.
 */
export async function keyForReport(
  fresh: string[],
  keyFile: string | undefined,
): Promise<string[]> {
  if (keyFile === undefined) return fresh;
  try {
    await writeFile(keyFile, `${fresh.join(' ')}\n`, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists) throw fileFailure('The case key cannot be written to that file.');
    return caseKeyIn(await readKeyFile(keyFile));
  }
}

function numbered(words: readonly string[]): string {
  const rows: string[] = [];
  for (let start = 0; start < words.length; start += 4) {
    const row = words.slice(start, start + 4).map((word, index) => {
      const number = String(start + index + 1).padStart(2);
      return `${number} ${word.padEnd(10)}`;
    });
    rows.push(`  ${row.join(' ').trimEnd()}`);
  }
  return rows.join('\n');
}

function isWord(typed: string, word: string): boolean {
  const given = typed.normalize('NFKC').trim().toLowerCase();
  return given === word || (given.length >= 4 && word.startsWith(given));
}

/** Shows a new key on a screen of its own. */
export async function showCaseKey(terminal: Terminal, words: readonly string[]): Promise<void> {
  await terminal.showOnce(
    [
      'This is your case key. It is the only way back to your report:',
      'nobody can restore it, and whoever has it can read and write as you.',
      'Write the twelve words down on paper, in this order:',
      '',
      numbered(words),
    ].join('\n'),
  );
}

/**
 * Asks for three of the words. Throws ClientError `cancelled` where they are not given: nothing has
 * been sent yet.
 */
export async function confirmCaseKey(terminal: Terminal, words: readonly string[]): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const places = new Set<number>();
    while (places.size < CHECKED) places.add(randomInt(words.length));
    let right = true;
    for (const place of [...places].sort((a, b) => a - b)) {
      const typed = await terminal.askHidden(`Word ${String(place + 1)} (not shown): `, () => true);
      if (!isWord(typed, words[place] ?? '')) right = false;
    }
    if (right) return;
    if (tries < TRIES) {
      terminal.say('That is not what you were shown. Here are the words again.');
      await showCaseKey(terminal, words);
    }
  }
  terminal.say('Nothing was sent.');
  throw new ClientError('cancelled');
}

/** Refuses a file that both key and text would come from. */
export function checkInputs(keyFile: string | undefined, textFile: string | undefined): void {
  if (keyFile === '-')
    throw usage('--key-file wants a file; without it the key is read from standard input.');
  if (textFile === '-' && keyFile === undefined) {
    throw usage('The text comes from standard input, so the case key must come from --key-file.');
  }
}
