/**
 * What people type and what is decrypted stays on the page: nothing of it goes to a spelling service,
 * an autofill memory or a translator. Fields that are in the page from the start carry the same
 * attributes from `views/partials/free-text.ejs`.
 */
const KEEP: Readonly<Record<string, string>> = {
  spellcheck: 'false',
  autocomplete: 'off',
  autocapitalize: 'off',
  autocorrect: 'off',
  translate: 'no',
  writingsuggestions: 'false',
};

/**
 * Switches spelling, autofill, autocapitalisation, autocorrection, writing suggestions and
 * translation off for an element, and returns it. Call it on every free-text field and on every
 * region that shows decrypted text.
 */
export function keepPrivate<E extends HTMLElement>(element: E): E {
  for (const [name, value] of Object.entries(KEEP)) element.setAttribute(name, value);
  // Grammarly and LanguageTool honour these; browsers ignore them
  element.dataset.gramm = 'false';
  element.dataset.ltActive = 'false';
  return element;
}
