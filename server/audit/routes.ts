import { Router, type Response } from 'express';
import type { Knex } from 'knex';
import { PutAuditHeads } from '../../crypto/public.js';
import type { DeskGuard, DeskSession } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { ApiError } from '../http/errors.js';
import { queryCount, queryText } from '../http/query.js';
import type { AuditHeads } from './heads.js';
import type { Audit, AuditViewer } from './service.js';

/** A hundred heads and their wrapping. */
const HEADS_LIMIT = 65_536;

/** What the log's routes are made from. */
export interface AuditRoutesOptions {
  db: Knex;
  audit: Audit;
  heads: AuditHeads;
  guard: DeskGuard;
  deskOf: (response: Response) => DeskSession;
}

/**
 * `/api/desk/audit`: the scopes that somebody may read, with `?scope=` the entries of one, and the
 * signed heads of all.
 */
export function auditRoutes({ db, audit, heads, guard, deskOf }: AuditRoutesOptions): Router {
  const router = Router();
  const everybody = guard({ parts: ['administrator', 'handler', 'auditor'] });
  const viewerOf = (response: Response): AuditViewer => {
    const { account, reader } = deskOf(response);
    return { part: account.part, reader };
  };

  router.get('/audit', everybody, async (request, response) => {
    const { account } = deskOf(response);
    const viewer = viewerOf(response);
    const scope = queryText(request, 'scope');
    if (scope === null) {
      response.json({ scopes: await audit.scopesFor(db, viewer) });
      return;
    }
    const entries = await audit.list(db, viewer, scope, queryCount(request, 'after'));
    if (entries === null) throw new ApiError('scope_not_found');
    response.json({ entries, own: await heads.own(scope, account.id) });
  });
  router.get('/audit/heads', everybody, async (request, response) => {
    response.json(await heads.list(viewerOf(response), queryText(request, 'after')));
  });
  router.put('/audit/heads', everybody, async (request, response) => {
    const body = await readJson(request, PutAuditHeads, HEADS_LIMIT);
    await heads.keep(deskOf(response).account.id, viewerOf(response), body.heads);
    response.status(204).end();
  });
  return router;
}
