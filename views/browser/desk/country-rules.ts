import { countryRule, type CountryRow, type CountryRule } from '../../../client/law/country.js';

/** The rules of countries that the build wrote into the page from `views/data/jurisdictions.json`. */
export function countryRules(): CountryRule[] {
  const template = document.getElementById('country-rules');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no rules');
  const rows = JSON.parse(template.content.textContent) as CountryRow[];
  return rows.map(countryRule);
}
