import * as v from 'valibot';
import { fromBase64, toBase64, utf8 } from './bytes.js';
import { openBox, sealBox } from './box.js';
import {
  CATEGORIES,
  DATE_KINDS,
  Ending,
  LabelsEntry,
  PROGRESS,
  ResponsibleEntry,
} from './content.js';
import { derive } from './derive.js';
import type { EpochKey } from './epoch.js';
import { Day } from './ids.js';
import { ProtocolError } from './errors.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { pad, unpad } from './padding.js';
import { OVERVIEW_BYTES, type SealedOverview } from './wire/entry.js';

/** Where an open case stands, in one word. */
export const STATUSES = ['new', 'acknowledged', ...PROGRESS] as const;
export type Status = (typeof STATUSES)[number];

/** Longest time in days that an overview tells to have passed, or to pass, until something is due. */
export const DUE_DAYS_LIMIT = 36_500;

/** What is due first beside acknowledgement and feedback, by when, and in how many days in all. */
const DueFirst = v.strictObject({
  what: v.picklist(DATE_KINDS),
  by: Day,
  days: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(DUE_DAYS_LIMIT)),
});

/** What a list shows of a case; a copy for speed, while the chain of entries is what counts. */
export const Overview = v.strictObject({
  title: v.string(),
  category: v.picklist(CATEGORIES),
  acknowledgedOn: v.nullable(Day),
  feedbackOn: v.nullable(Day),
  outcome: v.nullable(Ending),
  status: v.picklist(STATUSES),
  labels: LabelsEntry.entries.labels,
  responsible: ResponsibleEntry.entries.readers,
  due: v.nullable(DueFirst),
  /** The day until which feedback was put off; whether that counts is for the country's rule. */
  feedbackExtendedTo: v.nullable(Day),
  /** Whether handlers left the acknowledgement out; whether they may is for the country's rule. */
  acknowledgementWaived: v.boolean(),
  /** Whether whoever reported cannot be reached, so that neither acknowledgement nor feedback is due. */
  unreachable: v.boolean(),
  /** The true date of receipt of a case that a handler recorded; null for all others. */
  receivedOn: v.nullable(Day),
  /** Whether it ever was under investigation; null where nobody can tell. */
  investigated: v.nullable(v.boolean()),
  /** Whether an export waits for the yes or no of a second person. */
  exportWaits: v.boolean(),
  /** Whether somebody decided that it is still needed, whatever its time. */
  stillNeeded: v.boolean(),
  /** Whether it is a request about data, and no report. */
  dataRequest: v.boolean(),
});
export type Overview = v.InferOutput<typeof Overview>;

/** What overviews say of investigating, by number: those of before said nothing of it. */
const INVESTIGATED = [null, false, true] as const;

/** An overview as it is sealed: its fields in their order, since their names would not fit. */
const Sealed = v.strictTuple([
  Overview.entries.title,
  Overview.entries.category,
  Overview.entries.acknowledgedOn,
  Overview.entries.feedbackOn,
  Overview.entries.outcome,
  Overview.entries.status,
  Overview.entries.labels,
  Overview.entries.responsible,
  v.nullable(v.strictTuple([DueFirst.entries.what, DueFirst.entries.by, DueFirst.entries.days])),
  Overview.entries.feedbackExtendedTo,
  // bits: the acknowledgement was left out, the place in INVESTIGATED (two), an export waits, still
  // needed, no report, out of reach
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.maxValue(125),
    v.check((marks) => ((marks >> 1) & 3) < INVESTIGATED.length),
  ),
  Overview.entries.receivedOn,
]);

/** Longest title, in bytes of JSON text, that fits the fixed size beside the other fields. */
export const TITLE_BYTES = 176;
/** Most letters (code points) of a title. */
const TITLE_LETTERS = 80;

