import { Router } from 'express';
import { AgreeCeremony, AskCeremony, PaperEpochs, PaperProof } from '../../crypto/public.js';
import { deskOf, type DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { pathText } from '../http/query.js';
import { createSlots, holdWhileAnswering } from '../http/slots.js';
import { WHOLE_CASES } from '../records/budget.js';
import type { PaperService } from './paper.js';
import type { CeremoniesService } from './service.js';

/** As many ids as terms hold. */
const TERMS_LIMIT = 16 * 1024;
/** Two epochs of a hundred members, and a grant for each. */
const EPOCHS_LIMIT = 1_600_000;
/** One paper, one hand: its answers share slots of their own. */
const PAPER = 'paper';

export interface CeremonyRoutesOptions {
  ceremonies: CeremoniesService;
  paper: PaperService;
  guard: DeskGuard;
}

/**
 * `/api/desk/ceremony`: that a recovery officer's paper is used. Below `paper` nobody is signed in:
 * each request shows the paper's signature over what was agreed.
 */
export function ceremonyRoutes({ ceremonies, paper, guard }: CeremonyRoutesOptions): Router {
  const router = Router();
  const keepers = guard({ parts: ['administrator', 'handler'] });
  const slots = createSlots(WHOLE_CASES);

  router.get('/ceremony', keepers, async (_request, response) => {
    response.json(await ceremonies.list());
  });
  router.post('/ceremony', keepers, async (request, response) => {
    await ceremonies.ask(deskOf(response), await readJson(request, AskCeremony, TERMS_LIMIT));
    response.status(204).end();
  });
  router.put('/ceremony/:id/agreement', keepers, async (request, response) => {
    const { signature } = await readJson(request, AgreeCeremony, 4_096);
    await ceremonies.agree(deskOf(response), pathText(request, 'id'), signature);
    response.status(204).end();
  });
  router.delete('/ceremony/:id', keepers, async (request, response) => {
    await ceremonies.withdraw(deskOf(response), pathText(request, 'id'));
    response.status(204).end();
  });
  router.post('/ceremony/paper', async (request, response) => {
    response.json(await paper.open(await readJson(request, PaperProof, 4_096)));
  });
  router.post('/ceremony/paper/cases/:id', async (request, response) => {
    const proof = await readJson(request, PaperProof, 4_096);
    // only who holds the paper takes a place
    await paper.check(proof);
    await holdWhileAnswering(slots, request, response, PAPER);
    response.json(await paper.read(proof, pathText(request, 'id')));
  });
  router.post('/ceremony/paper/cases/:id/epochs', async (request, response) => {
    const epochs = await readJson(request, PaperEpochs, EPOCHS_LIMIT);
    await paper.giveOn(pathText(request, 'id'), epochs);
    response.status(201).json({});
  });
  return router;
}
