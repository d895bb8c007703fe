import type { BulkOrder, BulkOutcome, ChosenResult } from '../../../client/desk/bulk.js';
import type { CaseRow } from '../../../client/models.js';
import { RemoteError } from '../rpc.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { dayText, numberText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, option, part, showPart, write } from './dom.js';
import { act, failureText, showProblem } from './failures.js';
import { stillWorking } from './idle-lock.js';
import { caseTitle } from './inbox-row.js';
import { unfilled } from './ready-texts.js';
import { textOr } from './texts.js';

/** What can be done in several cases at once. */
export type BulkSubject = 'label' | 'assign' | 'close';

const STEPS = ['form', 'confirm', 'running', 'done'] as const;
type Step = (typeof STEPS)[number];

/** Why a case cannot be among those that are closed together, as far as the list tells; null if it can. */
function keptOut(row: CaseRow): string | null {
  if (row.fault !== null) return 'faulty';
  if (row.state === 'closed') return 'already_closed';
  if (row.dataRequest) return 'wrong_ending';
  return row.unread ? 'case_unread' : null;
}

/** How a case is called where several are named. */
function nameOf(row: CaseRow): string {
  return `${caseTitle(row)} (${dayText(row.receivedOn)})`;
}

/** Why it was not done in a case, as a sentence. */
function reasonText(code: string): string {
  const other = failureText(new RemoteError(code), 'sending');
  return textOr(other, () => t(`desk.choose.why.${code}`));
}

/**
 * Asks what is to be done in the cases that are chosen, says in words what will happen, does it with
 * true progress, and names every case in which it was not done.
 *
 * @param done called with what came of it, once something was tried.
 */
