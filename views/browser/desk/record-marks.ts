import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { correctionTexts } from './corrections.js';
import { coverTexts } from './part-restrictions.js';

/** Whether an entry says something of a thing in the record: of a person, an extract, a request … */
function isAbout({ content }: EntryView, id: string): boolean {
  if (content.kind === 'report') return content.request?.id === id;
  // a disclosure and what was told of it, and not the export that it went out by
  if (content.kind === 'export' || content.kind === 'person_extract') return content.id === id;
  return (
    ('id' in content && content.id === id) ||
    ('person' in content && content.person === id) ||
    ('disclosure' in content && content.disclosure === id) ||
    ('request' in content && content.request === id)
  );
}

/**
 * What handlers corrected of the entries about a thing, by its id, and what of them is restricted, in
 * sentences: a list of things shows what the entries say, and no entry.
 */
export function recordMarks(data: HandlerCaseView, id: string): string[] {
  return data.entries
    .filter((entry) => isAbout(entry, id))
    .flatMap((entry) => [
      ...correctionTexts(data, entry),
      ...coverTexts(entry).map((text) => `${text} ${t('desk.part.at_entry')}`),
    ]);
}
