import * as v from 'valibot';
import { type Day, newId, ReporterSaying, WorkId } from '../../crypto/private.js';
import { ClientError } from '../errors.js';

type Saying = v.InferInput<typeof ReporterSaying>;

type WordOf<Each> = Each extends { id: string }
  ? Omit<Each, 'at' | 'id'> & { id: string | null }
  : Each extends unknown
    ? Omit<Each, 'at'>
    : never;

/**
 * What a reporter says beside messages: about a transcript, or about a meeting. Null in the place of
 * the id asks for a new meeting.
 */
export type ReporterWord = WordOf<Exclude<Saying, { kind: 'message' }>>;

/** The entry that says it. Throws ClientError `malformed` for what no entry can say. */
export function reporterSaying(word: ReporterWord, at: Day): ReporterSaying {
  const named = 'id' in word ? { ...word, id: word.id ?? newId(WorkId) } : word;
  const result = v.safeParse(ReporterSaying, { ...named, at });
  if (result.success) return result.output;
  throw new ClientError('malformed');
}
