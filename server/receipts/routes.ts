import { Router } from 'express';
import type { DeskGuard } from '../accounts/sessions.js';
import type { ReceiptKeys } from './keys.js';

/** `/api/desk/receipt-key`: what an administrator lists in the directory to switch receipts on. */
export function receiptKeyRoutes(keys: ReceiptKeys, guard: DeskGuard): Router {
  const router = Router();
  const administrators = guard({ parts: ['administrator'] });
  router.get('/receipt-key', administrators, (_request, response) => {
    response.json({ sig: keys.current()?.sig ?? null });
  });
  router.post('/receipt-key', administrators, async (_request, response) => {
    response.json({ sig: (await keys.make()).sig });
  });
  return router;
}
