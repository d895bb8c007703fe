import * as v from 'valibot';
import { Day, RecordHash, WorkId } from '../ids.js';
import { moment, text } from './fields.js';
import { WORK_NAME_LIMIT } from './work.js';

/** How people can meet. */
export const MEETING_FORMS = ['in_person', 'phone', 'video'] as const;
export type MeetingForm = (typeof MEETING_FORMS)[number];

/** Most times in one proposal. */
export const MEETING_OPTIONS_LIMIT = 10;

/** The reporter asks for a meeting (Directive (EU) 2019/1937 article 9(2)); `text`: wishes. */
export const MeetingRequest = v.strictObject({
  kind: v.literal('meeting_request'),
  at: Day,
  id: WorkId,
  form: v.picklist(MEETING_FORMS),
  text,
});

/** A time on the clock, hours and minutes. */
const WallTime = v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/));

/** A time and a place, or a way, to meet; `zone` names the time zone whose clock it is. */
export const MeetingOption = v.strictObject({
  form: v.picklist(MEETING_FORMS),
  day: Day,
  time: WallTime,
  zone: v.pipe(v.string(), v.maxLength(WORK_NAME_LIMIT)),
  place: v.pipe(v.string(), v.minLength(1), v.maxLength(WORK_NAME_LIMIT)),
});
export type MeetingOption = v.InferOutput<typeof MeetingOption>;

/** A handler proposes times; the newest proposal about a meeting counts. */
export const MeetingProposal = v.strictObject({
  kind: v.literal('meeting_proposal'),
  at: moment,
  id: WorkId,
  options: v.pipe(v.array(MeetingOption), v.minLength(1), v.maxLength(MEETING_OPTIONS_LIMIT)),
  text,
});

/** What a reporter can say to a proposal. */
export const MEETING_ANSWERS = ['accepted', 'other_times', 'declined'] as const;
export type MeetingAnswerKind = (typeof MEETING_ANSWERS)[number];

/** The reporter answers one proposal, which the record hash of its entry names. */
export const MeetingAnswer = v.strictObject({
  kind: v.literal('meeting_answer'),
  at: Day,
  id: WorkId,
  proposal: RecordHash,
  answer: v.picklist(MEETING_ANSWERS),
  /** Which of its times, from zero; null unless one is accepted. */
  chosen: v.nullable(
    v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MEETING_OPTIONS_LIMIT - 1)),
  ),
  text,
});

/** The reporter calls a meeting off, or wants none any more. */
export const MeetingWithdrawal = v.strictObject({
  kind: v.literal('meeting_withdrawal'),
  at: Day,
  id: WorkId,
  text,
});

/** A handler calls a meeting off. */
export const MeetingCancellation = v.strictObject({
  kind: v.literal('meeting_cancellation'),
  at: moment,
  id: WorkId,
  text,
});

/** Handlers note among themselves that a meeting took place; the newest about it counts. */
export const MeetingHeld = v.strictObject({
  kind: v.literal('meeting_held'),
  at: moment,
  id: WorkId,
  on: Day,
  state: v.picklist(['held', 'not_held']),
});
