import { t } from '../strings.js';
import { flushDrafts } from './draft-keeper.js';
import type { Desk } from './desk.js';
import { element } from './dom.js';
import { failureText, report, sessionEnded } from './failures.js';

/** How often what is begun and not sent is kept, whether anything changed or not. */
export const SHELF_PACE = 60_000;

/** Keeps drafts, saved filters and other desks sealed with the server while somebody works. */
export interface ShelfKeeper {
  /** Keeps them now; resolves when that is done or failed. */
  save(): Promise<void>;
  stop(): void;
}

/**
 * Saves at one pace and at each change of view, always and not only where something changed: so the
 * server learns nothing of whether, when and how much somebody writes, nor who serves elsewhere too.
 *
 * @param place says what keeps it from being saved.
 */
export function keepShelf(desk: Desk, place: HTMLElement): ShelfKeeper {
  const tell = (text: string): void => {
    place.replaceChildren(...(text === '' ? [] : [element('p', text, 'notice banner')]));
  };
  const save = async (): Promise<void> => {
    try {
      await flushDrafts();
      const before = new Map(desk.unsent);
      const unkept = await desk.api.saveShelf();
      for (const [key, what] of before) {
        // what changed since is kept next time; files are not kept at all
        if (desk.unsent.get(key) === what && what.files === 0 && !unkept.includes(key)) {
          desk.unsent.delete(key);
        }
      }
      tell(unkept.length === 0 ? '' : t('desk.shelf.too_long'));
    } catch (error) {
      if (!sessionEnded(error)) tell(t('desk.shelf.failed', { why: failureText(error) }));
      report(error);
    }
  };
  const timer = window.setInterval(() => void save(), SHELF_PACE);
  const leave = (): void => void save();
  window.addEventListener('beforeunload', leave);
  window.addEventListener('pagehide', leave);
  return {
    save,
    stop: () => {
      window.clearInterval(timer);
      window.removeEventListener('beforeunload', leave);
      window.removeEventListener('pagehide', leave);
    },
  };
}
