import type { HandlerCaseView } from '../../../client/models.js';
import { blockedText } from './case-faults.js';
import { onClick, part, show, write } from './dom.js';

/** Marks what is closed for a reason of its own. */
const CLOSED = 'data-closed';

/**
 * Closes a form of a case into which nothing may be written now, with the reason in the form and a
 * way to the notice that says more; opens it again where something may. What was typed stays and can
 * be copied.
 */
export function block(form: HTMLElement, data: HandlerCaseView): void {
  const why = blockedText(data);
  const reason = part(form, 'blocked');
  show(reason, why !== null);
  write(reason, 'blocked-text', why ?? '');
  const controls = form.querySelectorAll<
    HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement
  >('input, select, textarea, button');
  for (const control of controls) {
    // texts of entries are there to be chosen from, never to be changed
    if (reason.contains(control) || control.dataset['part'] === 'words') continue;
    if (control instanceof HTMLTextAreaElement) control.readOnly = why !== null;
    else control.disabled = why !== null || control.hasAttribute(CLOSED);
  }
}

/** Closes a choice that does not fit now, or opens it; {@link block} opens nothing that this closed. */
export function closeChoice(control: HTMLInputElement, isClosed: boolean): void {
  control.toggleAttribute(CLOSED, isClosed);
  control.disabled = isClosed;
}

/** Wires the way from a form that is closed to the notice above the case. */
export function wireBlocked(form: HTMLElement): void {
  onClick(form, 'to-notice', () => {
    const notice = document.querySelector<HTMLElement>('.case-notice.signal h2');
    notice?.focus();
    notice?.scrollIntoView({ block: 'start' });
  });
}
