import * as v from 'valibot';
import { HandlerMessage, ReporterMessage } from './messages.js';
import { Report } from './report.js';

/** What stands in the conversation with the reporter. */
export const DialogueEntry = v.variant('kind', [
  Report,
  ReporterMessage,
  ...HandlerMessage.options,
]);
export type DialogueEntry = v.InferOutput<typeof DialogueEntry>;
