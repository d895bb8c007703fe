import type * as v from 'valibot';
import {
  isAboutErasing,
  type EntryContent,
  type OpenedCase,
  type OpenedContent,
  type PartRestrictionEntry,
} from '../../crypto/private.js';
import type { EntryView } from '../models.js';
import { textsOf, withoutPassages, withWordsGone } from './passages.js';

/** What handlers said of an entry, or a part of it, that is restricted. */
export type RestrictedPart = v.InferOutput<typeof PartRestrictionEntry>;

/** What is restricted in part, and in force. */
export interface PartsInForce {
  /** In the order in which they were put in force. */
  parts: readonly RestrictedPart[];
  /** Whether something more is, and what was said of it cannot be read. */
  partsUnknown: boolean;
}

/** Stands where a restricted passage is covered. */
export const COVER_MARK = '[■■■]';

/**
 * What is restricted in part, by the entries among handlers. The server goes by the signed headers
 * alone, so the end of the last ends whatever there is, and no other end does that: neither an entry
 * of noise nor a false word in one makes this say otherwise than the clock of removal.
 */
export function partsIn(internal: readonly OpenedContent[]): PartsInForce {
  const parts = new Map<string, RestrictedPart>();
  let partsUnknown = false;
  for (const content of internal) {
    const effect = content.kind === 'unreadable' ? content.effect : null;
    if (content.kind === 'part_restriction') parts.set(content.id, content);
    if (effect === 'restrict_part') partsUnknown = true;
    if (effect === 'unrestrict_part' || (content.kind === 'part_unrestriction' && content.last)) {
      parts.clear();
      partsUnknown = false;
    }
    if (content.kind !== 'part_unrestriction') continue;
    const { id } = content;
    if (!endsLast({ parts: [...parts.values()], partsUnknown }, id)) parts.delete(id);
  }
  return { parts: [...parts.values()], partsUnknown };
}

/** Whether nothing would be restricted in part once this one ended. */
export function endsLast({ parts, partsUnknown }: PartsInForce, id: string): boolean {
  const others = parts.filter((each) => each.id !== id);
  // what cannot be read has no id: with no other there, this ends it
  const ends = partsUnknown ? parts.length === 0 : parts.length > 0;
  return ends && others.length === 0;
}

/** Whether anything is restricted in part. */
export function isPartRestricted({ parts, partsUnknown }: PartsInForce): boolean {
  return parts.length > 0 || partsUnknown;
}

/** Where an entry stands, and what it says now. */
type Coverable = Pick<EntryView, 'compartment' | 'sequence' | 'content'> & {
  readonly erasure: { readonly sequence: number } | null;
};

/** The restrictions in force of an entry. */
export function partsOn(
  { parts }: Pick<PartsInForce, 'parts'>,
  { compartment, sequence }: Pick<Coverable, 'compartment' | 'sequence'>,
): RestrictedPart[] {
  return parts.filter(({ of }) => of.compartment === compartment && of.sequence === sequence);
}

/** Kinds that rest on their words, or say what becomes of others. */
const OPEN_KINDS: readonly EntryContent['kind'][] = [
  'hold',
  'release',
  'restriction',
  'unrestriction',
  'part_restriction',
  'part_unrestriction',
  'removal_proposal',
  'removal_declined',
  'removal',
  'still_needed',
  'export',
  'export_confirmed',
  'identity',
  'identity_opening',
  'identity_request',
  'identity_disclosure',
  'consent',
];

/** Whether an entry can be restricted: it has words or files, and the case's course rests on none. */
export function isRestrictable(content: OpenedContent): content is EntryContent {
  if (content.kind === 'unreadable' || content.kind === 'erased') return false;
  if (OPEN_KINDS.includes(content.kind) || isAboutErasing(content)) return false;
  const files = 'files' in content ? content.files.length : 0;
  return files > 0 || textsOf(content).length > 0;
}

