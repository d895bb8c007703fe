import type { PreviewOrder } from '../desk/preview-messages.js';

/** Letters shown; a page of a million freezes a small computer. */
const LETTERS = 200_000;

/**
 * Shows bytes as text: by their byte order mark, else as UTF-8, else as the encoding of old Western
 * systems. Markup in it is shown as markup.
 */
export function showText(place: HTMLElement, { bytes, texts }: PreviewOrder): void {
  const text = decode(new Uint8Array(bytes));
  const box = document.createElement('pre');
  box.textContent = text.slice(0, LETTERS);
  box.dir = 'auto';
  box.tabIndex = 0;
  place.append(box);
  if (text.length > LETTERS) {
    const note = document.createElement('p');
    note.textContent = texts.cut;
    place.append(note);
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
