/** The languages that reporter pages exist in. */
export const REPORTER_LANGUAGES = ['en', 'sv', 'fi', 'nb'] as const;

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
