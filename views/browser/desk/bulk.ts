import type { BulkProgress, BulkResult } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { dayText, numberText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, part, showPart, write } from './dom.js';
import { act } from './failures.js';
import { stillWorking } from './idle-lock.js';

type Run<Result> = (
  onProgress: (progress: BulkProgress) => void,
  signal: AbortSignal,
) => Promise<Result>;

/** A button for work on many cases, with true progress and a way to stop it. */
export interface Bulk {
  element: HTMLElement;
  /** Runs as the button does. */
  run: () => Promise<void>;
  /** Says what came of it, in the place below. */
  say: (text: string) => void;
  /** Shows or hides the button. */
  offer: (visible: boolean) => void;
}

/**
 * Makes such a button. What was stopped can be started again: what is done stays done.
 *
 * @param done called with what the work came to; not where it was stopped or failed.
 */
export function bulkElement<Result>(
  label: string,
  run: Run<Result>,
  done: (result: Result, bulk: Bulk) => void,
): Bulk {
  const element = copyTemplate('bulk');
  const bar = part(element, 'progress', HTMLProgressElement);
  write(element, 'start', label);
  bar.setAttribute('aria-label', label);
  let controller: AbortController | null = null;
  const bulk: Bulk = {
    element,
    say: (text) => {
      write(element, 'result', text);
    },
    offer: (visible) => {
      showPart(element, 'start-line', visible);
    },
    run: async () => {
      const mine = new AbortController();
      controller = mine;
      const results: Result[] = [];
      write(element, 'result', '');
      write(element, 'running-text', t('desk.bulk.begins'));
      bar.removeAttribute('value');
      showPart(element, 'start-line', false);
      showPart(element, 'running', true);
      await act(element, async () => {
        const value = await run(({ done: count, of }) => {
          stillWorking();
          bar.value = of === 0 ? 1 : count / of;
          const values = { done: numberText(count), of: numberText(of) };
          write(element, 'running-text', t('desk.bulk.progress', values));
        }, mine.signal);
        results.push(value);
      });
      showPart(element, 'running', false);
      showPart(element, 'start-line', true);
      if (mine.signal.aborted) bulk.say(t('desk.bulk.stopped'));
      else for (const result of results) done(result, bulk);
    },
  };
  onClick(element, 'start', () => bulk.run());
  onClick(element, 'stop', () => {
    controller?.abort();
  });
  return bulk;
}

/**
 * What work on many cases came to, with the cases in which it could not be done.
 *
 * @param done what is said of the others.
 */
export function resultText(desk: Desk, done: string, { failed }: BulkResult): string {
  if (failed.length === 0) return done;
  const names = failed.map(({ id }) => {
    const row = desk.inbox.rows.get(id);
    return row === undefined ? id.slice(0, 8) : `${row.title} (${dayText(row.receivedOn)})`;
  });
  return `${done} ${plural('desk.bulk.failed', failed.length, { names: names.join('; ') })}`.trim();
}
