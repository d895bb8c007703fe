import { Router, type Response } from 'express';
import { PublishDirectory, PutStamp } from '../../crypto/public.js';
import type { DeskGuard, DeskSession } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { queryCount } from '../http/query.js';
import type { DirectoryService } from './service.js';

/** The largest document in base64url, and its wrapping. */
const DIRECTORY_LIMIT = 6_000_000;
const STAMP_LIMIT = 4_096;

/** `/api/directory`: what reporters and everybody else need to know, signed. */
export function directoryRoutes(directory: DirectoryService): Router {
  const router = Router();
  router.get('/', async (_request, response) => {
    response.json(await directory.newest());
  });
  return router;
}

export interface DirectoryDeskOptions {
  directory: DirectoryService;
  guard: DeskGuard;
  deskOf: (response: Response) => DeskSession;
}

/** The desk's side: all versions, the next one, stamps, and what is missing to publish. */
export function directoryDeskRoutes({ directory, guard, deskOf }: DirectoryDeskOptions): Router {
  const router = Router();
  const everybody = guard({
    parts: ['administrator', 'handler', 'custodian', 'guest', 'auditor'],
  });
  const keepers = guard({ parts: ['administrator', 'handler'] });

  router.get('/directories', everybody, async (request, response) => {
    response.json({ directories: await directory.after(queryCount(request, 'after')) });
  });
  router.post('/directories', guard({ parts: ['administrator'] }), async (request, response) => {
    const body = await readJson(request, PublishDirectory, DIRECTORY_LIMIT);
    await directory.publish(deskOf(response), body.directory);
    response.status(204).end();
  });
  router.put('/stamp', guard({ parts: ['handler'] }), async (request, response) => {
    const { stamp } = await readJson(request, PutStamp, STAMP_LIMIT);
    await directory.stamp(deskOf(response), stamp);
    response.status(204).end();
  });
  router.get('/readiness', keepers, async (_request, response) => {
    response.json(await directory.readiness());
  });
  return router;
}
