import type { CountryRule } from './deadlines.js';

/** The rules of countries that the build wrote into the page from `views/data/jurisdictions.json`. */
export function countryRules(): CountryRule[] {
  const template = document.getElementById('country-rules');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no rules');
  return JSON.parse(template.content.textContent) as CountryRule[];
}
