import { Router, type Request, type Response } from 'express';
import { KeepPack, PACK_BYTES, PACKS_LIMIT, type ReaderId } from '../../crypto/public.js';
import type { DeskGuard } from '../accounts/sessions.js';
import { readJson } from '../http/body.js';
import { ApiError } from '../http/errors.js';
import { pathText, queryText } from '../http/query.js';
import type { Figures } from './service.js';

/** The largest pack in base64url, five thousand ids, and their wrapping. */
const KEEP_LIMIT = Math.ceil((PACK_BYTES * 4) / 3) + 130_000;

/** What the routes are made from; who asks comes from the accounts. */
export interface FiguresRoutesOptions {
  readonly figures: Figures;
  readonly guard: DeskGuard;
  readonly readerOf: (response: Response) => ReaderId;
}

/** `/api/desk/figures`: what somebody keeps for the yearly figures. */
export function figuresRoutes({ figures, guard, readerOf }: FiguresRoutesOptions): Router {
  const router = Router();
  const handlers = guard({ parts: ['handler'] });

  router.get('/records', handlers, async (request, response) => {
    const after = queryText(request, 'after') ?? '';
    if (!/^([A-Za-z0-9_-]{22})?$/.test(after)) throw new ApiError('malformed');
    response.json(await figures.records(readerOf(response), after));
  });
  router.get('/packs', handlers, async (_request, response) => {
    response.json(await figures.packs(readerOf(response)));
  });
  router.get('/packs/:number', handlers, async (request, response) => {
    response.json(await figures.pack(readerOf(response), numberOf(request)));
  });
  router.put('/packs/:number', handlers, async (request, response) => {
    const pack = await readJson(request, KeepPack, KEEP_LIMIT);
    await figures.keep(readerOf(response), numberOf(request), pack);
    response.status(204).end();
  });
  return router;
}

/** @throws ApiError `not_found` for what is no number of a pack. */
function numberOf(request: Request): number {
  const text = pathText(request, 'number');
  const number = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > PACKS_LIMIT) throw new ApiError('not_found');
  return number;
}
