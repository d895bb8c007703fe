import type { Knex } from 'knex';
import {
  attachmentIdOf,
  chunkCount,
  chunkHash,
  paddedAttachmentSize,
  sameBytes,
  sealedChunkBytes,
  tokenHash,
  type AttachmentId,
  type CaseId,
  type Compartment,
  type Day,
  type StartUpload,
  type UploadState,
} from '../../crypto/public.js';
import type { Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';
import type { Storage } from '../storage/service.js';
import type { Work } from '../work/service.js';
import {
  attachmentById,
  bytesOfCase,
  chunkAt,
  freeByIds,
  hashAt,
  hashesOf,
  insertAttachment,
  insertChunk,
  positionsOf,
  releaseErased,
  setCase,
  storedCounts,
  type AttachmentRow,
} from './store.js';
import { removeUpload } from './removal.js';
import { createUnderWay, type UnderWay } from './under-way.js';

/** What all files of one case may have together, as a multiple of the largest file. */
const LARGEST_FILES_IN_CASE = 32;
/** Uploads under way that are known without asking. */
const REMEMBERED = 500;

/** Sealed files: sent in chunks, taken up by an entry, handed out to those who may open the case. */
export interface Attachments {
  /**
   * Announces an upload, or the same one again.
   *
   * @throws ApiError `malformed` where the id is not that of the token's hash: before anything is
   * looked up, so that an id alone tells nobody whether it exists; `file_too_large`, `wrong_size`
   * where the size is none of the classes, `attachment_taken` where it was announced otherwise,
   * `storage_full`, `work_needed`.
   *
   * @param work the proof of work that came along, null for none.
   */
  start(upload: StartUpload, work: string | null): Promise<UploadState>;
  /**
   * What an upload's maker may send next.
   *
   * @param token of the upload; null for none.
   * @throws ApiError `upload_not_found` for an unknown id and a wrong token alike; a token that the
   * id does not come from is refused before anything is looked up.
   */
  upload(id: string, token: string | null): Promise<Upload>;
  /**
   * The same for a chunk. It asks the database only for uploads that it did not see of late, so that
   * a chunk arrives while others are written; one that is gone meanwhile is found out by `put`.
   */
  uploadForChunk(id: string, token: string | null): Promise<Upload>;
  /**
   * Gives whole, free uploads to a case, in the transaction of the entry that names them.
   *
   * @throws ApiError `upload_incomplete` where one is unknown, lacks chunks or was taken up before:
   * one answer, since whoever names an id need not be its maker; `malformed` where one is named
   * twice; `case_full` where the case's files would be too much together.
   */
  bind(
    trx: Knex,
    caseId: CaseId,
    compartment: Compartment,
    ids: readonly AttachmentId[],
  ): Promise<void>;
  /**
   * Makes files nobody's that an entry of this compartment erases, in its transaction; from then on
   * nobody can fetch them, and `removeErased` removes them.
   *
   * @throws ApiError `attachment_not_found` unless all are this case's and were taken up there.
   */
  release(
    trx: Knex,
    caseId: CaseId,
    compartment: Compartment,
    ids: readonly AttachmentId[],
  ): Promise<void>;
  /**
   * The 32-byte hashes of a file's sealed chunks, one after the other.
   *
   * @throws ApiError `attachment_not_found` unless it is this case's.
   */
  hashes(caseId: CaseId, id: string): Promise<Buffer>;
  /**
   * One sealed chunk.
   *
   * @throws ApiError `attachment_not_found` unless it is this case's and has such a chunk.
   */
  chunk(caseId: CaseId, id: string, index: number): Promise<Uint8Array>;
}

/** An upload under way, in the hands of its maker. */
export interface Upload {
  state(): Promise<UploadState>;
  /** Sealed bytes of the chunk there. Throws ApiError `wrong_chunk` where there is none. */
  bytesAt(index: number): number;
  /**
   * Keeps a chunk; the same bytes may come again.
   *
   * @param sealed must stay as it is until the promise settles.
   * @throws ApiError `chunk_taken` for other bytes, `upload_not_found` where it was just removed,
   * `storage_full`.
   */
  put(index: number, sealed: Uint8Array): Promise<void>;
  /** Removes it with all its chunks. Throws ApiError `attachment_taken` once an entry names it. */
  cancel(): Promise<void>;
}

/**
 * Makes the service.
 *
 * @param options.today the day it is for the organisation.
 */
export function createAttachments(options: {
  readonly db: Knex;
  readonly clock: Clock;
  readonly today: () => Day;
  readonly maxFileBytes: number;
  readonly storage: Storage;
  readonly work: Work;
}): Attachments {
  const { db, storage, work } = options;
  const largest = paddedAttachmentSize(options.maxFileBytes);
  const underWay = createUnderWay(options.clock);

  // what an upload is never changes while it exists; it is forgotten with it
  const recent = new Map<string, AttachmentRow>();
  const remember = (row: AttachmentRow): void => {
    recent.delete(row.id);
    recent.set(row.id, row);
    const [oldest] = recent.keys();
    if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest);
  };
  const forget = (id: string): void => {
    recent.delete(id);
    underWay.gone(id);
  };
  const tools: UploadTools = { db, storage, underWay, forget };

  const stateOf = async (row: Pick<AttachmentRow, 'id' | 'chunks'>): Promise<UploadState> => ({
    chunks: row.chunks,
    stored: await positionsOf(db, row.id),
  });

  const stateAgain = (before: AttachmentRow, size: number): Promise<UploadState> => {
    if (before.size !== size) throw new ApiError('attachment_taken');
    return stateOf(before);
  };

  const inCase = async (caseId: CaseId, id: string): Promise<AttachmentRow> => {
    const row = await attachmentById(db, id);
    if (row?.case_id !== caseId) throw new ApiError('attachment_not_found');
    return row;
  };

  return {
    async start({ id, size, tokenHash: hash }, proof) {
      if (attachmentIdOf(hash) !== id) throw new ApiError('malformed');
      if (size > largest) throw new ApiError('file_too_large');
      if (paddedAttachmentSize(size) !== size) throw new ApiError('wrong_size');
      const row = { id, size, chunks: chunkCount(size) };
      // announced before: nothing is asked twice
      const before = await attachmentById(db, id);
      if (before !== undefined) return stateAgain(before, size);
      await storage.checkFile(size, underWay.bytesBesides(id));
      await work.spend('upload', size, proof);
      const fresh = { ...row, case_id: null, compartment: null, day: options.today() };
      if (await insertAttachment(db, fresh)) {
        remember(fresh);
        underWay.moved(id, size);
        return { chunks: row.chunks, stored: [] };
      }
      // twice at once
      return stateAgain(known(await attachmentById(db, id)), size);
    },

    async upload(id, token) {
      checkToken(id, token);
      return createUpload(tools, known(await attachmentById(db, id)), stateOf);
    },

    async uploadForChunk(id, token) {
      checkToken(id, token);
      const row = known(recent.get(id) ?? (await attachmentById(db, id)));
      remember(row);
      return createUpload(tools, row, stateOf);
    },

    async bind(trx, caseId, compartment, ids) {
      if (ids.length === 0) return;
      if (new Set(ids).size !== ids.length) throw new ApiError('malformed');
      const free = await freeByIds(trx, ids);
      if (free.length !== ids.length) throw new ApiError('upload_incomplete');
      const stored = await storedCounts(trx, ids);
      const whole = free.every((row) => stored.get(row.id) === row.chunks);
      if (!whole) throw new ApiError('upload_incomplete');
      const bytes = free.reduce((sum, row) => sum + row.size, await bytesOfCase(trx, caseId));
      if (bytes > LARGEST_FILES_IN_CASE * largest) throw new ApiError('case_full');
      await setCase(trx, ids, caseId, compartment);
      for (const id of ids) underWay.gone(id);
    },

    async release(trx, caseId, compartment, ids) {
      const released = await releaseErased(trx, ids, caseId, compartment);
      if (released !== ids.length) throw new ApiError('attachment_not_found');
    },

    async hashes(caseId, id) {
      const row = await inCase(caseId, id);
      return Buffer.concat(await hashesOf(db, row.id));
    },

    async chunk(caseId, id, index) {
      const row = await inCase(caseId, id);
      const data = await chunkAt(db, row.id, index);
      if (data === undefined) throw new ApiError('attachment_not_found');
      return data;
    },
  };
}

