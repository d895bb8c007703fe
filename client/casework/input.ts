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

/** Whether it is an answer that gives less than was asked for and lacks what the law wants with it. */
function lacksReasons(input: CaseworkInput): boolean {
  if (input.kind !== 'request_answered' || input.answer === 'granted') return false;
  const needsReasons = input.answer !== 'nothing_given';
  return !input.toldOfRemedies || (needsReasons && input.text.trim() === '');
}

/**
 * The entry that says it.
 *
 * @param at the moment, as an ISO text.
 * @throws ClientError `refused_without_reasons` where a request about data is answered so without
 * reasons, or without word of the remedies (GDPR article 12(4)), `labels_too_long` where labels do not
 * fit, `malformed` for anything else that no entry can say.
 */
export function caseworkEntry<Input extends CaseworkInput>(
  input: Input,
  at: string,
): Extract<CaseworkEntry, Pick<Input, 'kind'>> {
  if (lacksReasons(input)) throw new ClientError('refused_without_reasons');
  const named = 'id' in input ? { ...input, id: input.id ?? newId(WorkId) } : input;
  const result = v.safeParse(CaseworkEntry, { ...named, at });
  // its kind is the input's
  if (result.success) return result.output as Extract<CaseworkEntry, Pick<Input, 'kind'>>;
  throw new ClientError(input.kind === 'labels' ? 'labels_too_long' : 'malformed');
}
