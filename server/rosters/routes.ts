import { Router } from 'express';
import { ProposeRoster, SignRoster } from '../../crypto/public.js';
import { deskOf, type DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { pathText } from '../http/query.js';
import type { RostersService } from './service.js';

/** As many ids as a directory holds readers. */
const ROSTER_LIMIT = 64 * 1024;

/** `/api/desk/rosters`: who is to read a channel, until two have signed it. */
export function rosterRoutes(rosters: RostersService, guard: DeskGuard): Router {
  const router = Router();
  const keepers = guard({ parts: ['administrator', 'handler'] });

  router.get('/rosters', keepers, async (_request, response) => {
    response.json(await rosters.list());
  });
  router.put(
    '/rosters/:channel',
    guard({ parts: ['administrator'] }),
    async (request, response) => {
      const { terms } = await readJson(request, ProposeRoster, ROSTER_LIMIT);
      await rosters.propose(deskOf(response), pathText(request, 'channel'), terms);
      response.status(204).end();
    },
  );
  router.put(
    '/rosters/:channel/signature',
    guard({ parts: ['handler'] }),
    async (request, response) => {
      const { signature } = await readJson(request, SignRoster, 4_096);
      await rosters.sign(deskOf(response), pathText(request, 'channel'), signature);
      response.status(204).end();
    },
  );
  router.delete(
    '/rosters/:channel/signature',
    guard({ parts: ['handler'] }),
    async (request, response) => {
      await rosters.takeBack(deskOf(response), pathText(request, 'channel'));
      response.status(204).end();
    },
  );
  router.delete(
    '/rosters/:channel',
    guard({ parts: ['administrator'] }),
    async (request, response) => {
      await rosters.withdraw(deskOf(response), pathText(request, 'channel'));
      response.status(204).end();
    },
  );
  return router;
}
