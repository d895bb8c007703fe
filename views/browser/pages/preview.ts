import type { PreviewOrder, PreviewReport } from '../desk/preview-messages.js';
import { showImage } from '../preview/image.js';
import { showPdf } from '../preview/pdf.js';
import { showSound } from '../preview/sound.js';
import { showText } from '../preview/text.js';

// The frame in which strangers' files are shown: an origin of its own, no network, no storage. It
// takes one order from the page around it and knows nothing else.

const tell = (report: PreviewReport): void => {
  // what is told is no secret, and the desk's origin is not known here
  parent.postMessage(report, '*');
};

let used = false;

window.addEventListener('message', (event) => {
  if (event.source !== parent || used) return;
  used = true;
  void run(event.data as PreviewOrder);
});

async function run(order: PreviewOrder): Promise<void> {
  document.documentElement.lang = order.language;
  const place = document.body;
  try {
    switch (order.kind) {
      case 'image':
        if (!(await showImage(place, order))) {
          tell({ state: 'too_large' });
          return;
        }
        break;
      case 'pdf':
        await showPdf(place, order);
        break;
      case 'sound':
        await showSound(place, order);
        break;
      case 'text':
        showText(place, order);
        break;
    }
    tell({ state: 'shown' });
  } catch {
    tell({ state: 'failed' });
  }
}

window.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') tell({ state: 'left' });
});

tell({ state: 'ready' });
