import type { SendProgress } from '../../../client/models.js';
import { t } from '../strings.js';
import { announce, byId, show } from './dom.js';
import { formatRest, formatSize } from './format.js';

/** Rate is told after so many milliseconds: earlier it would be a guess. */
const SETTLED = 3000;

/** The place where sending or fetching shows how far it has come. */
export interface ProgressView {
  start: (cancel: () => void) => void;
  show: (progress: SendProgress) => void;
  end: () => void;
}

/** Shows true progress: which file, how much of it, how long still, and a button that cancels. */
export function createProgressView(): ProgressView {
  const bar = byId('sending-bar', HTMLProgressElement);
  const button = byId('sending-cancel', HTMLButtonElement);
  let began = { index: -1, at: 0, sent: 0 };

  const say = (text: string, howMuch: string): void => {
    const what = byId('sending-what');
    if (what.textContent !== text) announce(text);
    what.textContent = text;
    byId('sending-how-much').textContent = howMuch;
  };

  return {
    start(cancel) {
      began = { index: -1, at: 0, sent: 0 };
      bar.removeAttribute('value');
      say('', '');
      button.disabled = false;
      button.onclick = () => {
        button.disabled = true;
        cancel();
      };
      show('sending');
    },
    show(progress) {
      if (progress.step !== 'file') {
        bar.removeAttribute('value');
        say(t(`progress.${progress.step}`), '');
        return;
      }
      const { index, files, name, sent, total } = progress;
      const now = performance.now();
      if (began.index !== index) began = { index, at: now, sent };
      bar.value = total === 0 ? 1 : sent / total;
      const elapsed = now - began.at;
      const rate = (sent - began.sent) / elapsed;
      const parts = [t('progress.bytes', { sent: formatSize(sent), total: formatSize(total) })];
      if (elapsed > SETTLED && rate > 0 && sent < total) {
        parts.push(formatRest((total - sent) / rate / 1000));
      }
      say(t('progress.file', { number: index + 1, files, name }), parts.join(' · '));
    },
    end() {
      show('sending', false);
    },
  };
}
