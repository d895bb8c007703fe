import type { EntryView, FileReference, HandlerCaseView } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { copyTemplate, onClick, part, show, showPart, write } from './dom.js';
import { sizeText } from './days.js';
import type { Desk } from './desk.js';
import { report, showProblem } from './failures.js';
import { stillWorking } from './idle-lock.js';
import { authorText } from './parties.js';
import { openPreview, previewKind } from './preview.js';
import { shownFileName } from '../file-name.js';
import { saveFile } from '../save-file.js';

/** A file with what can be done with it. */
export function fileItem(
  desk: Desk,
  caseId: string,
  file: FileReference,
  from: string,
): HTMLElement {
  const item = copyTemplate('file');
  const name = shownFileName(file.name);
  keepPrivate(write(item, 'name', name)).dir = 'auto';
  write(item, 'size', sizeText(file.size));
  write(item, 'from', from);
  const kind = previewKind(file);
  if (kind === 'sound') write(item, 'preview', t('desk.files.listen'));
  for (const act of ['preview', 'download']) {
    part(item, act).setAttribute('aria-label', `${part(item, act).textContent}: ${name}`);
  }
  showPart(item, 'preview', kind !== null);
  onClick(item, 'preview', () => {
    openPreview(desk, caseId, file);
  });
  onClick(item, 'download', async () => {
    const controller = new AbortController();
    const progress = part(item, 'progress', HTMLProgressElement);
    const cancel = part(item, 'cancel');
    const stop = (): void => {
      controller.abort();
    };
    cancel.addEventListener('click', stop);
    const working = (active: boolean): void => {
      show(progress, active);
      show(cancel, active);
      showPart(item, 'download', !active);
    };
    progress.setAttribute('aria-label', t('desk.files.downloading', { name }));
    progress.value = 0;
    working(true);
    showProblem(item, null);
    try {
      const blob = await desk.api.download(
        caseId,
        file,
        (received) => {
          progress.value = (100 * received) / Math.max(1, file.size);
          stillWorking();
        },
        controller.signal,
      );
      saveFile(blob, file.name);
      desk.say(t('desk.files.downloaded', { name }));
    } catch (error) {
      if (codeOf(error) !== 'cancelled') showProblem(item, error);
      report(error);
    } finally {
      cancel.removeEventListener('click', stop);
      working(false);
    }
  });
  return item;
}

/** Every file of a case's conversation and notes that is not restricted, the newest last. */
export function allFiles(desk: Desk, data: HandlerCaseView): HTMLElement[] {
  return data.entries.flatMap((entry) => {
    const { compartment, content, erasedFiles } = entry;
    const attached = 'files' in content ? content.files : [];
    const files = attached.filter(({ attachment }) => !erasedFiles.includes(attachment));
    const where = compartment === 'internal' ? 'from_notes' : 'from';
    const from = t(`desk.files.${where}`, { name: authorText(data, entry) });
    return files.map((file) => fileItem(desk, data.id, file, from));
  });
}

/** Whether files of an entry are not in that list, as they are restricted. */
export function hidesFiles({ content, restricted }: EntryView): boolean {
  const count = (each: EntryView['content']): number => ('files' in each ? each.files.length : 0);
  return restricted !== undefined && count(restricted.content) > count(content);
}
