import type { ReceiptView, ReportInput } from '../../../client/models.js';
import { errorText } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { announce, byId, show, write } from './dom.js';
import { isLeaving } from './guard.js';
import { createProgressView } from './progress.js';

/** What is sent: the same again after a failure, so that nothing is sent twice. */
export interface Parcel {
  input: ReportInput;
  files: File[];
}

/** Sends reports with progress; `isBusy` while one is on its way. */
export interface Sending {
  send(parcel: Parcel): Promise<ReceiptView | null>;
  isBusy(): boolean;
}

/** Shows why sending failed, that nothing is lost, and puts the focus there. */
export function showSendError(code: string): void {
  write('send-error-text', code === 'cancelled' ? t('send.cancelled') : errorText(code, 'sending'));
  show('send-error');
  byId('send-error').focus();
}

/**
 * Prepares sending. A failure or a cancel leads back to the summary with everything kept; closing
 * the page meanwhile is asked about, unless by "Leave this page".
 */
export function createSending(api: Remote<ReporterApi>): Sending {
  const progress = createProgressView();
  let isBusy = false;

  window.addEventListener('beforeunload', (event) => {
    if (isBusy && !isLeaving()) event.preventDefault();
  });

  return {
    isBusy: () => isBusy,
    async send({ input, files }) {
      const controller = new AbortController();
      isBusy = true;
      byId('step-send-title').textContent = t('send.busy');
      show('send-ready', false);
      show('send-error', false);
      show('sending-stay');
      progress.start(() => {
        controller.abort();
      });
      try {
        return await api.submit(input, files, progress.show, controller.signal);
      } catch (error) {
        show('send-ready');
        byId('send-now').textContent = t('send.again');
        showSendError(codeOf(error));
        announce(t('send.failed'));
        return null;
      } finally {
        isBusy = false;
        byId('step-send-title').textContent = t('send.heading');
        progress.end();
        show('sending-stay', false);
      }
    },
  };
}
