import { addDays, AGREED_REMOVAL_DAYS, type Day } from '../../../crypto/private.js';
import type { CaseRow, ChannelView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { keepingDays, type KeepingDays } from './keeping-days.js';

/** A line of a row about one of its dates, and how pressing it is, as class names. */
export interface DateLine {
  text: string;
  mark: string;
}

/** Days before a case has to be looked at from which on lists say so. */
const LOOK_DAYS = 60;

function channelOf({ directory }: Desk, row: CaseRow): ChannelView | undefined {
  return directory.channels.find(({ id }) => id === row.channel);
}

/** The days by which handlers have something to do, where nobody decided otherwise; null for none. */
interface DaysToAct {
  /** The earlier of the shorter times after which they remove it. */
  remove: string | null;
  /** By when somebody looks whether it is still needed. */
  look: string | null;
}

function daysToAct(days: KeepingDays, row: CaseRow, today: string): DaysToAct {
  // the day to look again is due then, among the dates of the case
  if (row.stillNeeded) return { remove: null, look: null };
  const { purgeOn } = row;
  const [first = null] = [days.shorter, days.uninvestigated].filter((day) => day !== null).sort();
  // it goes by itself, before or no later than if handlers agreed on it now
  const goes = purgeOn !== null && (first === null || purgeOn <= first);
  const goesSoon = purgeOn !== null && purgeOn <= addDays(today as Day, AGREED_REMOVAL_DAYS);
  return {
    remove: goes || goesSoon ? null : first,
    look: row.state === 'open' ? days.open : purgeOn === null ? days.review : null,
  };
}

/** Whether a time is over by which handlers were to remove a case, or to look whether it is needed. */
export function isKeptTooLong(desk: Desk, row: CaseRow, today: string): boolean {
  const channel = channelOf(desk, row);
  // the rule of most channels gives handlers nothing to do, and lists are long
  if (channel === undefined || channel.retention === null) return false;
  const { remove, look } = daysToAct(keepingDays(channel, row), row, today);
  // removing by two takes its time: so long before is when they have to agree
  const agreeBy = addDays(today as Day, AGREED_REMOVAL_DAYS);
  return (remove !== null && remove <= agreeBy) || (look !== null && look < today);
}

function removeText(day: string, { shorter }: KeepingDays, row: CaseRow): string {
  const values = { day: dayText(day) };
  if (row.state === 'open') return t('desk.row.uninvestigated_open', values);
  if (day === shorter) return t('desk.row.shorter', values);
  return row.investigated === null
    ? t('desk.row.uninvestigated_unknown', values)
    : t('desk.row.uninvestigated', values);
}

/** What a row says of keeping beside the day of removal. */
export function keepingLines(desk: Desk, row: CaseRow, today: string): DateLine[] {
  const days = keepingDays(channelOf(desk, row), row);
  const { remove, look } = daysToAct(days, row, today);
  const lines: DateLine[] = [];
  if (remove !== null) {
    const mark = remove <= addDays(today as Day, AGREED_REMOVAL_DAYS) ? 'soon' : 'calm';
    lines.push({ text: removeText(remove, days, row), mark: remove <= today ? 'late' : mark });
  }
  if (look !== null && look <= addDays(today as Day, LOOK_DAYS)) {
    const text = t('desk.row.look', { day: dayText(look) });
    lines.push({ text, mark: look < today ? 'late' : 'soon' });
  }
  return lines;
}
