import { ERROR_TEXTS } from '../error-text.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { part, show } from './dom.js';
import { textOr } from './texts.js';

/** Words of the reporters' pages that would be wrong at the desk, and the desk's own. */
const REWORDED: Readonly<Record<string, string>> = {
  'error.already_sent': 'desk.error.outdated',
  'error.case_not_found': 'desk.error.case_not_found',
  'error.conflict': 'desk.error.conflict',
  'error.directory': 'desk.error.directory',
  'error.case_facts': 'desk.error.tampered',
  'error.directory_expired': 'desk.error.directory_expired',
  'error.directory_older': 'desk.error.directory',
  'error.directory_stale': 'desk.error.directory_stale',
  'error.draft_gone': 'desk.error.outdated',
  'error.file_altered': 'desk.error.file_altered',
  'error.left_out': 'desk.error.left_out',
  'error.missing': 'desk.error.missing',
  'error.nobody_left': 'desk.error.nobody_left',
  'error.outdated': 'desk.error.outdated',
  'error.refused': 'desk.error.refused',
  'error.tampered': 'desk.error.tampered',
};

/** Codes that no page for reporters can meet. */
const OF_THE_DESK: Readonly<Record<string, string>> = {
  figures_changed: 'desk.error.outdated',
  overview_missing: 'desk.error.refused',
  wrong_audit_head: 'desk.error.refused',
  wrong_statistics: 'desk.error.refused',
};

/** The same code from a server that refuses what it is sent, and in what it hands out. */
const WHILE_SENDING: Readonly<Record<string, string>> = {
  'desk.error.directory': 'desk.error.directory_refused',
  'desk.error.tampered': 'desk.error.refused',
  'desk.error.file_altered': 'error.upload_gone',
};

/** Whether somebody was sending something, or reading, when it failed. */
export type During = 'reading' | 'sending';

/** Where the words of a code stand that has none of the desk's own, as `desk.error.<code>`. */
export function sharedKey(code: string, during: During): string | null {
  const shared = ERROR_TEXTS[code] ?? OF_THE_DESK[code];
  if (shared === undefined) return null;
  const key = REWORDED[shared] ?? shared;
  return during === 'sending' ? (WHILE_SENDING[key] ?? key) : key;
}

/**
 * What an error says to the person: what happened, what is safe, what to do next. A code without
 * words gets the unexpected one, and stands in it for whoever helps.
 */
export function failureText(error: unknown, during: During = 'reading'): string {
  const code = codeOf(error);
  return textOr(
    t('desk.error.unexpected', { code }),
    () => t(`desk.error.${code}`),
    () => t(sharedKey(code, during) ?? ''),
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
export function showProblem(region: ParentNode, error: unknown, during: During = 'reading'): void {
  const box = part(region, 'problem');
  const text = error === null ? '' : typeof error === 'string' ? error : failureText(error, during);
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
export async function act(
  region: HTMLElement,
  work: () => Promise<void>,
  during: During = 'reading',
): Promise<boolean> {
  if (running.has(region)) return false;
  running.add(region);
  region.setAttribute('aria-busy', 'true');
  showProblem(region, null);
  try {
    await work();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'cancelled') showProblem(region, error, during);
    report(error);
    return false;
  } finally {
    running.delete(region);
    region.removeAttribute('aria-busy');
  }
}

/** As {@link act}, for what sends something: a refusal is told in other words then. */
export function send(region: HTMLElement, work: () => Promise<void>): Promise<boolean> {
  return act(region, work, 'sending');
}
