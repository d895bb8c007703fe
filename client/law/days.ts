import { addDays, addMonths, type Day, daysBetween, type Promised } from '../../crypto/public.js';
import type { CountryRule, Term } from './country.js';

/** The Directive's own terms (article 9(1)(b) and (f)): what is planned for where nothing is stricter. */
const DIRECTIVE = { days: 7, months: 3 } as const;
const SATURDAY = 6;

function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function isWorkingDay(day: Day): boolean {
  return weekday(day) !== 0 && weekday(day) !== SATURDAY;
}

/**
 * The day so many working days later, the first day not counted (Regulation (EEC, Euratom) 1182/71
 * article 3(1)). A public holiday counts as a working day, since none are in the data: the day is
 * then earlier than the law's, never later.
 */
export function addWorkingDays(from: Day, count: number): Day {
  let day = from;
  for (let left = count; left > 0;) {
    day = addDays(day, 1);
    if (isWorkingDay(day)) left -= 1;
  }
  return day;
}

/** The day on which a term ends that runs from a day on. */
export function addTerm(from: Day, { days, unit }: Term): Day {
  return unit === 'working' ? addWorkingDays(from, days) : addDays(from, days);
}

/**
 * Where a period ends that would end on this day, by Regulation 1182/71 article 3(4): not on a
 * Saturday or a Sunday. National acts may not have that, so it is told and never planned for.
 */
export function periodEnd(day: Day): Day {
  return isWorkingDay(day) ? day : addWorkingDays(day, 1);
}

function earlier(one: Day, other: Day): Day {
  return one < other ? one : other;
}

/** What the dates of a case are worked out of. */
export interface DutyFacts {
  receivedOn: Day;
  acknowledgedOn: Day | null;
  /** Handlers left the acknowledgement out. */
  acknowledgementWaived: boolean;
  /** Handlers put feedback off until this day. */
  feedbackExtendedTo: Day | null;
}

/** What the two dates of a case rest on: the act, and what the organisation promised beyond it. */
export type DutyRule = Pick<CountryRule, 'basis' | 'acknowledgement' | 'feedback'> & {
  promised?: Pick<Promised, 'ackDays' | 'feedbackDays'> | null;
};

/** The act of a case's country, with what the organisation promised beyond it when it came. */
export type DatesRule = CountryRule & { promised?: Promised | null };

/** A date that every case has. */
export interface Duty {
  /** The day to keep: the strictest of the Directive's plan, the country's rule and the promise. */
  by: Day;
  /** Whether it is sooner than plan and rule have it, since the organisation promised so. */
  promised: boolean;
  /** The last day by the country's act; null where it sets none, or where nobody has verified it. */
  limit: Day | null;
}

/** The last day for an acknowledgement by the country's act; null where that sets none. */
export function acknowledgementLimit(rule: DutyRule | null, receivedOn: Day): Day | null {
  if (rule?.basis !== 'law' || rule.acknowledgement === null) return null;
  return addTerm(receivedOn, rule.acknowledgement);
}

function plainFeedbackLimit(rule: DutyRule | null, facts: DutyFacts): Day | null {
  const end = acknowledgementLimit(rule, facts.receivedOn);
  if (rule === null || rule.feedback === null || rule.acknowledgement === null) return null;
  if (end === null) return null;
  const { months, anchor } = rule.feedback;
  const { receivedOn, acknowledgedOn } = facts;
  if (anchor === 'receipt') return addMonths(receivedOn, months);
  // an acknowledgement that came too late gives no more time
  if (acknowledgedOn !== null && acknowledgedOn < end) return addMonths(acknowledgedOn, months);
  return anchor === 'acknowledgement'
    ? addMonths(end, months)
    : addTerm(addMonths(receivedOn, months), rule.acknowledgement);
}

/** The last day to which feedback can be put off with a reason; null where the act has no such thing. */
export function extensionLimit(rule: DutyRule | null, receivedOn: Day): Day | null {
  if (rule?.basis !== 'law' || rule.feedback === null || rule.feedback.extension === 0) return null;
  return addMonths(receivedOn, rule.feedback.months + rule.feedback.extension);
}

/** The day to keep with what was promised; a promise that is no sooner moves nothing. */
function withPromised(
  from: Day,
  { by, limit }: Omit<Duty, 'promised'>,
  days?: number | null,
): Duty {
  const own = days === undefined || days === null ? by : addDays(from, days);
  return { by: earlier(by, own), limit, promised: own < by };
}

/** Whether a case needs no acknowledgement: handlers said so, and the act has it. */
export function isAcknowledgementWaived(
  rule: DutyRule | null,
  { acknowledgementWaived }: Pick<DutyFacts, 'acknowledgementWaived'>,
): boolean {
  return acknowledgementWaived && rule?.acknowledgement?.waivable === true;
}

/** When a case has to be acknowledged. */
export function acknowledgementDuty(
  rule: DutyRule | null,
  { receivedOn }: Pick<DutyFacts, 'receivedOn'>,
): Duty {
  const planned = addDays(receivedOn, DIRECTIVE.days);
  const limit = acknowledgementLimit(rule, receivedOn);
  const by = limit === null ? planned : earlier(planned, limit);
  return withPromised(receivedOn, { by, limit }, rule?.promised?.ackDays);
}

/**
 * When feedback has to be given: three months from receipt, which also meets the stricter national
 * acts, or sooner where that was promised. An extension moves it, and the promise with it, where the act
 * has one, and no further than that act lets it.
 */
export function feedbackDuty(rule: DutyRule | null, facts: DutyFacts): Duty {
  const planned = addMonths(facts.receivedOn, DIRECTIVE.months);
  const limit = plainFeedbackLimit(rule, facts);
  const usual = limit === null ? planned : earlier(planned, limit);
  const plain = { by: usual, limit };
  const duty = withPromised(facts.receivedOn, plain, rule?.promised?.feedbackDays);
  const latest = extensionLimit(rule, facts.receivedOn);
  const { feedbackExtendedTo } = facts;
  if (latest === null || feedbackExtendedTo === null || feedbackExtendedTo <= duty.by) return duty;
  return { by: earlier(feedbackExtendedTo, latest), limit: latest, promised: false };
}

/** The day of a duty that counts now, and what it is called. */
export interface NamedDay {
  by: Day;
  basis: 'law' | 'promise' | 'rule';
}

/**
 * The day to name today: the day to keep and, once that has passed, the last day by law. What is
 * planned for before the law's last day is a rule of handlers' own, which nobody is late by.
 */
export function namedDay({ by, limit, promised }: Duty, today: string): NamedDay {
  if (limit === null) return { by, basis: 'promise' };
  if (by === limit || today > (promised ? limit : by)) return { by: limit, basis: 'law' };
  return { by, basis: promised ? 'promise' : 'rule' };
}

/** How much of the time until a date has passed. */
export type Warning = 'none' | 'half' | 'three_quarters' | 'nine_tenths' | 'over';

/** What is to be said today of a time that runs from a day until the end of another. */
export function warningOn(today: Day, { from, by }: { from: Day; by: Day }): Warning {
  if (today > by) return 'over';
  const all = Math.max(0, daysBetween(from, by));
  const passed = Math.max(0, daysBetween(from, today));
  if (passed * 10 >= all * 9) return 'nine_tenths';
  if (passed * 4 >= all * 3) return 'three_quarters';
  return passed * 2 >= all ? 'half' : 'none';
}
