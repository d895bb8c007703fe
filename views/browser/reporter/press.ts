/**
 * A press takes two events, down and up, and both must meet the same thing for a click to come of
 * it. What closes on the first and lets the page move up would take the button from under the
 * pointer. So it keeps its room until the press is over.
 */
let isPressed = false;
let isWatched = false;
let waiting: (() => void)[] = [];

function end(): void {
  isPressed = false;
  const actions = waiting;
  waiting = [];
  for (const action of actions) action();
}

/** Begins to watch the page's presses; once is enough, more does no harm. */
export function watchPresses(): void {
  if (isWatched) return;
  isWatched = true;
  const begin = (): void => {
    isPressed = true;
  };
  // the click comes right after the button went up
  const endSoon = (): void => {
    setTimeout(end);
  };
  document.addEventListener('mousedown', begin, true);
  document.addEventListener('mouseup', endSoon, true);
  document.addEventListener('dragend', endSoon, true);
  document.addEventListener('keydown', end, true);
  window.addEventListener('blur', end);
}

/** Does what moves the page: at once, or when the press that is under way is over. */
export function afterPress(action: () => void): void {
  if (isPressed) waiting.push(action);
  else action();
}
