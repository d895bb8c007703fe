import { Router } from 'express';
import { PutAbsence } from '../../crypto/public.js';
import { readerOf, type DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import type { AbsencesService } from './service.js';

/** The keys of as many readers as a directory holds. */
const ABSENCE_LIMIT = 2_000_000;

/** What handlers tell one another of being away; nobody else opens it. */
export function absenceRoutes(absences: AbsencesService, guard: DeskGuard): Router {
  const router = Router();
  const handlers = guard({ parts: ['handler'] });

  router.get('/absences', handlers, async (_request, response) => {
    response.json({ absences: await absences.list(readerOf(response)) });
  });
  router.put('/absence', handlers, async (request, response) => {
    const input = await readJson(request, PutAbsence, ABSENCE_LIMIT);
    await absences.put(readerOf(response), input);
    response.status(204).end();
  });
  return router;
}
