import { Router } from 'express';
import { RetentionPreviewRequest } from '../../crypto/public.js';
import type { DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import type { PreviewRule } from './preview.js';
import type { ReadTerms } from './rules.js';

export interface RetentionRoutesOptions {
  readonly readTerms: ReadTerms;
  readonly previewRule: PreviewRule;
  readonly guard: DeskGuard;
}

/** Bytes of a rule, with room. */
const RULE_LIMIT = 4_000;

/**
 * `/api/desk/retention`: how long closed cases are kept now, from which day on shorter, and whether
 * removing waits since the clock may be wrong. `/preview`: what another rule would move.
 */
export function retentionRoutes({ readTerms, previewRule, guard }: RetentionRoutesOptions): Router {
  const router = Router();
  const everybody = guard({ parts: ['administrator', 'handler'] });
  router.get('/retention', everybody, async (_request, response) => {
    response.json(await readTerms());
  });
  router.post(
    '/retention/preview',
    guard({ parts: ['administrator'] }),
    async (request, response) => {
      response.json(
        await previewRule(await readJson(request, RetentionPreviewRequest, RULE_LIMIT)),
      );
    },
  );
  return router;
}
