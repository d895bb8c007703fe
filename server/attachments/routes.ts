import { Router, type Request, type RequestHandler, type Response } from 'express';
import { CHUNK_BYTES, CHUNK_OVERHEAD, StartUpload, type CaseId } from '../../crypto/public.js';
import { tokenOf } from '../http/authorization.js';
import { readInto, readJson } from '../http/body.js';
import { ApiError } from '../http/errors.js';
import { createSlots, holdWhileAnswering, type SlotOptions } from '../http/slots.js';
import { workProofOf } from '../work/routes.js';
import type { Attachments } from './service.js';

/** Far more than the announcement of an upload has. */
const START_LIMIT = 1024;
/**
 * Chunks held in memory at once, in each direction, and requests waiting for their turn; of one file
 * that is sent, and of one case that is fetched from, more than a client asks for at once.
 */
const SLOTS: SlotOptions = { count: 32, queue: 500, each: 8, patience: 30_000 };

/** A place in a file as an address names it. */
function indexOf(request: Request): number {
  const text = request.params['index'];
  if (typeof text !== 'string' || !/^(?:0|[1-9]\d{0,8})$/.test(text)) {
    throw new ApiError('wrong_chunk');
  }
  return Number(text);
}

function idOf(request: Request): string {
  const id = request.params['id'];
  return typeof id === 'string' ? id : '';
}

/** `/api/attachments`: sending a file, chunk by chunk. */
export function uploadRoutes(attachments: Attachments, options = SLOTS): Router {
  const router = Router();
  const slots = createSlots(options);
  // as many as slots at most, made when first needed, so that a busy hour leaves no garbage
  const buffers: Buffer[] = [];

  const uploadOf = (request: Request) =>
    attachments.upload(idOf(request), tokenOf(request, 'Upload'));

  router.post('/', async (request, response) => {
    const upload = await readJson(request, StartUpload, START_LIMIT);
    response.status(201).json(await attachments.start(upload, workProofOf(request)));
  });

  router.get('/:id', async (request, response) => {
    const upload = await uploadOf(request);
    response.json(await upload.state());
  });

  router.put('/:id/chunks/:index', async (request, response) => {
    const upload = await attachments.uploadForChunk(idOf(request), tokenOf(request, 'Upload'));
    const index = indexOf(request);
    const bytes = upload.bytesAt(index);
    const release = await slots.take(request, response, idOf(request));
    const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES + CHUNK_OVERHEAD);
    try {
      const sealed = buffer.subarray(0, bytes);
      await readInto(request, sealed);
      await upload.put(index, sealed);
    } finally {
      buffers.push(buffer);
      release();
    }
    response.status(204).end();
  });

  router.delete('/:id', async (request, response) => {
    const upload = await uploadOf(request);
    await upload.cancel();
    response.status(204).end();
  });

  return router;
}

/** Who may fetch: answers the case that the request is about, or throws. */
export type CaseAccess = (request: Request, response: Response) => Promise<CaseId>;

/**
 * Fetching a file: `<path>/:id/hashes` and `<path>/:id/chunks/:index`.
 *
 * @param path below where the router is mounted, with the case's parameter if there is one.
 * @param access the check of whoever the path is for; a file of another case is not found.
 * @param before what a request passes first, such as the desk's guard.
 */
export function downloadRoutes(
  attachments: Attachments,
  path: string,
  access: CaseAccess,
  options = SLOTS,
  before: readonly RequestHandler[] = [],
): Router {
  const router = Router();
  const slots = createSlots(options);

  router.get(`${path}/:id/hashes`, ...before, async (request, response) => {
    const hashes = await attachments.hashes(await access(request, response), idOf(request));
    response.type('application/octet-stream').send(hashes);
  });

  router.get(`${path}/:id/chunks/:index`, ...before, async (request, response) => {
    const caseId = await access(request, response);
    const index = indexOf(request);
    const release = await holdWhileAnswering(slots, request, response, caseId);
    try {
      const chunk = await attachments.chunk(caseId, idOf(request), index);
      response.type('application/octet-stream');
      response.set('Content-Length', String(chunk.length));
      response.end(chunk);
    } catch (error) {
      release();
      throw error;
    }
  });

  return router;
}
