import type { HandbookContents, Progress } from '../../../crypto/private.js';
import { plural, t } from '../strings.js';
import { progressChoices } from './choices.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, option, ownIds, part, showPart, write } from './dom.js';
import { send, showProblem } from './failures.js';
import { readyTextEditor, type ReadyTextEditor } from './handbook-texts.js';

type Stage = HandbookContents['stages'][number];

/** As many as fit: `crypto/handbook-contents.ts` has the limits that count. */
const MOST = { stages: 30, labels: 60, label: 30, texts: 40 };
const PURPOSES = ['acknowledgement', 'question', 'extension', 'feedback', 'refusal'] as const;
const STAGE_LANGUAGES = ['en', 'sv'] as const;

/** Says above every view that the organisation's own words are not used, and why. */
export function tellHandbook(desk: Desk, place: HTMLElement): void {
  const { reason } = desk.handbook;
  if (reason === null) {
    place.replaceChildren();
    return;
  }
  const notice = copyTemplate('handbook-notice');
  write(notice, 'why', t(`desk.handbook.reason.${reason}`));
  place.replaceChildren(notice);
}

/** Where an administrator changes the words that handlers work with. */
export function handbookView(desk: Desk): HTMLElement {
  const view = copyTemplate('handbook');
  const form = part(view, 'form', HTMLFormElement);
  const labels = part(form, 'labels', HTMLTextAreaElement);
  const stages = part(form, 'stages');
  const texts = part(form, 'texts');
  const { contents, number, date } = desk.handbook;
  let editors: ReadyTextEditor[] = [];

  write(
    view,
    'state',
    number === 0 || date === null
      ? t('desk.handbook.none')
      : t('desk.handbook.saved_on', { number, day: dayText(date) }),
  );

  const counted = (): void => {
    showPart(form, 'add-stage', stages.children.length < MOST.stages);
    showPart(form, 'add-text', editors.length < MOST.texts);
  };
  const addStage = (stage: Stage | null): HTMLElement => {
    const item = ownIds(copyTemplate('handbook-stage'));
    const progress = part(item, 'progress', HTMLSelectElement);
    for (const { value, label } of progressChoices()) progress.append(option(value, label));
    progress.value = stage?.progress ?? 'assessment';
    for (const language of STAGE_LANGUAGES) {
      part(item, `name-${language}`, HTMLInputElement).value = stage?.names[language] ?? '';
    }
    onClick(item, 'remove', () => {
      item.remove();
      counted();
      part(form, 'add-stage').focus();
    });
    stages.append(item);
    return item;
  };
  const addText = (editor: ReadyTextEditor): void => {
    editors.push(editor);
    texts.append(editor.element);
    editor.onRemove(() => {
      editors = editors.filter((each) => each !== editor);
      editor.element.remove();
      counted();
      part(form, 'add-text').focus();
    });
  };

  for (const stage of contents.stages) addStage(stage);
  labels.value = contents.labels.join('\n');
  for (const purpose of PURPOSES) {
    const own = contents.texts.find((each) => each.state !== 'added' && each.purpose === purpose);
    addText(readyTextEditor(own ?? null, purpose));
  }
  for (const own of contents.texts) {
    if (own.state === 'added') addText(readyTextEditor(own, own.purpose));
  }
  counted();

  onClick(form, 'add-stage', () => {
    part(addStage(null), 'name-en').focus();
    counted();
  });
  onClick(form, 'add-text', () => {
    const editor = readyTextEditor(
      { state: 'added', purpose: 'question', name: '', texts: {} },
      'question',
    );
    addText(editor);
    editor.open();
    counted();
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    write(form, 'saved', '');
    const wanted = readContents(
      stages,
      labels,
      editors.map((editor) => editor.read()),
    );
    if (typeof wanted === 'string') {
      showProblem(form, wanted);
      return;
    }
    void send(form, async () => {
      desk.handbookChanged(await desk.api.saveHandbook(wanted));
      const again = handbookView(desk);
      view.replaceWith(again);
      write(again, 'saved', t('desk.handbook.saved'));
      desk.say(t('desk.handbook.saved'));
      part(again, 'saved').scrollIntoView({ block: 'center' });
    });
  });
  return view;
}

/** What the form holds, or what is wrong with it. */
function readContents(
  stages: HTMLElement,
  labels: HTMLTextAreaElement,
  texts: readonly ReturnType<ReadyTextEditor['read']>[],
): HandbookContents | string {
  const found: Stage[] = [...stages.children].map((item) => ({
    progress: part(item, 'progress', HTMLSelectElement).value as Progress,
    names: Object.fromEntries(
      STAGE_LANGUAGES.map((language) => [
        language,
        part(item, `name-${language}`, HTMLInputElement).value.trim().replace(/\s+/gu, ' '),
      ]).filter(([, name]) => name !== ''),
    ) as Stage['names'],
  }));
  const offered = labelsIn(labels.value);
  const long = offered.find((label) => label.length > MOST.label);
  if (long !== undefined) return t('desk.handbook.label_long', { label: long });
  // labels stand in a field with commas between them
  if (offered.some((label) => label.includes(','))) return t('desk.handbook.label_comma');
  if (offered.length > MOST.labels) return plural('desk.handbook.labels_many', MOST.labels);
  const problem = texts.find((each) => typeof each === 'string');
  if (typeof problem === 'string') return problem;
  return {
    v: 1,
    stages: found.filter(({ names }) => Object.keys(names).length > 0),
    labels: offered,
    texts: texts.filter((each) => each !== null && typeof each !== 'string'),
  };
}

/** Labels, one on each line. */
export function labelsIn(typed: string): string[] {
  const labels = typed.split('\n').map((label) => label.trim().replace(/\s+/gu, ' '));
  return [...new Set(labels.filter((label) => label !== ''))];
}
