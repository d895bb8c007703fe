/** The languages that reporter pages exist in. */
export const REPORTER_LANGUAGES = ['en', 'sv', 'fi', 'nb'] as const;

/** In which languages the names of acts are; those in Greek and Bulgarian stand in Latin letters. */
const ACTS: Readonly<Record<string, string>> = {
  ...{ AT: 'de', BE: 'fr', BG: 'bg-Latn', CY: 'el-Latn', CZ: 'cs', DE: 'de', DK: 'da', ES: 'es' },
  ...{ FI: 'fi', FR: 'fr', GR: 'el-Latn', HR: 'hr', IE: 'en', IS: 'is', IT: 'it', LT: 'lt' },
  ...{ LU: 'fr', LV: 'lv', MT: 'en', NL: 'nl', NO: 'nb', PL: 'pl', PT: 'pt', RO: 'ro' },
  ...{ SE: 'sv', SI: 'sl', SK: 'sk' },
};

/** The language in which a country's act is named; the page's own where it is described in that. */
export function actLanguage(country: string): string {
  return ACTS[country] ?? document.documentElement.lang;
}

/** The name of a language, in the page's language. */
export function languageText(language: string): string {
  if (language === '') return '';
  const names = new Intl.DisplayNames(document.documentElement.lang, { type: 'language' });
  return names.of(language) ?? language;
}

/** The name of a country, in the page's language. */
export function countryText(country: string): string {
  const names = new Intl.DisplayNames(document.documentElement.lang, { type: 'region' });
  return names.of(country) ?? country;
}
