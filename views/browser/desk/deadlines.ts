import type { CountryRule } from '../../../client/law/country.js';
import {
  acknowledgementDuty,
  feedbackDuty,
  isAcknowledgementWaived,
  namedDay,
  type DatesRule,
  type Duty,
  type Warning,
  warningOn,
} from '../../../client/law/days.js';
import { meetingDay } from '../../../client/law/on-request.js';
import type { CaseRow, HandlerCaseView } from '../../../client/models.js';
import type { Day } from '../../../crypto/public.js';
import { daysBetween } from './days.js';

export type { CountryRule };

type CaseDate = HandlerCaseView['dates'][number];

/** What a date is called. `plan`: set by handlers; `rule`: how this desk works. */
export type BasisName = 'law' | 'promise' | 'plan' | 'rule';

/** What is to be done by a date. */
export type DueKind = 'acknowledgement' | 'feedback' | 'decision' | CaseDate['what'];

/** A date by which something has to be done in a case. */
export interface DueDate {
  what: DueKind;
  by: string;
  /** Days until then; negative when it has passed. */
  daysLeft: number;
  basis: BasisName;
  /** How much of the time has passed. */
  warning: Warning;
}

/** The rule of a case's country; null for a country without a row. */
export type RuleOf = (row: CaseRow) => DatesRule | null;

/** Why a case needs somebody today, the most urgent first. */
export const REASONS = [
  'fault',
  'escalated',
  'decision',
  'unopened',
  'acknowledge',
  'feedback',
  'due',
  'keeping',
  'export',
  'message',
] as const;
export type Reason = (typeof REASONS)[number];

/** Feedback counts as due soon this many days ahead. */
export const SOON_DAYS = 14;
/** A case that nobody has opened is put before all who may read it from this day on. */
export const UNOPENED_DAYS = 5;
/** Days within which handlers decide what becomes of a message after closure. */
const DECISION_DAYS = 30;
/** A purge is announced this many days ahead. */
export const PURGE_NOTICE_DAYS = 90;

/** What the dates of a case by law or promise are worked out of. */
function facts(row: CaseRow): Parameters<typeof feedbackDuty>[1] {
  // days come from the worker, which has checked them
  return {
    receivedOn: row.receivedOn as Day,
    acknowledgedOn: row.acknowledgedOn as Day | null,
    acknowledgementWaived: row.acknowledgementWaived,
    feedbackExtendedTo: row.feedbackExtendedTo as Day | null,
  };
}

/** The two dates that every case has; no acknowledgement where it was left out and may be. */
export function dutiesOf(
  row: CaseRow,
  rule: DatesRule | null,
): { acknowledgement: Duty | null; feedback: Duty } {
  const known = facts(row);
  const waived = isAcknowledgementWaived(rule, known);
  return {
    acknowledgement: waived ? null : acknowledgementDuty(rule, known),
    feedback: feedbackDuty(rule, known),
  };
}

/** What was late on the day it was done, and by how many days: the promise, the law, or both. */
export function lateBy(duty: Duty, doneOn: string): { basis: 'law' | 'promise'; days: number }[] {
  const { by, limit, promised } = duty;
  const days = (of: Day): number => daysBetween(of, doneOn);
  return [
    ...(promised || limit === null ? [{ basis: 'promise' as const, days: days(by) }] : []),
    ...(limit === null ? [] : [{ basis: 'law' as const, days: days(limit) }]),
  ].filter((late) => late.days > 0);
}

/** What a date of a kind rests on, where that is not handlers' own plan. A list knows the kind alone. */
const BASES: Partial<Record<CaseDate['what'], CaseDate['basis']>> = {
  further_feedback: 'country',
  reopened_feedback: 'rule',
  confirmation: 'country',
  meeting: 'country',
  transcript: 'promise',
  deferral_review: 'promise',
  person_told: 'law',
  request: 'law',
};

/** What is known of a date, in a list as in its case. */
type KnownDate = Pick<CaseDate, 'what' | 'basis'> & { by: string; from: string };

/** What another date of a case is called, by the rule of the case's country. */
export function basisName(date: KnownDate, rule: CountryRule | null): BasisName {
  if (date.basis !== 'country') return date.basis;
  if (date.what === 'meeting') return keptMeeting(date, rule).basis;
  const known: Partial<Record<CaseDate['what'], unknown>> = {
    further_feedback: rule?.furtherFeedback ?? undefined,
    confirmation: rule?.confirmation ?? undefined,
  };
  return rule?.basis === 'law' && known[date.what] !== undefined ? 'law' : 'promise';
}

