import { confidenceOf, type Confidence } from './confidence.js';

/**
 * A country's row of `views/data/jurisdictions.json`, as far as dates go. The words in it were
 * written for people; the tables below say what each of them means.
 */
export interface CountryRow {
  country: string;
  act: string;
  /** H: read in the statute, M: secondary source, L: nobody has verified it. */
  conf: string;
  ackDays: number | null;
  ackUnit?: string;
  ackWaivable?: boolean;
  feedbackMonths: number | null;
  feedbackAnchor?: string;
  meeting?: string;
  meetingDays?: number;
  meetingUnit?: string;
  /** How sure the meeting's days are, where that is not as all else. */
  meetingConf?: string;
  supplements?: string;
  furtherFeedback?: string;
  anonymous: string;
}

/** Calendar days, or Monday to Friday: public holidays are not in the data. */
export type Unit = 'calendar' | 'working';

/** A number of days. */
export interface Term {
  days: number;
  unit: Unit;
}

/**
 * From when the months of feedback run. `acknowledgement`: from it, or from the end of its time
 * where none came. `acknowledgement_or_both`: where none came, that time is added after the months.
 */
export type Anchor = 'acknowledgement' | 'acknowledgement_or_both' | 'receipt';

/** What a country's act says of the dates of a case. */
export interface CountryRule {
  country: string;
  act: string;
  /** How sure what stands here is, and what it says of meetings. */
  confidence: Confidence;
  meetingConfidence: Confidence;
  /**
   * Whether the two dates are a duty of law: `none` where the act has none, `anonymous` where it has
   * none for reports by nobody known, `unsure` where nobody has verified it. Without a duty they are
   * what the organisation promises.
   */
  basis: 'law' | 'none' | 'anonymous' | 'unsure';
  acknowledgement: (Term & { waivable: boolean }) | null;
  /** `extension`: months by which it can be put off with a reason; 0 for never. */
  feedback: { months: number; anchor: Anchor; extension: number } | null;
  /** Months from one feedback to the next on request; null where nobody has a right to it. */
  furtherFeedback: number | null;
  /** Within which an addition to the report is confirmed on request. */
  confirmation: Term | null;
  /** A meeting on request: within days, or within a reasonable time. */
  meeting: Term | 'reasonable' | null;
}

type Feedback = Pick<NonNullable<CountryRule['feedback']>, 'anchor' | 'extension'>;

/** What each anchor text of the data means; null for one that sets no date. */
export const ANCHORS: ReadonlyMap<string, Feedback | null> = new Map<string, Feedback | null>([
  ['ack', { anchor: 'acknowledgement', extension: 0 }],
  ['ack_or_ack_deadline', { anchor: 'acknowledgement', extension: 0 }],
  // who writes here can always be reached, so the duty is taken to stand
  ['ack_or_ack_deadline; none if no contact address', { anchor: 'acknowledgement', extension: 0 }],
  ['ack; else 7 days after receipt', { anchor: 'acknowledgement', extension: 0 }],
  [
    'ack; else receipt+3 months+7 days (§17(2))',
    { anchor: 'acknowledgement_or_both', extension: 0 },
  ],
  ['report_received', { anchor: 'receipt', extension: 0 }],
  ['report_received (§13(9))', { anchor: 'receipt', extension: 0 }],
  ['report_received (+3 if complex)', { anchor: 'receipt', extension: 3 }],
  ['investigate within reasonable time (2A-3)', null],
]);

/** What each text about meetings means. */
export const MEETINGS: ReadonlyMap<string, 'reasonable'> = new Map([
  ['reasonable', 'reasonable'],
  ['reasonable; video with consent (§16(3))', 'reasonable'],
]);

/** What each text about additions means. */
export const CONFIRMATIONS: ReadonlyMap<string, Term> = new Map([
  ['confirm on request within 7 days (§13(8))', { days: 7, unit: 'calendar' }],
]);

/** Months from one feedback to the next, for each text about that. */
export const FURTHER_FEEDBACK: ReadonlyMap<string, number> = new Map([
  ['every 3 months on written request until closed (s.6A(1)(f))', 3],
]);

/** Texts by which an act has no duty to answer where nobody is known. */
export const NO_DUTY_TO_UNKNOWN: ReadonlySet<string> = new Set([
  'optional; then no duty to acknowledge or feed back (17 §)',
]);

const UNITS: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['calendar', 'calendar'],
  ['working', 'working'],
]);

function meaning<Meaning>(texts: ReadonlyMap<string, Meaning>, text: string): Meaning {
  const found = texts.get(text);
  if (found === undefined) throw new Error(`Nobody has said what this means: ${text}`);
  return found;
}

function basisOf(row: CountryRow): CountryRule['basis'] {
  // reports are by nobody known until they carry an identity
  if (NO_DUTY_TO_UNKNOWN.has(row.anonymous)) return 'anonymous';
  if (row.conf === 'L') return 'unsure';
  return row.ackDays === null ? 'none' : 'law';
}

function meetingOf({ meeting, meetingDays, meetingUnit }: CountryRow): CountryRule['meeting'] {
  if (meetingDays !== undefined) {
    return { days: meetingDays, unit: meaning(UNITS, meetingUnit ?? 'calendar') };
  }
  return meeting === undefined ? null : meaning(MEETINGS, meeting);
}

function feedbackOf({ feedbackMonths, feedbackAnchor }: CountryRow): CountryRule['feedback'] {
  if (feedbackAnchor === undefined) return null;
  const found = meaning(ANCHORS, feedbackAnchor);
  return found === null || feedbackMonths === null ? null : { months: feedbackMonths, ...found };
}

/** The rule of a country of which the data say nothing. */
export function unknownRule(country: string): CountryRule {
  return {
    country,
    act: '',
    confidence: 'L',
    meetingConfidence: 'L',
    basis: 'unsure',
    acknowledgement: null,
    feedback: null,
    furtherFeedback: null,
    confirmation: null,
    meeting: null,
  };
}

/**
 * What a row says, as rules. Of a row that nobody has verified nothing becomes one.
 *
 * @throws Error for a text that none of the tables has.
 */
export function countryRule(row: CountryRow): CountryRule {
  const { country, act, ackDays, ackUnit, supplements, furtherFeedback } = row;
  const basis = basisOf(row);
  const confidence = confidenceOf(row.conf);
  const meetingConfidence = confidenceOf(row.meetingConf ?? row.conf);
  const known = { country, act, confidence, meetingConfidence, basis };
  const none = { acknowledgement: null, feedback: null };
  const more = { furtherFeedback: null, confirmation: null, meeting: null };
  if (basis === 'unsure') return { ...known, ...none, ...more };
  return {
    ...known,
    acknowledgement:
      ackDays === null
        ? null
        : {
            days: ackDays,
            unit: meaning(UNITS, ackUnit ?? 'calendar'),
            waivable: row.ackWaivable === true,
          },
    feedback: feedbackOf(row),
    furtherFeedback:
      furtherFeedback === undefined ? null : meaning(FURTHER_FEEDBACK, furtherFeedback),
    confirmation: supplements === undefined ? null : meaning(CONFIRMATIONS, supplements),
    meeting: meetingOf(row),
  };
}
