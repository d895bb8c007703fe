import type { DisclosureEntry, EntryContent, ExportForm } from '../../crypto/private.js';
import type { EntryView } from '../models.js';
import { keepingOf } from './keeping.js';
import type { Said } from './said.js';

/** To whom outside something goes or is to go, for what, and on what that rests. */
export type Outside = Pick<DisclosureEntry, 'recipient' | 'ground' | 'scope' | 'identity'>;

/** An export of a case as things stand now. */
export interface CaseExport {
  id: string;
  /** Hash of the record that says it as it is now; whoever confirms names it. */
  record: string;
  form: ExportForm;
  /** What for. */
  text: string;
  /** Id of the disclosure by which it goes outside; null where it stays inside. */
  disclosure: string | null;
  /** What that disclosure says, or is to say; null where it stays inside. */
  outside: Outside | null;
  /** The text for outsiders that was asked for, with the ids of its files; null where none was. */
  copy: { text: string; files: readonly string[] } | null;
  /** Whether something was restricted, corrected or erased since that text was asked for. */
  changed: boolean;
  state: 'asked' | 'made' | 'withdrawn';
  by: { id: string; name: string };
  /** When it was asked for or made, whichever is newer. */
  at: string;
  /** What a second person said last of it as it is now; null as long as nobody did. */
  second: {
    by: { id: string; name: string };
    answer: 'yes' | 'no';
    text: string;
    at: string;
    /** What the reporter had said last as that person was shown it; null where nobody knows. */
    known: string | null;
    /** Whether that person's reading of the case ended since, be it that they read it again. */
    ended: boolean;
  } | null;
}

/** An entry as far as exports are told by it. */
export type ExportSource = Pick<
  EntryView,
  'compartment' | 'sequence' | 'author' | 'hash' | 'content'
>;

/** What the signed chains of a case, and the directory, tell of its exports, which no entry says. */
export interface ExportChains {
  /**
   * Where the newest record of the conversation stands that the author of the note at this place had
   * seen; 0 for none.
   */
  seen(sequence: number): number;
  /** Whether each epoch that came after the note at this place names this reader. */
  staysSince(sequence: number, id: string): boolean;
  /** The first id of whoever came back under new keys, so that nobody is two people. */
  person(id: string): string;
}

/** To whom outside something goes, as an entry says it; null where it says nothing of that. */
export function outsideOf({
  recipient,
  ground,
  scope,
  identity,
}: Partial<Outside>): Outside | null {
  if (recipient === undefined || ground === undefined || scope === undefined) return null;
  return { recipient, ground, scope, ...(identity && { identity }) };
}

type ExportContent = Extract<EntryContent, { kind: 'export' }>;

function copyOf({ copy, attachments }: ExportContent): CaseExport['copy'] {
  return copy === undefined ? null : { text: copy, files: attachments ?? [] };
}

/** What counts of an outside, in one order. */
function termsOf({ outside, disclosure }: Pick<CaseExport, 'outside' | 'disclosure'>): string {
  if (outside === null) return disclosure === null ? 'inside' : 'unknown';
  const { recipient, ground, scope, identity } = outside;
  const basis = Object.entries(identity ?? {}).sort(([a], [b]) => a.localeCompare(b));
  return JSON.stringify([recipient, ground, scope, basis]);
}

type Asked = Pick<CaseExport, 'form' | 'text' | 'disclosure' | 'outside'>;

/** Whether an export is what was asked for: in form, purpose, and to whom it goes on which ground. */
function isAsAsked(asked: Asked, made: Asked): boolean {
  return asked.form === made.form && asked.text === made.text && termsOf(asked) === termsOf(made);
}

/**
 * Whether it says that words of the case are not to go out any more, or not as they stand; by its signed
 * header where its author sealed noise.
 */
function changesWords(content: ExportSource['content']): boolean {
  const { kind } = content;
  if (kind === 'unreadable') {
    return content.effect === 'erase' || content.effect === 'restrict_part';
  }
  return kind === 'part_restriction' || kind === 'correction' || kind === 'erasure';
}

