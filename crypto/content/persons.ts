import * as v from 'valibot';
import { Day, WorkId } from '../ids.js';
import { moment, needed, text } from './fields.js';
import { WorkName } from './work.js';

/** What a person in a case is to it. Nobody is more than concerned: see Directive article 22(1). */
export const PERSON_PARTS = ['concerned', 'witness', 'third_party'] as const;
export type PersonPart = (typeof PERSON_PARTS)[number];

/** A person in the case as known from here on; the same id again changes it. */
export const PersonEntry = v.strictObject({
  kind: v.literal('person'),
  at: moment,
  id: WorkId,
  name: WorkName,
  part: v.picklist(PERSON_PARTS),
  text,
  /** `removed`: noted by mistake. */
  state: v.picklist(['present', 'removed']),
});

/**
 * Whether a person was told that data on them are kept (GDPR article 14): on which day; or that it
 * waits until a day of review, or need not be (article 14(5)), and why.
 */
export const PersonInformedEntry = v.pipe(
  v.strictObject({
    kind: v.literal('person_informed'),
    at: moment,
    person: WorkId,
    state: v.picklist(['told', 'deferred', 'not_owed']),
    /** When it was told, is looked at again, or was decided. */
    day: Day,
    text,
  }),
  v.check(({ state, text: reason }) => state === 'told' || reason !== ''),
);

/** What a person said, heard or in writing; the same id again corrects it. */
export const PersonHeardEntry = v.strictObject({
  kind: v.literal('person_heard'),
  at: moment,
  id: WorkId,
  person: WorkId,
  form: v.picklist(['hearing', 'statement']),
  on: Day,
  text,
});

/** What a handler wrote for a person about the case, to be given in place of its texts. */
export const PersonExtractEntry = v.strictObject({
  kind: v.literal('person_extract'),
  at: moment,
  id: WorkId,
  person: WorkId,
  text: needed,
  /** When it was handed over; null for not yet. */
  givenOn: v.nullable(Day),
});

/** When a person was told how the case ended for them. */
export const PersonOutcomeEntry = v.strictObject({
  kind: v.literal('person_outcome'),
  at: moment,
  person: WorkId,
  on: Day,
  text,
});

/** What handlers say of the persons in a case. */
export const PersonsEntry = v.variant('kind', [
  PersonEntry,
  PersonInformedEntry,
  PersonHeardEntry,
  PersonExtractEntry,
  PersonOutcomeEntry,
]);
