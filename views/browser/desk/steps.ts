import { part, showPart } from './dom.js';

/**
 * Makes the way through a page whose parts `step-…` are shown one at a time.
 *
 * @returns shows one of them from its top, and hands its heading the focus.
 */
export function stepper<Step extends string>(
  page: HTMLElement,
  steps: readonly Step[],
): (step: Step) => void {
  return (step) => {
    for (const each of steps) showPart(page, `step-${each}`, each === step);
    window.scrollTo(0, 0);
    part(page, `step-${step}`).querySelector('h1')?.focus();
  };
}
