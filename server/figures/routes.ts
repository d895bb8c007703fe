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
  readonly countsFor: (response: Response) => ReaderId;
}

/** `/api/desk/figures`: what somebody keeps for the yearly figures. */
export function figuresRoutes({ figures, guard, countsFor }: FiguresRoutesOptions): Router {
  const router = Router();
  const counting = guard({ parts: ['handler', 'auditor'] });

  router.get('/records', counting, async (request, response) => {
    const after = queryText(request, 'after') ?? '';
    if (!/^([A-Za-z0-9_-]{22})?$/.test(after)) throw new ApiError('malformed');
    response.json(await figures.records(countsFor(response), after));
  });
  router.get('/packs', counting, async (_request, response) => {
    response.json(await figures.packs(countsFor(response)));
  });
  router.get('/packs/:number', counting, async (request, response) => {
    response.json(await figures.pack(countsFor(response), numberOf(request)));
  });
  router.put('/packs/:number', counting, async (request, response) => {
    const pack = await readJson(request, KeepPack, KEEP_LIMIT);
    await figures.keep(countsFor(response), numberOf(request), pack);
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
