import type { Category, Outcome } from '../../../client/models.js';
import { AGES } from '../../../client/figures/ages.js';
import type { Told, ToldCounts, ToldFigures, ToldTimes } from '../../../client/figures/suppress.js';
import { plural, t } from '../strings.js';
import { categoryText, outcomeText } from './choices.js';
import { numberText } from './days.js';
import { channelName, type Desk } from './desk.js';

/** One line of a table of counts: what is counted, and how often; null where that is hidden. */
export interface CountLine {
  label: string;
  count: Told;
}

/** A table of the yearly figures. */
export type FiguresTable =
  | { kind: 'counts'; title: string; lines: CountLine[] }
  | { kind: 'cells'; title: string; head: string[]; rows: string[][] };

/** A number as the page writes it, or that it is hidden. */
export function toldText(told: Told): string {
  return told === null ? t('desk.figures.hidden') : numberText(told);
}

/** The largest first; what is hidden comes last, in one line without names. */
function countLines({ counts, hidden }: ToldCounts, nameOf: (key: string) => string): CountLine[] {
  const lines = Object.entries(counts)
    .map(([key, count]) => ({ label: nameOf(key), count }))
    .sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
  return withHidden(lines, hidden);
}

function withHidden(lines: readonly CountLine[], hidden: boolean): CountLine[] {
  if (!hidden) return [...lines];
  const name = lines.length === 0 ? 'all' : 'others';
  return [...lines, { label: t(`desk.figures.${name}`), count: null }];
}

function daysText(days: number | null): string {
  if (days === null) return '–';
  return Number.isInteger(days)
    ? plural('desk.figures.days', days)
    : t('desk.figures.days.other', { count: numberText(days) });
}

function timesRow(name: string, { done, within, limit, median, longest }: ToldTimes): string[] {
  return [
    t(`desk.figures.${name}`),
    toldText(done),
    within === null
      ? t('desk.figures.hidden')
      : t('desk.figures.within', { count: numberText(within), days: numberText(limit) }),
    daysText(median),
    daysText(longest),
  ];
}

/** The tables of a year, in the order in which they are read. */
export function figuresTables(desk: Desk, { year, open, openByAge }: ToldFigures): FiguresTable[] {
  const counts = (title: string, lines: CountLine[]): FiguresTable => ({
    kind: 'counts',
    title: t(`desk.figures.${title}`),
    lines,
  });
  const channel = (id: string): string =>
    channelName(desk, id) || t('desk.figures.channel_gone', { id: id.slice(0, 4) });
  const byAge = AGES.flatMap(({ name }): CountLine[] => {
    const count = openByAge.counts[name];
    return count === undefined ? [] : [{ label: t(`desk.figures.age.${name}`), count }];
  });
  const received = year.withoutOpen ? 'received_closed' : 'received';
  const column = (name: string): string => t(`desk.figures.column.${name}`);
  const tables: FiguresTable[] = [
    counts('totals', [
      { label: t(`desk.figures.${received}`), count: year.received },
      { label: t('desk.figures.closed'), count: year.closed },
      // an auditor reads no case, so that there is no number of open ones
      ...(desk.account.part === 'auditor' ? [] : [{ label: t('desk.figures.open'), count: open }]),
    ]),
    counts('by_channel', countLines(year.receivedByChannel, channel)),
    counts(
      'by_category',
      countLines(year.receivedByCategory, (key) => categoryText(key as Category)),
    ),
    counts(
      'by_outcome',
      countLines(year.closedByOutcome, (key) => outcomeText(key as Outcome)),
    ),
    counts('by_age', withHidden(byAge, openByAge.hidden)),
    {
      kind: 'cells',
      title: t('desk.figures.times'),
      head: ['what', 'done', 'in_time', 'median', 'longest'].map(column),
      rows: [
        timesRow('acknowledgement', year.acknowledgement),
        timesRow('feedback', year.feedback),
      ],
    },
    {
      kind: 'cells',
      title: t('desk.figures.money'),
      head: ['currency', 'cases', 'damage', 'recovered'].map(column),
      rows: year.money.map(({ currency, cases, damage, recovered }) => [
        currency,
        toldText(cases),
        toldText(damage),
        toldText(recovered),
      ]),
    },
  ];
  return tables.filter((table) => (table.kind === 'counts' ? table.lines : table.rows).length > 0);
}

/** The tables as lines of one file, each under its title. */
export function figuresFile(tables: readonly FiguresTable[], head: readonly string[]): string[][] {
  return [
    [...head],
    ...tables.flatMap((table) => [
      [],
      [table.title],
      ...(table.kind === 'counts'
        ? table.lines.map(({ label, count }) => [label, toldText(count)])
        : [table.head, ...table.rows]),
    ]),
  ];
}
