import type { ErasureEntry } from '../../../crypto/private.js';
import type { EntryView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { momentText } from './days.js';
import { element } from './dom.js';
import { partyText } from './parties.js';

/** That something of an entry was erased: by whom, when, why; null where nothing was. */
export function erasureText({ content, erasure }: EntryView): string | null {
  if (erasure === null) return null;
  const { at, ground, text, files, alone } = erasure;
  const what = content.kind === 'erased' ? 'whole' : 'part';
  const by = partyText(erasure.author);
  const parts = [
    at === null
      ? t(`desk.erasure.${what}`, { by })
      : t(`desk.erasure.${what}_on`, { by, day: momentText(at) }),
    ground === null ? '' : t(`desk.erasure.ground.${ground}`),
    files === 0 ? '' : plural('desk.erasure.files', files),
    alone ? t('desk.erasure.alone') : '',
    text,
  ];
  return parts.filter((each) => each !== '').join(' ');
}

/** The same as it stands at the entry. */
export function erasureMarks(entry: EntryView): HTMLElement[] {
  const text = erasureText(entry);
  return text === null ? [] : [keepPrivate(element('p', text, 'notice'))];
}

/** What an entry did about erasing another, in a sentence. */
export function erasureLine(by: string, content: ErasureEntry): string {
  if (content.kind === 'erasure_declined') {
    return t('desk.erasure.line.declined', { by, text: content.text });
  }
  const ground = t(`desk.erasure.ground.${content.ground}`);
  const key = content.kind === 'erasure' ? 'erased' : 'proposed';
  return t(`desk.erasure.line.${key}`, { by, ground, text: content.text });
}
