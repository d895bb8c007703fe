import { Router, type Response } from 'express';
import { GuestAppend, type ReaderId } from '../../crypto/public.js';
import type { DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { pathText } from '../http/query.js';
import { fewAtOnce } from '../http/slots.js';
import { WHOLE_CASES } from '../records/budget.js';
import type { Guests } from './service.js';

/** The longest text in base64url, a hundred files, and their wrapping. */
const APPEND_LIMIT = 1_600_000;

/** What the routes are made from; who asks comes from the accounts. */
export interface GuestRoutesOptions {
  guests: Guests;
  guard: DeskGuard;
  guestOf: (response: Response) => ReaderId;
}

/** `/api/desk/guest`: the cases that somebody from outside the organisation may read. */
export function guestRoutes({ guests, guard, guestOf }: GuestRoutesOptions): Router {
  const router = Router();
  const only = guard({ parts: ['guest'] });

  router.get('/cases', only, async (_request, response) => {
    response.json(await guests.list(guestOf(response)));
  });
  router.get('/cases/:id', only, fewAtOnce(WHOLE_CASES, guestOf), async (request, response) => {
    response.json(await guests.read(guestOf(response), pathText(request, 'id')));
  });
  router.post('/cases/:id/entries', only, async (request, response) => {
    const append = await readJson(request, GuestAppend, APPEND_LIMIT);
    await guests.append(guestOf(response), pathText(request, 'id'), append);
    response.status(201).json({});
  });
  return router;
}
