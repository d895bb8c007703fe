import type { OpenedContent } from '../../crypto/private.js';
import { coverOf } from '../casework/parts.js';
import { textsOf } from '../casework/passages.js';
import { chosenIn } from '../questions/readable.js';
import type { OpenedForHandler } from './case-opening.js';
import { persist } from '../api.js';
import { endsAll, throwIfEnd } from './case-walk.js';
import { excerptsOf, holdsAll } from './excerpts.js';
import { everyListing, type Listings } from './listings.js';

/**
 * A case whose text holds every word looked for, with the places around them; without those where it
 * comes after the first {@link EXCERPTS_OF}, or was read before and not yet compared with the list.
 */
export interface SearchHit {
  id: string;
  excerpts: string[];
}

/** Of how many cases the places are told: more nobody reads, and finding borders of words takes time. */
export const EXCERPTS_OF = 200;

/** What a search found, and how many cases could not be read for it. */
export interface SearchResult {
  hits: SearchHit[];
  failed: number;
}

/**
 * How far a search is: cases of the list that were looked at, and what is found so far where that may
 * have changed, else null.
 */
export type OnSearch = (read: number, found: SearchHit[] | null) => void;

/** Full-text search over every case this handler can open; nothing of it reaches the server. */
export interface Search {
  /** What was read before is searched at once, and told before anything is asked for. */
  search(query: string, onProgress: OnSearch, signal?: AbortSignal): Promise<SearchResult>;
}

/** The decrypted text of cases by id, each with what the list said when it was read. */
export type SearchIndex = Map<string, { version: string; text: string }>;

/** Cases between two looks at what is found so far, and how many of those that had to be opened. */
const LOOK_EVERY = 200;
const LOOK_AFTER_OPENING = 50;

/** Cases opened at once. A server hands four to one person: one is left for what they open meanwhile. */
const AT_ONCE = 3;

/** All that somebody wrote in an entry, or chose in a form, and the names of its files. */
function wordsOf(content: OpenedContent): string[] {
  const words = textsOf(content).map(({ text }) => text);
  if (content.kind === 'hold') words.push(content.reference, content.decidedBy);
  if (content.kind === 'removal_proposal') {
    words.push(content.decidedBy, content.reference, content.archive);
  }
  if (content.kind === 'removal') words.push(content.received);
  if (content.kind === 'identity_request') words.push(content.reason);
  if (content.kind === 'identity_disclosure') words.push(content.to, content.what);
  if (content.kind === 'report' && content.form !== undefined)
    words.push(...chosenIn(content.form));
  if ('files' in content) words.push(...content.files.map(({ name }) => name));
  return words;
}

/** Without what is restricted: a search must not show it. */
function textOf({ file, overview }: OpenedForHandler): string {
  const entries = [...file.dialogue.entries, ...(file.internal?.entries ?? [])];
  const words = entries.map(coverOf(file)).flatMap(wordsOf);
  return [overview.title, ...overview.labels, ...words].join('\n').normalize('NFC');
}

/**
 * Keeps the decrypted text of cases in memory, each for as long as the list says that nothing was
 * added to it. Every case is asked for whatever the query, so requests tell nothing about it.
 */
export function createSearch(cases: {
  listings: Listings;
  open(id: string): Promise<OpenedForHandler>;
  keep(opened: OpenedForHandler): Promise<void>;
  /** The index of whoever is signed in. */
  texts(): SearchIndex;
}): Search {
  /**
   * Gathers in `present` the cases of the list, whose kept text is then as they are; answers how many
   * could not be read. Several are opened at once; what ends one of them ends all.
   */
  async function refresh(
    index: SearchIndex,
    present: Set<string>,
    onRead: (wasOpened: boolean) => void,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let failed = 0;
    const listed = everyListing(cases.listings, signal);
    const readOneAfterTheOther = async (): Promise<void> => {
      // each takes the next of the same list; whoever throws ends the list for all
      for await (const { case: facts, newest, overview } of listed) {
        if (present.has(facts.id)) continue;
        const version = JSON.stringify([newest, overview.box]);
        const isKept = index.get(facts.id)?.version === version;
        // what is read of it now may be restricted or erased since
        if (!isKept) index.delete(facts.id);
        present.add(facts.id);
        if (!isKept) {
          signal?.throwIfAborted();
          try {
            const opened = await persist(() => cases.open(facts.id), signal);
            // what is kept only makes the next opening quick: a server that refuses it stops nothing
            await cases.keep(opened).catch(throwIfEnd);
            index.set(facts.id, { version, text: textOf(opened) });
          } catch (error) {
            // removed meanwhile, or shown broken: one such case must not end the search of the others
            if (endsAll(error)) throw error;
            failed += 1;
          }
        }
        onRead(!isKept);
      }
    };
    const readers = Array.from({ length: AT_ONCE }, readOneAfterTheOther);
    const ends = await Promise.allSettled(readers);
    const ended = ends.find((end) => end.status === 'rejected');
    if (ended !== undefined) throw ended.reason;
    for (const id of index.keys()) if (!present.has(id)) index.delete(id);
    return failed;
  }

  /**
   * In the order of the list, whichever was read first, then what the list has not told yet. Of a case
   * that was not compared with it no places are told: they may be restricted since.
   */
  function find(index: SearchIndex, words: string[], present: ReadonlySet<string>): SearchHit[] {
    const hits: SearchHit[] = [];
    for (const id of new Set([...present, ...index.keys()])) {
      const text = index.get(id)?.text;
      if (text === undefined) continue;
      if (hits.length >= EXCERPTS_OF || !present.has(id)) {
        if (holdsAll(text, words)) hits.push({ id, excerpts: [] });
        continue;
      }
      const excerpts = excerptsOf(text, words);
      if (excerpts !== null) hits.push({ id, excerpts });
    }
    return hits;
  }

  return {
    async search(query, onProgress, signal) {
      const words = query.normalize('NFC').toLocaleLowerCase().split(/\s+/u).filter(Boolean);
      if (words.length === 0) return { hits: [], failed: 0 };
      const index = cases.texts();
      const present = new Set<string>();
      const look = (): SearchHit[] => find(index, words, present);
      onProgress(0, look());
      let read = 0;
      let opened = 0;
      const onRead = (wasOpened: boolean): void => {
        read += 1;
        if (wasOpened) opened += 1;
        const isTime = read % LOOK_EVERY === 0 || opened >= LOOK_AFTER_OPENING;
        if (isTime) opened = 0;
        onProgress(read, isTime ? look() : null);
      };
      const failed = await refresh(index, present, onRead, signal);
      return { hits: look(), failed };
    },
  };
}
