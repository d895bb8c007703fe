import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../../client/api.js';
import { hashesOf, loadDirectory } from '../../../client/directory.js';
import { openDraft, sealDraft } from '../../../client/draft.js';
import {
  createSearch,
  EXCERPTS_OF,
  type SearchHit,
  type SearchIndex,
} from '../../../client/desk/search.js';
import { ClientError } from '../../../client/errors.js';
import {
  addDays,
  directoryHash,
  fromBase64,
  ProtocolError,
  randomBytes,
  ready,
  toBase64,
  type Day,
  type Stamp,
} from '../../../crypto/private.js';
import { makeOrganisation, type TestOrganisation } from '../../support/organisation.js';

beforeAll(ready);

describe('how fresh a directory is', () => {
  let organisation: TestOrganisation;
  const signedOn = '2026-03-02' as Day;
  const load = (today: Day, stamps: readonly Stamp[] = []) => {
    const answer = { directory: organisation.signed, stamps, maxFileBytes: 1 };
    const api = { ask: () => Promise.resolve(answer) } as unknown as Api;
    return loadDirectory(api, today);
  };
  beforeAll(async () => {
    organisation = await makeOrganisation({ day: signedOn });
  });

  it('is counted from its date or the newest stamp that holds', async () => {
    const freshness = async (days: number, stamps: readonly Stamp[] = []): Promise<string> =>
      (await load(addDays(signedOn, days), stamps)).freshness;
    expect(await freshness(0)).toBe('fresh');
    expect(await freshness(30)).toBe('fresh');
    expect(await freshness(31)).toBe('stale');
    expect(await freshness(90)).toBe('stale');
    expect(await freshness(91)).toBe('expired');
    // the document's own stamp is of its own day; one that was altered counts for nothing
    const later = { ...organisation.stamp, day: addDays(signedOn, 80) };
    expect(await freshness(91, [organisation.stamp])).toBe('expired');
    expect(await freshness(91, [later])).toBe('expired');
  });

  it('is not known where everything is still to come', async () => {
    const early = await load(addDays(signedOn, -2));
    expect(early).toMatchObject({ freshness: 'expired', confirmedOn: null });
    // a day ahead may be another time zone
    expect(await load(addDays(signedOn, -1))).toMatchObject({ freshness: 'fresh' });
  });

  it('vouches for its own hash and for the one before', async () => {
    const loaded = await load(signedOn);
    expect([...hashesOf(loaded)]).toEqual([[1, organisation.hash]]);
    const next = organisation.next((directory) => directory);
    const document = fromBase64(next.signed.document);
    const hash = directoryHash(document);
    const second = { directory: next.directory, hash };
    expect([...hashesOf(second)]).toEqual([
      [2, hash],
      [1, organisation.hash],
    ]);
  });
});

describe('drafts', () => {
  it('open under their own key and id only', () => {
    const key = { id: toBase64(randomBytes(24)), key: randomBytes(32) };
    const draft = { text: 'Half a sentence', step: 3 };
    const sealed = sealDraft(key, draft);
    expect(sealed).not.toContain('sentence');
    expect(openDraft(key, sealed)).toEqual(draft);
    expect(() => openDraft({ ...key, key: randomBytes(32) }, sealed)).toThrow();
    expect(() => openDraft({ ...key, id: 'x' }, sealed)).toThrow();
  });
});

