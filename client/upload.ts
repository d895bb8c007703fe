import {
  attachmentHash,
  type AttachmentId,
  attachmentIdOf,
  CHUNK_BYTES,
  chunkCount,
  chunkHash,
  type FileReference,
  paddedAttachmentSize,
  randomBytes,
  sealChunk,
  toBase64,
  tokenHash,
  UploadState,
} from '../crypto/private.js';
import { persist, type Api, type Credential } from './api.js';
import { ClientError } from './errors.js';
import type { FileSource } from './models.js';
import type { Pace } from './pace.js';
import { withWork } from './work.js';

/** A chunk as it is sent, and what the server's list will say of it. */
interface SealedChunk {
  index: number;
  bytes: Uint8Array;
  hash: Uint8Array;
}

/**
 * One file on its way. It keeps what the server confirmed and, as they were sealed, the chunks that
 * were not confirmed yet: a later try sends those same bytes again and seals only the rest.
 */
export interface Upload {
  id: AttachmentId;
  key: Uint8Array;
  token: string;
  paddedSize: number;
  chunks: number;
  hashes: (Uint8Array | undefined)[];
  unconfirmed: Map<number, SealedChunk>;
  /** What the file looked like when it was begun; a changed file begins a new upload. */
  stamp: string;
  started: boolean;
}

/** Tells a file from the same file changed. */
export function fileStamp(file: FileSource): string {
  return JSON.stringify([file.name, file.type, file.size, file.lastModified]);
}

/** Begins an upload under a fresh key; nothing is sent yet. */
export function beginUpload(file: FileSource): Upload {
  const paddedSize = paddedAttachmentSize(file.size);
  const chunks = chunkCount(paddedSize);
  const token = toBase64(randomBytes(32));
  return {
    id: attachmentIdOf(tokenHash('upload', token)),
    key: randomBytes(32),
    token,
    paddedSize,
    chunks,
    hashes: new Array<Uint8Array | undefined>(chunks).fill(undefined),
    unconfirmed: new Map(),
    stamp: fileStamp(file),
    started: false,
  };
}

async function sealedChunk(
  upload: Upload,
  file: FileSource,
  index: number,
  memory: Uint8Array | undefined,
): Promise<SealedChunk> {
  const waiting = upload.unconfirmed.get(index);
  if (waiting !== undefined) return waiting;
  const start = Math.min(index * CHUNK_BYTES, file.size);
  const end = Math.min(start + CHUNK_BYTES, file.size);
  let plaintext: Uint8Array;
  try {
    plaintext = start === end ? new Uint8Array(0) : await file.read(start, end);
  } catch {
    throw new ClientError('file_unreadable');
  }
  if (plaintext.length !== end - start) throw new ClientError('file_unreadable');
  const bytes = sealChunk(upload.key, upload.id, upload.paddedSize, index, plaintext, memory);
  const sealed = { index, bytes, hash: await chunkHash(bytes) };
  upload.unconfirmed.set(index, sealed);
  return sealed;
}

/**
 * Sends what is not confirmed yet, several chunks at once, each tried again after a passing failure.
 * Memory stays flat: at most a few chunks are held, those on their way and one more that is sealed
 * meanwhile. Calls `onSent` with the padded bytes confirmed, and `onWork` where the server asks for a
 * proof of work first.
 *
 * @param pace says how many are on their way at once, and learns from them.
 */
export async function sendUpload(
  api: Api,
  upload: Upload,
  file: FileSource,
  pace: Pace,
  onSent: (bytes: number) => void,
  onWork: () => void,
  signal?: AbortSignal,
): Promise<FileReference> {
  const credential: Credential = { scheme: 'Upload', token: upload.token };
  const path = `/api/attachments/${upload.id}`;
  if (!upload.started) {
    const start = {
      id: upload.id,
      size: upload.paddedSize,
      tokenHash: tokenHash('upload', upload.token),
    };
    const call = { method: 'POST', path: '/api/attachments', json: start, signal } as const;
    await withWork(
      api,
      'upload',
      (work) => persist(() => api.ask(UploadState, { ...call, work }), signal),
      onWork,
      signal,
    );
    upload.started = true;
  }
  const left = [...upload.hashes.keys()].filter((index) => upload.hashes[index] === undefined);
  // What was sealed before goes first, so that at most a few sealed chunks are ever held.
  left.sort((a, b) => Number(upload.unconfirmed.has(b)) - Number(upload.unconfirmed.has(a)));
  let confirmed = upload.chunks - left.length;
  const report = (): void => {
    onSent(Math.min(confirmed * CHUNK_BYTES, upload.paddedSize));
  };
  report();
  const failures: unknown[] = [];
  // memory of chunks that arrived, for those that follow
  const spare: Uint8Array[] = [];
  const sealNext = async (): Promise<SealedChunk | null> => {
    const index = failures.length > 0 ? undefined : left.shift();
    if (index === undefined) return null;
    if (signal?.aborted === true) throw new ClientError('cancelled');
    return sealedChunk(upload, file, index, spare.pop());
  };
  // at most one, sealed while others are on their way, for whichever lane is free first
  const ahead: Promise<SealedChunk | null>[] = [];
  const sealAhead = (): void => {
    const chunk = sealNext();
    // until a lane awaits it, a failure must not count as unhandled
    chunk.catch(() => undefined);
    ahead.push(chunk);
  };
  const send = ({ index, bytes }: SealedChunk): Promise<void> => {
    const call = { method: 'PUT', path: `${path}/chunks/${String(index)}` } as const;
    return persist(() => pace.send(() => api.tell({ ...call, credential, bytes, signal })), signal);
  };
  const lanes: Promise<void>[] = [];
  let open = 0;
  const lane = async (): Promise<void> => {
    // counted without waiting in between, so that never all of them close for want of room
    while (open <= pace.lanes) {
      const chunk = await (ahead.pop() ?? sealNext());
      if (chunk === null) break;
      const sent = send(chunk);
      if (ahead.length === 0) sealAhead();
      await sent;
      upload.hashes[chunk.index] = chunk.hash;
      upload.unconfirmed.delete(chunk.index);
      spare.push(chunk.bytes);
      confirmed += 1;
      report();
      openLanes();
    }
    open -= 1;
  };
  const openLanes = (): void => {
    while (open < pace.lanes && left.length > 0 && failures.length === 0) {
      open += 1;
      lanes.push(
        lane().catch((error: unknown) => {
          failures.push(error);
        }),
      );
    }
  };
  openLanes();
  // grows while it is gone through
  for (const each of lanes) await each;
  // what is still being sealed is not to appear in the midst of the next try
  await Promise.allSettled(ahead);
  if (failures.length > 0) throw failures[0];
  const hashes = upload.hashes.filter((entry) => entry !== undefined);
  return {
    attachment: upload.id,
    key: toBase64(upload.key),
    hash: attachmentHash(upload.id, hashes),
    chunks: upload.chunks,
    name: file.name.slice(0, 255),
    type: file.type.slice(0, 255),
    size: file.size,
  };
}