/** Cuts a text to a title: its first words on one line, with an ellipsis where it goes on. */
export function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/gu, ' ');
  // No letter takes more than two code units, so what is cut off here is never part of a title.
  const letters = Array.from(line.slice(0, 2 * TITLE_LETTERS + 2));
  const fits = (title: string, count: number): boolean =>
    count <= TITLE_LETTERS && utf8(JSON.stringify(title)).length <= TITLE_BYTES;
  if (fits(line, letters.length)) return line;
  let title: string;
  do {
    letters.pop();
    title = `${letters.join('').trimEnd()}…`;
  } while (!fits(title, letters.length + 1));
  return title;
}

/** The overview of a case that nobody has worked on yet. */
export function newOverview({
  title,
  category,
  receivedOn = null,
  dataRequest = false,
}: Pick<Overview, 'title' | 'category'> &
  Partial<Pick<Overview, 'receivedOn' | 'dataRequest'>>): Overview {
  return {
    title,
    category,
    acknowledgedOn: null,
    feedbackOn: null,
    outcome: null,
    status: 'new',
    labels: [],
    responsible: [],
    due: null,
    feedbackExtendedTo: null,
    acknowledgementWaived: false,
    unreachable: false,
    receivedOn,
    investigated: false,
    exportWaits: false,
    stillNeeded: false,
    dataRequest,
  };
}

function overviewKey(epoch: EpochKey): Uint8Array {
  return derive(epoch.key, 'overview');
}

/** Seals an overview at its fixed size under an epoch's key. */
export function sealOverview(epoch: EpochKey, overview: Overview): SealedOverview {
  const fields: v.InferOutput<typeof Sealed> = [
    overview.title,
    overview.category,
    overview.acknowledgedOn,
    overview.feedbackOn,
    overview.outcome,
    overview.status,
    overview.labels,
    overview.responsible,
    overview.due === null ? null : [overview.due.what, overview.due.by, overview.due.days],
    overview.feedbackExtendedTo,
    (overview.acknowledgementWaived ? 1 : 0) +
      2 * INVESTIGATED.indexOf(overview.investigated) +
      (overview.exportWaits ? 8 : 0) +
      (overview.stillNeeded ? 16 : 0) +
      (overview.dataRequest ? 32 : 0) +
      (overview.unreachable ? 64 : 0),
    overview.receivedOn,
  ];
  const padded = pad(toJsonBytes(fields), OVERVIEW_BYTES);
  const { compartment } = epoch;
  // nobody who lists the case could open it
  if (compartment === 'identity') throw new ProtocolError('wrong_compartment');
  const context = [epoch.case, compartment, epoch.epoch];
  return {
    compartment,
    epoch: epoch.epoch,
    box: toBase64(sealBox(overviewKey(epoch), 'overview', context, padded)),
  };
}

/** Opens an overview. Throws as `openBox` does, or `malformed`. */
export function openOverview(epoch: EpochKey, sealed: SealedOverview): Overview {
  const context = [epoch.case, epoch.compartment, epoch.epoch];
  const padded = openBox(overviewKey(epoch), 'overview', context, fromBase64(sealed.box));
  const [
    title,
    category,
    acknowledgedOn,
    feedbackOn,
    outcome,
    status,
    labels,
    responsible,
    due,
    feedbackExtendedTo,
    marks,
    receivedOn,
  ] = fromJsonBytes(Sealed, unpad(padded));
  return {
    title,
    category,
    acknowledgedOn,
    feedbackOn,
    outcome,
    status,
    labels,
    responsible,
    due: due === null ? null : { what: due[0], by: due[1], days: due[2] },
    feedbackExtendedTo,
    acknowledgementWaived: (marks & 1) !== 0,
    unreachable: (marks & 64) !== 0,
    receivedOn,
    investigated: INVESTIGATED[(marks >> 1) & 3] ?? null,
    exportWaits: (marks & 8) !== 0,
    stillNeeded: (marks & 16) !== 0,
    dataRequest: (marks & 32) !== 0,
  };
}
