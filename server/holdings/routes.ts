import { Router } from 'express';
import { deskOf, type DeskGuard } from '../accounts/sessions.js';
import type { HoldingsService } from './service.js';

/** `/api/desk/holdings`: how many cases a handler holds, and how many alone. */
export function holdingRoutes(holdings: HoldingsService, guard: DeskGuard): Router {
  const router = Router();
  router.get('/holdings', guard({ parts: ['handler'] }), async (_request, response) => {
    response.json(await holdings.list(deskOf(response)));
  });
  return router;
}
