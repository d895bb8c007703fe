import { Router, type Response } from 'express';
import type { Knex } from 'knex';
import type { DeskGuard, DeskSession } from '../accounts/sessions.js';
import { ApiError } from '../http/errors.js';
import { queryCount, queryText } from '../http/query.js';
import type { Audit } from './service.js';

/** What the log's routes are made from. */
export interface AuditRoutesOptions {
  db: Knex;
  audit: Audit;
  guard: DeskGuard;
  deskOf: (response: Response) => DeskSession;
}

/** `/api/desk/audit`: the scopes that somebody may read, and with `?scope=` the entries of one. */
export function auditRoutes({ db, audit, guard, deskOf }: AuditRoutesOptions): Router {
  const router = Router();
  router.get(
    '/audit',
    guard({ parts: ['administrator', 'handler'] }),
    async (request, response) => {
      const { account, reader } = deskOf(response);
      const viewer = { part: account.part, reader };
      const scope = queryText(request, 'scope');
      if (scope === null) {
        response.json({ scopes: await audit.scopesFor(db, viewer) });
        return;
      }
      const entries = await audit.list(db, viewer, scope, queryCount(request, 'after'));
      if (entries === null) throw new ApiError('scope_not_found');
      response.json({ entries });
    },
  );
  return router;
}
