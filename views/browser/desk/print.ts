import { element } from './dom.js';

let sheet: HTMLElement | null = null;

/** Takes a printed sheet out of the page again. */
export function clearSheet(): void {
  sheet?.remove();
  sheet = null;
  document.documentElement.classList.remove('printing-sheet');
}

/**
 * Prints one sheet and nothing else of the page. The sheet stands in the page only while the
 * browser's print dialog is open.
 */
export function printSheet(content: HTMLElement): void {
  clearSheet();
  sheet = element('div', '', 'print-sheet');
  sheet.append(content);
  document.body.append(sheet);
  document.documentElement.classList.add('printing-sheet');
  window.addEventListener('afterprint', clearSheet, { once: true });
  window.print();
}
