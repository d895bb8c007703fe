import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ClientError } from '../errors.js';
import type { FileSource } from '../models.js';

/** A file on disk to send, open until it is closed. */
export interface DiskFile extends FileSource {
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.doc': 'application/msword',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.eml': 'message/rfc822',
  '.gif': 'image/gif',
  '.heic': 'image/heic',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.m4a': 'audio/mp4',
  '.mkv': 'video/x-matroska',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.ods': 'application/vnd.oasis.opendocument.spreadsheet',
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.wav': 'audio/wav',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.xls': 'application/vnd.ms-excel',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.zip': 'application/zip',
};

/** The media type that a file name's ending stands for; the general one for endings not known. */
export function typeOfName(name: string): string {
  return types[path.extname(name).toLowerCase()] ?? 'application/octet-stream';
}

async function readFully(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/**
 * Opens a file on disk as a source of an upload; only its last name is taken along. Throws
 * ClientError `file_unreadable` where it is none or was changed since it was opened.
 */
export async function openDiskFile(file: string): Promise<DiskFile> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch {
    throw new ClientError('file_unreadable');
  }
  const before = await handle.stat();
  if (!before.isFile()) {
    await handle.close();
    throw new ClientError('file_unreadable');
  }
  const name = path.basename(file);
  return {
    name,
    type: typeOfName(name),
    size: before.size,
    lastModified: before.mtimeMs,
    async read(start, end) {
      const bytes = await readFully(handle, start, end);
      // what was sealed must be one file, not the halves of two
      const now = await handle.stat();
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) {
        throw new ClientError('file_unreadable');
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
