import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, option, ownIds, part, write } from './dom.js';
import { readyTextsFor, textIn, type ReadyText } from './handbook-words.js';
import { languageText, REPORTER_LANGUAGES } from './languages.js';
import { builtInReadyTexts, readyName, REQUEST_TEXTS } from './ready-texts.js';

/**
 * Ready texts for letters to somebody who asked for data on them, to be copied: such a person has no
 * key to a case, and is answered outside. Nothing that is changed here is kept.
 */
export function lettersElement(desk: Desk): HTMLElement {
  const root = ownIds(copyTemplate('request-letters'));
  const which = part(root, 'which', HTMLSelectElement);
  const language = part(root, 'language', HTMLSelectElement);
  const text = part(root, 'text', HTMLTextAreaElement);
  const page = document.documentElement.lang;
  let offered: readonly ReadyText[] = [];

  language.append(...REPORTER_LANGUAGES.map((each) => option(each, languageText(each))));
  if (REPORTER_LANGUAGES.some((each) => each === page)) language.value = page;

  const draw = (): void => {
    const chosen = offered.find(({ key }) => key === which.value);
    const found = textIn(chosen?.texts ?? {}, language.value);
    text.value = found.text;
    text.lang = found.language;
    write(root, 'copied', '');
  };
  offered = readyTextsFor(builtInReadyTexts(), desk.handbook.contents, REQUEST_TEXTS);
  which.append(...offered.map((each) => option(each.key, readyName(each))));
  which.addEventListener('change', draw);
  language.addEventListener('change', draw);
  onClick(root, 'copy', async () => {
    await navigator.clipboard.writeText(text.value);
    write(root, 'copied', t('desk.request.letter_copied'));
  });
  draw();
  return root;
}
