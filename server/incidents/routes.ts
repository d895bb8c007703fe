import { Router } from 'express';
import { AuthorityDecision, OpenIncident, SubjectsDecision } from '../../crypto/public.js';
import { deskOf, type DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { pathText } from '../http/query.js';
import type { IncidentsService } from './service.js';

const SMALL = 4_096;

/** `/api/desk/incidents`: keys in wrong hands. */
export function incidentRoutes(incidents: IncidentsService, guard: DeskGuard): Router {
  const router = Router();
  const signedIn = guard({ parts: ['administrator', 'handler'] });
  const administrators = guard({ parts: ['administrator'] });

  router.get('/incidents', signedIn, async (_request, response) => {
    response.json(await incidents.list());
  });
  router.post('/incidents', signedIn, async (request, response) => {
    await incidents.open(deskOf(response), await readJson(request, OpenIncident, SMALL));
    response.status(204).end();
  });
  router.post('/incidents/:id/lock', administrators, async (request, response) => {
    await incidents.lock(deskOf(response), pathText(request, 'id'));
    response.status(204).end();
  });
  router.delete('/incidents/:id/lock', administrators, async (request, response) => {
    await incidents.unlock(deskOf(response), pathText(request, 'id'));
    response.status(204).end();
  });
  router.put('/incidents/:id/authority', signedIn, async (request, response) => {
    const decision = await readJson(request, AuthorityDecision, SMALL);
    await incidents.decideAuthority(deskOf(response), pathText(request, 'id'), decision);
    response.status(204).end();
  });
  router.put('/incidents/:id/subjects', signedIn, async (request, response) => {
    const { state } = await readJson(request, SubjectsDecision, SMALL);
    await incidents.decideSubjects(deskOf(response), pathText(request, 'id'), state);
    response.status(204).end();
  });
  return router;
}
