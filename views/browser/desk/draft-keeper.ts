import { t } from '../strings.js';
import type { Draft } from './api.js';
import { setValue, valueOf } from './casework-form.js';
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

/**
 * Keeps what somebody types into a form of a case, and brings back what was begun before. What the
 * page fills in by itself is no draft until somebody types.
 *
 * @param key of the case and the form: `<case> <form>`.
 * @param names the fields by their parts, beside the long one, `text`.
 */
export async function keepForm(
  desk: Desk,
  key: string,
  form: HTMLElement,
  names: readonly string[],
): Promise<void> {
  let typed = false;
  const keep = draftKeeper(desk, key, form, () => {
    const text = valueOf(form, 'text');
    if (!typed || text === '') return null;
    const fields = Object.fromEntries(names.map((name) => [name, valueOf(form, name)]));
    return { kind: 'form', text, outcome: null, files: [], fields };
  });
  form.addEventListener('input', () => {
    typed = true;
    keep();
  });
  form.addEventListener('reset', () => {
    typed = false;
    keep();
  });
  const begun = await desk.api.draft(key);
  // whoever began meanwhile is not overwritten
  if (begun === null || valueOf(form, 'text') !== '') return;
  for (const name of names) setValue(form, name, begun.fields?.[name] ?? '');
  setValue(form, 'text', begun.text);
  typed = true;
  form.dispatchEvent(new Event('change'));
  write(form, 'draft-note', t('desk.write.draft'));
  const fold = form.closest('details');
  if (fold !== null) fold.open = true;
}

/** Says of a draft that came from elsewhere that its files did not come along. */
export function tellLostFiles(form: HTMLElement, draft: Draft | null): void {
  if ((draft?.lostFiles ?? 0) > 0) write(form, 'draft-note', t('desk.write.draft_files'));
}
