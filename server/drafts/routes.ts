import { Router } from 'express';
import { DraftKeyRequest } from '../../crypto/public.js';
import { readJson } from '../http/body.js';
import type { Drafts } from './service.js';

/** Far more than a request for a key has. */
const LIMIT = 1024;

/** `/api/draft-keys`: the key under which a tab seals what is being written. */
export function draftRoutes(drafts: Drafts): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const { id } = await readJson(request, DraftKeyRequest, LIMIT);
    response.json(drafts.key(id));
  });
  return router;
}
