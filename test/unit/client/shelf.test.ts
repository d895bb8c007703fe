import { describe, expect, it } from 'vitest';
import { SHELF_BYTES } from '../../../crypto/private.js';
import {
  EMPTY_SHELF,
  filtersFit,
  fitShelf,
  mergeShelves,
  type KeptDraft,
  type SavedFilter,
  type ShelfContents,
} from '../../../client/desk/shelf-contents.js';

const draft = (text: string): KeptDraft => ({
  kind: 'reply',
  text,
  outcome: null,
  files: 0,
  fields: {},
});
const filter: SavedFilter = {
  state: 'open',
  category: null,
  channel: null,
  status: null,
  label: null,
  unread: false,
  mine: false,
  standingIn: false,
  practice: 'all',
  query: '',
};
const at = (day: number): string => `2026-03-${day.toString().padStart(2, '0')}T08:00:00.000Z`;
const shelf = (drafts: ShelfContents['drafts']): ShelfContents => ({ ...EMPTY_SHELF, drafts });
const read = (bytes: Uint8Array): ShelfContents =>
  JSON.parse(new TextDecoder().decode(bytes)) as ShelfContents;

describe('what two desks of one person keep', () => {
  it('is one: of each thing the later word counts, wherever it was said', () => {
    const one = shelf([
      { key: 'a', at: at(1), draft: draft('old') },
      { key: 'b', at: at(4), draft: null },
      { key: 'c', at: at(1), draft: draft('only here') },
    ]);
    const other = shelf([
      { key: 'a', at: at(2), draft: draft('new') },
      { key: 'b', at: at(3), draft: draft('taken off since') },
    ]);
    for (const merged of [mergeShelves(one, other), mergeShelves(other, one)]) {
      expect(new Map(merged.drafts.map((each) => [each.key, each.draft?.text ?? null]))).toEqual(
        new Map([
          ['a', 'new'],
          ['b', null],
          ['c', 'only here'],
        ]),
      );
    }
  });
});

describe('what is kept', () => {
  it('fits its one size, the last changed first, and names what does not', () => {
    const long = 'ö'.repeat(20_000);
    const { bytes, unkept } = fitShelf(
      shelf([
        { key: 'oldest', at: at(1), draft: draft(long) },
        { key: 'newest', at: at(3), draft: draft(long) },
        { key: 'short', at: at(1), draft: draft('short') },
      ]),
      new Date(at(4)),
    );
    expect(bytes.length).toBeLessThanOrEqual(SHELF_BYTES);
    expect(read(bytes).drafts.map(({ key }) => key)).toEqual(['newest', 'short']);
    expect(unkept).toEqual(['oldest']);
  });

  it('holds the longest draft that a form takes in plain letters only if there is room', () => {
    const fits = fitShelf(
      shelf([{ key: 'a', at: at(1), draft: draft('a'.repeat(65_000)) }]),
      new Date(),
    );
    expect(fits.unkept).toEqual([]);
    const not = fitShelf(
      shelf([{ key: 'a', at: at(1), draft: draft('a'.repeat(66_000)) }]),
      new Date(),
    );
    expect(not.unkept).toEqual(['a']);
  });

  it('forgets after a month that something was taken off', () => {
    const contents = shelf([{ key: 'a', at: '2026-01-01T08:00:00.000Z', draft: null }]);
    expect(read(fitShelf(contents, new Date('2026-01-30T08:00:00Z')).bytes).drafts).toHaveLength(1);
    expect(read(fitShelf(contents, new Date('2026-02-01T08:00:00Z')).bytes).drafts).toEqual([]);
  });

  it('keeps room for drafts, whatever filters two desks made', () => {
    const many = Array.from({ length: 90 }, (_, index) => ({
      name: index.toString().padStart(60, 'ö'),
      at: at(1),
      filter: { ...filter, query: 'ö'.repeat(300) },
    }));
    expect(filtersFit({ ...EMPTY_SHELF, filters: many.slice(0, 29) })).toBe(true);
    expect(filtersFit({ ...EMPTY_SHELF, filters: many.slice(0, 31) })).toBe(false);
    const drafts = [{ key: 'a', at: at(1), draft: draft('a'.repeat(30_000)) }];
    const { bytes, unkept } = fitShelf({ ...EMPTY_SHELF, drafts, filters: many }, new Date(at(2)));
    expect(bytes.length).toBeLessThanOrEqual(SHELF_BYTES);
    expect(unkept).toEqual([]);
    expect(read(bytes).drafts).toHaveLength(1);
  });
});
