import { t } from '../strings.js';
import { byId, show } from './dom.js';

/** The reporter's way, in its order. The last one has no number: nothing is left to do there. */
export const STEPS = ['write', 'files', 'readers', 'key', 'send', 'done'] as const;
export type Step = (typeof STEPS)[number];

const NUMBERED = STEPS.length - 1;

/**
 * Shows one step of the page and hides the others. The focus goes to its heading, so that a screen
 * reader reads on from there. The address and the history stay as they are: they tell nothing.
 */
export function showStep(step: Step, options: { focus: boolean }): void {
  for (const each of STEPS) show(`step-${each}`, each === step);
  // what stands outside the steps follows suit
  byId('steps').dataset['step'] = step;
  const number = STEPS.indexOf(step) + 1;
  const line = byId('step-of');
  line.textContent = number > NUMBERED ? '' : t('write.step', { number, count: NUMBERED });
  if (!options.focus) return;
  const heading = byId(`step-${step}-title`);
  window.scrollTo({ top: 0 });
  heading.focus({ preventScroll: true });
}

/** The step before or after. */
export function neighbour(step: Step, direction: 'back' | 'next'): Step {
  const index = STEPS.indexOf(step) + (direction === 'next' ? 1 : -1);
  return STEPS[Math.max(0, Math.min(index, STEPS.length - 1))] ?? step;
}
