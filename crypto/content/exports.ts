import * as v from 'valibot';
import { RecordHash, WorkId } from '../ids.js';
import { moment, needed, text } from './fields.js';

/** What leaves a case as a file: all of it, or a text of the handlers' own for outsiders. */
export const EXPORT_FORMS = ['whole', 'redacted'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

/**
 * That a case is to be taken out as a file (`asked`, where a second person confirms it), was taken
 * out (`made`, said before the file is saved), or will not be (`withdrawn`). The same id again goes on.
 */
export const ExportEntry = v.strictObject({
  kind: v.literal('export'),
  at: moment,
  id: WorkId,
  form: v.picklist(EXPORT_FORMS),
  /** What for. */
  text: needed,
  /** The disclosure by which it goes to somebody outside; null where it stays inside. */
  disclosure: v.nullable(WorkId),
  state: v.picklist(['asked', 'made', 'withdrawn']),
});

/** What a second person says to an export that was asked for, in the form and with the purpose shown. */
export const ExportConfirmedEntry = v.strictObject({
  kind: v.literal('export_confirmed'),
  at: moment,
  /** The record that asks for it: an id alone would say yes to whatever else is asked under it. */
  of: RecordHash,
  answer: v.picklist(['yes', 'no']),
  text,
});

/** What handlers say of exports. */
export const ExportsEntry = v.variant('kind', [ExportEntry, ExportConfirmedEntry]);
