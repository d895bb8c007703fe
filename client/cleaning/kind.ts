import type { FileKind } from './models.js';
import { isAt, latin1, type Reader } from './reader.js';

/** Beyond this a text is not looked through. */
const TEXT_BYTES = 16 * 1024 * 1024;
const BLOCK = 128 * 1024;

/** Texts that carry more than what is seen: pages, pictures, mail, formats with fields. */
const notPlain =
  /^\s*(?:<|\{\\rtf|%!PS|BEGIN:V)|^(?:[A-Za-z][\w-]*: [^\n]*\n(?:[ \t][^\n]*\n)*){4}/u;

async function isPlainText(reader: Reader): Promise<boolean> {
  if (reader.size > TEXT_BYTES) return false;
  for (let at = 0; at < reader.size; at += BLOCK) {
    const block = await reader.bytes(at, Math.min(at + BLOCK, reader.size));
    if (at === 0 && notPlain.test(latin1(block.subarray(0, 4096)))) return false;
    // line ends, tabs and form feeds are the only controls of a text
    if (block.some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return false;
  }
  return true;
}

function boxKind(head: Uint8Array): FileKind {
  const brands = latin1(head.subarray(8, 40));
  if (/heic|heix|hevc|heim|heis|mif1|msf1|avif|avis/u.test(brands)) return 'heic';
  return /^M4[AB]/u.test(brands) ? 'm4a' : 'video';
}

/** What kind of file it is, by its bytes. */
export async function kindOf(reader: Reader): Promise<FileKind> {
  const head = (await reader.bytes(0, Math.min(reader.size, 1024))).slice();
  const starts = (text: string, at = 0): boolean => isAt(head, at, text);
  if (starts('\xff\xd8\xff')) return 'jpeg';
  if (starts('\x89PNG\r\n\x1a\n')) return 'png';
  if (starts('RIFF') && starts('WEBP', 8)) return 'webp';
  if (starts('RIFF') && starts('WAVE', 8)) return 'wav';
  if (starts('OggS')) return 'ogg';
  if (starts('\x1aE\xdf\xa3')) return 'webm';
  if (starts('GIF87a') || starts('GIF89a')) return 'gif';
  if (starts('ftyp', 4)) return boxKind(head);
  // films of older QuickTime begin without a type
  if (['moov', 'mdat', 'wide', 'free', 'skip'].some((name) => starts(name, 4))) return 'video';
  if (latin1(head).includes('%PDF-')) return 'pdf';
  if (starts('PK\x03\x04')) return 'archive';
  if (starts('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return 'old_office';
  if (starts('Rar!') || starts('7z\xbc\xaf') || starts('\x1f\x8b')) return 'archive';
  const [first = 0, second = 0] = head;
  if (starts('ID3') || (first === 0xff && (second & 0xe6) === 0xe2)) return 'mp3';
  return (await isPlainText(reader)) ? 'text' : 'unknown';
}
