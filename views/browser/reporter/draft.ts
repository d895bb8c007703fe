import { isPassing } from '../error-text.js';
import { codeOf, type Remote } from '../rpc.js';
import type { ReporterApi, SealedDraft } from './api.js';

/** How long a pause in typing is before what was typed is sealed. */
const PAUSE = 400;

/** What became of an earlier draft: there was none; here it is; its time is over; not to be had now. */
export type Restored<Draft> =
  | { state: 'none' }
  | { state: 'found'; draft: Draft }
  | { state: 'gone' }
  | { state: 'failed'; code: string };

/**
 * Keeps what is being written in the tab, sealed under a short-lived key that only the server holds:
 * it survives a reload, a change of language and a tab that the system threw away, and is of no use
 * to whoever looks into the browser's files.
 */
export interface DraftStore<Draft> {
  restore(): Promise<Restored<Draft>>;
  /** Seals the current draft soon; `onState` hears whether that worked. */
  touch(): void;
  /** Seals it now. */
  flush(): Promise<void>;
  /** Forgets it, in the tab too. */
  wipe(): void;
}

/** Links that lead to other pages of ours wait until what was typed is sealed. */
export function sealBeforeLinks(store: Pick<DraftStore<unknown>, 'flush'>): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.ways a, .foot a')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      void store.flush().finally(() => {
        location.assign(link.href);
      });
    });
  }
}

/**
 * @param name under which it lies in the tab: one letter, which says nothing.
 * @param current what is to be kept now, null for nothing.
 */
export function createDraftStore<Draft>(
  api: Remote<ReporterApi>,
  name: string,
  current: () => Draft | null,
  onState: (kept: boolean) => void,
): DraftStore<Draft> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wiped = 0;
  let last: Promise<void> = Promise.resolve();

  const seal = async (): Promise<void> => {
    const generation = wiped;
    const draft = current();
    if (draft === null) {
      sessionStorage.removeItem(name);
      return;
    }
    try {
      const sealed = await api.sealDraft(draft);
      if (generation !== wiped) return;
      sessionStorage.setItem(name, JSON.stringify(sealed));
      onState(true);
    } catch {
      if (generation === wiped) onState(false);
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // one after the other, so that an older text never replaces a newer one
    last = last.then(seal);
    return last;
  };

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && timer !== undefined) void flush();
  });

  return {
    async restore() {
      const kept = sessionStorage.getItem(name);
      if (kept === null) return { state: 'none' };
      try {
        const draft = await api.openDraft(JSON.parse(kept) as SealedDraft);
        return { state: 'found', draft: draft as Draft };
      } catch (error) {
        const code = codeOf(error);
        if (isPassing(code)) return { state: 'failed', code };
        sessionStorage.removeItem(name);
        return { state: 'gone' };
      }
    },
    touch() {
      clearTimeout(timer);
      timer = setTimeout(() => void flush(), PAUSE);
    },
    flush,
    wipe() {
      wiped += 1;
      clearTimeout(timer);
      timer = undefined;
      sessionStorage.removeItem(name);
    },
  };
}
