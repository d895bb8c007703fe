import { isShown } from '../../../crypto/public.js';
import { copyTemplate, ownIds, part, write } from './dom.js';
import { languageText } from './languages.js';

/** Texts by language. */
type ByLanguage = Readonly<Record<string, string>>;

/** One text in the languages of a channel, a field for each. */
export interface NoticeTexts {
  fields: HTMLElement[];
  /** What the fields hold, without what is empty. */
  read: () => Record<string, string>;
}

/** What was typed as the directory takes it: no tabs, nothing at either end. */
export function typedIn(field: HTMLInputElement | HTMLTextAreaElement): string {
  return field.value.replaceAll('\t', ' ').trim();
}

/** Whether what was typed has letters that cannot be seen, or turn the direction of writing. */
export function isPlain(text: string): boolean {
  return isShown(text.replaceAll('\n', ' '));
}

/**
 * Makes the fields, for the channel's languages and those that the text already has.
 *
 * @param label the label of the field for a language, given by its name.
 */
export function noticeTexts(
  languages: readonly string[],
  values: ByLanguage,
  {
    limit,
    lines,
    label,
  }: { limit: number; lines: 'one' | 'several'; label: (language: string) => string },
): NoticeTexts {
  const all = [...new Set([...languages, ...Object.keys(values)])].map((language) => {
    const root = ownIds(copyTemplate(lines === 'one' ? 'notice-line' : 'notice-text'));
    write(root, 'label', label(languageText(language)));
    const field = part(root, 'text') as HTMLInputElement | HTMLTextAreaElement;
    Object.assign(field, { lang: language, maxLength: limit, value: values[language] ?? '' });
    return { language, root, field };
  });
  return {
    fields: all.map(({ root }) => root),
    read: () =>
      Object.fromEntries(
        all
          .map(({ language, field }) => [language, typedIn(field)] as const)
          .filter(([, text]) => text !== ''),
      ),
  };
}
