import { identitiesOf } from './directory.js';
import type { RecordHash } from './ids.js';
import type { Directory, Reader } from './wire/directory.js';
import type { EntryHeader, Erases, Member, Party } from './wire/entry.js';

/** Where the report stands in the dialogue. */
const REPORT_PLACE = 2;

/** The erasure that took an entry or a file away. */
export interface ErasedBy {
  /** Where the erasing entry stands. */
  sequence: number;
  /** How many files went with it. */
  files: number;
  /** Where the entry stands that took the place of what was erased; null for none. */
  remains: number | null;
  /** Whether nobody else proposed it. */
  alone: boolean;
}

/** What was erased in one compartment so far, and what is proposed. */
export interface Erasing {
  /** By sequence of the entry whose body is gone. */
  entries: Map<number, ErasedBy>;
  /** By id of the file. */
  files: Map<string, ErasedBy>;
  /** Entries that were written to take the place of others. */
  remains: Set<number>;
  /**
   * Where something always stands: the report and entries with an effect, or what took their place.
   */
  lasting: Set<number>;
  /**
   * Who proposed what, as long as nobody declined it and the one who did still reads there; see
   * {@link erasesKey}.
   */
  proposals: Map<string, Set<Party>>;
  /** Everybody who was ever a member of an epoch of this compartment. */
  members: Set<Party>;
  /** Those who declared to take no part in the case: they can agree to nothing, nor object. */
  recused: Set<string>;
}

/** A record as erasures look at it. */
export interface ErasableRecord {
  header: EntryHeader;
  hash: RecordHash;
}

/**
 * Why an erasure does not count: it names something that cannot be erased (`wrong`), or that was erased
 * before (`erased`), or nobody else proposed it (`unconfirmed`).
 */
export type ErasingFault = 'wrong' | 'erased' | 'unconfirmed';

/** Nothing erased, nothing proposed. */
export function nothingErased(): Erasing {
  return {
    entries: new Map(),
    files: new Map(),
    remains: new Set(),
    lasting: new Set(),
    proposals: new Map(),
    members: new Set(),
    recused: new Set(),
  };
}

/** What an erasure names, as one string: a proposal and what was made of it have the same. */
export function erasesKey({ entries, files, remains }: Erases): string {
  const place = (each: Erases['entries'][number]): unknown[] => [each.sequence, each.hash];
  return JSON.stringify([entries.map(place), files, remains === null ? null : place(remains)]);
}

/**
 * Whom an epoch names counts among those who could object for ever after. What was proposed by
 * somebody whom it does not name is not proposed any more: who has gone, by a declared conflict or
 * otherwise, agrees to nothing that comes later.
 */
export function noteMembers(
  erasing: Erasing,
  { members }: { readonly members: readonly Pick<Member, 'id'>[] },
): void {
  const now = new Set<Party>(members.map(({ id }) => id));
  for (const id of now) erasing.members.add(id);
  for (const [key, proposers] of erasing.proposals) {
    const left = new Set([...proposers].filter((id) => now.has(id)));
    if (left.size === 0) erasing.proposals.delete(key);
    else erasing.proposals.set(key, left);
  }
}

/** Who is a handler, by the directory. */
export interface Handlers {
  /** Now, or before leaving. */
  ever(id: Party): boolean;
  now(id: Party): boolean;
  /** The first id of whoever came back under new keys, so that nobody is two people. */
  person(id: Party): string;
}

/** The handlers that a directory names. */
export function handlersOf(directory: Directory): Handlers {
  const found = (id: Party): Reader | undefined =>
    directory.readers.find(({ record }) => record.id === id && record.part === 'handler');
  return {
    ever: (id) => found(id) !== undefined,
    now: (id) => found(id)?.state === 'active',
    person: (id) => identitiesOf(directory, id).at(-1) ?? id,
  };
}

/**
 * Checks an entry that is about erasing: what it names must stand in the same compartment, before it,
 * sealed, and not be erased yet. What takes the place of what is erased is the author's own entry just
 * before the proposal, and has no effect: of one that has, the effect stays in its header. An erasure needs the same proposal by another handler,
 * who is not the same person under keys from before; alone acts only who is the one handler that
 * ever could read there. Where all the others left or declared a conflict, that one erases what they
 * proposed before, so that it stood where its readers see it. Taking others off the case first helps
 * nobody.
 *
 * Server and clients follow the same rule.
 *
 * @param recordAt the record at a place of this compartment.
 * @returns null where it holds, or where the entry is about nothing of the kind.
 */
