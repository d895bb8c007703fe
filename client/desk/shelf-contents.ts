import * as v from 'valibot';
import { CaseId, Ending, mapOf, SHELF_BYTES, toJsonBytes } from '../../crypto/private.js';
import { DeskAddress, DeskName } from './other-desks.js';

/** Most filters that somebody keeps, and the longest name of one. */
export const FILTERS_LIMIT = 30;
export const FILTER_NAME_LIMIT = 60;
/** Days for which it is remembered that something was taken off, so that no other desk brings it back. */
const GONE_DAYS = 30;

/** Bytes that other desks take at most: more than all do that there may be at once. */
const DESKS_ROOM = 8000;

const DAY = 86_400_000;
const text = (most: number): v.GenericSchema<string> => v.pipe(v.string(), v.maxLength(most));
const moment = v.pipe(v.string(), v.isoTimestamp());

/** Something begun and not sent, as far as it outlives the page: the words, and how many files were chosen. */
export const KeptDraft = v.strictObject({
  kind: text(30),
  text: text(100_000),
  outcome: v.nullable(Ending),
  files: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** What else the form holds, by the name of the field. */
  fields: mapOf(text(30), text(20_000)),
});
export type KeptDraft = v.InferOutput<typeof KeptDraft>;

/** A filter of the list that somebody named, with the words looked for. */
export const SavedFilter = v.strictObject({
  state: v.picklist(['open', 'closed', 'all']),
  category: v.nullable(text(100)),
  channel: v.nullable(text(100)),
  status: v.nullable(text(100)),
  label: v.nullable(text(100)),
  unread: v.boolean(),
  /** Only those that this person is responsible for; only those of people stood in for. */
  mine: v.boolean(),
  standingIn: v.boolean(),
  practice: v.picklist(['all', 'only', 'without']),
  query: text(300),
});
export type SavedFilter = v.InferOutput<typeof SavedFilter>;

/** What is kept, each thing with the moment of its last change; null: taken off. */
export const ShelfContents = v.strictObject({
  v: v.literal(1),
  drafts: v.array(v.strictObject({ key: text(200), at: moment, draft: v.nullable(KeptDraft) })),
  filters: v.array(
    v.strictObject({
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(FILTER_NAME_LIMIT)),
      at: moment,
      filter: v.nullable(SavedFilter),
    }),
  ),
  /** Desks of other organisations at which this person serves; the name is this person's word. */
  desks: v.array(
    v.strictObject({
      address: DeskAddress,
      at: moment,
      name: v.nullable(DeskName),
    }),
  ),
});
export type ShelfContents = v.InferOutput<typeof ShelfContents>;
type DraftItem = ShelfContents['drafts'][number];
type FilterItem = ShelfContents['filters'][number];
type DeskItem = ShelfContents['desks'][number];

/** What a shelf holds before anything is put there. */
export const EMPTY_SHELF: ShelfContents = { v: 1, drafts: [], filters: [], desks: [] };

function newest<Item extends { at: string }>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  isGone: (item: Item) => boolean,
): Item[] {
  const found = new Map<string, Item>();
  for (const item of items) {
    const before = found.get(nameOf(item));
    // of two words at one moment, both desks must follow the same
    const isLater = before !== undefined && before.at === item.at && isGone(item);
    if (before === undefined || before.at < item.at || isLater) found.set(nameOf(item), item);
  }
  return [...found.values()];
}

/** What two desks of one person kept, as one: of each thing the later word counts. */
export function mergeShelves(one: ShelfContents, other: ShelfContents): ShelfContents {
  return {
    v: 1,
    drafts: newest(
      [...one.drafts, ...other.drafts],
      ({ key }) => key,
      ({ draft }) => draft === null,
    ),
    filters: newest(
      [...one.filters, ...other.filters],
      ({ name }) => name,
      ({ filter }) => filter === null,
    ),
    desks: newest(
      [...one.desks, ...other.desks],
      ({ address }) => address,
      ({ name }) => name === null,
    ),
  };
}

function sizeOf(item: DraftItem | FilterItem | DeskItem): number {
  return toJsonBytes(item).length + 1;
}

/** Those that fit, the last changed first, and those that do not. */
function fitting<Item extends DraftItem | FilterItem | DeskItem>(
  items: readonly Item[],
  room: number,
): { kept: Item[]; size: number; unkept: Item[] } {
  const result: { kept: Item[]; size: number; unkept: Item[] } = { kept: [], size: 0, unkept: [] };
  for (const item of [...items].sort((a, b) => b.at.localeCompare(a.at))) {
    const size = sizeOf(item);
    if (result.size + size > room) result.unkept.push(item);
    else {
      result.kept.push(item);
      result.size += size;
    }
  }
  return result;
}

/**
 * What of it is kept, so that it fits the one size there is: other desks, which are few and short,
 * filters in at most half of the room, then drafts, the last changed first. What was taken off long ago is forgotten.
 *
 * @returns the bytes, and the keys of the drafts that did not fit.
 */
export function fitShelf(
  contents: ShelfContents,
  now: Date,
): { bytes: Uint8Array; unkept: string[] } {
  const since = new Date(now.getTime() - GONE_DAYS * DAY).toISOString();
  const whole = SHELF_BYTES - toJsonBytes(EMPTY_SHELF).length;
  const known = fitting(
    contents.desks.filter(({ name }) => name !== null),
    DESKS_ROOM,
  );
  const gone = fitting(
    contents.desks.filter(({ at, name }) => name === null && at > since),
    DESKS_ROOM - known.size,
  );
  const room = whole - known.size - gone.size;
  const filters = fitting(
    contents.filters.filter(({ at, filter }) => filter !== null || at > since),
    room / 2,
  );
  const drafts = fitting(
    contents.drafts.filter(({ at, draft }) => draft !== null || at > since),
    room - filters.size,
  );
  return {
    bytes: toJsonBytes({
      v: 1,
      drafts: drafts.kept,
      filters: filters.kept,
      desks: [...known.kept, ...gone.kept],
    }),
    unkept: drafts.unkept.flatMap(({ key, draft }) => (draft === null ? [] : key)),
  };
}

/** Whether all filters fit, and there are not more than anybody oversees. */
export function filtersFit({ filters }: ShelfContents): boolean {
  const named = filters.filter(({ filter }) => filter !== null);
  const size = filters.reduce((sum, each) => sum + sizeOf(each), 0);
  return named.length <= FILTERS_LIMIT && size <= (SHELF_BYTES - DESKS_ROOM) / 2 - 100;
}

/** The case that a draft belongs to; null for one that belongs to none. */
export function caseOfDraft(key: string): CaseId | null {
  const id = v.safeParse(CaseId, key.split(' ')[0]);
  return id.success ? id.output : null;
}
