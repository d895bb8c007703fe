import type { SendProgress } from '../../../client/models.js';
import { t } from '../strings.js';
import { copyTemplate, fillList, onClick, part, showPart, write } from './dom.js';
import { sizeText } from './days.js';
import type { Desk } from './desk.js';
import { send, showProblem } from './failures.js';
import { stillWorking } from './idle-lock.js';
import { keepPrivate } from '../text-fields.js';
import { listText } from './texts.js';

/** The files that go with a text, and a way to forget them. */
export interface ChosenFiles {
  list(): File[];
  set(files: readonly File[]): void;
}

/**
 * Wires a file picker whose choices add up, each with a button to take it off. A file larger than the
 * server takes is not added, and the form says so.
 */
export function wireFiles(desk: Desk, form: HTMLElement, onChange: () => void): ChosenFiles {
  let files: File[] = [];
  const picker = part(form, 'picker', HTMLInputElement);
  const { maxFileBytes } = desk.directory;
  const size = sizeText(maxFileBytes, 'down');
  part(form, 'files-hint').append(' ', t('desk.write.files_limit', { size }));
  const draw = (): void => {
    fillList(part(form, 'chosen'), files, (file) => {
      const item = copyTemplate('chosen-file');
      keepPrivate(write(item, 'name', file.name));
      write(item, 'size', sizeText(file.size));
      part(item, 'remove').setAttribute(
        'aria-label',
        t('desk.write.remove_label', { name: file.name }),
      );
      onClick(item, 'remove', () => {
        files = files.filter((each) => each !== file);
        draw();
        picker.focus();
        onChange();
      });
      return item;
    });
  };
  picker.addEventListener('change', () => {
    const chosen = [...(picker.files ?? [])];
    const tooLarge = chosen.filter((file) => file.size > maxFileBytes);
    files = [...files, ...chosen.filter((file) => !tooLarge.includes(file))];
    picker.value = '';
    const names = listText(tooLarge.map(({ name }) => name));
    showProblem(form, tooLarge.length > 0 ? t('desk.write.too_large', { names, size }) : null);
    draw();
    onChange();
  });
  return {
    list: () => files,
    set: (wanted) => {
      files = [...wanted];
      draw();
    },
  };
}

type Work<Result> = (
  onProgress: (progress: SendProgress) => void,
  signal: AbortSignal,
) => Promise<Result>;

/**
 * Runs a sending with true progress and a way to stop it. What goes wrong stands in the form, whose
 * text and files stay.
 *
 * @returns what the work gave, such as the case afterwards, or null when it was not sent.
 */
export async function runSending<Result>(
  form: HTMLElement,
  work: Work<Result>,
): Promise<Result | null> {
  const controller = new AbortController();
  const abort = part(form, 'abort');
  const stop = (): void => {
    controller.abort();
  };
  const bar = part(form, 'progress', HTMLProgressElement);
  let result: Result | null = null;
  abort.addEventListener('click', stop);
  showPart(form, 'sending', true);
  showPart(form, 'buttons', false);
  bar.removeAttribute('value');
  write(form, 'progress-text', t('desk.write.sealing'));
  await send(form, async () => {
    result = await work((progress) => {
      stillWorking();
      if (progress.step === 'file') {
        bar.value = (100 * progress.sent) / Math.max(1, progress.total);
        const text = t('desk.write.file_progress', {
          number: progress.index + 1,
          files: progress.files,
          name: progress.name,
          sent: sizeText(progress.sent),
          total: sizeText(progress.total),
        });
        part(form, 'progress-text').textContent = text;
      } else {
        bar.removeAttribute('value');
        write(form, 'progress-text', t(`desk.write.${progress.step}`));
      }
    }, controller.signal);
  });
  abort.removeEventListener('click', stop);
  showPart(form, 'sending', false);
  showPart(form, 'buttons', true);
  return result;
}
