import { countryRule, type CountryRow, type CountryRule } from '../../../client/law/country.js';
import {
  retentionPreset,
  type RetentionPreset,
  type RetentionRow,
} from '../../../client/law/retention.js';

function rowsOfPage(): (CountryRow & RetentionRow)[] {
  const template = document.getElementById('country-rules');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no rules');
  return JSON.parse(template.content.textContent) as (CountryRow & RetentionRow)[];
}

/** The rules of countries that the build wrote into the page from `views/data/jurisdictions.json`. */
export function countryRules(): CountryRule[] {
  return rowsOfPage().map(countryRule);
}

/** How long cases are kept by the acts of countries, where the data say so. */
export function retentionPresets(): RetentionPreset[] {
  return rowsOfPage()
    .map(retentionPreset)
    .filter((preset) => preset !== null);
}
