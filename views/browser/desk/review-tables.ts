import { couldReadOn, type Tenure } from '../../../client/access-review.js';
import type { AccessReview, ReviewCaseView, ReviewPersonView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText } from './days.js';
import {
  caseReference,
  endText,
  letInText,
  pointText,
  whyText,
  type ReviewNames,
} from './review-texts.js';

/** One row of an answer: what it is about, and sentences about it. */
export interface ReviewRow {
  /** Null for a channel. */
  row: ReviewCaseView | null;
  title: string;
  facts: string[];
  lines: string[];
}

/** An answer on the page, and the same as a table to save. */
export interface ReviewAnswer {
  title: string;
  channels: ReviewRow[];
  cases: ReviewRow[];
  /** The table's lines, its head first; titles of cases stand in it where they are wanted. */
  table(titles: boolean): string[][];
}

function titleOf(row: ReviewCaseView): string {
  return row.title === '' ? caseReference(row) : row.title;
}

function factsOf(row: ReviewCaseView, names: ReviewNames): string[] {
  return [
    names.channel(row.channel),
    // without a title the reference stands in its place
    ...(row.title === '' ? [] : [caseReference(row)]),
    t(`desk.review.state.${row.state}`),
  ];
}

function caseCells(row: ReviewCaseView, names: ReviewNames, titles: boolean): string[] {
  return [
    row.id.slice(0, 8),
    ...(titles ? [row.title] : []),
    names.channel(row.channel),
    row.receivedOn,
    row.practice ? t('desk.row.practice') : '',
  ];
}

function caseHead(titles: boolean): string[] {
  return [
    t('desk.review.column.case'),
    ...(titles ? [t('desk.review.column.title')] : []),
    t('desk.review.column.channel'),
    t('desk.review.column.received'),
    t('desk.review.column.practice'),
  ];
}

/** Who could read each case, and new reports, on one day. */
export function dayAnswer(
  review: AccessReview,
  cases: readonly ReviewCaseView[],
  names: ReviewNames,
  day: string,
): ReviewAnswer {
  const byCase = new Map<string, Tenure[]>();
  for (const tenure of review.tenures) {
    const own = byCase.get(tenure.caseId);
    if (own === undefined) byCase.set(tenure.caseId, [tenure]);
    else own.push(tenure);
  }
  const readers = (row: ReviewCaseView): { person: string; sure: boolean }[] => {
    const found = new Map<string, boolean>();
    for (const tenure of byCase.get(row.id) ?? []) {
      const answer = couldReadOn(tenure, day);
      if (answer === 'no') continue;
      found.set(tenure.person, answer === 'yes' || found.get(tenure.person) === true);
    }
    return [...found].map(([person, sure]) => ({ person, sure }));
  };
  const shown = (person: string, sure: boolean): string =>
    sure ? names.person(person) : t('desk.review.perhaps', { name: names.person(person) });
  const known = cases.filter(({ receivedOn }) => receivedOn <= day);
  const channels = new Map<string, ReviewPersonView[]>();
  for (const person of review.people) {
    for (const { channel, from, until } of person.channels) {
      if (from > day || (until !== null && until < day)) continue;
      channels.set(channel, [...(channels.get(channel) ?? []), person]);
    }
  }
  return {
    title: t('desk.review.on', { day: dayText(day) }),
    channels: [...channels].map(([channel, people]) => ({
      row: null,
      title: names.channel(channel),
      facts: [],
      lines: [people.map(({ name }) => name).join(', ')],
    })),
    cases: known.map((row) => ({
      row,
      title: titleOf(row),
      facts: factsOf(row, names),
      lines: [
        readers(row)
          .map(({ person, sure }) => shown(person, sure))
          .join(', ') || t('desk.review.nobody_read'),
      ],
    })),
    table: (titles) => [
      [
        t('desk.review.column.day'),
        ...caseHead(titles),
        t('desk.review.column.person'),
        t('desk.review.column.certain'),
      ],
      ...[...channels].flatMap(([channel, people]) =>
        people.map(({ name }) => [
          day,
          t('desk.review.new_reports'),
          ...(titles ? [''] : []),
          names.channel(channel),
          '',
          '',
          name,
          t('desk.review.yes'),
        ]),
      ),
      ...known.flatMap((row) =>
        readers(row).map(({ person, sure }) => [
          day,
          ...caseCells(row, names, titles),
          names.person(person),
          sure ? t('desk.review.yes') : t('desk.review.maybe'),
        ]),
      ),
    ],
  };
}

/** What one person could read, from when until when, and why. */
export function personAnswer(
  review: AccessReview,
  cases: readonly ReviewCaseView[],
  names: ReviewNames,
  id: string,
): ReviewAnswer {
  const person = review.people.find((each) => each.id === id);
  const rows = new Map(cases.map((row) => [row.id, row]));
  const own = review.tenures
    .flatMap((tenure): { tenure: Tenure; row: ReviewCaseView }[] => {
      const row = rows.get(tenure.caseId);
      return tenure.person === id && row !== undefined ? [{ tenure, row }] : [];
    })
    .sort((a, b) => (a.tenure.from.earliest < b.tenure.from.earliest ? 1 : -1));
  const periods = person?.channels ?? [];
  return {
    title: names.person(id),
    channels: periods.map((period) => ({
      row: null,
      title: names.channel(period.channel),
      facts: [],
      lines: [
        t('desk.review.from', { from: dayText(period.from), why: letInText(period, names) }),
        period.until === null
          ? t('desk.review.goes_on')
          : t('desk.review.until', {
              until: dayText(period.until),
              why: t('desk.review.end.left'),
            }),
      ],
    })),
    cases: own.map(({ tenure, row }) => ({
      row,
      title: titleOf(row),
      facts: factsOf(row, names),
      lines: [
        t('desk.review.from', { from: pointText(tenure.from), why: whyText(tenure, names) }),
        tenure.until === null
          ? t('desk.review.goes_on')
          : t('desk.review.until', {
              until: pointText(tenure.until),
              why: endText(tenure, names),
            }),
      ],
    })),
    table: (titles) => [
      [
        t('desk.review.column.person'),
        ...caseHead(titles),
        t('desk.review.column.from'),
        t('desk.review.column.why'),
        t('desk.review.column.until'),
        t('desk.review.column.end'),
      ],
      ...periods.map((period) => [
        names.person(id),
        t('desk.review.new_reports'),
        ...(titles ? [''] : []),
        names.channel(period.channel),
        '',
        '',
        period.from,
        letInText(period, names),
        period.until ?? '',
        period.until === null ? '' : t('desk.review.end.left'),
      ]),
      ...own.map(({ tenure, row }) => [
        names.person(id),
        ...caseCells(row, names, titles),
        cellOf(tenure.from),
        whyText(tenure, names),
        tenure.until === null ? '' : cellOf(tenure.until),
        tenure.until === null ? '' : endText(tenure, names),
      ]),
    ],
  };
}

/** A point as other programs read it. */
function cellOf({ at, earliest, latest }: Tenure['from']): string {
  return at ?? (earliest === latest ? earliest : `${earliest}/${latest}`);
}
