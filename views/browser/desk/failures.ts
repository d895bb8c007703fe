import { ERROR_TEXTS } from '../error-text.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { part, show } from './dom.js';
import { textOr } from './texts.js';

/** Words of the reporters' pages that would be wrong at the desk, and the desk's own. */
const REWORDED: Readonly<Record<string, string>> = {
  'error.case_not_found': 'desk.error.case_not_found',
  'error.directory': 'desk.error.directory',
  'error.left_out': 'desk.error.left_out',
  'error.outdated': 'desk.error.outdated',
  'error.refused': 'desk.error.refused',
  'error.tampered': 'desk.error.tampered',
};

/**
 * What an error says to the person: what happened, what is safe, what to do next. The desk's own
 * codes come first, then those that all pages share; anything else is the unexpected one.
 */
export function failureText(error: unknown): string {
  const code = codeOf(error);
  const shared = ERROR_TEXTS[code];
  return textOr(
    t('desk.error.unexpected', { code }),
    () => t(`desk.error.${code}`),
    () => t(REWORDED[shared ?? ''] ?? shared ?? ''),
  );
}

/** Whether the server no longer knows this session. */
export function sessionEnded(error: unknown): boolean {
  return codeOf(error) === 'sign_in_needed';
}

type Listener = () => void;
const listeners = new Set<Listener>();

/** Calls `listener` whenever an action finds that the session has ended. */
export function onSessionEnd(listener: Listener): void {
  listeners.add(listener);
}

/** Tells that an error came up; a session that ended locks the desk. */
export function report(error: unknown): void {
  if (sessionEnded(error)) for (const listener of listeners) listener();
}

/** Writes an error into the `problem` part of a region, or clears it. */
export function showProblem(region: ParentNode, error: unknown): void {
  const box = part(region, 'problem');
  const text = error === null ? '' : typeof error === 'string' ? error : failureText(error);
  box.textContent = text;
  show(box, text !== '');
}

const running = new WeakSet<HTMLElement>();

/**
 * Runs what a button or form starts: once at a time, with the region marked busy, and with whatever
 * went wrong written into the region's `problem` part.
 *
 * @returns whether it went well.
 */
export async function act(region: HTMLElement, work: () => Promise<void>): Promise<boolean> {
  if (running.has(region)) return false;
  running.add(region);
  region.setAttribute('aria-busy', 'true');
  showProblem(region, null);
  try {
    await work();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'cancelled') showProblem(region, error);
    report(error);
    return false;
  } finally {
    running.delete(region);
    region.removeAttribute('aria-busy');
  }
}
