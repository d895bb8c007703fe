import { plural, t } from '../strings.js';
import { announce, byId, clone, fillSlot, show, slot, write } from './dom.js';
import { formatList, formatSize } from './format.js';

/** Most files in one entry: what the protocol takes. */
const MOST = 100;

/** The files that will be sent, as the page lists them. */
export interface FileChoice {
  files(): File[];
  clear(): void;
  /** Says how large a file may be, and refuses larger ones as soon as they are chosen. */
  limit(bytes: number): void;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}

/**
 * Lets people choose files, drop them, photograph with the camera, see what is chosen and take it
 * back. The same file chosen twice is listed once.
 *
 * @param onChange hears that other files are listed.
 * @param onPicking hears that a window of the system opens over the page: on a phone, the page may
 * be thrown away meanwhile.
 */
export function createFileChoice(onChange: () => void, onPicking: () => void): FileChoice {
  let chosen: File[] = [];
  let largest = Infinity;
  const list = byId('file-list');

  const draw = (): void => {
    list.replaceChildren(
      ...chosen.map((file) => {
        const row = clone('file-row');
        fillSlot(row, 'name', file.name);
        fillSlot(row, 'size', formatSize(file.size));
        const button = slot(row, 'remove');
        button.setAttribute('aria-label', t('files.remove.named', { name: file.name }));
        button.addEventListener('click', () => {
          chosen = chosen.filter((each) => each !== file);
          show('file-error', false);
          draw();
          announce(t('files.removed'));
          byId('file-input').focus();
        });
        return row;
      }),
    );
    const size = formatSize(chosen.reduce((sum, file) => sum + file.size, 0));
    if (chosen.length === 0) show('file-sum', false);
    else write('file-sum', plural('files.sum', chosen.length, { size }));
    onChange();
  };

  /** What is wrong with files that were chosen, as sentences; empty where nothing is. */
  const complaint = (tooLarge: readonly File[], isTooMany: boolean): string => {
    const parts: string[] = [];
    if (tooLarge.length > 0) {
      const names = formatList(
        // up and down, so that a file that is a little too large does not look like one that is not
        tooLarge.map(({ name, size }) => `${name} (${formatSize(size, 'ceil')})`),
      );
      const most = formatSize(largest, 'floor');
      parts.push(plural('files.tooLarge', tooLarge.length, { names, most }));
    }
    if (isTooMany) parts.push(t('files.most', { most: MOST }));
    return parts.join(' ');
  };

  const add = (files: readonly File[]): void => {
    const isListed = (file: File): boolean =>
      chosen.some(
        ({ name, size, lastModified }) =>
          name === file.name && size === file.size && lastModified === file.lastModified,
      );
    const tooLarge = files.filter(({ size }) => size > largest);
    const fresh = files.filter((file) => file.size <= largest && !isListed(file));
    const room = MOST - chosen.length;
    chosen = [...chosen, ...fresh.slice(0, room)];
    const wrong = complaint(tooLarge, fresh.length > room);
    if (wrong === '') show('file-error', false);
    else write('file-error', wrong);
    draw();
    const added = Math.min(fresh.length, room);
    if (added > 0) announce(plural('files.added', added));
  };

  for (const id of ['file-input', 'camera-input']) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener('click', onPicking);
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      // so that the same file can be chosen again after it was taken back
      input.value = '';
      add(files);
    });
  }

  // a file that is dropped beside its place would be opened by the browser instead of the page
  const isOffered = (): boolean => byId('files').offsetParent !== null;
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isOffered() ? 'copy' : 'none';
  });
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (isOffered()) add([...(event.dataTransfer?.files ?? [])]);
  });

  return {
    files: () => [...chosen],
    clear() {
      chosen = [];
      show('file-error', false);
      draw();
    },
    limit(bytes) {
      largest = bytes;
      write('files-limit', t('files.limit', { size: formatSize(bytes, 'floor'), most: MOST }));
    },
  };
}
