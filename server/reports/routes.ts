import { Router } from 'express';
import {
  CreateCase,
  ReceiptRequest,
  ReporterAppend,
  ReporterIdentity,
} from '../../crypto/public.js';
import { tokenOf } from '../http/authorization.js';
import { readJson } from '../http/body.js';
import { workProofOf } from '../work/routes.js';
import { createSlots, holdWhileAnswering } from '../http/slots.js';
import { SMALL_CASE, SMALL_CASES, WHOLE_CASES } from '../records/budget.js';
import type { Reports } from './service.js';

/** The longest text in base64url, two epochs' documents, two hundred grants, and their wrapping. */
const CREATE_LIMIT = 3_000_000;
/** The longest text in base64url, and its wrapping. */
const APPEND_LIMIT = 1_500_000;
/** An epoch's document, a hundred grants, and a text. */
const IDENTITY_LIMIT = 2_500_000;
const RECEIPT_LIMIT = 1_024;

/** `/api/cases`: a new report. */
export function reportRoutes(reports: Reports): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const report = await readJson(request, CreateCase, CREATE_LIMIT);
    response.status(201).json(await reports.create(report, workProofOf(request)));
  });
  return router;
}

/** `/api/case`: the reporter's own case, named by its look-up token alone. */
export function returnRoutes(reports: Reports): Router {
  const router = Router();
  const [small, large] = [createSlots(SMALL_CASES), createSlots(WHOLE_CASES)];
  router.get('/', async (request, response) => {
    const token = tokenOf(request, 'Case');
    // whoever has no case waits for nobody, and nobody for them
    const { id, bytes } = await reports.weigh(token);
    const slots = bytes <= SMALL_CASE ? small : large;
    await holdWhileAnswering(slots, request, response, id);
    response.json(await reports.read(token));
  });
  router.post('/entries', async (request, response) => {
    const append = await readJson(request, ReporterAppend, APPEND_LIMIT);
    await reports.append(tokenOf(request, 'Case'), append);
    response.status(201).json({});
  });
  router.post('/identity', async (request, response) => {
    const append = await readJson(request, ReporterIdentity, IDENTITY_LIMIT);
    await reports.appendIdentity(tokenOf(request, 'Case'), append);
    response.status(201).json({});
  });
  router.post('/receipt', async (request, response) => {
    const { salt } = await readJson(request, ReceiptRequest, RECEIPT_LIMIT);
    response.json(await reports.receipt(tokenOf(request, 'Case'), salt));
  });
  return router;
}