/** The place of the newest erasure of an entry, by which its passages are named. */
export function erasedAfter({ erasure }: Pick<Coverable, 'erasure'>): number | null {
  return erasure?.sequence ?? null;
}

/** Whether passages name stretches of an entry as it is now. */
export function passagesFit(
  entry: Pick<Coverable, 'content' | 'erasure'>,
  { after, passages }: Pick<NonNullable<RestrictedPart['part']>, 'after' | 'passages'>,
): boolean {
  const texts = textsOf(entry.content);
  return (
    after === erasedAfter(entry) &&
    passages.every(({ field, to }) =>
      texts.some((each) => each.field === field && to <= each.text.length),
    )
  );
}

/** Whether a restriction covers all of an entry: also where its places are of another text. */
export function coversWhole(entry: Coverable, { part }: RestrictedPart): boolean {
  return part === null || !passagesFit(entry, part);
}

/**
 * What an entry says without what is restricted of it, which leaves a mark: the form of every list,
 * search and copy. Whatever cannot be placed covers the entry whole.
 */
export function coveredContent(entry: Coverable, own: readonly RestrictedPart[]): OpenedContent {
  const { content } = entry;
  if (own.length === 0 || !isRestrictable(content)) return content;
  if (own.some((each) => coversWhole(entry, each))) return withWordsGone(content, COVER_MARK);
  const named = own.flatMap(({ part }) => part ?? []);
  const passages = named.flatMap((part) => part.passages);
  const files = named.flatMap((part) => part.files);
  return withoutPassages(content, passages, files, COVER_MARK);
}

/** The words of an entry that are restricted. */
export function restrictedWords({ restricted }: Pick<EntryView, 'restricted'>): string[] {
  if (restricted === undefined) return [];
  const texts = textsOf(restricted.content);
  if (restricted.whole) return texts.map(({ text }) => text);
  return restricted.parts.flatMap(({ part }) =>
    (part?.passages ?? []).map(({ field, from, to }) => {
      const found = texts.find((each) => each.field === field);
      return found?.text.slice(from, to) ?? '';
    }),
  );
}

/**
 * The texts of an entry in which passages are chosen, each as long as it is: what is restricted of them
 * is black.
 */
export function textsToChoose({
  content,
  restricted,
}: Pick<EntryView, 'content' | 'restricted'>): { field: string; text: string }[] {
  const stretches = restricted?.parts.flatMap(({ part }) => part?.passages ?? []) ?? [];
  return textsOf(restricted?.content ?? content).map(({ field, text }) => {
    const own = stretches.filter((each) => each.field === field);
    const black = own.reduce(
      (shown, { from, to }) => shown.slice(0, from) + '■'.repeat(to - from) + shown.slice(to),
      text,
    );
    return { field, text: black };
  });
}

/** Gives what an entry says without what is restricted of it by these. */
export function coverBy(inForce: PartsInForce): (entry: Coverable) => OpenedContent {
  return (entry) => coveredContent(entry, partsOn(inForce, entry));
}

/** What is restricted in part of an opened case. */
export function partsOf({ internal }: Pick<OpenedCase, 'internal'>): PartsInForce {
  return partsIn(internal?.entries.map(({ content }) => content) ?? []);
}

/** The same as {@link coverBy}, by a case's own entries. */
export function coverOf(file: Pick<OpenedCase, 'internal'>): ReturnType<typeof coverBy> {
  return coverBy(partsOf(file));
}

/** Entries as pages show them; those of which something is restricted say what, and what they say. */
export function coveredViews(entries: readonly EntryView[]): EntryView[] {
  const notes = entries.filter(({ compartment }) => compartment === 'internal');
  const inForce = partsIn(notes.map(({ content }) => content));
  return entries.map((entry) => {
    const parts = partsOn(inForce, entry);
    if (parts.length === 0 || !isRestrictable(entry.content)) return entry;
    const content = coveredContent(entry, parts);
    const whole = parts.some((each) => coversWhole(entry, each));
    return { ...entry, content, restricted: { content: entry.content, parts, whole } };
  });
}
