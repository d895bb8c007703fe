import { Router } from 'express';
import type { DeskGuard } from '../accounts/sessions.js';
import type { ReadTerms } from './rules.js';

export interface RetentionRoutesOptions {
  readonly readTerms: ReadTerms;
  readonly guard: DeskGuard;
}

/**
 * `/api/desk/retention`: how long closed cases are kept now, from which day on shorter, and whether
 * removing waits since the clock may be wrong.
 */
export function retentionRoutes({ readTerms, guard }: RetentionRoutesOptions): Router {
  const router = Router();
  const everybody = guard({ parts: ['administrator', 'handler'] });
  router.get('/retention', everybody, async (_request, response) => {
    response.json(await readTerms());
  });
  return router;
}
