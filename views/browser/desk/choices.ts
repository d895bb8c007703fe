import type {
  DataRight,
  Ending,
  LinkRelation,
  MeetingForm,
  Progress,
  Reach,
  ToldWay,
  TranscriptForm,
  Waiver,
  Way,
} from '../../../crypto/private.js';
import type { CaseRow, Category, Outcome, Relation } from '../../../client/models.js';
import { t } from '../strings.js';

// Records, not lists: the compiler finds what is missing. crypto/content.ts has the lists, and half
// a megabyte of libsodium behind them.
const CATEGORIES: Record<Category, true> = {
  corruption: true,
  fraud: true,
  money_laundering: true,
  public_procurement: true,
  competition_tax: true,
  eu_funds: true,
  product_safety: true,
  transport_safety: true,
  environment: true,
  nuclear_safety: true,
  food_safety: true,
  public_health: true,
  consumer_protection: true,
  data_protection: true,
  work_safety: true,
  harassment: true,
  other: true,
  unknown: true,
};

const OUTCOMES: Record<Outcome, true> = {
  substantiated: true,
  partly_substantiated: true,
  unsubstantiated: true,
  insufficient_information: true,
  out_of_scope_referred: true,
  transmitted_to_authority: true,
  withdrawn: true,
  duplicate: true,
  minor: true,
  repetitive: true,
  spam: true,
};

const STATUSES: Record<CaseRow['status'], true> = {
  new: true,
  acknowledged: true,
  assessment: true,
  investigation: true,
  waiting: true,
};

const PROGRESS: Record<Progress, true> = { assessment: true, investigation: true, waiting: true };

const LINKS: Record<LinkRelation, true> = { same_matter: true, duplicate_of: true, follows: true };

const RELATIONS: Record<Relation, true> = {
  worker: true,
  former_worker: true,
  applicant: true,
  volunteer_trainee: true,
  self_employed: true,
  contractor_staff: true,
  shareholder_board: true,
  facilitator_connected: true,
  other: true,
  not_said: true,
};

/** The ways of reports: a request about data is none. */
export type ReportWay = Exclude<Way, 'data_request'>;

const WAYS: Record<ReportWay, true> = {
  phone: true,
  meeting: true,
  letter: true,
  email: true,
  passed_on: true,
  other: true,
};

const RIGHTS: Record<DataRight, true> = {
  access: true,
  rectification: true,
  erasure: true,
  restriction: true,
  objection: true,
};

const MEETING_FORMS: Record<MeetingForm, true> = { in_person: true, phone: true, video: true };

const TRANSCRIPT_FORMS: Record<TranscriptForm, true> = {
  recorded_line: true,
  unrecorded_call: true,
  meeting: true,
};

const TOLD_WAYS: Record<ToldWay, true> = {
  phone: true,
  meeting: true,
  letter: true,
  email: true,
  other: true,
};

const REACHES: Record<Reach, true> = { unreachable: true, reachable: true };

export type { MeetingForm, TranscriptForm };

/** A value of a list with its name in the page's language. */
export interface Choice {
  value: string;
  label: string;
}

/** What a category is called at the desk. */
export function categoryText(category: Category): string {
  return category === 'unknown' ? t('desk.category.unknown') : t(`category.${category}`);
}

/** Every category, by name. */
export function categoryChoices(): Choice[] {
  const language = document.documentElement.lang;
  return (Object.keys(CATEGORIES) as Category[])
    .map((value) => ({ value, label: categoryText(value) }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
}

/** What a case is about: its category, or that it is no report but a request about data. */
export function subjectText({
  category,
  dataRequest,
}: Pick<CaseRow, 'category' | 'dataRequest'>): string {
  return dataRequest ? t('desk.request.subject') : categoryText(category);
}

/** What an outcome is called. */
export function outcomeText(outcome: Ending): string {
  return t(`outcome.${outcome}`);
}

/** Every outcome, in the order in which they are offered. */
export function outcomeChoices(): Choice[] {
  return Object.keys(OUTCOMES).map((value) => ({ value, label: t(`outcome.${value}`) }));
}

/** Where an open case can stand, in the order of the work. */
export function statusChoices(): Choice[] {
  return Object.keys(STATUSES).map((value) => ({ value, label: t(`desk.status.${value}`) }));
}

/** What handlers say of where the work stands. */
export function progressChoices(): Choice[] {
  return Object.keys(PROGRESS).map((value) => ({ value, label: t(`desk.status.${value}`) }));
}

/** How two cases can belong together. */
export function linkChoices(): Choice[] {
  return Object.keys(LINKS).map((value) => ({ value, label: t(`desk.work.relation.${value}`) }));
}

/** What whoever reports can be to the organisation. */
export function relationChoices(): Choice[] {
  return Object.keys(RELATIONS).map((value) => ({ value, label: t(`relation.${value}`) }));
}

/** How a report can come another way than through the page. */
export function wayChoices(): Choice[] {
  return Object.keys(WAYS).map((value) => ({ value, label: t(`desk.way.${value}`) }));
}

/** What somebody can ask about data on them. */
export function rightChoices(): Choice[] {
  return Object.keys(RIGHTS).map((value) => ({ value, label: t(`desk.request.right.${value}`) }));
}

/** How people can meet. */
export function meetingFormChoices(): Choice[] {
  return Object.keys(MEETING_FORMS).map((value) => ({
    value,
    label: t(`desk.meeting.form.${value}`),
  }));
}

/** What is written down of something spoken. */
export function transcriptFormChoices(): Choice[] {
  return Object.keys(TRANSCRIPT_FORMS).map((value) => ({
    value,
    label: t(`desk.transcript.form.${value}`),
  }));
}

/** How somebody can be told who has no key to the case. */
export function toldWayChoices(): Choice[] {
  return Object.keys(TOLD_WAYS).map((value) => ({ value, label: t(`desk.told.way.${value}`) }));
}

/** Whether it is said of somebody's being reached, and is no ground of an act. */
export function isReach(reason: Waiver | Reach): reason is Reach {
  return reason in REACHES;
}
