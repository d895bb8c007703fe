import { t } from '../strings.js';
import type { Draft } from './api.js';
import type { Desk } from './desk.js';
import { write } from './dom.js';
import { report } from './failures.js';

/** How long somebody pauses before what was typed goes to the worker. */
const PAUSE = 400;

/** What was typed and did not go to the worker yet. */
const waiting = new Set<() => Promise<void>>();

/** Hands everything that was typed to the worker now. */
export async function flushDrafts(): Promise<void> {
  await Promise.all([...waiting].map((keep) => keep()));
}

/**
 * Keeps what a form holds in the worker's memory while somebody types, from where it is saved sealed,
 * and tells the desk that there is something that is not saved yet.
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
  const keep = async (): Promise<void> => {
    window.clearTimeout(timer);
    waiting.delete(keep);
    const now = read();
    try {
      await desk.api.keepDraft(key, now);
      write(form, 'draft-note', now === null ? '' : t('desk.write.draft'));
    } catch (error) {
      report(error);
    }
  };
  return () => {
    const now = read();
    if (now === null) {
      desk.unsent.delete(key);
      desk.drafts.delete(key);
    } else {
      desk.unsent.set(key, { files: now.files.length });
      desk.drafts.add(key);
    }
    window.clearTimeout(timer);
    waiting.add(keep);
    timer = window.setTimeout(() => void keep(), PAUSE);
  };
}

/** Says of a draft that came from elsewhere that its files did not come along. */
export function tellLostFiles(form: HTMLElement, draft: Draft | null): void {
  if ((draft?.lostFiles ?? 0) > 0) write(form, 'draft-note', t('desk.write.draft_files'));
}