export function faultInErasing(
  erasing: Erasing,
  header: EntryHeader,
  recordAt: (sequence: number) => ErasableRecord | undefined,
  handlers: Handlers,
): ErasingFault | null {
  const { effect, erases, author } = header;
  if (erases === undefined) return null;
  if (!handlers.ever(author)) return 'wrong';
  const proposers = erasing.proposals.get(erasesKey(erases)) ?? new Set<Party>();
  if (effect === 'decline_erasure') return proposers.size === 0 ? 'wrong' : null;
  const fault = faultInNamed(erasing, header, erases, proposers, recordAt);
  if (fault !== null || effect === 'propose_erasure') return fault;
  if (isConfirmed(erasing, header, handlers)) return null;
  const alone = aloneness(erasing, author, handlers);
  return alone === 'always' || (alone === 'left' && proposers.size > 0) ? null : 'unconfirmed';
}

/** Whether somebody else than the author of an erasure proposed the same. */
export function isConfirmed(
  { proposals }: Pick<Erasing, 'proposals'>,
  { author, erases }: Pick<EntryHeader, 'author' | 'erases'>,
  { person }: Pick<Handlers, 'person'>,
): boolean {
  const proposers = erases === undefined ? [] : (proposals.get(erasesKey(erases)) ?? []);
  return [...proposers].some((proposer) => person(proposer) !== person(author));
}

/**
 * How alone a handler is in a place: `always` where no other handler could ever read there; `left`
 * where all the others declared a conflict or left the organisation, and can take no part any more;
 * else `no`. Whoever came back under new keys is nobody else to the keys from before.
 */
export type Aloneness = 'always' | 'left' | 'no';

/** See {@link Aloneness}. */
export function aloneness(
  { members, recused }: Pick<Erasing, 'members' | 'recused'>,
  author: Party,
  handlers: Handlers,
): Aloneness {
  const gone = new Set([...recused].map((id) => handlers.person(id as Party)));
  const own = handlers.person(author);
  // whoever left counts: one administrator takes people out, and must not end four eyes by it
  const others = [...members].filter((id) => handlers.ever(id) && handlers.person(id) !== own);
  if (others.length === 0) return 'always';
  const isGone = (id: Party): boolean => !handlers.now(id) || gone.has(handlers.person(id));
  return others.every(isGone) ? 'left' : 'no';
}

/**
 * Takes a sealed entry that holds into account; most are about nothing of the kind. Every sealed entry
 * of a compartment, in its order: later ones may erase it.
 */
export function noteErasing(
  erasing: Erasing,
  { compartment, effect, erases, author, sequence }: EntryHeader,
): void {
  const isReport = compartment === 'dialogue' && sequence === REPORT_PLACE;
  if (isReport || effect !== null) erasing.lasting.add(sequence);
  if (erases === undefined) return;
  const key = erasesKey(erases);
  if (effect === 'decline_erasure') {
    erasing.proposals.delete(key);
    return;
  }
  if (erases.remains !== null) erasing.remains.add(erases.remains.sequence);
  if (effect === 'propose_erasure') {
    erasing.proposals.set(key, new Set([...(erasing.proposals.get(key) ?? []), author]));
    return;
  }
  const by: ErasedBy = {
    sequence,
    files: erases.files.length,
    remains: erases.remains?.sequence ?? null,
    alone: ![...(erasing.proposals.get(key) ?? [])].some((proposer) => proposer !== author),
  };
  if (by.remains !== null && lastingAmong(erasing, erases) > 0) erasing.lasting.add(by.remains);
  for (const each of erases.entries) erasing.entries.set(each.sequence, by);
  for (const file of erases.files) erasing.files.set(file, by);
  erasing.proposals.delete(key);
}

/** In how many of the places of what goes something always stands. */
function lastingAmong({ lasting }: Erasing, { entries }: Pick<Erases, 'entries'>): number {
  return entries.filter(({ sequence }) => lasting.has(sequence)).length;
}

function faultInNamed(
  erasing: Erasing,
  { author, sequence }: EntryHeader,
  { entries, files, remains }: Erases,
  proposers: ReadonlySet<Party>,
  recordAt: (sequence: number) => ErasableRecord | undefined,
): ErasingFault | null {
  const named = [...entries, ...(remains === null ? [] : [remains])];
  for (const each of named) {
    const record = each.sequence < sequence ? recordAt(each.sequence) : undefined;
    if (record?.hash !== each.hash || record.header.form !== 'sealed') return 'wrong';
  }
  // the report says whom its reporter left out, an effect what was done and why: something always
  // stands in the place of each, and nothing stands for two of them
  const lasting = lastingAmong(erasing, { entries });
  if (lasting > (remains === null ? 0 : 1)) return 'wrong';
  if (remains !== null) {
    const header = recordAt(remains.sequence)?.header;
    if (header?.effect !== null) return 'wrong';
    const fresh = header.author === author && remains.sequence === sequence - 1;
    if (!fresh && proposers.size === 0) return 'wrong';
    if (entries.some((each) => each.sequence === remains.sequence)) return 'wrong';
  }
  const gone =
    named.some((each) => erasing.entries.has(each.sequence)) ||
    files.some((file) => erasing.files.has(file));
  return gone ? 'erased' : null;
}
