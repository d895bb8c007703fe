import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { derive, hash } from './derive.js';
import { randomBytes } from './sodium.js';

const known = new Set(wordlist);
const byPrefix = new Map(wordlist.map((word) => [word.slice(0, 4), word]));

/** A word of the list that can stand for what was typed: the word itself or its first letters, from four on. */
function wordOf(typed: string): string | null {
  if (known.has(typed)) return typed;
  const word = typed.length >= 4 ? byPrefix.get(typed.slice(0, 4)) : undefined;
  return word?.startsWith(typed) === true ? word : null;
}

/** Up to `most` words of the BIP 39 English list that begin with these letters. */
export function suggestWords(prefix: string, most = 6): string[] {
  const start = prefix.normalize('NFKC').trim().toLowerCase();
  if (start === '') return [];
  return wordlist.filter((word) => word.startsWith(start)).slice(0, most);
}

/** Words that differ from what was typed by few letters, nearest first, for a misread word. */
function nearWords(typed: string): string[] {
  return wordlist
    .map((word) => ({ word, distance: editDistance(typed, word) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 4)
    .map(({ word }) => word);
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}

/** What is wrong with typed words; `index` counts from zero. */
export type WordsFault =
  | { code: 'word_count'; found: number }
  | { code: 'unknown_word'; index: number; typed: string; suggestions: string[] }
  | { code: 'checksum' };

/** Words that were typed: right, or what is wrong with them. */
export type ParsedWords = { words: string[] } | { faults: WordsFault[] };

/** Words of a passphrase. */
const PASSPHRASE_WORDS = 7;

/**
 * Reads words in any sensible form: any case, line breaks, commas, numbering, four-letter prefixes.
 * `count` is 12 for a case key, 24 for paper keys, of which the checksum of BIP 39 is checked; 7 for
 * a passphrase, which has none.
 */
export function parseWords(text: string, count: 7 | 12 | 24): ParsedWords {
  const typed = text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((part) => part !== '');
  const faults: WordsFault[] = [];
  const words = typed.map((part, index) => {
    const word = wordOf(part);
    if (word === null && index < count) {
      faults.push({ code: 'unknown_word', index, typed: part, suggestions: nearWords(part) });
    }
    return word ?? '';
  });
  if (typed.length !== count) faults.unshift({ code: 'word_count', found: typed.length });
  if (faults.length > 0) return { faults };
  if (count === PASSPHRASE_WORDS) return { words };
  try {
    mnemonicToEntropy(words.join(' '), wordlist);
    return { words };
  } catch {
    return { faults: [{ code: 'checksum' }] };
  }
}

/** Words of BIP 39 for 16 bytes (12 words) or 32 bytes (24 words). */
export function toWords(entropy: Uint8Array): string[] {
  return entropyToMnemonic(entropy, wordlist).split(' ');
}

/** The bytes behind words that {@link parseWords} accepted. Throws for others. */
export function fromWords(words: readonly string[]): Uint8Array {
  return mnemonicToEntropy(words.join(' '), wordlist);
}

/** A new paper key: 32 random bytes as 24 words. */
export function newPaperKey(): string[] {
  return toWords(randomBytes(32));
}

/**
 * A passphrase of seven words (77 bits), drawn from the 2,048 words of BIP 39 English. Two random
 * bytes a word, of which 11 bits are used, so every word is equally likely.
 */
export function newPassphrase(): string[] {
  const random = randomBytes(2 * PASSPHRASE_WORDS);
  return Array.from({ length: PASSPHRASE_WORDS }, (_, index) => {
    const value = ((random[2 * index] ?? 0) << 8) | (random[2 * index + 1] ?? 0);
    return wordlist[value & 2047] ?? '';
  });
}

/**
 * Eight words (88 bits) by which people recognise public keys: an organisation's root, or a new
 * reader's two keys.
 */
export function fingerprintWords(...publicKeys: Uint8Array[]): string[] {
  const bytes = hash('fingerprint', ...publicKeys);
  let bits = 0n;
  for (const byte of bytes.slice(0, 11)) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: 8 }, (_, index) => {
    const value = Number((bits >> BigInt(11 * (7 - index))) & 2047n);
    return wordlist[value] ?? '';
  });
}

/** The secret that a paper key gives for one purpose. */
export function paperSecret(words: readonly string[], purpose: string): Uint8Array {
  return derive(fromWords(words), purpose);
}
