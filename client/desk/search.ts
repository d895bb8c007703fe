import type { OpenedContent } from '../../crypto/private.js';
import { writtenIn } from '../questions/readable.js';
import type { OpenedForHandler } from './case-opening.js';
import { excerptsOf } from './excerpts.js';
import { everyListing, type Listings } from './listings.js';

/** A case whose text holds every word looked for, with the places around them. */
export interface SearchHit {
  id: string;
  excerpts: string[];
}

/** Full-text search over every case this handler can open; nothing of it reaches the server. */
export interface Search {
  search(
    query: string,
    onProgress: (read: number) => void,
    signal?: AbortSignal,
  ): Promise<SearchHit[]>;
}

/** The decrypted text of cases by id, each with what the list said when it was read. */
export type SearchIndex = Map<string, { version: string; text: string }>;

function wordsOf(content: OpenedContent): string[] {
  const words = 'text' in content ? [content.text] : [];
  if ('name' in content) words.push(content.name);
  if ('recipient' in content) words.push(content.recipient, content.scope);
  if ('files' in content) words.push(...content.files.map(({ name }) => name));
  if (content.kind === 'report') {
    for (const answer of Object.values(content.answers)) if (answer.known) words.push(answer.text);
    if (content.form !== undefined) words.push(...writtenIn(content.form));
  }
  return words;
}

function textOf({ file, overview }: OpenedForHandler): string {
  const entries = [...file.dialogue.entries, ...(file.internal?.entries ?? [])];
  return [overview.title, ...entries.flatMap(({ content }) => wordsOf(content))]
    .join('\n')
    .normalize('NFC');
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
  async function refresh(
    index: SearchIndex,
    onProgress: (read: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const present = new Set<string>();
    for await (const { case: facts, newest, overview } of everyListing(cases.listings, signal)) {
      present.add(facts.id);
      const version = JSON.stringify([newest, overview.box]);
      if (index.get(facts.id)?.version !== version) {
        signal?.throwIfAborted();
        const opened = await cases.open(facts.id);
        await cases.keep(opened);
        index.set(facts.id, { version, text: textOf(opened) });
      }
      onProgress(present.size);
    }
    for (const id of index.keys()) if (!present.has(id)) index.delete(id);
  }

  return {
    async search(query, onProgress, signal) {
      const words = query.normalize('NFC').toLocaleLowerCase().split(/\s+/u).filter(Boolean);
      if (words.length === 0) return [];
      const index = cases.texts();
      await refresh(index, onProgress, signal);
      return [...index].flatMap(([id, { text }]) => {
        const excerpts = excerptsOf(text, words);
        return excerpts === null ? [] : [{ id, excerpts }];
      });
    },
  };
}
