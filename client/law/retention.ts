import {
  breachesOf,
  clashes,
  ruleOfChannel,
  type Retention,
  type RetentionAnchor,
  type RetentionClause,
  type RetentionKind,
  type ShorterTerm,
} from '../../crypto/public.js';
import { confidenceOf, type Confidence } from './confidence.js';

/** A country's row of `views/data/jurisdictions.json`, as far as keeping goes. */
export interface RetentionRow {
  country: string;
  act: string;
  conf: string;
  retentionConf?: string;
  /** The reference in the language of a page, where the data say it in English. */
  source?: string;
  retention: {
    rule: string;
    years: number | null;
    anchor: string | null;
    ref?: string;
    exceptions?: string[];
    sub?: { if: string }[];
  } | null;
}

/** What a page says besides of a preset. */
export type PresetNote = 'no_number' | 'no_start' | 'longer_by_law' | 'several' | 'at_once';

/** How long cases are kept by a country's act, as a rule that an organisation can take. */
export interface RetentionPreset {
  country: string;
  act: string;
  /** The place in the act, in the row's own words or a page's; empty where there is none. */
  reference: string;
  confidence: Confidence;
  clauses: RetentionClause[];
  shorter: ShorterTerm[];
  notes: PresetNote[];
}

/** Months until somebody looks where an act sets no number: the default of this program. */
const REVIEW_MONTHS = 24;

/** What each rule of the data means. */
export const RULES: ReadonlyMap<string, RetentionKind> = new Map<string, RetentionKind>([
  ['max', 'at_most'],
  ['delete_after', 'at_most'],
  ['keep', 'keep_then_delete'],
  ['keep_for_then_delete', 'keep_then_delete'],
  ['min', 'at_least'],
  ['necessity', 'necessity'],
  // times that hang on what no program knows
  ['compound', 'necessity'],
]);

/** From when each text of the data lets the time run; null where it does not say. */
export const STARTS: ReadonlyMap<string, RetentionAnchor | null> = new Map([
  ['case_closed', 'closure'],
  ['procedure_closed', 'closure'],
  ['report_received', 'receipt'],
  ['last_processing_or_transfer', 'last_processing'],
  ['end_of_calendar_year_of_followup_end', 'year_end'],
  ['final_outcome_communicated', 'outcome'],
  ['feedback', 'outcome'],
  ['register', null],
  ['unverified', null],
  [
    'reports: duration of contractual relationship (art. 22 §1); names/contacts: until breach time-barred (art. 21)',
    null,
  ],
] as const);

const FROM_RECEIPT = { anchor: 'receipt' } as const;
const FROM_CLOSURE = { anchor: 'closure' } as const;

/** What each text about some cases means: shorter times, by the text. */
export const SHORTER: ReadonlyMap<string, readonly ShorterTerm[]> = new Map<
  string,
  readonly ShorterTerm[]
>([
  ['no investigation opened', [{ of: 'not_investigated', months: 3, ...FROM_RECEIPT }]],
  ['information proven untrue', []],
  ['special categories received', []],
  [
    'Sapin II art. 9; CNIL délib. 2023-064: out of scope -> destroy/anonymise promptly; no follow-up -> ~2 months',
    [
      { of: 'not_investigated', months: 2, ...FROM_CLOSURE },
      { of: 'out_of_scope', months: 1, ...FROM_CLOSURE },
    ],
  ],
]);

function meaning<Meaning>(texts: ReadonlyMap<string, Meaning>, text: string): Meaning {
  const found = texts.get(text);
  if (found === undefined) throw new Error(`Nobody has said what this means: ${text}`);
  return found;
}

function shorterOf({ ref, sub }: NonNullable<RetentionRow['retention']>): ShorterTerm[] {
  const texts = (sub ?? []).map((each) => each.if);
  const byReference = ref === undefined ? [] : (SHORTER.get(ref) ?? []);
  return [...texts.flatMap((text) => [...meaning(SHORTER, text)]), ...byReference];
}

