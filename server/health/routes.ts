import { Router } from 'express';
import type { Knex } from 'knex';
import type { Storage } from '../storage/service.js';

/**
 * `/api/health`: for whatever watches the server. The answers are empty and equal for everybody; that
 * a server is there and takes reports is no secret.
 *
 * `/live` answers 204 while the process answers at all. `/ready` answers 204 when a report could be
 * stored, else `unavailable` or `storage_full`; it writes nothing.
 */
export function healthRoutes({ db, storage }: { db: Knex; storage: Storage }): Router {
  const router = Router();
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    await storage.checkText();
    // a read-only disk refuses it, and another process's lock
    await db('installation').where('id', '').update({ link_hash: null });
  };

  router.get('/live', (_request, response) => {
    response.status(204).end();
  });
  router.get('/ready', async (_request, response) => {
    // however many ask, one look at a time
    looking ??= look().finally(() => {
      looking = null;
    });
    await looking;
    response.status(204).end();
  });
  return router;
}
