import { coverWhileHidden } from '../cover.js';
import { byId, show } from './dom.js';

/** What a page does before it is left for good: stop its worker, forget what it holds. */
export type Forget = () => void;

const LEAVE_PRESSES = 3;
const LEAVE_WITHIN = 1500;

let leaving = false;

/**
 * What every reporter page does for whoever is watched: "Leave this page" by button, link or three
 * times Shift; a cover while the page is hidden; and after a return from the browser's page cache,
 * everything anew. Call it first thing.
 *
 * @param forget called before the page is replaced.
 */
export function guardPage(forget: Forget): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#leave, #leave-done')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      leave(link.href, forget);
    });
  }
  leaveOnShift(forget);
  // said only where it is so
  show('leave-hint');
  coverWhileHidden();
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    document.body.hidden = true;
    location.reload();
  });
}

/** Whether the page is being replaced: nothing must hold it back then. */
export function isLeaving(): boolean {
  return leaving;
}

/** Clears the tab's storage and the page, then replaces it, so that "Back" does not lead here. */
function leave(address: string, forget: Forget): void {
  leaving = true;
  try {
    sessionStorage.clear();
    forget();
    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
      'textarea, input',
    )) {
      field.value = '';
    }
    document.body.replaceChildren();
  } finally {
    location.replace(address);
  }
}

function leaveOnShift(forget: Forget): void {
  let presses: number[] = [];
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Shift') {
      presses = [];
      return;
    }
    if (event.repeat) return;
    const now = performance.now();
    presses = [...presses.filter((time) => now - time < LEAVE_WITHIN), now];
    if (presses.length >= LEAVE_PRESSES) leave(byId('leave', HTMLAnchorElement).href, forget);
  });
}