describe('search', () => {
  /** Cases by id, with the text of their one entry. */
  const searching = (texts: Record<string, string>, index: SearchIndex = new Map()) => {
    const opened: string[] = [];
    const failures: Record<string, Error> = {};
    const search = createSearch({
      listings: (state) =>
        Promise.resolve({
          listings:
            state === 'closed'
              ? []
              : Object.entries(texts).map(([id, text]) => ({
                  case: { id },
                  newest: { dialogue: text.length },
                  overview: { box: '' },
                })),
          next: null,
        } as never),
      open: (id) => {
        opened.push(id);
        const failure = failures[id];
        if (failure !== undefined) return Promise.reject(failure);
        const entries = [{ content: { kind: 'message', text: texts[id] ?? '', files: [] } }];
        return Promise.resolve({
          overview: { title: '', labels: ['harbour'] },
          file: { dialogue: { entries }, internal: null },
        } as never);
      },
      keep: () => Promise.resolve(),
      texts: () => index,
    });
    const ask = async (query: string): Promise<Record<string, string[]>> => {
      const { hits } = await search.search(query, () => undefined);
      return Object.fromEntries(hits.map(({ id, excerpts }) => [id, excerpts]));
    };
    return { ask, opened, index, failures, search };
  };

  it('finds every word, in any case, and shows where', async () => {
    const { ask } = searching({
      a: 'The invoices were paid twice.',
      b: 'Nothing of the kind.',
      c: `${'x '.repeat(100)}INVOICES${' y'.repeat(100)}`,
    });
    expect(Object.keys(await ask('invoices'))).toEqual(['a', 'c']);
    expect(Object.keys(await ask('Twice  INVOICES'))).toEqual(['a']);
    expect(await ask('')).toEqual({});
    expect(await ask('missing')).toEqual({});
    const [excerpt] = (await ask('invoices'))['c'] ?? [];
    expect(excerpt).toMatch(/^… .*INVOICES.* …$/);
  });

  it('finds all of many cases, and shows where in the first ones', async () => {
    const numbers = Array.from({ length: 2 * EXCERPTS_OF }, (_, index) => index);
    const { ask } = searching(
      Object.fromEntries(numbers.map((each) => [`case ${String(each)}`, `Paid ${String(each)}.`])),
    );
    const found = Object.values(await ask('PAID'));
    expect(found).toHaveLength(numbers.length);
    const shown = found.map((excerpts) => excerpts.length > 0);
    expect(shown).toEqual(numbers.map((each) => each < EXCERPTS_OF));
    expect(Object.keys(await ask('paid 399'))).toEqual(['case 399']);
  });

  it('finds letters that are written in two ways, and such that grow in lower case', async () => {
    const { ask } = searching({
      a: 'Ma\u0308rta in \u0130stanbul, \u0130\u0130\u0130 and then Lund',
    });
    expect(Object.keys(await ask('Märta'))).toEqual(['a']);
    const [excerpt] = (await ask('lund'))['a'] ?? [];
    expect(excerpt?.toLowerCase()).toContain('lund');
  });

  it('opens a case again only where something was added, and forgets those that are gone', async () => {
    const texts: Record<string, string> = { a: 'one', b: 'two' };
    const { ask, opened, index } = searching(texts);
    await ask('one');
    await ask('two');
    expect(opened).toEqual(['a', 'b']);
    texts['a'] = 'one more';
    await ask('more');
    expect(opened).toEqual(['a', 'b', 'a']);
    delete texts['b'];
    await ask('two');
    expect([...index.keys()]).toEqual(['a']);
  });

  it('is not ended by a case that is gone meanwhile or does not open, and says how many were not read', async () => {
    const { search, failures } = searching({ a: 'one', b: 'one', c: 'one' });
    failures['a'] = new ClientError('case_not_found');
    failures['b'] = new ProtocolError('wrong_epoch');
    const found = await search.search('one', () => undefined);
    expect(found).toMatchObject({ hits: [{ id: 'c' }], failed: 2 });
    failures['a'] = new ClientError('sign_in_needed');
    await expect(search.search('one', () => undefined)).rejects.toBe(failures['a']);
  });

  it('tells no place of a case that was not compared, and nothing of one that changed and does not open', async () => {
    const texts: Record<string, string> = { a: 'one of them', b: 'one more' };
    const { search, ask, failures } = searching(texts);
    await ask('one');
    texts['a'] = 'one of them, covered';
    failures['a'] = new ClientError('case_not_found');
    const told: (SearchHit[] | null)[] = [];
    const { hits } = await search.search('one', (_, found) => told.push(found));
    expect(told[0]).toEqual([
      { id: 'a', excerpts: [] },
      { id: 'b', excerpts: [] },
    ]);
    expect(hits).toMatchObject([{ id: 'b', excerpts: [expect.stringContaining('one more')] }]);
  });

  /** A search whose cases open, one by one, when the test says so. */
  const searchingByHand = (ids: readonly string[]) => {
    const opening: { id: string; open: () => void }[] = [];
    const search = createSearch({
      listings: (state) =>
        Promise.resolve({
          listings: (state === 'closed' ? [] : ids).map((id) => ({
            case: { id },
            newest: { dialogue: 1 },
            overview: { box: '' },
          })),
          next: null,
        } as never),
      open: (id) =>
        new Promise((resolve) => {
          const entries = [{ content: { kind: 'message', text: 'paid', files: [] } }];
          const file = { dialogue: { entries }, internal: null };
          const open = (): void => {
            resolve({ overview: { title: id, labels: [] }, file } as never);
          };
          opening.push({ id, open });
        }),
      // a server that keeps nothing makes the next opening slower, and nothing else
      keep: () => Promise.reject(new ClientError('malformed')),
      texts: () => new Map(),
    });
    return { opening, search };
  };

  it('opens three cases at once, and lists them as the list does, whichever was read first', async () => {
    const { opening, search } = searchingByHand(['a', 'b', 'c', 'd']);
    const read: number[] = [];
    const found = search.search('paid', (count) => read.push(count));
    await expect.poll(() => opening.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    opening[2]?.open();
    await expect.poll(() => opening.length).toBe(4);
    for (const { open } of opening.toReversed()) open();
    const { hits, failed } = await found;
    expect(hits.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(failed).toBe(0);
    expect(read).toEqual([0, 1, 2, 3, 4]);
  });

  it('opens nothing more once it is cancelled', async () => {
    const { opening, search } = searchingByHand(['a', 'b', 'c', 'd', 'e']);
    const stop = new AbortController();
    const found = search.search('paid', () => undefined, stop.signal);
    await expect.poll(() => opening.length).toBe(3);
    stop.abort(new ClientError('cancelled'));
    for (const { open } of opening) open();
    await expect(found).rejects.toMatchObject({ code: 'cancelled' });
    expect(opening).toHaveLength(3);
  });

  it('shows what is found while cases are still opened', async () => {
    const texts = Array.from({ length: 120 }, (_, at) => [`case ${String(at)}`, 'paid'] as const);
    const { search } = searching(Object.fromEntries(texts));
    const shown: [number, number][] = [];
    await search.search('paid', (read, soFar) => {
      if (soFar !== null) shown.push([read, soFar.length]);
    });
    // two more cases may have been read by the time of a look
    expect(shown.map(([read]) => read)).toEqual([0, 50, 100]);
    for (const [read, count] of shown) expect(count).toBeGreaterThanOrEqual(read);
  });

  it('answers at once from what was read before, and finds labels', async () => {
    const { search, ask } = searching({ a: 'one' });
    expect(Object.keys(await ask('harbour'))).toEqual(['a']);
    const told: [number, SearchHit[] | null][] = [];
    await search.search('one', (read, found) => {
      told.push([read, found]);
    });
    expect(told).toMatchObject([
      [0, [{ id: 'a' }]],
      [1, null],
    ]);
  });
});
