import { utf8 } from '../../crypto/private.js';

/** Longest name of a file, in bytes of UTF-8, without the number before it. */
const MOST_BYTES = 120;
const MOST_ENDING = 16;

function cutTo(text: string, bytes: number): string {
  const letters = Array.from(text);
  while (utf8(letters.join('')).length > bytes) letters.pop();
  return letters.join('');
}

/**
 * The name under which the n-th file of a case (from 1) stands in an archive: `files/001 photo.jpg`.
 * The number makes it one of a kind, and keeps names that begin with a dot, a dash or a sign of
 * calculation, or that a system reserves, from meaning anything. No folders, no control characters,
 * nothing that turns the direction of writing, not overlong.
 */
export function archiveName(number: number, name: string): string {
  const digits = String(number).padStart(3, '0');
  let [before, safe] = [name, safeName(name)];
  // a name that was cut ends otherwise, and must not be another one once it is looked at again
  while (safe !== before) [before, safe] = [safe, safeName(safe)];
  return `files/${digits} ${safe}`;
}

function safeName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]/gu, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  const dot = safe.lastIndexOf('.');
  const hasEnding = dot > 0 && utf8(safe.slice(dot)).length <= MOST_ENDING;
  const ending = hasEnding ? safe.slice(dot) : '';
  const stem = cutTo(hasEnding ? safe.slice(0, dot) : safe, MOST_BYTES - utf8(ending).length);
  return `${stem.trim() === '' ? 'file' : stem.trim()}${ending}`;
}

/** The name of the n-th file for outsiders: what kind it is, and nothing else. */
export function neutralName(number: number, name: string): string {
  const ending = /\.[a-z0-9]{1,5}$/iu.exec(name)?.[0] ?? '';
  return archiveName(number, `file${ending.toLowerCase()}`);
}

/** Whether the n-th file of an archive (from 1) has a name that {@link archiveName} gives. */
export function isArchiveName(number: number, name: string): boolean {
  const rest = /^files\/\d{3,6} (.+)$/u.exec(name)?.[1];
  return rest !== undefined && archiveName(number, rest) === name;
}
