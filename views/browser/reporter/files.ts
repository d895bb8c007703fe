import { plural, t } from '../strings.js';
import { announce, byId, clone, fillSlot, show, slot, write } from './dom.js';
import { formatSize } from './format.js';

/** Most files in one entry: what the protocol takes. */
const MOST = 100;

/** The files that will be sent, as the page lists them. */
export interface FileChoice {
  files(): File[];
  clear(): void;
}

/**
 * Lets people choose files, photograph with the camera, see what is chosen and take it back. The
 * same file chosen twice is listed once.
 */
export function createFileChoice(onChange: () => void): FileChoice {
  let chosen: File[] = [];
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

  const add = (input: HTMLInputElement): void => {
    const isListed = (file: File): boolean =>
      chosen.some(
        ({ name, size, lastModified }) =>
          name === file.name && size === file.size && lastModified === file.lastModified,
      );
    const fresh = [...(input.files ?? [])].filter((file) => !isListed(file));
    const room = MOST - chosen.length;
    chosen = [...chosen, ...fresh.slice(0, room)];
    // so that the same file can be chosen again after it was taken back
    input.value = '';
    show('file-error', fresh.length > room);
    if (fresh.length > room) write('file-error', t('files.most', { most: MOST }));
    draw();
    if (fresh.length > 0) announce(plural('files.added', Math.min(fresh.length, room)));
  };

  for (const id of ['file-input', 'camera-input']) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener('change', () => {
      add(input);
    });
  }

  return {
    files: () => [...chosen],
    clear() {
      chosen = [];
      draw();
    },
  };
}