/**
 * What a row says of keeping, as a rule; null where it says nothing. Where an act does not say from
 * when its time runs, it is taken to run from receipt, the earliest day, and where it sets no number
 * somebody looks after two years.
 *
 * @throws Error for a text that none of the tables has.
 */
export function retentionPreset(row: RetentionRow): RetentionPreset | null {
  const { country, act, retention } = row;
  if (retention === null) return null;
  const kind = meaning(RULES, retention.rule);
  const start = retention.anchor === null ? null : meaning(STARTS, retention.anchor);
  const hasNumber = retention.years !== null;
  const months = hasNumber ? Math.round((retention.years ?? 0) * 12) : REVIEW_MONTHS;
  const anchor = start ?? (kind === 'necessity' ? 'closure' : 'receipt');
  const notes: PresetNote[] = [
    ...(hasNumber ? [] : (['no_number'] as const)),
    ...(hasNumber && start === null ? (['no_start'] as const) : []),
    ...(retention.rule === 'compound' ? (['several'] as const) : []),
    ...(retention.exceptions === undefined ? [] : (['longer_by_law'] as const)),
    ...(retention.sub === undefined ? [] : (['at_once'] as const)),
  ];
  return {
    country,
    act,
    reference: row.source ?? retention.ref ?? '',
    confidence: confidenceOf(row.retentionConf ?? row.conf),
    clauses: [{ kind, months, anchor }],
    shorter: shorterOf(retention),
    notes,
  };
}

/**
 * How two presets stand to each other: `same`; `different`, so that somebody has to choose; or
 * `clash`, since some case would have to be kept longer by one than the other allows.
 */
export function presetsDiffer(
  one: Pick<RetentionPreset, 'clauses' | 'shorter'>,
  other: Pick<RetentionPreset, 'clauses' | 'shorter'>,
): 'same' | 'different' | 'clash' {
  const key = ({ clauses, shorter }: typeof one): string => JSON.stringify([clauses, shorter]);
  if (key(one) === key(other)) return 'same';
  return clashes([...one.clauses, ...other.clauses]) ? 'clash' : 'different';
}

/** Why somebody has to decide how long a channel's cases are kept. */
export type RetentionDoubt =
  | { what: 'too_soon' | 'too_long' | 'no_shorter'; preset: RetentionPreset }
  | { what: 'different' | 'clash'; one: RetentionPreset; other: RetentionPreset };

/** A channel as far as its keeping goes. */
export interface KeptChannel {
  country: string;
  retention: Retention | null;
  retentionMonths: number;
}

/** Whether somebody decided for these countries; a rule of before does not say for which it was. */
function isDecided({ retention, country }: KeptChannel, organisation: string): boolean {
  if (retention === null) return false;
  const { decidedFor = [country, organisation] } = retention;
  return decidedFor[0] === country && decidedFor[1] === organisation;
}

/**
 * What has to be decided about a channel's keeping: where the rule in force does not keep to that of the
 * channel's country, or that differs from the one of the organisation's country. Nothing once somebody
 * decided, with a reason, for these two countries.
 */
export function retentionDoubts(
  channel: KeptChannel,
  organisation: string,
  presets: readonly RetentionPreset[],
): RetentionDoubt[] {
  if (isDecided(channel, organisation)) return [];
  const preset = presets.find(({ country }) => country === channel.country);
  if (preset === undefined) return [];
  const { retention, retentionMonths } = channel;
  const rule = ruleOfChannel({ retentionMonths, ...(retention === null ? {} : { retention }) });
  const has = retention?.shorter ?? [];
  const lacks = preset.shorter.some(
    ({ of, months, anchor }) =>
      !has.some((term) => term.of === of && term.months <= months && term.anchor === anchor),
  );
  const other = presets.find(({ country }) => country === organisation) ?? preset;
  const differ = presetsDiffer(preset, other);
  return [
    ...breachesOf(rule, preset.clauses).map((what) => ({ what, preset })),
    ...(lacks ? [{ what: 'no_shorter' as const, preset }] : []),
    ...(differ === 'same' ? [] : [{ what: differ, one: preset, other }]),
  ];
}
