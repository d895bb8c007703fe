import type { OpenedContent } from '../../crypto/private.js';
import { coverOf } from '../casework/parts.js';
import { textsOf } from '../casework/passages.js';
import type { OpenedForHandler } from './case-opening.js';
import { endsAll } from './case-walk.js';
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

/** Cases between two looks at what is found so far. */
const LOOK_EVERY = 200;

/** All that somebody wrote in an entry, and the names of its files. */
function wordsOf(content: OpenedContent): string[] {
  const words = textsOf(content).map(({ text }) => text);
  if (content.kind === 'hold') words.push(content.reference, content.decidedBy);
  if (content.kind === 'removal_proposal') {
    words.push(content.decidedBy, content.reference, content.archive);
  }
  if (content.kind === 'removal') words.push(content.received);
  if (content.kind === 'identity_request') words.push(content.reason);
  if (content.kind === 'identity_disclosure') words.push(content.to, content.what);
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
  /** Gathers the cases that are as they are kept, and answers how many could not be read. */
  async function refresh(
    index: SearchIndex,
    present: Set<string>,
    onRead: () => void,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let failed = 0;
    for await (const { case: facts, newest, overview } of everyListing(cases.listings, signal)) {
      const version = JSON.stringify([newest, overview.box]);
      if (index.get(facts.id)?.version !== version) {
        signal?.throwIfAborted();
        // what is read of it now may be restricted or erased since
        index.delete(facts.id);
        try {
          const opened = await cases.open(facts.id);
          await cases.keep(opened);
          index.set(facts.id, { version, text: textOf(opened) });
        } catch (error) {
          // removed meanwhile, or shown broken: one such case must not end the search of the others
          if (endsAll(error)) throw error;
          failed += 1;
        }
      }
      present.add(facts.id);
      onRead();
    }
    for (const id of index.keys()) if (!present.has(id)) index.delete(id);
    return failed;
  }

  /** Of a case that was not compared with the list no places are told: they may be restricted since. */
  function find(index: SearchIndex, words: string[], present: ReadonlySet<string>): SearchHit[] {
    const hits: SearchHit[] = [];
    for (const [id, { text }] of index) {
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
      const onRead = (): void => {
        onProgress(present.size, present.size % LOOK_EVERY === 0 ? look() : null);
      };
      const failed = await refresh(index, present, onRead, signal);
      return { hits: look(), failed };
    },
  };
}
