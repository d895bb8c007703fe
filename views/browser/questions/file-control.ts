import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { group, make, newId, type Control, type Field } from './elements.js';
import type { AnswerFiles } from './messages.js';

/** A button that lets people choose files. */
function picker(
  field: Field,
  files: AnswerFiles | null,
  take: (chosen: readonly File[]) => void,
): HTMLElement {
  const isVoice = field.type === 'voice';
  const text = t(isVoice ? 'questions.file.sound' : 'files.choose');
  if (files === null)
    return Object.assign(make('button', text), { type: 'button', disabled: true });
  const input = Object.assign(make('input', '', 'visually-hidden'), {
    type: 'file',
    multiple: true,
    autocomplete: 'off',
    accept: isVoice ? 'audio/*' : '',
    id: newId(),
  });
  input.addEventListener('click', () => {
    files.picking();
  });
  input.addEventListener('change', () => {
    const chosen = [...(input.files ?? [])];
    // so that the same file can be chosen again after it was taken back
    input.value = '';
    take(chosen);
  });
  const label = make('label', text, 'button');
  label.htmlFor = input.id;
  const place = make('p', '', 'actions tight');
  place.append(input, label);
  return place;
}

/** What `partials/voice` holds: a button that opens the panel in which somebody records. */
function voicePlace(): { place: HTMLElement; button: HTMLButtonElement } {
  const place = make('div', '', 'voice');
  const button = Object.assign(make('button', t('voice.open')), { type: 'button' });
  button.dataset['slot'] = 'voice-open';
  const problem = make('p', '', 'error');
  problem.dataset['slot'] = 'voice-problem';
  problem.setAttribute('role', 'alert');
  problem.hidden = true;
  const line = make('p');
  line.append(button);
  place.append(line, problem);
  return { place, button };
}

/**
 * A question that is answered by files, or by a voice: what is chosen or recorded joins the page's list
 * of files, and is shown here by name.
 */
export function fileControl(
  field: Field,
  label: string,
  hints: readonly string[],
  files: AnswerFiles | null,
): Control {
  const list = keepPrivate(make('ul', '', 'file-list'));
  const problem = make('p', '', 'error');
  problem.setAttribute('role', 'alert');
  problem.hidden = true;
  let isLost = false;
  const records = field.type === 'voice' && (files === null || files.voice !== null);
  const recorder = records ? voicePlace() : null;
  const hint = recorder === null ? t('questions.file.later') : t('voice.offer');
  const take = (chosen: readonly File[]): void => {
    const wrong = files?.add(field.id, chosen) ?? '';
    if (wrong !== '') say(wrong);
  };
  const way = recorder?.place ?? picker(field, files, take);
  const element = group(label, [...hints, hint], [list, way, problem]);
  if (recorder !== null) recorder.button.disabled = files === null;
  const voice =
    recorder !== null && files?.voice
      ? files.voice(recorder.place, (recording) => {
          take([recording]);
        })
      : null;

  function say(text: string | null): void {
    problem.textContent = text;
    problem.hidden = text === null;
  }
  const refresh = (): void => {
    const own = files?.of(field.id) ?? [];
    if (own.length > 0) isLost = false;
    say(isLost ? t('questions.file.lost') : null);
    list.hidden = own.length === 0;
    list.replaceChildren(
      ...own.map(({ name, remove }) => {
        const item = make('li');
        const button = Object.assign(make('button', t('files.remove'), 'quiet'), {
          type: 'button',
        });
        button.setAttribute('aria-label', t('files.remove.named', { name }));
        button.addEventListener('click', remove);
        item.append(make('span', name, 'file-name'), ' ', button);
        return item;
      }),
    );
  };
  refresh();
  return {
    element,
    read() {
      const places = (files?.of(field.id) ?? []).map(({ place }) => place);
      return places.length === 0 ? null : { is: 'files', field: field.id, files: places };
    },
    fill(answer) {
      isLost = answer !== null;
      refresh();
    },
    refresh,
    settle() {
      if (voice?.isUndecided() !== true) return true;
      say(t('voice.undecided'));
      voice.focus();
      return false;
    },
    wipe: () => voice?.wipe(),
  };
}
