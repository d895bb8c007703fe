/** The languages of the reporter's pages, in the order in which they are offered. */
export const reporterLanguages = ['en', 'sv', 'fi', 'nb'] as const;

/** The languages of the desk. */
export const deskLanguages = ['en', 'sv'] as const;

/** What each language calls itself, for the links that switch between them. */
export const languageNames: Readonly<Record<string, string>> = {
  en: 'English',
  sv: 'Svenska',
  fi: 'Suomi',
  nb: 'Norsk',
};

/** The language of pages that exist once for everybody (`views/pages/plain`). */
export const plainLanguage = 'en';

/**
 * The languages a namespace of strings must exist in: `desk` (and `desk-…`) in the desk's, every
 * other one in the reporter's.
 */
export function namespaceLanguages(namespace: string): readonly string[] {
  return namespace === 'desk' || namespace.startsWith('desk-') ? deskLanguages : reporterLanguages;
}
