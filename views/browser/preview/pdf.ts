import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
// Loaded into the frame itself: it announces itself to the library, which then starts no worker.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
import type { PreviewOrder, PreviewTexts } from '../desk/preview-messages.js';

/** Pages drawn at once, and in all. */
const PAGES_AT_ONCE = 3;
const PAGES_LIMIT = 60;
/** Most pixels of a page's picture, and of a picture inside it. */
const PAGE_PIXELS = 8_000_000;
const IMAGE_PIXELS = 40_000_000;
const TEXT_LETTERS = 20_000;

/**
 * Draws the first pages of a PDF, and more on demand. No code of the document runs, nothing is
 * fetched: fonts of the system stand in for those that are not embedded. Throws for a document that
 * is damaged or protected by a password.
 */
export async function showPdf(place: HTMLElement, { bytes, texts }: PreviewOrder): Promise<void> {
  const pdf = await getDocument({
    data: new Uint8Array(bytes),
    isEvalSupported: false,
    useWasm: false,
    useWorkerFetch: false,
    useSystemFonts: true,
    enableXfa: false,
    disableAutoFetch: true,
    disableStream: true,
    stopAtErrors: false,
    maxImageSize: IMAGE_PIXELS,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    verbosity: 0,
  }).promise;
  const pages = document.createElement('div');
  pages.className = 'pages';
  place.append(pages);
  await drawFrom(pdf, pages, 1, texts);
  if (pdf.numPages > PAGES_AT_ONCE) place.append(moreButton(pdf, pages, texts));
}

function moreButton(pdf: PDFDocumentProxy, pages: HTMLElement, texts: PreviewTexts): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = texts.morePages;
  let next = PAGES_AT_ONCE + 1;
  button.addEventListener('click', () => {
    button.disabled = true;
    const first = next;
    next += PAGES_AT_ONCE;
    void drawFrom(pdf, pages, first, texts).then(() => {
      pages.querySelectorAll<HTMLElement>('figure')[first - 1]?.focus();
      button.disabled = false;
      if (next <= Math.min(pdf.numPages, PAGES_LIMIT)) return;
      const note = document.createElement('p');
      note.textContent = pdf.numPages > PAGES_LIMIT ? texts.pageLimit : '';
      button.replaceWith(note);
    });
  });
  return button;
}

async function drawFrom(
  pdf: PDFDocumentProxy,
  pages: HTMLElement,
  first: number,
  texts: PreviewTexts,
): Promise<void> {
  const last = Math.min(first + PAGES_AT_ONCE - 1, pdf.numPages, PAGES_LIMIT);
  for (let number = first; number <= last; number += 1) {
    pages.append(await drawPage(pdf, number, texts));
  }
}

async function drawPage(
  pdf: PDFDocumentProxy,
  number: number,
  texts: PreviewTexts,
): Promise<HTMLElement> {
  const page = await pdf.getPage(number);
  const plain = page.getViewport({ scale: 1 });
  const width = Math.min(document.documentElement.clientWidth - 24, 1000);
  const wanted = (width / plain.width) * Math.min(2, devicePixelRatio);
  const most = Math.sqrt(PAGE_PIXELS / (plain.width * plain.height));
  const viewport = page.getViewport({ scale: Math.min(wanted, most) });
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  await page.render({ canvas, viewport }).promise;

  const label = texts.page
    .replace('{number}', number.toString())
    .replace('{pages}', pdf.numPages.toString());
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const figure = document.createElement('figure');
  figure.tabIndex = -1;
  const caption = document.createElement('figcaption');
  caption.textContent = label;
  figure.append(canvas, caption);

  // the picture of a page says nothing to a screen reader; its text does
  const { items } = await page.getTextContent();
  const text = items
    .map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : ''))
    .join('')
    .slice(0, TEXT_LETTERS);
  if (text.trim() !== '') {
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = texts.pageText.replace('{number}', number.toString());
    const box = document.createElement('pre');
    box.textContent = text;
    box.dir = 'auto';
    details.append(summary, box);
    figure.append(details);
  }
  page.cleanup();
  return figure;
}
