import { ClientError } from '../errors.js';
import type { FileSource } from '../models.js';
import { createReport, type Report } from './findings.js';
import { cleanGif } from './gif.js';
import { cleanJpeg } from './jpeg.js';
import { kindOf } from './kind.js';
import { cleanMedia } from './media.js';
import type { Cleaning, FileKind, Obstacle, Piece } from './models.js';
import { cleanMp3 } from './mp3.js';
import { cleanOgg } from './ogg.js';
import { archiveKind, cleanOffice } from './office.js';
import { cleanOpenDocument } from './opendocument.js';
import { cleanPdf } from './pdf.js';
import { merged } from './pieces.js';
import { cleanPng } from './png.js';
import { CannotClean, createReader, type Reader } from './reader.js';
import { cleanWav, cleanWebp } from './riff.js';
import { cleanWebm } from './webm.js';

type Cleaner = (reader: Reader, report: Report) => Promise<Piece[]>;

const cleaners: Readonly<Partial<Record<FileKind, Cleaner>>> = {
  jpeg: cleanJpeg,
  png: cleanPng,
  webp: cleanWebp,
  gif: cleanGif,
  wav: cleanWav,
  mp3: cleanMp3,
  ogg: cleanOgg,
  webm: cleanWebm,
  heic: cleanMedia,
  video: cleanMedia,
  m4a: cleanMedia,
  office: cleanOffice,
  opendocument: cleanOpenDocument,
  pdf: cleanPdf,
};

function refused(kind: FileKind, obstacle: Obstacle): Cleaning {
  return { kind, verdict: 'not_cleanable', obstacle, removed: [], left: [], pieces: null };
}

const obstacles: Readonly<Partial<Record<FileKind, Obstacle>>> = {
  archive: 'archive',
  old_office: 'old_office',
};

/**
 * Takes what tells of its maker out of a file. The kind is known by its bytes, never by its name;
 * whatever is damaged, encrypted, too large or of a kind not known is left as it is and called so.
 *
 * @throws ClientError `cancelled` after an abort, `file_unreadable` where it cannot be read.
 */
export async function cleanFile(
  source: Pick<FileSource, 'size' | 'read'>,
  signal?: AbortSignal,
): Promise<Cleaning> {
  const reader = createReader(source, signal);
  const own = await kindOf(reader);
  const kind = own === 'archive' ? await archiveKind(reader) : own;
  const report = createReport();
  if (kind === 'text') {
    return { kind, verdict: 'clean', obstacle: null, removed: [], left: [], pieces: null };
  }
  const { [kind]: cleaner } = cleaners;
  if (cleaner === undefined) return refused(kind, obstacles[kind] ?? 'unknown');
  try {
    const pieces = merged(await cleaner(reader, report));
    const removed = report.removed.list();
    const left = report.left.list();
    const verdict = left.length > 0 ? 'partly' : removed.length > 0 ? 'cleaned' : 'clean';
    return { kind, verdict, obstacle: null, removed, left, pieces };
  } catch (error) {
    if (error instanceof ClientError) throw error;
    return refused(kind, error instanceof CannotClean ? error.obstacle : 'broken');
  }
}
