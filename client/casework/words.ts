import * as v from 'valibot';
import {
  HandlerSaying,
  type MeetingCancellation,
  type MeetingProposal,
  newId,
  type Transcript,
  WorkId,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { transcriptsOf } from '../spoken/transcripts.js';
import type { Said } from './said.js';

type WordOf<Each extends { id: string }> = Omit<Each, 'at' | 'id' | 'version'> & {
  id: string | null;
};

/**
 * What a handler says to the reporter beside messages: a transcript to be checked, times for a
 * meeting, or that it is off. Null in the place of the id begins a new one.
 */
export type HandlerWord =
  | WordOf<v.InferInput<typeof Transcript>>
  | WordOf<v.InferInput<typeof MeetingProposal>>
  | WordOf<v.InferInput<typeof MeetingCancellation>>;

/** Which transcript or meeting a word is about, for every try to say it. */
export function idOf({ id }: HandlerWord): string {
  return id ?? newId(WorkId);
}

/**
 * The entry that says it in a case where this was said; a transcript is the next version of its own.
 *
 * @throws ClientError `malformed` for what no entry can say.
 */
export function handlerSaying(
  word: HandlerWord,
  id: string,
  at: string,
  said: Said,
): HandlerSaying {
  const before = transcriptsOf(said).find((transcript) => transcript.id === id);
  const version = (before?.newest.version ?? 0) + 1;
  const more = word.kind === 'transcript' ? { version } : {};
  const result = v.safeParse(HandlerSaying, { ...word, ...more, id, at });
  if (result.success) return result.output;
  throw new ClientError('malformed');
}
