import { Router, type Request } from 'express';
import { WorkRequest } from '../../crypto/public.js';
import { readJson } from '../http/body.js';
import type { Work } from './service.js';

/** Far more than a request for a challenge has. */
const LIMIT = 256;

/** `/api/work`: challenges for those of whom work is asked. */
export function workRoutes(work: Work): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const { for: kind } = await readJson(request, WorkRequest, LIMIT);
    response.json({ challenge: await work.challenge(kind) });
  });
  return router;
}

/** The proof of work that came with a request, null for none. */
export function workProofOf(request: Request): string | null {
  return request.get('casekey-work') ?? null;
}
