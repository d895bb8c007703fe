import type { CaseRow } from '../../../client/models.js';
import { daysBetween } from './days.js';

/** What a country's act says of the two dates; see `views/data/jurisdictions.json`. */
export interface CountryRule {
  country: string;
  act: string;
  /**
   * Whether the two dates are a duty of law: `none` where the act has none, `anonymous` where it has
   * none for reports by nobody known, `unsure` where nobody has verified it. Without a duty they are
   * what the organisation promises.
   */
  basis: 'law' | 'none' | 'anonymous' | 'unsure';
}

/** What a date rests on, by the rule of the channel's country. */
export function basisOf(rule: CountryRule | null): 'law' | 'promise' {
  return rule?.basis === 'law' ? 'law' : 'promise';
}

/** A date by which something has to be done in a case. */
export interface DueDate {
  what: 'acknowledgement' | 'feedback' | 'decision';
  by: string;
  /** Days until then; negative when it has passed. */
  daysLeft: number;
  basis: 'law' | 'promise';
}

/** Why a case needs somebody today, the most urgent first. */
export const REASONS = [
  'fault',
  'escalated',
  'decision',
  'acknowledge',
  'feedback',
  'message',
] as const;
export type Reason = (typeof REASONS)[number];

/** Feedback counts as due soon this many days ahead. */
export const SOON_DAYS = 14;
/** A purge is announced this many days ahead. */
export const PURGE_NOTICE_DAYS = 90;

/** What is still to be done in a case and by when, the earliest first. Practice has no dates. */
export function dueDates(row: CaseRow, rule: CountryRule | null, today: string): DueDate[] {
  if (row.practice) return [];
  const dates: DueDate[] = [];
  const add = (what: DueDate['what'], by: string): void => {
    dates.push({ what, by, basis: basisOf(rule), daysLeft: daysBetween(today, by) });
  };
  if (row.state === 'open') {
    if (row.acknowledgedOn === null) add('acknowledgement', row.acknowledgementBy);
    if (row.feedbackOn === null) add('feedback', row.feedbackBy);
  }
  if (row.decisionBy !== null) add('decision', row.decisionBy);
  return dates.sort((a, b) => a.daysLeft - b.daysLeft);
}

/** Why a case needs somebody today; empty where it can wait. Practice only wants to be read. */
export function reasons(row: CaseRow, today: string): Reason[] {
  if (row.fault !== null) return ['fault'];
  if (row.practice) return row.unread ? ['message'] : [];
  const found = new Set<Reason>();
  if (row.escalated && row.state === 'open') found.add('escalated');
  if (row.decisionBy !== null) found.add('decision');
  if (row.unread) found.add('message');
  if (row.state === 'open') {
    if (row.acknowledgedOn === null) found.add('acknowledge');
    if (row.feedbackOn === null && daysBetween(today, row.feedbackBy) <= SOON_DAYS) {
      found.add('feedback');
    }
  }
  return REASONS.filter((reason) => found.has(reason));
}

/** Whether a closed case will be removed within the notice. */
export function purgeIsNear(row: CaseRow, today: string): boolean {
  return row.purgeOn !== null && daysBetween(today, row.purgeOn) <= PURGE_NOTICE_DAYS;
}