function checkToken(id: string, token: string | null): void {
  const own = token !== null && attachmentIdOf(tokenHash('upload', token)) === id;
  if (!own) throw new ApiError('upload_not_found');
}

function known(row: AttachmentRow | undefined): AttachmentRow {
  if (row === undefined) throw new ApiError('upload_not_found');
  return row;
}

interface UploadTools {
  readonly db: Knex;
  readonly storage: Storage;
  readonly underWay: UnderWay;
  readonly forget: (id: string) => void;
}

function createUpload(
  { db, storage, underWay, forget }: UploadTools,
  row: AttachmentRow,
  stateOf: (row: AttachmentRow) => Promise<UploadState>,
): Upload {
  return {
    state: () => stateOf(row),

    bytesAt(index) {
      if (index >= row.chunks) throw new ApiError('wrong_chunk');
      return sealedChunkBytes(row.size, index);
    },

    async put(index, sealed) {
      await storage.checkFile(sealed.length, underWay.bytesBesides(row.id));
      underWay.moved(row.id, row.size);
      const hash = await chunkHash(sealed);
      const chunk = { attachment: row.id, position: index, hash, data: sealed };
      const kept = await insertChunk(db, chunk).catch(async (error: unknown) => {
        // cancelled or abandoned while the chunk was on its way
        if ((await attachmentById(db, row.id)) === undefined) return null;
        throw error;
      });
      if (kept === null) {
        forget(row.id);
        throw new ApiError('upload_not_found');
      }
      if (kept) return;
      const before = await hashAt(db, row.id, index);
      if (before === undefined || !sameBytes(before, hash)) throw new ApiError('chunk_taken');
    },

    async cancel() {
      forget(row.id);
      if (!(await removeUpload(db, row.id))) throw new ApiError('attachment_taken');
    },
  };
}
