import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { element, fillList, part, show } from './dom.js';

/**
 * Shows words beside a field that the organisation offers; a press puts one into it.
 *
 * @param to what the words are for, as `desk.suggest.<to>` says it.
 */
export function suggest(
  root: ParentNode,
  name: string,
  to: 'stage' | 'labels',
  words: readonly string[],
  take: (word: string) => void,
): void {
  const place = part(root, name);
  show(place, words.length > 0);
  if (words.length === 0) return;
  const list = element('span', '', 'suggestions');
  fillList(list, words, (word) => {
    const button = keepPrivate(element('button', word, 'small'));
    button.type = 'button';
    button.addEventListener('click', () => {
      take(word);
    });
    return button;
  });
  place.replaceChildren(element('span', t(`desk.suggest.${to}`), 'soft'), ' ', list);
}
