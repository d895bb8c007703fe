import type { CaseRow } from '../../../client/models.js';
import { plural } from '../strings.js';
import type { BulkSubject } from './bulk-dialog.js';
import type { Desk } from './desk.js';
import { onClick, part, showPart, write } from './dom.js';

const BOX = '.row-choose';
const ROW = '.row-open';
const SUBJECTS: readonly BulkSubject[] = ['label', 'assign', 'close'];

/** The cases that somebody chose in the list, to do the same in each of them. */
export interface Choosing {
  /** Fits it to the rows that filters and search leave: nothing that is not listed stays chosen. */
  update(listed: readonly CaseRow[]): void;
}

function boxOf(at: Element): HTMLInputElement | null {
  return at.closest('.row')?.querySelector<HTMLInputElement>(BOX) ?? null;
}

/**
 * Wires the boxes of the list: with the mouse and the space bar one by one, with Shift from the one
 * before to this one, by `x` and Shift with the arrows while a row has the focus.
 *
 * @param open is called for what is to be done in the cases that are chosen.
 */
export function wireChoosing(
  desk: Desk,
  view: HTMLElement,
  open: (subject: BulkSubject) => void,
): Choosing {
  let listed: readonly CaseRow[] = [];
  /** Where a range begins. */
  let anchor: string | null = null;

  const tell = (): void => {
    const { size } = desk.inbox.chosen;
    write(view, 'chosen-count', size === 0 ? '' : plural('desk.choose.count', size));
    write(view, 'choose-all', plural('desk.choose.all', listed.length));
    showPart(view, 'choose-all', size < listed.length);
    const actions = [...SUBJECTS, 'conflict'].map((each) => `bulk-${each}`);
    for (const name of ['choose-none', ...actions]) {
      showPart(view, name, size > 0);
    }
    part(view, 'choosing').classList.toggle('has-chosen', size > 0);
  };

  const set = (box: HTMLInputElement, chosen: boolean): void => {
    box.checked = chosen;
    const id = box.closest<HTMLElement>('[data-case]')?.dataset['case'];
    if (id === undefined) return;
    if (chosen) desk.inbox.chosen.add(id);
    else desk.inbox.chosen.delete(id);
  };

  /** Chooses from the box that was used last up to this one, as that one is. */
  const setRange = (box: HTMLInputElement): void => {
    const boxes = [...view.querySelectorAll<HTMLInputElement>(BOX)];
    const before = boxes.findIndex(
      (each) => each.closest<HTMLElement>('[data-case]')?.dataset['case'] === anchor,
    );
    const at = boxes.indexOf(box);
    const from = before === -1 ? at : before;
    const chosen = before === -1 ? true : (boxes[from]?.checked ?? true);
    for (const each of boxes.slice(Math.min(from, at), Math.max(from, at) + 1)) set(each, chosen);
    tell();
  };

  const anchorAt = (box: HTMLInputElement): void => {
    anchor = box.closest<HTMLElement>('[data-case]')?.dataset['case'] ?? null;
  };

  onClick(view, 'bulk-conflict', () => {
    desk.go({ view: 'conflict', ids: [...desk.inbox.chosen] });
  });

  view.addEventListener('click', (event) => {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || !target.matches(BOX)) return;
    if (event.shiftKey && anchor !== null) setRange(target);
    else set(target, target.checked);
    anchorAt(target);
    tell();
  });

  view.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return;
    const isBox = target.matches(BOX);
    if (!isBox && !target.matches(ROW)) return;
    const box = boxOf(target);
    if (box === null) return;
    if (isBox && key === ' ' && event.shiftKey) {
      event.preventDefault();
      setRange(box);
      anchorAt(box);
    } else if (!isBox && key === 'x') {
      set(box, !box.checked);
      anchorAt(box);
      tell();
    } else {
      const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, J: 1, K: -1 }[key];
      if (step === undefined || (!isBox && !event.shiftKey)) return;
      const all = [...view.querySelectorAll<HTMLElement>(isBox ? BOX : ROW)];
      const next = all[all.indexOf(target) + step];
      const nextBox = next === undefined ? null : boxOf(next);
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.shiftKey) {
        set(box, true);
        if (nextBox !== null) set(nextBox, true);
        tell();
      }
      next?.focus();
    }
  });
  // some browsers press the box when the key goes up again
  view.addEventListener('keyup', (event) => {
    const { target } = event;
    if (!(target instanceof HTMLElement) || !target.matches(BOX)) return;
    if (event.key === ' ' && event.shiftKey) event.preventDefault();
  });

  const setAll = (chosen: boolean): void => {
    desk.inbox.chosen = new Set(chosen ? listed.map(({ id }) => id) : []);
    for (const box of view.querySelectorAll<HTMLInputElement>(BOX)) box.checked = chosen;
    tell();
  };
  onClick(view, 'choose-all', () => {
    setAll(true);
    part(view, 'choose-none').focus();
  });
  onClick(view, 'choose-none', () => {
    setAll(false);
    part(view, 'choose-all').focus();
  });
  for (const subject of SUBJECTS) {
    onClick(view, `bulk-${subject}`, () => {
      open(subject);
    });
  }

  return {
    update(rows) {
      listed = rows;
      const ids = new Set(rows.map(({ id }) => id));
      desk.inbox.chosen = new Set([...desk.inbox.chosen].filter((id) => ids.has(id)));
      showPart(view, 'choosing', rows.length > 0);
      tell();
    },
  };
}
