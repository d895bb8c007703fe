import { element } from './dom.js';

/** A text in which the words that were looked for are marked. */
export function markedText(text: string, query: string): Node[] {
  const words = query.normalize('NFC').split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [document.createTextNode(text)];
  const pattern = words
    // of two words that begin alike the longer is what stands there
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('|');
  return text
    .split(new RegExp(`(${pattern})`, 'iu'))
    .map((part, index) =>
      index % 2 === 1 ? element('mark', part) : document.createTextNode(part),
    );
}
