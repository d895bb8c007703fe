import type { DirectoryChange } from '../../../client/models.js';
import { t } from '../strings.js';
import { copyTemplate, element, fillList, onClick, part, write } from './dom.js';
import { dayText } from './days.js';

/**
 * Announces what changed in the directory since this desk last looked, until the person says that
 * it was read: a reader that nobody knows of would be the way into every future report.
 */
export function showChanges(place: HTMLElement, changes: readonly DirectoryChange[]): void {
  if (changes.length === 0) {
    place.replaceChildren();
    return;
  }
  const box = copyTemplate('changes');
  fillList(part(box, 'versions'), changes, ({ version, date, lines }) => {
    const entry = copyTemplate('changes-version');
    write(entry, 'version', t('desk.changes.version', { version, date: dayText(date) }));
    fillList(part(entry, 'lines'), lines, ({ code, name }) =>
      element('li', t(`desk.change.${code}`, { name })),
    );
    return entry;
  });
  onClick(box, 'seen', () => {
    place.replaceChildren();
    document.getElementById('main')?.focus();
  });
  place.replaceChildren(box);
}
