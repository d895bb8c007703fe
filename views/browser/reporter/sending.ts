import type { ReceiptView, ReportInput, SendProgress } from '../../../client/models.js';
import { errorText } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi } from './api.js';
import { byId, show, write } from './dom.js';
import { isLeaving } from './guard.js';
import { createProgressView } from './progress.js';

/** What is sent: the same again after a failure, so that nothing is sent twice. */
export interface Parcel {
  input: ReportInput;
  files: File[];
}

/** What became of a report: it is there, or why not. */
export type Outcome = { receipt: ReceiptView } | { code: string };

/** Sends reports with progress; `isBusy` while one is on its way. */
export interface Sending {
  /** @param onDeparture called when the report itself goes out: from then on it may have arrived. */
  send(parcel: Parcel, onDeparture: () => void): Promise<Outcome>;
  isBusy(): boolean;
}

/**
 * Shows why sending failed, that nothing is lost, and puts the focus there.
 *
 * @param hasDeparted whether it went out before it failed: then it may have arrived.
 */
export function showSendError(code: string, hasDeparted: boolean): void {
  const cancelled = hasDeparted ? t('send.cancelled.late') : t('send.cancelled');
  write('send-error-text', code === 'cancelled' ? cancelled : errorText(code, 'sending'));
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
    async send({ input, files }, onDeparture) {
      const controller = new AbortController();
      isBusy = true;
      byId('step-send-title').textContent = t('send.busy');
      show('send-ready', false);
      show('send-error', false);
      show('sending-stay');
      progress.start(() => {
        controller.abort();
      });
      const onProgress = (step: SendProgress): void => {
        if (step.step === 'sending') onDeparture();
        progress.show(step);
      };
      try {
        return { receipt: await api.submit(input, files, onProgress, controller.signal) };
      } catch (error) {
        show('send-ready');
        byId('send-now').textContent = t('send.again');
        return { code: codeOf(error) };
      } finally {
        isBusy = false;
        byId('step-send-title').textContent = t('send.heading');
        progress.end();
        show('sending-stay', false);
      }
    },
  };
}
