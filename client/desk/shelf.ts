import * as v from 'valibot';
import {
  fromBase64,
  fromJsonBytes,
  openBox,
  pad,
  sealBox,
  Shelf,
  SHELF_BYTES,
  toBase64,
  unpad,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { DeskSession, SignedInState } from './session.js';
import { DESKS_LIMIT, type OtherDesk } from './other-desks.js';
import type { SavedFilter } from './shelf-contents.js';
import {
  caseOfDraft,
  EMPTY_SHELF,
  filtersFit,
  fitShelf,
  KeptDraft,
  mergeShelves,
  ShelfContents,
} from './shelf-contents.js';

/** A filter with the name that somebody gave it. */
export interface NamedFilter {
  name: string;
  filter: SavedFilter;
}

/**
 * What a desk keeps for one person between sign-ins: drafts, saved filters and the desks of other
 * organisations, sealed in one box of
 * one size under the person's own key. What is put there stays in memory until it is saved.
 */
export interface ShelfDesk {
  /**
   * Fetches it, after signing in. What was put there meanwhile stays.
   *
   * @throws ClientError `shelf_unreadable` where what the server hands out does not open; nothing is
   * saved over it then.
   */
  openShelf(): Promise<{ drafts: string[]; filters: NamedFilter[]; desks: OtherDesk[] }>;
  /**
   * Seals and sends it, whether anything changed or not, so that the server cannot tell. Saves that
   * come while one is on its way become one more.
   *
   * @returns the keys of drafts for which there was no room.
   * @throws ClientError as {@link ShelfDesk.openShelf}.
   */
  saveShelf(): Promise<string[]>;
  keptDraft(key: string): KeptDraft | null;
  /** Null takes it off. Throws ClientError `malformed` for what could not be read again. */
  putDraft(key: string, draft: KeptDraft | null): void;
  /** The cases that drafts are kept of. */
  draftedCases(): string[];
  /** Takes off the drafts of cases that are not among these, but for those changed since `since`. */
  pruneDrafts(cases: readonly string[], since: string): void;
  savedFilters(): NamedFilter[];
  /** Null takes it off. Throws ClientError `too_many_filters`, or `malformed`. */
  putFilter(name: string, filter: SavedFilter | null): void;
  /** By name. */
  otherDesks(): OtherDesk[];
  /** Null takes it off. Throws ClientError `too_many_desks`, or `malformed`. */
  putOtherDesk(address: string, name: string | null): void;
}

interface Here {
  contents: ShelfContents;
  /** Number of what the server has, null until it is known. */
  number: number | null;
  saving: Promise<string[]> | null;
  /** The one that follows the one on its way. */
  next: Promise<string[]> | null;
}

function context(state: SignedInState): string[] {
  return [state.installation, state.account.id];
}

/** See {@link ShelfDesk}. */
export function createShelf(session: DeskSession): ShelfDesk {
  const shelves = new WeakMap<SignedInState, Here>();

  function here(): Here {
    const state = session.signedIn();
    const found = shelves.get(state) ?? {
      contents: EMPTY_SHELF,
      number: null,
      saving: null,
      next: null,
    };
    shelves.set(state, found);
    return found;
  }

  /** Takes in what the server has. */
  async function fetchInto(shelf: Here, state: SignedInState): Promise<void> {
    const { credential, keys } = state;
    const answer = await session.api.ask(Shelf, {
      method: 'GET',
      path: '/api/desk/account/shelf',
      credential,
    });
    if (answer.box !== null) {
      try {
        const opened = openBox(keys.own, 'shelf', context(state), fromBase64(answer.box));
        shelf.contents = mergeShelves(fromJsonBytes(ShelfContents, unpad(opened)), shelf.contents);
      } catch {
        throw new ClientError('shelf_unreadable');
      }
    }
    shelf.number = answer.number;
  }

  async function send(shelf: Here, state: SignedInState): Promise<string[]> {
    for (let tries = 1; ; tries += 1) {
      if (shelf.number === null) await fetchInto(shelf, state);
      // whoever signed out meanwhile left keys of zeros behind, which anybody opens
      if (session.signedIn() !== state) throw new ClientError('sign_in_needed');
      const number = (shelf.number ?? 0) + 1;
      const { bytes, unkept } = fitShelf(shelf.contents, session.now());
      const box = sealBox(state.keys.own, 'shelf', context(state), pad(bytes, SHELF_BYTES));
      try {
        await session.api.tell({
          method: 'PUT',
          path: '/api/desk/account/shelf',
          credential: state.credential,
          json: { number, box: toBase64(box) },
        });
        shelf.number = number;
        return unkept;
      } catch (error) {
        // another desk of this person, or an answer that was lost: what is there is asked for again
        shelf.number = null;
        if (!(error instanceof ClientError) || error.code !== 'conflict' || tries >= 5) throw error;
      }
    }
  }

  /** Puts these in the place of what has their keys and names. */
  function put({ drafts = [], filters = [], desks = [] }: Partial<ShelfContents>): void {
    const shelf = here();
    const keys = new Set(drafts.map(({ key }) => key));
    const names = new Set(filters.map(({ name }) => name));
    const addresses = new Set(desks.map(({ address }) => address));
    shelf.contents = {
      v: 1,
      drafts: [...shelf.contents.drafts.filter(({ key }) => !keys.has(key)), ...drafts],
      filters: [...shelf.contents.filters.filter(({ name }) => !names.has(name)), ...filters],
      desks: [...shelf.contents.desks.filter(({ address }) => !addresses.has(address)), ...desks],
    };
  }

  const named = ({ filters }: ShelfContents): NamedFilter[] =>
    filters
      .flatMap(({ name, filter }) => (filter === null ? [] : { name, filter }))
      .sort((a, b) => a.name.localeCompare(b.name));

  const desksOf = ({ desks }: ShelfContents): OtherDesk[] =>
    desks
      .flatMap(({ address, name }) => (name === null ? [] : { address, name }))
      .sort((a, b) => a.name.localeCompare(b.name));

  return {
    async openShelf() {
      const shelf = here();
      await fetchInto(shelf, session.signedIn());
      const drafts = shelf.contents.drafts.flatMap(({ key, draft }) => (draft ? key : []));
      return { drafts, filters: named(shelf.contents), desks: desksOf(shelf.contents) };
    },

    saveShelf() {
      const shelf = here();
      const state = session.signedIn();
      const begin = (): Promise<string[]> => {
        const mine = send(shelf, state).finally(() => {
          shelf.saving = null;
        });
        shelf.saving = mine;
        return mine;
      };
      if (shelf.saving === null) return begin();
      shelf.next ??= shelf.saving
        .catch(() => undefined)
        .then(() => {
          shelf.next = null;
          return begin();
        });
      return shelf.next;
    },

    keptDraft: (key) => here().contents.drafts.find((each) => each.key === key)?.draft ?? null,

    putDraft(key, draft) {
      if (draft !== null && !v.is(KeptDraft, draft)) throw new ClientError('malformed');
      put({ drafts: [{ key, at: session.now().toISOString(), draft }] });
    },

    draftedCases: () => [
      ...new Set(
        here()
          .contents.drafts.filter(({ draft }) => draft !== null)
          .flatMap(({ key }) => caseOfDraft(key) ?? []),
      ),
    ],

    pruneDrafts(cases, since) {
      const known = new Set(cases);
      const at = session.now().toISOString();
      const gone = here().contents.drafts.filter((item) => {
        const id = caseOfDraft(item.key);
        return item.draft !== null && item.at < since && id !== null && !known.has(id);
      });
      put({ drafts: gone.map(({ key }) => ({ key, at, draft: null })) });
    },

    savedFilters: () => named(here().contents),

    putFilter(name, filter) {
      const item = { name, at: session.now().toISOString(), filter };
      const parsed = v.safeParse(ShelfContents, { ...EMPTY_SHELF, filters: [item] });
      if (!parsed.success) throw new ClientError('malformed');
      const before = here().contents;
      put(parsed.output);
      if (filter === null || filtersFit(here().contents)) return;
      here().contents = before;
      throw new ClientError('too_many_filters');
    },

    otherDesks: () => desksOf(here().contents),

    putOtherDesk(address, name) {
      const item = { address, at: session.now().toISOString(), name };
      const parsed = v.safeParse(ShelfContents, { ...EMPTY_SHELF, desks: [item] });
      if (!parsed.success) throw new ClientError('malformed');
      const others = desksOf(here().contents).filter((each) => each.address !== address);
      if (name !== null && others.length >= DESKS_LIMIT) throw new ClientError('too_many_desks');
      put(parsed.output);
    },
  };
}
