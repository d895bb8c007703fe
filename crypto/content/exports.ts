import * as v from 'valibot';
import { AttachmentId, RecordHash, WorkId } from '../ids.js';
import { IdentityBasis } from './disclosures.js';
import { FILES_LIMIT, moment, needed, text } from './fields.js';
import { WorkName } from './work.js';

/** What leaves a case as a file: all of it, or a text of the handlers' own for outsiders. */
export const EXPORT_FORMS = ['whole', 'redacted'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

/**
 * That a case is to be taken out as a file (`asked`, where a second person confirms it), was taken
 * out (`made`, said before the file is saved), or will not be (`withdrawn`). The same id again goes on.
 */
export const ExportEntry = v.pipe(
  v.strictObject({
    kind: v.literal('export'),
    at: moment,
    id: WorkId,
    form: v.picklist(EXPORT_FORMS),
    /** What for. */
    text: needed,
    /** The disclosure by which it goes to somebody outside; null where it stays inside. */
    disclosure: v.nullable(WorkId),
    state: v.picklist(['asked', 'made', 'withdrawn']),
    /** Of one that is asked for: the disclosure as it is to be made; absent where it stays inside. */
    recipient: v.exactOptional(WorkName),
    ground: v.exactOptional(needed),
    scope: v.exactOptional(needed),
    identity: v.exactOptional(IdentityBasis),
    /** Of a redacted one that is asked for: the text as it is to go out, and the files with it. */
    copy: v.exactOptional(needed),
    attachments: v.exactOptional(v.pipe(v.array(AttachmentId), v.maxLength(FILES_LIMIT))),
  }),
  v.check(({ state, recipient, ground, scope, identity, copy, attachments }) => {
    const outside = [recipient, ground, scope].filter((each) => each !== undefined).length;
    const fits = outside === 3 || (outside === 0 && identity === undefined);
    const isWhole = (copy === undefined) === (attachments === undefined);
    return fits && isWhole && (state === 'asked' || (outside === 0 && copy === undefined));
  }),
);

/** What a second person says to an export that was asked for, as the record that they name says it. */
export const ExportConfirmedEntry = v.strictObject({
  kind: v.literal('export_confirmed'),
  at: moment,
  /** The record that asks for it: an id alone would say yes to whatever else is asked under it. */
  of: RecordHash,
  answer: v.picklist(['yes', 'no']),
  text,
  /** What the reporter said last in the conversation as they were shown it: a yes holds until more. */
  known: v.exactOptional(RecordHash),
});

/** What handlers say of exports. */
export const ExportsEntry = v.variant('kind', [ExportEntry, ExportConfirmedEntry]);
