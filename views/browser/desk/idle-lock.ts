/** Minutes without a key, click or touch until the desk locks. */
export const LOCK_MINUTES = 15;
/** Minutes before that when a warning comes up. */
export const WARN_MINUTES = 2;

const minute = 60_000;
const WORKING = 'casekey:working';

/** Says that something the person started is still under way, so that an upload is not cut off. */
export function stillWorking(): void {
  window.dispatchEvent(new Event(WORKING));
}

/**
 * Watches for idleness. Times are compared, not counted, so that a laptop that slept locks when it
 * wakes.
 *
 * @returns a function that stops watching.
 */
export function watchIdleness(options: {
  warn: (secondsLeft: number) => void;
  unwarn: () => void;
  lock: () => void;
  now?: () => number;
}): () => void {
  const now = options.now ?? Date.now;
  let last = now();
  let warned = false;
  const touch = (): void => {
    // the first key after a sleep comes before the timer notices
    if (now() - last >= LOCK_MINUTES * minute) {
      check();
      return;
    }
    last = now();
    if (warned) options.unwarn();
    warned = false;
  };
  const check = (): void => {
    const idle = now() - last;
    if (idle >= LOCK_MINUTES * minute) {
      stop();
      options.lock();
    } else if (idle >= (LOCK_MINUTES - WARN_MINUTES) * minute) {
      warned = true;
      options.warn(Math.ceil((LOCK_MINUTES * minute - idle) / 1000));
    }
  };
  const events = ['keydown', 'pointerdown', 'input', WORKING] as const;
  for (const name of events) window.addEventListener(name, touch, { capture: true, passive: true });
  const timer = window.setInterval(check, 1000);
  document.addEventListener('visibilitychange', check);
  const stop = (): void => {
    window.clearInterval(timer);
    document.removeEventListener('visibilitychange', check);
    for (const name of events) window.removeEventListener(name, touch, { capture: true });
  };
  return stop;
}
