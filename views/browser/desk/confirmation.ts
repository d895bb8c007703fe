import { onClick, part, showPart } from './dom.js';
import { send } from './failures.js';

/**
 * Wires a button to the box that asks before something is done: the parts `confirm`, `confirm-do`
 * and `confirm-cancel` beside it.
 *
 * @param work what is sent once it is confirmed; a failure stands in the `problem` part.
 */
export function wireConfirmation(item: HTMLElement, name: string, work: () => Promise<void>): void {
  onClick(item, name, () => {
    showPart(item, 'confirm', true);
    part(item, 'confirm-do').focus();
  });
  onClick(item, 'confirm-cancel', () => {
    showPart(item, 'confirm', false);
    part(item, name).focus();
  });
  onClick(item, 'confirm-do', () => send(item, work));
}
