import type { FileReference } from '../../../client/models.js';
import { shownFileName } from '../file-name.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, part, show, write } from './dom.js';
import { report, showProblem } from './failures.js';
import { stillWorking } from './idle-lock.js';
import {
  PREVIEW_BYTES,
  type PreviewKind,
  type PreviewOrder,
  type PreviewReport,
} from './preview-messages.js';

const KINDS: readonly [PreviewKind, RegExp][] = [
  ['image', /\.(?:png|jpe?g|gif|webp|avif|bmp)$/i],
  ['pdf', /\.pdf$/i],
  ['sound', /\.(?:wav|mp3|m4a|aac|ogg|oga|opus|flac|weba)$/i],
  ['text', /\.(?:txt|text|log|csv|tsv|md|json|xml|html?|eml|ini|ya?ml)$/i],
];

/**
 * How a file can be previewed, by its name and size; null where it cannot. The frame looks at the
 * bytes themselves and shows a document of a lying name as what it is, or not at all.
 */
export function previewKind({
  name,
  size,
}: Pick<FileReference, 'name' | 'size'>): PreviewKind | null {
  const kind = KINDS.find(([, pattern]) => pattern.test(name))?.[0];
  return kind !== undefined && size > 0 && size <= PREVIEW_BYTES[kind] ? kind : null;
}

/**
 * Shows a file in a sandboxed frame: its own origin, no network, no storage, no way to the desk but
 * messages. The bytes go in by one message; the frame is destroyed when the dialog closes. A sound
 * plays beside the case, so that notes can be taken meanwhile, and ends when the case is left.
 */
export function openPreview(desk: Desk, caseId: string, file: FileReference): void {
  const kind = previewKind(file);
  if (kind === null) return;
  const dialog = copyTemplate('preview-dialog');
  if (!(dialog instanceof HTMLDialogElement)) return;
  const controller = new AbortController();
  const opener = document.activeElement;
  keepPrivate(write(dialog, 'name', shownFileName(file.name))).dir = 'auto';
  onClick(dialog, 'close', () => {
    dialog.close();
  });
  dialog.addEventListener('close', () => {
    controller.abort();
    dialog.remove();
    if (opener instanceof HTMLElement) opener.focus();
  });
  const view = opener?.closest('section.case') ?? null;
  if (kind === 'sound' && view !== null) {
    view.querySelector<HTMLDialogElement>('dialog.sound')?.close();
    dialog.classList.add('sound');
    write(dialog, 'hint', t('desk.preview.sound_hint'));
    view.append(dialog);
    dialog.show();
  } else {
    document.body.append(dialog);
    dialog.showModal();
  }
  void fill(desk, caseId, file, kind, dialog, controller.signal);
}

async function fill(
  desk: Desk,
  caseId: string,
  file: FileReference,
  kind: PreviewKind,
  dialog: HTMLElement,
  signal: AbortSignal,
): Promise<void> {
  const bar = part(dialog, 'progress', HTMLProgressElement);
  show(bar, true);
  write(dialog, 'working', t('desk.preview.loading'));
  try {
    const blob = await desk.api.download(
      caseId,
      file,
      (received) => {
        bar.value = (100 * received) / Math.max(1, file.size);
        stillWorking();
      },
      signal,
    );
    write(dialog, 'working', t('desk.preview.opening'));
    const order: PreviewOrder = {
      kind,
      bytes: await blob.arrayBuffer(),
      language: document.documentElement.lang,
      texts: {
        page: t('desk.preview.page'),
        pageText: t('desk.preview.page_text'),
        morePages: t('desk.preview.more_pages'),
        pageLimit: t('desk.preview.page_limit'),
        cut: t('desk.preview.cut'),
        name: shownFileName(file.name),
      },
    };
    const place = part(dialog, 'place');
    const state = await showInFrame(place, shownFileName(file.name), order, signal);
    if (state === 'failed') showProblem(dialog, t('desk.preview.failed'));
    if (state === 'too_large') showProblem(dialog, t('desk.preview.too_large'));
  } catch (error) {
    if (codeOf(error) !== 'cancelled') showProblem(dialog, error);
    report(error);
  } finally {
    write(dialog, 'working', '');
    show(bar, false);
  }
}

/** Resolves what became of the file in the frame; listens to the frame until `signal` aborts. */
function showInFrame(
  place: HTMLElement,
  name: string,
  order: PreviewOrder,
  signal: AbortSignal,
): Promise<'shown' | 'failed' | 'too_large'> {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.referrerPolicy = 'no-referrer';
  frame.title = t('desk.preview.frame', { name });
  frame.src = place.dataset['frame'] ?? '';
  return new Promise((resolve) => {
    const listen = (event: MessageEvent): void => {
      // a sandboxed frame has no origin of its own: it is known by being this frame
      if (event.source !== frame.contentWindow || event.origin !== 'null') return;
      const { state } = event.data as PreviewReport;
      switch (state) {
        case 'ready':
          frame.contentWindow?.postMessage(order, '*', [order.bytes]);
          break;
        case 'shown':
          resolve(state);
          break;
        case 'failed':
        case 'too_large':
          frame.remove();
          resolve(state);
          break;
        case 'left':
          place.closest('dialog')?.close();
          break;
      }
    };
    window.addEventListener('message', listen, { signal });
    signal.addEventListener('abort', () => {
      resolve('shown');
    });
    place.append(frame);
  });
}
