import * as v from 'valibot';
import { CaseworkEntry, newId, WorkId } from '../../crypto/private.js';
import { ClientError } from '../errors.js';

type InputOf<Entry> = Entry extends { id: string }
  ? Omit<Entry, 'at' | 'id'> & { id: string | null }
  : Omit<Entry, 'at'>;

type EachInput<Entry> = Entry extends unknown ? InputOf<Entry> : never;

/**
 * What a handler says of the work on a case: an entry without its moment. Where the thing that it is
 * about has an id, null makes a new one.
 */
export type CaseworkInput = EachInput<v.InferInput<typeof CaseworkEntry>>;

/**
 * The entry that says it.
 *
 * @param at the moment, as an ISO text.
 * @throws ClientError `labels_too_long` where labels do not fit, `malformed` for anything else that
 * no entry can say.
 */
export function caseworkEntry<Input extends CaseworkInput>(
  input: Input,
  at: string,
): Extract<CaseworkEntry, Pick<Input, 'kind'>> {
  const named = 'id' in input ? { ...input, id: input.id ?? newId(WorkId) } : input;
  const result = v.safeParse(CaseworkEntry, { ...named, at });
  // its kind is the input's
  if (result.success) return result.output as Extract<CaseworkEntry, Pick<Input, 'kind'>>;
  throw new ClientError(input.kind === 'labels' ? 'labels_too_long' : 'malformed');
}
