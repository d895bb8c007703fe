import { Router, type Response } from 'express';
import { CaseOpened, HandlerAppend, type ReaderId } from '../../crypto/public.js';
import type { DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { ApiError } from '../http/errors.js';
import { pathText, queryText } from '../http/query.js';
import { fewAtOnce } from '../http/slots.js';
import { WHOLE_CASES } from '../records/budget.js';
import type { Cases } from './service.js';

/** A thousand own keys and a head. */
const OPENED_LIMIT = 300_000;
/** Four of the longest texts, two hundred grants, a hundred statistics records, and their wrapping. */
const APPEND_LIMIT = 6_500_000;

/** What the routes are made from; who asks comes from the accounts. */
export interface CaseRoutesOptions {
  cases: Cases;
  guard: DeskGuard;
  readerOf: (response: Response) => ReaderId;
}

/** `/api/desk/cases`: the case work of handlers. */
export function caseRoutes({ cases, guard, readerOf }: CaseRoutesOptions): Router {
  const router = Router();
  const handlers = guard({ parts: ['handler'] });

  router.get('/', handlers, async (request, response) => {
    const state = queryText(request, 'state') ?? 'open';
    if (state !== 'open' && state !== 'closed') throw new ApiError('malformed');
    response.json(await cases.list(readerOf(response), state, queryText(request, 'after')));
  });

  router.get('/:id', handlers, fewAtOnce(WHOLE_CASES, readerOf), async (request, response) => {
    response.json(await cases.open(readerOf(response), pathText(request, 'id')));
  });

  router.get(
    '/:id/access',
    handlers,
    fewAtOnce(WHOLE_CASES, readerOf),
    async (request, response) => {
      response.json(await cases.access(readerOf(response), pathText(request, 'id')));
    },
  );

  router.put('/:id/opened', handlers, async (request, response) => {
    const kept = await readJson(request, CaseOpened, OPENED_LIMIT);
    await cases.opened(readerOf(response), pathText(request, 'id'), kept);
    response.status(204).end();
  });

  router.post('/:id/entries', handlers, async (request, response) => {
    const append = await readJson(request, HandlerAppend, APPEND_LIMIT);
    await cases.append(readerOf(response), pathText(request, 'id'), append);
    response.status(201).json({});
  });

  return router;
}
