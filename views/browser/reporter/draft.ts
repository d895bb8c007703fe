import { codeOf, type Remote } from '../rpc.js';
import { t } from '../strings.js';
import type { ReporterApi, SealedDraft } from './api.js';
import { byId, show, write } from './dom.js';
import { isLeaving } from './guard.js';

/** Milliseconds until what could not be sealed is tried again; each failure doubles them. */
const FIRST_RETRY = 1000;
const LAST_RETRY = 15_000;
/** How long a link waits: a network that is neither dead nor alive must not hold it for ever. */
const PATIENCE = 4000;

/** Codes of a draft that no later try will open. */
const LOST: readonly string[] = ['draft_key_gone', 'does_not_open', 'malformed'];

/** What became of an earlier draft: there was none; here it is; its time is over; not to be had now. */
export type Restored<Draft> =
  { state: 'none' } | { state: 'found'; draft: Draft } | { state: 'gone' } | { state: 'failed' };

/**
 * Keeps what is being written in the tab, sealed under a short-lived key that only the server holds:
 * it survives a reload, a change of language and a tab that the system threw away, and is of no use
 * to whoever looks into the browser's files. Nothing is sealed before {@link DraftStore.restore} has
 * settled what became of an earlier draft, so that an empty page never takes its place.
 */
export interface DraftStore<Draft> {
  restore(): Promise<Restored<Draft>>;
  /** To be called whenever something was typed: seals the current draft, and again until it could. */
  touch(): void;
  /** Seals again what came back from the tab: its key may be near its end. */
  renew(): void;
  /** Seals what is not sealed yet. Resolves to whether all that was typed is. */
  flush(): Promise<boolean>;
  /** Seals no more and leaves in the tab what lies there: the page forgets what it holds. */
  rest(): void;
  /** Forgets it, in the tab too, and begins anew. */
  wipe(): void;
}

/** Whether the tab keeps a report that was begun, here or before. */
export function hasReport(): boolean {
  return sessionStorage.getItem('d') !== null;
}

/**
 * Links that lead to other pages of ours wait until what was typed is sealed. Where it cannot be,
 * the page stays and says so; who chooses the link again goes all the same, if the browser's own
 * question is answered so.
 */
export function sealBeforeLinks(store: Pick<DraftStore<unknown>, 'flush'>): void {
  let isWarned = false;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.ways a, .foot a')) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      void store.flush().then((isSealed) => {
        if (isSealed || isWarned) {
          location.assign(link.href);
          return;
        }
        isWarned = true;
        write('stay-notice', t('draft.stay'));
        byId('stay-notice').focus();
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
): DraftStore<Draft> {
  let isOpen = false;
  let isWanted = false;
  /** Counts what was typed, and how much of it lies sealed in the tab. */
  let typed = 0;
  let safe = 0;
  let running: Promise<void> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_RETRY;
  /** Counts what ended a draft: what was being sealed meanwhile must not come back. */
  let ended = 0;

  const tell = (isKept: boolean): void => {
    const line = byId('draft-state');
    const text = t(isKept ? 'draft.kept' : 'draft.unkept');
    // said once, not with every letter
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle('error', !isKept);
    if (isKept) show('stay-notice', false);
  };

  const seal = async (): Promise<boolean> => {
    const generation = ended;
    const now = typed;
    const draft = current();
    if (draft === null) {
      sessionStorage.removeItem(name);
      byId('draft-state').textContent = '';
      safe = now;
      return true;
    }
    try {
      const sealed = await api.sealDraft(draft);
      if (generation === ended) {
        sessionStorage.setItem(name, JSON.stringify(sealed));
        safe = now;
        tell(true);
      }
      return true;
    } catch {
      if (generation === ended) tell(false);
      return false;
    }
  };

  /** Seals until nothing new was typed meanwhile: one after the other, so that the newest stays. */
  const run = async (): Promise<void> => {
    while (isWanted && isOpen) {
      isWanted = false;
      if (await seal()) {
        wait = FIRST_RETRY;
        continue;
      }
      isWanted = isOpen;
      retry = setTimeout(begin, wait);
      wait = Math.min(wait * 2, LAST_RETRY);
      break;
    }
  };
  const begin = (): void => {
    clearTimeout(retry);
    retry = undefined;
    if (!isWanted || !isOpen || running !== undefined) return;
    running = run().finally(() => {
      running = undefined;
      if (retry === undefined) begin();
    });
  };
  const end = (): void => {
    ended += 1;
    safe = typed;
    isWanted = false;
    clearTimeout(retry);
    retry = undefined;
  };

  window.addEventListener('online', begin);
  // what is typed is sealed within a moment: only what could not be holds the page back
  window.addEventListener('beforeunload', (event) => {
    if (safe < typed && !isLeaving()) event.preventDefault();
  });

  return {
    async restore() {
      const kept = sessionStorage.getItem(name);
      isOpen = kept === null;
      if (kept === null) return { state: 'none' };
      try {
        const draft = (await api.openDraft(readSealed(kept))) as Draft;
        isOpen = true;
        return { state: 'found', draft };
      } catch (error) {
        if (!LOST.includes(codeOf(error))) return { state: 'failed' };
        sessionStorage.removeItem(name);
        isOpen = true;
        return { state: 'gone' };
      }
    },
    touch() {
      if (!isOpen && current() === null) return;
      typed += 1;
      isWanted = true;
      // while the server does not answer, its turn comes again by the clock and not with every letter
      if (isOpen && retry === undefined) begin();
    },
    renew() {
      isWanted = true;
      begin();
    },
    async flush() {
      if (isOpen && safe < typed) begin();
      const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
      await Promise.race([running, patience]);
      return safe === typed;
    },
    rest() {
      end();
      isOpen = false;
    },
    wipe() {
      end();
      isOpen = true;
      sessionStorage.removeItem(name);
      byId('draft-state').textContent = '';
      show('stay-notice', false);
    },
  };
}

function readSealed(kept: string): SealedDraft {
  try {
    return JSON.parse(kept) as SealedDraft;
  } catch {
    // not of our making: nothing of it can be had
    throw Object.assign(new Error('no draft'), { code: 'malformed' });
  }
}
