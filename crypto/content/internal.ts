import * as v from 'valibot';
import { DateEntry } from './dates.js';
import { DisclosuresEntry } from './disclosures.js';
import { FiguresEntry } from './figures.js';
import { ExportsEntry } from './exports.js';
import { Count } from '../wire/entry.js';
import { ErasureEntry } from './erasure.js';
import { files, moment, needed, text } from './fields.js';
import { SecrecyEntry } from './guests.js';
import { IdentityRequestEntry } from './identity.js';
import { MeetingHeld } from './meetings.js';
import { PersonsEntry } from './persons.js';
import { RequestsEntry } from './requests.js';
import { KeepingEntry } from './keeping.js';
import { RemovalsEntry } from './removal.js';
import { WorkEntry } from './work.js';

/** A note, which the reporter never sees. */
export const Note = v.strictObject({ kind: v.literal('note'), at: moment, text: needed, files });

/** A decision that the case file must show. */
export const Decision = v.strictObject({
  kind: v.literal('decision'),
  at: moment,
  decision: v.picklist(['nothing_further']),
  text,
});

/**
 * What handlers say of their work on a case. Each entry says one thing as it is from then on, so the
 * newest about a thing counts.
 */
export const CaseworkEntry = v.variant('kind', [
  ...WorkEntry.options,
  ...KeepingEntry.options,
  ...RemovalsEntry.options,
  ...PersonsEntry.options,
  ...DisclosuresEntry.options,
  ...RequestsEntry.options,
  ...DateEntry.options,
  ...FiguresEntry.options,
  ...ExportsEntry.options,
  MeetingHeld,
]);
export type CaseworkEntry = v.InferOutput<typeof CaseworkEntry>;

/** What stands in the place of an entry among handlers that was erased; see `RemainsEntry`. */
export const NoteRemainsEntry = v.strictObject({
  kind: v.literal('note_remains'),
  at: moment,
  of: Count,
  content: v.variant('kind', [
    Note,
    Decision,
    SecrecyEntry,
    ...KeepingEntry.options,
    ...RemovalsEntry.options,
    ...ErasureEntry.options,
    ...WorkEntry.options,
    ...PersonsEntry.options,
    ...DisclosuresEntry.options,
    ...RequestsEntry.options,
    ...DateEntry.options,
    ...FiguresEntry.options,
    ...ExportsEntry.options,
  ]),
});

/** What handlers write among themselves, and guests with them. */
export const InternalEntry = v.variant('kind', [
  Note,
  Decision,
  IdentityRequestEntry,
  SecrecyEntry,
  ...CaseworkEntry.options,
  NoteRemainsEntry,
]);
export type InternalEntry = v.InferOutput<typeof InternalEntry>;
