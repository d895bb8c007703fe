import * as v from 'valibot';
import { Day } from '../ids.js';
import { files, moment, needed, text } from './fields.js';

/** How a case can end. */
export const OUTCOMES = [
  'substantiated',
  'partly_substantiated',
  'unsubstantiated',
  'out_of_scope_referred',
  'insufficient_information',
  'withdrawn',
  'duplicate',
  'minor',
  'repetitive',
  'transmitted_to_authority',
  'spam',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A message of the reporter; it carries the day, never a time. */
export const ReporterMessage = v.strictObject({
  kind: v.literal('message'),
  at: Day,
  text,
  files,
});
export type ReporterMessage = v.InferOutput<typeof ReporterMessage>;

const handlerText = <Kind extends 'reply' | 'acknowledgement' | 'feedback' | 'reopening'>(
  kind: Kind,
) => v.strictObject({ kind: v.literal(kind), at: moment, text: needed, files });

/** What a case handler writes to the reporter, and what changes nothing about the case. */
export const PLAIN_MESSAGES = [
  handlerText('reply'),
  handlerText('acknowledgement'),
  handlerText('feedback'),
] as const;

/** What a case handler writes to the reporter. */
export const HandlerMessage = v.variant('kind', [
  ...PLAIN_MESSAGES,
  handlerText('reopening'),
  v.strictObject({
    kind: v.literal('closure'),
    at: moment,
    outcome: v.picklist(OUTCOMES),
    text: needed,
    files,
  }),
]);
export type HandlerMessage = v.InferOutput<typeof HandlerMessage>;
