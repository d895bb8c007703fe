import { Router, type Response } from 'express';
import { CustodyAnswer, CustodyOpening, type ReaderId } from '../../crypto/public.js';
import type { DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { pathText } from '../http/query.js';
import { fewAtOnce } from '../http/slots.js';
import { WHOLE_CASES } from '../records/budget.js';
import type { Custody } from './service.js';

/** The longest text in base64url, and its wrapping. */
const OPENING_LIMIT = 1_500_000;
const ANSWER_LIMIT = 65_536;

/** What the routes are made from; who asks comes from the accounts. */
export interface CustodyRoutesOptions {
  custody: Custody;
  guard: DeskGuard;
  custodianOf: (response: Response) => ReaderId;
}

/** `/api/desk/custody`: the requests for identities that custodians answer. */
export function custodyRoutes({ custody, guard, custodianOf }: CustodyRoutesOptions): Router {
  const router = Router();
  const custodians = guard({ parts: ['custodian'] });

  router.get('/', custodians, async (_request, response) => {
    response.json(await custody.list(custodianOf(response)));
  });
  router.get('/:id', custodians, fewAtOnce(WHOLE_CASES, custodianOf), async (request, response) => {
    response.json(await custody.read(custodianOf(response), pathText(request, 'id')));
  });
  router.post('/:id/openings', custodians, async (request, response) => {
    const opening = await readJson(request, CustodyOpening, OPENING_LIMIT);
    await custody.open(custodianOf(response), pathText(request, 'id'), opening);
    response.status(201).json({});
  });
  router.post('/:id/answers', custodians, async (request, response) => {
    const answer = await readJson(request, CustodyAnswer, ANSWER_LIMIT);
    await custody.answer(custodianOf(response), pathText(request, 'id'), answer);
    response.status(201).json({});
  });
  return router;
}
