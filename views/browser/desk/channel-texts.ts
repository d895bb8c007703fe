import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { copyTemplate, ownIds, part, show, write } from './dom.js';
import { languageText, REPORTER_LANGUAGES } from './languages.js';

/** Fields for what reporters read, one set for each language that is offered. */
export interface TextFields {
  /** The boxes that choose the languages. */
  choice: HTMLElement;
  texts: HTMLElement;
  sets: { language: string; box: HTMLInputElement; root: HTMLElement }[];
}

/** Texts by language. */
type ByLanguage = Readonly<Record<string, string>>;

/**
 * Makes the fields. What was typed for a language stays while its box is off, so that a box ticked
 * by mistake loses nothing.
 */
export function textFields(
  chosen: readonly string[],
  values: { names: ByLanguage; texts: ByLanguage; about?: ByLanguage; organisation?: ByLanguage },
): TextFields {
  const choice = document.createElement('div');
  const texts = document.createElement('div');
  choice.className = 'language-choice';
  const sets = REPORTER_LANGUAGES.map((language) => {
    const label = copyTemplate('language-box');
    const box = part(label, 'box', HTMLInputElement);
    write(label, 'name', languageText(language));
    box.value = language;
    box.checked = chosen.includes(language);
    const root = ownIds(copyTemplate('language-texts'));
    write(root, 'title', languageText(language));
    const names = { language: languageText(language) };
    write(root, 'organisation-label', t('desk.texts.organisation', names));
    write(root, 'channel-label', t('desk.texts.channel', names));
    write(root, 'about-label', t('desk.texts.about', names));
    write(root, 'text-label', t('desk.texts.text', names));
    const set = (name: string, value: string | undefined): void => {
      const field = part(root, name) as HTMLInputElement | HTMLTextAreaElement;
      keepPrivate(field);
      field.lang = language;
      field.value = value ?? '';
    };
    set('organisation', values.organisation?.[language]);
    set('channel', values.names[language]);
    set('about', values.about?.[language]);
    set('text', values.texts[language]);
    show(part(root, 'about-field'), values.about !== undefined);
    show(part(root, 'organisation-field'), values.organisation !== undefined);
    show(root, box.checked);
    box.addEventListener('change', () => {
      show(root, box.checked);
    });
    choice.append(label);
    texts.append(root);
    return { language, box, root };
  });
  return { choice, texts, sets };
}

/** What the fields hold for the chosen languages, without what is empty. */
export function readFields({ sets }: TextFields): {
  languages: string[];
  organisation: Record<string, string>;
  names: Record<string, string>;
  about: Record<string, string>;
  texts: Record<string, string>;
} {
  const chosen = sets.filter(({ box }) => box.checked);
  const read = (name: string): Record<string, string> =>
    Object.fromEntries(
      chosen
        .map(({ language, root }) => {
          const field = part(root, name) as HTMLInputElement | HTMLTextAreaElement;
          return [language, field.value.trim()] as const;
        })
        .filter(([, value]) => value !== ''),
    );
  return {
    languages: chosen.map(({ language }) => language),
    organisation: read('organisation'),
    names: read('channel'),
    about: read('about'),
    texts: read('text'),
  };
}

/** What is missing before a channel can be published in these languages, as a sentence, or null. */
export function faultInTexts({
  languages,
  names,
}: Pick<ReturnType<typeof readFields>, 'languages' | 'names'>): string | null {
  if (languages.length === 0) return t('desk.channel.language_missing');
  const unnamed = languages.find((language) => (names[language] ?? '') === '');
  if (unnamed === undefined) return null;
  return t('desk.channel.name_missing', { language: languageText(unnamed) });
}
