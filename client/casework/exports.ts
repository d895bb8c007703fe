import type { ExportForm } from '../../crypto/private.js';
import type { EntryView } from '../models.js';
import { keepingOf } from './keeping.js';
import type { Said } from './said.js';

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
  } | null;
}

type Entry = Pick<EntryView, 'author' | 'hash' | 'content'>;

/**
 * Whether an export is what was asked for. That it goes outside may be written down only once it is
 * made: what the purpose said of it was confirmed.
 */
export function isAsAsked(
  asked: Pick<CaseExport, 'form' | 'text' | 'disclosure'>,
  { form, text, disclosure }: Pick<CaseExport, 'form' | 'text' | 'disclosure'>,
): boolean {
  const sameDisclosure = asked.disclosure === null || asked.disclosure === disclosure;
  return asked.form === form && asked.text === text && sameDisclosure;
}

/**
 * The exports of a case, the oldest first. Only whoever asked for one goes on with it, only another
 * person's word confirms it, and a word counts for the record that it names: whoever changes the form,
 * the purpose or a disclosure that was named asks anew.
 */
export function exportsOf(entries: readonly Entry[]): CaseExport[] {
  const exports = new Map<string, CaseExport>();
  for (const { author, hash: record, content } of entries) {
    if (author.side !== 'reader') continue;
    const by = { id: author.id, name: author.name };
    if (content.kind === 'export') {
      const { id, form, text, disclosure, state, at } = content;
      const before = exports.get(id);
      // what was made or dropped stays so, and nobody takes over what another asked for
      if (before !== undefined && (before.state !== 'asked' || before.by.id !== by.id)) continue;
      if (before === undefined && state === 'withdrawn') continue;
      const same = before !== undefined && isAsAsked(before, { form, text, disclosure });
      const second = same && state !== 'asked' ? before.second : null;
      exports.set(id, { id, record, form, text, disclosure, state, by, at, second });
    }
    if (content.kind === 'export_confirmed') {
      const asked = [...exports.values()].find((each) => each.record === content.of);
      if (asked?.state !== 'asked' || asked.by.id === by.id) continue;
      const { answer, text, at } = content;
      asked.second = { by, answer, text, at };
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