/** The day to keep for a meeting that the reporter asked for; days come from the worker. */
function keptMeeting(
  { by, from }: KnownDate,
  rule: CountryRule | null,
): ReturnType<typeof meetingDay> {
  return meetingDay(rule, { by: by as Day, from: from as Day });
}

/** A date as a list knows it: what it rests on is known by its kind. */
function listed(due: NonNullable<CaseRow['due']>): KnownDate {
  return { ...due, basis: BASES[due.what] ?? 'plan' };
}

/** A date as it stands on a day: what it is called, and the days left then. */
export function knownDate(date: KnownDate, rule: CountryRule | null, today: string): DueDate {
  const days = date.what === 'meeting' ? { ...date, by: keptMeeting(date, rule).by } : date;
  return dueDate(date.what, days, basisName(date, rule), today);
}

function dueDate(
  what: DueKind,
  { from, by }: { from: string; by: string },
  basis: DueDate['basis'],
  today: string,
): DueDate {
  const warning = warningOn(today as Day, { from: from as Day, by: by as Day });
  return { what, by, basis, daysLeft: daysBetween(today, by), warning };
}

function decisionDate(by: string, today: string): DueDate {
  const start = new Date(`${by}T00:00Z`);
  start.setUTCDate(start.getUTCDate() - DECISION_DAYS);
  return dueDate('decision', { from: start.toISOString().slice(0, 10), by }, 'rule', today);
}

/** What is still to be done in a case and by when, the earliest first. Practice has no dates. */
export function dueDates(row: CaseRow, rule: DatesRule | null, today: string): DueDate[] {
  if (row.practice) return [];
  const dates: DueDate[] = [];
  const from = row.receivedOn;
  // what acts ask for reports says nothing of a request about data, and nobody tells whom nobody reaches
  if (row.state === 'open' && !row.dataRequest && !row.unreachable) {
    const { acknowledgement, feedback } = dutiesOf(row, rule);
    const add = (what: DueKind, duty: Duty): void => {
      const { by, basis } = namedDay(duty, today);
      dates.push(dueDate(what, { from, by }, basis, today));
    };
    if (row.acknowledgedOn === null && acknowledgement !== null) {
      add('acknowledgement', acknowledgement);
    }
    if (row.feedbackOn === null) add('feedback', feedback);
  }
  if (row.due !== null) dates.push(knownDate(listed(row.due), rule, today));
  if (row.decisionBy !== null) dates.push(decisionDate(row.decisionBy, today));
  return dates.sort((a, b) => a.daysLeft - b.daysLeft);
}

/** What an opened case has to be done beside acknowledgement and feedback, as `dueDates` gives it. */
export function openDates(
  data: HandlerCaseView,
  rule: CountryRule | null,
  today: string,
): (DueDate & { name: string })[] {
  return data.dates.flatMap((date) => {
    if (date.doneOn !== null) return [];
    return [{ ...knownDate(date, rule, today), name: date.name }];
  });
}

/** Whether a date presses so much that it belongs before everything that can wait. */
function presses({ warning }: DueDate): boolean {
  return warning === 'nine_tenths' || warning === 'over';
}

/**
 * Why a case needs somebody today; empty where it can wait. Practice only wants to be read.
 *
 * @param isKeptTooLong whether a time is over by which handlers were to remove it or look at it.
 */
export function reasons(
  row: CaseRow,
  rule: DatesRule | null,
  today: string,
  isKeptTooLong = false,
): Reason[] {
  if (row.fault !== null) return ['fault'];
  if (row.practice) return row.unread ? ['message'] : [];
  const found = new Set<Reason>();
  if (row.escalated && row.state === 'open') found.add('escalated');
  if (row.decisionBy !== null) found.add('decision');
  if (row.exportWaits) found.add('export');
  if (row.unread) found.add('message');
  if (isKeptTooLong) found.add('keeping');
  const age = daysBetween(row.receivedOn, today);
  if (!row.opened && row.state === 'open' && age >= UNOPENED_DAYS) found.add('unopened');
  for (const date of dueDates(row, rule, today)) {
    if (date.what === 'acknowledgement') found.add('acknowledge');
    else if (date.what === 'feedback') {
      if (date.daysLeft <= SOON_DAYS) found.add('feedback');
    } else if (date.what !== 'decision' && presses(date)) found.add('due');
  }
  return REASONS.filter((reason) => found.has(reason));
}

/** Whether a closed case will be removed within the notice. */
export function purgeIsNear(row: CaseRow, today: string): boolean {
  return row.purgeOn !== null && daysBetween(today, row.purgeOn) <= PURGE_NOTICE_DAYS;
}