export function openBulkDialog(
  desk: Desk,
  view: HTMLElement,
  subject: BulkSubject,
  done: (result: ChosenResult) => void,
): void {
  const chosen = [...desk.inbox.chosen].flatMap((id) => desk.inbox.rows.get(id) ?? []);
  const dialog = copyTemplate('bulk-dialog');
  if (!(dialog instanceof HTMLDialogElement) || chosen.length === 0) return;
  const rows = subject === 'close' ? chosen.filter((row) => keptOut(row) === null) : chosen;
  const out = subject === 'close' ? chosen.filter((row) => keptOut(row) !== null) : [];
  const opener = document.activeElement;
  const form = part(dialog, 'form', HTMLFormElement);
  const text = part(form, 'text', HTMLTextAreaElement);
  const note = part(form, 'note', HTMLTextAreaElement);
  const label = part(form, 'label', HTMLInputElement);
  const reader = part(form, 'reader', HTMLSelectElement);
  let controller: AbortController | null = null;
  let order: BulkOrder | null = null;

  const step = (name: Step): void => {
    for (const each of STEPS) showPart(dialog, each, each === name);
    part(dialog, { form: 'next', confirm: 'do', running: 'stop', done: 'close' }[name]).focus();
  };
  write(dialog, 'title', t(`desk.choose.title.${subject}`));
  write(form, 'lead', plural(`desk.choose.lead.${subject}`, chosen.length));
  for (const each of ['label', 'assign', 'close'] as const) {
    showPart(form, `${each}-fields`, each === subject);
  }
  const known = new Set([
    ...desk.handbook.contents.labels,
    ...[...desk.inbox.rows.values()].flatMap(({ labels }) => labels),
  ]);
  fillList(keepPrivate(part(form, 'known')), [...known].slice(0, 24), (each) => {
    const button = element('button', each, 'quiet small');
    button.type = 'button';
    button.addEventListener('click', () => {
      label.value = each;
      label.focus();
    });
    return button;
  });
  const handlers = new Map(
    desk.directory.channels.flatMap(({ readers }) =>
      readers.filter((each) => each.part === 'handler').map(({ id, name }) => [id, name]),
    ),
  );
  reader.append(...[...handlers].map(([id, name]) => option(id, name)));
  keepPrivate(reader);

  const picked = (name: string): string =>
    form.querySelector<HTMLInputElement>(`[name=${name}]:checked`)?.value ?? '';

  /** What was decided, or the field in which something is missing. */
  const read = (): BulkOrder | [HTMLElement, string] => {
    if (subject === 'label') {
      const name = label.value.trim();
      if (name === '' || name.includes(',')) return [label, t('desk.choose.label_missing')];
      return { do: picked('bulk-how') === 'unlabel' ? 'unlabel' : 'label', label: name };
    }
    if (subject === 'assign') return { do: 'assign', reader: reader.value };
    const words = text.value.trim();
    if (words === '') return [text, t('desk.write.text_missing')];
    const gap = unfilled(desk, words);
    if (gap !== null) return [text, t('desk.write.unfilled', { gap })];
    const outcome = picked('bulk-outcome') === 'duplicate' ? 'duplicate' : 'spam';
    const said = { text: words, note: note.value.trim() };
    return { do: 'close', outcome: outcome satisfies BulkOutcome, ...said };
  };

  const effectText = (decided: BulkOrder): string => {
    switch (decided.do) {
      case 'close': {
        const outcome = t(`outcome.${decided.outcome}`);
        return plural('desk.choose.effect.close', rows.length, { outcome });
      }
      case 'assign': {
        const name = handlers.get(decided.reader) ?? '';
        return plural('desk.choose.effect.assign', rows.length, { name });
      }
      case 'label':
      case 'unlabel':
        return plural(`desk.choose.effect.${decided.do}`, rows.length, { label: decided.label });
    }
  };

  const confirm = (decided: BulkOrder): void => {
    order = decided;
    keepPrivate(write(dialog, 'effect', effectText(decided)));
    showPart(dialog, 'told', decided.do === 'close');
    const said = decided.do === 'close' ? decided : { text: '', note: '' };
    keepPrivate(write(dialog, 'told-text', said.text));
    keepPrivate(write(dialog, 'noted-text', said.note));
    showPart(dialog, 'noted', said.note !== '');
    write(dialog, 'which-title', plural('desk.choose.which', rows.length));
    fillList(keepPrivate(part(dialog, 'which')), rows, (row) => element('li', nameOf(row)));
    showPart(dialog, 'out-field', out.length > 0);
    write(dialog, 'out-title', plural('desk.choose.out', out.length));
    fillList(keepPrivate(part(dialog, 'out')), out, (row) =>
      element('li', `${nameOf(row)}: ${reasonText(keptOut(row) ?? '')}`),
    );
    showPart(dialog, 'do', rows.length > 0);
    write(dialog, 'do', plural(`desk.choose.do.${decided.do}`, rows.length));
    step('confirm');
  };

  const tell = (result: ChosenResult): void => {
    const lines = [plural('desk.choose.changed', result.changed.length)];
    if (result.unchanged.length > 0) {
      lines.push(plural('desk.choose.unchanged', result.unchanged.length));
    }
    if (result.left.length > 0) {
      const why = result.ended === 'cancelled' ? '' : reasonText(result.ended ?? '');
      lines.push(`${plural('desk.choose.left', result.left.length)} ${why}`.trim());
    }
    fillList(part(dialog, 'result'), lines, (line) => element('p', line));
    showPart(dialog, 'failed-field', result.failed.length > 0);
    write(dialog, 'failed-title', plural('desk.choose.failed', result.failed.length));
    fillList(keepPrivate(part(dialog, 'failed')), result.failed, ({ id, code }) => {
      const row = desk.inbox.rows.get(id);
      return element('li', `${row === undefined ? '' : nameOf(row)}: ${reasonText(code)}`);
    });
    step('done');
  };

  const run = async (decided: BulkOrder): Promise<void> => {
    const mine = new AbortController();
    controller = mine;
    const bar = part(dialog, 'progress', HTMLProgressElement);
    bar.value = 0;
    step('running');
    const went = await act(part(dialog, 'confirm'), async () => {
      const result = await desk.api.workOnChosen(
        rows.map(({ id }) => id),
        decided,
        ({ done: count, of }) => {
          stillWorking();
          // whoever went to another view did not see what happens
          if (!dialog.isConnected) mine.abort();
          bar.value = of === 0 ? 1 : count / of;
          const values = { done: numberText(count), of: numberText(of) };
          write(dialog, 'running-text', t('desk.bulk.progress', values));
        },
        mine.signal,
      );
      tell(result);
      done(result);
    });
    controller = null;
    if (!went) step('confirm');
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const decided = read();
    const fault = Array.isArray(decided) ? decided : null;
    showProblem(form, fault?.[1] ?? null);
    for (const field of [text, label]) {
      field.setAttribute('aria-invalid', String(field === fault?.[0]));
    }
    if (Array.isArray(decided)) decided[0].focus();
    else confirm(decided);
  });
  onClick(dialog, 'do', () => (order === null ? undefined : run(order)));
  onClick(dialog, 'back', () => {
    step('form');
  });
  onClick(dialog, 'stop', () => {
    controller?.abort();
  });
  for (const name of ['cancel', 'close']) {
    onClick(dialog, name, () => {
      dialog.close();
    });
  }
  dialog.addEventListener('cancel', (event) => {
    // what runs is stopped by its button, not by a key that closes things
    if (controller !== null) event.preventDefault();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener instanceof HTMLElement && opener.isConnected && !opener.hidden) opener.focus();
    else view.querySelector<HTMLElement>('h1')?.focus();
  });
  view.append(dialog);
  dialog.showModal();
  const first = { label, assign: reader, close: text }[subject];
  first.focus();
}
