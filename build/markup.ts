import type { Page } from './pages.js';

/** Markup that the policies of the pages block, or that would make a page differ from its hash. */
const forbidden: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/<script(?![^>]*\ssrc=)/i, 'an inline script'],
  [/<script(?![^>]*\sintegrity="sha384-)/i, 'a script without integrity'],
  [/<link(?=[^>]*rel="stylesheet")(?![^>]*\sintegrity="sha384-)/i, 'a style without integrity'],
  [/<style[\s>]/i, 'an inline style sheet'],
  [/<[^>]+\sstyle=/i, 'a style attribute'],
  [/<[^>]+\son[a-z]+=/i, 'an event handler attribute'],
  [/<meta[^>]+http-equiv/i, 'a meta element in place of a header'],
  [/<base[\s>]/i, 'a base element'],
  [/<form[^>]+\saction=/i, 'a form that is sent without script'],
  [/\s(?:src|href)="(?:javascript:|https?:\/\/[^"]*\.(?:js|css)")/i, 'code from elsewhere'],
];

/**
 * Checks a rendered page: nothing our policies block, and every address of our own that it refers
 * to exists.
 *
 * @throws Error that names the page and what is wrong.
 */
export function checkMarkup(page: Page, addresses: ReadonlySet<string>): void {
  const html = page.html.replace(/<!--[\s\S]*?-->/g, '');
  for (const [pattern, what] of forbidden) {
    if (pattern.test(html)) throw new Error(`Page ${page.address} has ${what}`);
  }
  for (const [, address = ''] of html.matchAll(/\s(?:src|href|data-worker[a-z-]*)="(\/[^"#?]*)/g)) {
    if (!addresses.has(address)) {
      throw new Error(`Page ${page.address} refers to ${address}, which does not exist`);
    }
  }
}
