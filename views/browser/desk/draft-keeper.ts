import { t } from '../strings.js';
import type { Draft } from './api.js';
import type { Desk } from './desk.js';
import { write } from './dom.js';
import { report } from './failures.js';

/** How long somebody pauses before what was typed goes to the worker. */
const PAUSE = 400;

/**
 * Keeps what a form holds in the worker's memory while somebody types, and tells the desk that there
 * is something unsent.
 *
 * @param key what the draft belongs to.
 * @param read what the form holds now, null for nothing.
 * @returns what to call at each change.
 */
export function draftKeeper(
  desk: Desk,
  key: string,
  form: HTMLElement,
  read: () => Draft | null,
): () => void {
  let timer: number | undefined;
  return () => {
    if (read() === null) desk.unsent.delete(key);
    else desk.unsent.add(key);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const now = read();
      desk.api.keepDraft(key, now).then(() => {
        write(form, 'draft-note', now === null ? '' : t('desk.write.draft'));
      }, report);
    }, PAUSE);
  };
}