/** Where the newest erasure in the conversation stands; 0 for none. */
function newestErasure(entries: readonly ExportSource[]): number {
  const places = entries.flatMap(({ compartment, sequence, content }) =>
    compartment === 'dialogue' && changesWords(content) ? [sequence] : [],
  );
  return Math.max(0, ...places);
}

/**
 * The exports of a case, the oldest first. Only whoever asked for one goes on with it, only another
 * person's word confirms it, anybody's no keeps it back, and a word counts for the record that it names:
 * whoever changes the form, the purpose, to whom it goes, or the text for outsiders asks anew.
 *
 * What was erased in the conversation, which is another chain than the notes, came after a text was
 * asked for where it is not among what whoever asked had seen, as the ask's signed header says: no
 * clock tells it. A word ends with its author's reading of the case, also where they are given it again.
 *
 * @param entries in the order of each chain, as pages have them.
 */
export function exportsOf(entries: readonly ExportSource[], chains: ExportChains): CaseExport[] {
  const exports = new Map<string, CaseExport>();
  const disclosed = new Map<string, Outside>();
  const erased = newestErasure(entries);
  for (const { compartment, sequence, author, hash: record, content } of entries) {
    if (author.side !== 'reader' || compartment !== 'internal') continue;
    const by = { id: author.id, name: author.name };
    if (changesWords(content)) {
      for (const each of exports.values()) each.changed ||= each.copy !== null;
    }
    if (content.kind === 'disclosure') {
      const outside = outsideOf(content);
      if (content.state === 'made' && outside !== null) disclosed.set(content.id, outside);
      else disclosed.delete(content.id);
    }
    if (content.kind === 'export') {
      const { id, form, text, disclosure, state, at } = content;
      const before = exports.get(id);
      // what was made or dropped stays so, and nobody takes over what another asked for
      if (before !== undefined && (before.state !== 'asked' || before.by.id !== by.id)) continue;
      if (before === undefined && state === 'withdrawn') continue;
      const named = disclosure === null ? null : (disclosed.get(disclosure) ?? null);
      const outside =
        state === 'withdrawn' ? (before?.outside ?? null) : (outsideOf(content) ?? named);
      const copy = state === 'asked' ? copyOf(content) : (before?.copy ?? null);
      const changed =
        state === 'asked'
          ? copy !== null && erased > chains.seen(sequence)
          : (before?.changed ?? false);
      const now = { id, record, form, text, disclosure, outside, copy, changed, state, by, at };
      const holds = before !== undefined && (state === 'withdrawn' || isAsAsked(before, now));
      exports.set(id, { ...now, second: holds && state !== 'asked' ? before.second : null });
    }
    if (content.kind === 'export_confirmed') {
      const asked = [...exports.values()].find((each) => each.record === content.of);
      if (asked?.state !== 'asked') continue;
      const { answer, text, at, known = null } = content;
      // whoever lost the keys with which it was asked can still say that nobody is to wait for it
      const isOwn = chains.person(asked.by.id) === chains.person(by.id);
      if (isOwn && answer === 'yes') continue;
      const ended = !chains.staysSince(sequence, by.id);
      asked.second = { by, answer, text, at, known, ended };
    }
  }
  return [...exports.values()];
}

/**
 * Whether an export waits for a second person, as lists of cases tell it. Who said what is left out:
 * whoever hides it so has a case that says otherwise once it is opened.
 */
export function exportWaits({
  internal,
  internalHashes = [],
}: Pick<Said, 'internal' | 'internalHashes'>): boolean {
  if (keepingOf({ internal }).restriction !== null) return false;
  const asked = new Map<string, string | undefined>();
  const answered = new Set<string | undefined>();
  for (const [index, content] of internal.entries()) {
    if (content.kind === 'export_confirmed') answered.add(content.of);
    if (content.kind !== 'export') continue;
    if (content.state === 'asked') asked.set(content.id, internalHashes[index]);
    else asked.delete(content.id);
  }
  return [...asked.values()].some((record) => !answered.has(record));
}
