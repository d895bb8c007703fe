import type { CaseworkInput } from '../../../client/casework/input.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { block, wireBlocked } from './blocked.js';
import { linkChoices, progressChoices } from './choices.js';
import { dayText, daysBetween, today } from './days.js';
import { isWhole, type Changed, type Desk } from './desk.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { caseworkWriter, wireCaseworkForm, type MakeInput } from './casework-form.js';
import { moneyForm } from './case-money.js';
import { act, showProblem } from './failures.js';
import { caseTitle, daysLeftText, titleOfOther, urgency } from './inbox-row.js';
import { stagesOf, stageText } from './handbook-words.js';
import { suggest } from './suggestions.js';

type Work = HandlerCaseView['work'];
type Task = Work['tasks'][number];

/** The panel of a case in which handlers keep their work on it. */
export interface WorkPanel {
  readonly panel: HTMLElement;
  /** Shows the work as it stands. What is being typed stays. */
  update(data: HandlerCaseView): void;
}

/** What a list of labels says that was typed with commas between them. */
export function labelsOf(typed: string): string[] {
  const labels = typed.split(',').map((label) => label.trim().replace(/\s+/gu, ' '));
  return [...new Set(labels.filter((label) => label !== ''))];
}

/** See {@link WorkPanel}. */
export function workPanel(desk: Desk, id: string, changed: Changed): WorkPanel {
  const panel = copyTemplate('case-work');
  const progress = part(panel, 'progress', HTMLSelectElement);
  const detail = part(panel, 'detail', HTMLInputElement);
  const labels = part(panel, 'labels', HTMLInputElement);
  const name = part(panel, 'task-name', HTMLInputElement);
  const due = part(panel, 'task-due', HTMLInputElement);
  const reader = part(panel, 'task-reader', HTMLSelectElement);
  const relation = part(panel, 'relation', HTMLSelectElement);
  const other = part(panel, 'other', HTMLSelectElement);
  for (const { value, label } of progressChoices()) progress.append(option(value, label));
  for (const { value, label } of linkChoices()) relation.append(option(value, label));
  let shown: Work | null = null;

  const offerStages = (): void => {
    const stages = stagesOf(desk.handbook.contents, progress.value);
    suggest(panel, 'stages', 'stage', stages, (word) => {
      detail.value = word;
      detail.focus();
    });
  };
  progress.addEventListener('change', offerStages);

  const change = caseworkWriter(desk, id, changed);
  const onSubmit = (form: string, make: MakeInput): void => {
    wireCaseworkForm(part(panel, form, HTMLFormElement), make, change);
  };

  onSubmit('progress-form', () => ({
    kind: 'progress',
    progress: progress.value as Extract<CaseworkInput, { kind: 'progress' }>['progress'],
    detail: detail.value.trim(),
    text: '',
  }));
  onSubmit('labels-form', () => ({ kind: 'labels', labels: labelsOf(labels.value) }));
  onSubmit('responsible-form', () => ({
    kind: 'responsible',
    readers: [...panel.querySelectorAll<HTMLInputElement>('[name="responsible"]:checked')].map(
      ({ value }) => value,
    ),
    text: '',
  }));
  onSubmit('task-form', (form) => {
    const wanted = name.value.trim();
    name.setAttribute('aria-invalid', String(wanted === ''));
    if (wanted === '') {
      showProblem(form, t('desk.work.task_missing'));
      name.focus();
      return null;
    }
    return {
      kind: 'task',
      id: null,
      name: wanted,
      due: due.value === '' ? null : due.value,
      reader: reader.value === '' ? null : reader.value,
      state: 'open',
    };
  });
  onSubmit('link-form', () =>
    other.value === ''
      ? null
      : {
          kind: 'link',
          case: other.value,
          relation: relation.value as Extract<CaseworkInput, { kind: 'link' }>['relation'],
          state: 'linked',
        },
  );
  const money = moneyForm(panel, change);
  wireBlocked(panel);

  const taskItem = (data: HandlerCaseView, task: Task): HTMLElement => {
    const item = copyTemplate('task');
    keepPrivate(write(item, 'name', task.name));
    write(item, 'reader', readerName(data, task.reader));
    const dueLine = part(item, 'due');
    show(dueLine, task.due !== null && task.state === 'open');
    if (task.due !== null) {
      const left = daysBetween(today(), task.due);
      dueLine.textContent = t('desk.work.task_by', {
        day: dayText(task.due),
        left: daysLeftText(left),
      });
      dueLine.classList.add(urgency(left));
    }
    write(item, 'state', task.state === 'open' ? '' : t(`desk.work.task_state.${task.state}`));
    item.classList.toggle('over', task.state !== 'open');
    const turn = (button: string, state: Task['state'], visible: boolean): void => {
      showPart(item, button, visible);
      onClick(item, button, () =>
        act(item, () => change({ kind: 'task', ...taskInput(task), state })),
      );
    };
    turn('done', 'done', task.state === 'open');
    turn('drop', 'dropped', task.state === 'open');
    turn('reopen', 'open', task.state !== 'open');
    return item;
  };

  const linkItem = ({ caseId, relation: how }: Work['links'][number]): HTMLElement => {
    const item = copyTemplate('case-link');
    write(item, 'relation', t(`desk.work.relation.${how}`));
    const title = titleOfOther(desk, caseId);
    const open = part(item, 'open', HTMLButtonElement);
    if (desk.inbox.rows.has(caseId)) {
      keepPrivate(open).textContent = title;
      open.addEventListener('click', () => {
        desk.go({ view: 'case', id: caseId });
      });
    } else {
      // a way to nowhere is no button
      open.replaceWith(element('span', title));
    }
    onClick(item, 'unlink', () =>
      act(item, () => change({ kind: 'link', case: caseId, relation: how, state: 'unlinked' })),
    );
    return item;
  };

  return {
    panel,
    update(data) {
      const { work } = data;
      // nobody from outside the organisation answers for a case
      const readers = data.readers.filter((each) => each.guest === undefined);
      // another's word, or one's own that was saved, takes the place of what stands in a field;
      // what is being typed meanwhile does not go
      if (shown === null || JSON.stringify(shown.labels) !== JSON.stringify(work.labels)) {
        labels.value = work.labels.join(', ');
      }
      if (shown?.progress !== work.progress || shown.detail !== work.detail) {
        progress.value = work.progress ?? 'assessment';
        detail.value = stageText(desk.handbook.contents, work.progress, work.detail);
      }
      offerStages();
      suggest(panel, 'offered-labels', 'labels', desk.handbook.contents.labels, (word) => {
        labels.value = [...new Set([...labelsOf(labels.value), word])].join(', ');
        labels.focus();
      });
      if (shown !== null && shown.tasks.length < work.tasks.length) {
        name.value = '';
        due.value = '';
      }
      fillList(part(panel, 'responsible'), readers, (each) => {
        const line = element('label', '', 'check');
        const box = element('input');
        box.type = 'checkbox';
        box.name = 'responsible';
        box.value = each.id;
        box.checked = work.responsible.some((one) => one === each.id);
        line.append(box, ` ${each.name}`);
        return line;
      });
      reader.replaceChildren(
        option('', t('desk.work.task_nobody')),
        ...readers.map((each) => option(each.id, each.name)),
      );
      const order = { open: 0, done: 1, dropped: 2 };
      const tasks = work.tasks.toSorted(
        (a, b) =>
          order[a.state] - order[b.state] || (a.due ?? '9999').localeCompare(b.due ?? '9999'),
      );
      fillList(part(panel, 'tasks'), tasks, (task) => taskItem(data, task));
      showPart(panel, 'no-tasks', tasks.length === 0);
      fillList(part(panel, 'links'), work.links, linkItem);
      showPart(panel, 'no-links', work.links.length === 0);
      const others = [...desk.inbox.rows.values()].filter((row) => row.id !== id);
      other.replaceChildren(...others.map((row) => option(row.id, caseTitle(row))));
      showPart(panel, 'link-form', others.length > 0);
      showPart(panel, 'partial', !isWhole(desk.inbox));
      money.update(data);
      shown = work;
      block(panel, data);
    },
  };
}

function taskInput({ id, name, due, reader }: Task): {
  id: string;
  name: string;
  due: string | null;
  reader: string | null;
} {
  return { id, name, due, reader };
}

/** Who somebody is whom an entry names by id; who left is still named. */
export function readerName(data: HandlerCaseView, id: string | null): string {
  if (id === null) return '';
  const known = [...data.readers, ...data.access.flatMap(({ readers }) => readers)];
  return known.find((each) => each.id === id)?.name ?? t('desk.work.somebody');
}
