import { Router } from 'express';
import { PutHandbook } from '../../crypto/public.js';
import { deskOf, type DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import type { HandbookService } from './service.js';

/** The largest contents in base64url, and the keys of as many readers as a directory holds. */
const HANDBOOK_LIMIT = 2_500_000;

/** `/api/desk/handbook`: what the organisation changed of the words its handlers work with. */
export function handbookRoutes(handbook: HandbookService, guard: DeskGuard): Router {
  const router = Router();

  router.get(
    '/handbook',
    guard({ parts: ['administrator', 'handler'] }),
    async (_request, response) => {
      response.json(await handbook.newest(deskOf(response)));
    },
  );
  router.put('/handbook', guard({ parts: ['administrator'] }), async (request, response) => {
    await handbook.put(deskOf(response), await readJson(request, PutHandbook, HANDBOOK_LIMIT));
    response.status(204).end();
  });
  return router;
}
