import type { SendProgress } from '../../../client/models.js';
import { t } from '../strings.js';
import type { Draft } from './api.js';
import { block, wireBlocked } from './blocked.js';
import { copyTemplate, ownIds, part, showPart, write } from './dom.js';
import type { Desk } from './desk.js';
import { draftKeeper, tellLostFiles } from './draft-keeper.js';
import { report, showProblem } from './failures.js';
import { runSending, wireFiles } from './sending.js';
import type { WritingForm } from './writing.js';

/** Under what the draft of a case's note is kept, beside that of the answer. */
export function noteKey(id: string): string {
  return `${id} note`;
}

/** How a note is sent, and what the case is afterwards. */
export type SendNote<After> = (
  text: string,
  files: File[],
  onProgress: (progress: SendProgress) => void,
  signal: AbortSignal,
) => Promise<After>;

/** The form for notes, which looks different on purpose: nothing in it reaches the reporter. */
export function noteForm<After>(
  desk: Desk,
  id: string,
  draft: Draft | null,
  sendNote: SendNote<After>,
  changed: (after: After, said: string) => void,
): WritingForm {
  const form = ownIds(copyTemplate('writing'));
  const text = part(form, 'text', HTMLTextAreaElement);
  const keep = draftKeeper(desk, noteKey(id), form, () =>
    text.value === '' && files.list().length === 0
      ? null
      : { kind: 'note', text: text.value, outcome: null, files: files.list() },
  );
  form.dataset['kind'] = 'note';
  write(form, 'title', t('desk.notes.write'));
  write(form, 'text-label', t('desk.notes.text'));
  write(form, 'effect', t('desk.notes.effect'));
  write(form, 'files-label', t('desk.notes.files'));
  write(form, 'files-hint', t('desk.notes.files_hint'));
  const files = wireFiles(desk, form, keep);
  write(form, 'submit', t('desk.notes.do'));
  for (const name of ['kinds-field', 'language']) showPart(form, name, false);
  wireBlocked(form);
  text.addEventListener('input', keep);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const body = text.value.trim();
    showProblem(form, body === '' ? t('desk.notes.text_missing') : null);
    text.setAttribute('aria-invalid', String(body === ''));
    if (body === '') {
      text.focus();
      return;
    }
    void runSending(form, (onProgress, signal) =>
      sendNote(body, files.list(), onProgress, signal),
    ).then((after) => {
      if (after === null) return;
      text.value = '';
      files.set([]);
      keep();
      changed(after, t('desk.notes.done'));
    }, report);
  });
  if (draft !== null) {
    text.value = draft.text;
    files.set(draft.files);
    tellLostFiles(form, draft);
  }
  return {
    form,
    update(newest) {
      block(form, newest);
    },
  };
}
