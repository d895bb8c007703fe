import type { Report } from './findings.js';
import { cleanGif } from './gif.js';
import { cleanJpeg } from './jpeg.js';
import { cleanMedia } from './media.js';
import { kindOf } from './kind.js';
import { cleanMp3 } from './mp3.js';
import { cleanOgg } from './ogg.js';
import { readComposed, sizeOf } from './pieces.js';
import { cleanPng } from './png.js';
import { CannotClean, createReader, isEqual } from './reader.js';
import { cleanWav, cleanWebp } from './riff.js';
import { cleanWebm } from './webm.js';
import type { Entry, NewEntry } from './zip.js';

/** Cleans what lies in a document, if it is a picture, sound or film; else says that it stays. */
export type CleanNested = (entry: Entry, bytes: Uint8Array) => Promise<NewEntry>;

const cleaners = {
  jpeg: cleanJpeg,
  png: cleanPng,
  webp: cleanWebp,
  gif: cleanGif,
  heic: cleanMedia,
  video: cleanMedia,
  m4a: cleanMedia,
  mp3: cleanMp3,
  wav: cleanWav,
  ogg: cleanOgg,
  webm: cleanWebm,
} as const;

/** See {@link CleanNested}. */
export function cleanNested(report: Report): CleanNested {
  return async (entry, bytes) => {
    const read = (start: number, end: number): Promise<Uint8Array> =>
      Promise.resolve(bytes.slice(start, end));
    const source = { size: bytes.length, read };
    try {
      const kind = await kindOf(createReader(source));
      if (kind === 'text') return entry;
      if (kind in cleaners) {
        const cleaner = cleaners[kind as keyof typeof cleaners];
        const pieces = await cleaner(createReader(source), report);
        const cleaned = await readComposed(read, pieces)(0, sizeOf(pieces));
        return isEqual(cleaned, bytes) ? entry : { name: entry.name, bytes: cleaned };
      }
    } catch (error) {
      if (!(error instanceof CannotClean)) throw error;
    }
    report.left.add('embedded', entry.name);
    return entry;
  };
}
