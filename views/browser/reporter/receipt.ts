import type { ReceiptOffer } from '../../../client/models.js';
import { isPassing } from '../error-text.js';
import { saveFile } from '../save-file.js';
import { t } from '../strings.js';
import { byId, onClick, show, write } from './dom.js';
import { formatDay } from './format.js';

/** Says nothing of what it holds. */
const FILE_NAME = 'note.txt';

/** What says that the server signed something else than it was asked for. */
const FALSE: readonly string[] = ['wrong_signature', 'wrong_facts'];

/** The offer of a receipt. Nothing is saved but by a press, below the words that say what it tells. */
export interface ReceiptChoice {
  /** @param receivedOn the day that the receipt names. */
  offer(receipt: ReceiptOffer, receivedOn: string): void;
  forget(): void;
}

/** See {@link ReceiptChoice}. */
export function createReceiptChoice(): ReceiptChoice {
  let file: string | null = null;

  const forget = (): void => {
    file = null;
    byId('receipt', HTMLDetailsElement).open = false;
    byId('receipt-lead').textContent = '';
    byId('receipt-done').textContent = '';
    for (const id of ['receipt', 'receipt-failed', 'receipt-false']) show(id, false);
  };

  onClick('receipt-save', () => {
    if (file === null) return;
    saveFile(new Blob([file], { type: 'text/plain' }), FILE_NAME);
    byId('receipt-done').textContent = t('receipt.saved');
  });

  return {
    offer(receipt, receivedOn) {
      const isOpen = byId('receipt', HTMLDetailsElement).open;
      forget();
      if (receipt.state === 'ready') {
        ({ file } = receipt);
        write('receipt-lead', t('receipt.lead', { day: formatDay(receivedOn) }));
        show('receipt');
        byId('receipt', HTMLDetailsElement).open = isOpen;
      } else if (receipt.state === 'failed') {
        const { code } = receipt;
        if (FALSE.includes(code)) write('receipt-false', t('receipt.false', { code }));
        else {
          const passing = isPassing(code);
          write('receipt-failed', passing ? t('receipt.failed') : t('receipt.refused', { code }));
        }
      }
    },
    forget,
  };
}
