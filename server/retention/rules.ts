import type { Knex } from 'knex';
import {
  addDays,
  Directory,
  fromBase64,
  fromJsonBytes,
  SHORTER_TERM_DAYS,
  type Day,
  type RetentionAnswer,
  type RetentionTerm,
} from '../../crypto/public.js';
import type { CaseRow } from '../records/rows.js';
import { firstDayBy, ruleFor, termsOn, type RetentionRule, type Setting } from './rule.js';
import { directoriesAfter } from './store.js';

/** The rules of all channels on one day. */
export interface RetentionRules {
  /** Null where no directory ever named the channel: nothing says when to purge, so nothing is. */
  ruleOf(row: Pick<CaseRow, 'channel' | 'practice'>): RetentionRule | null;
  /**
   * The first day on which a purge removes a case, null while it is open, held or restricted. As long
   * as a decision is pending it is not removed even then.
   */
  purgeOn(
    row: Pick<CaseRow, 'channel' | 'practice' | 'closed_day' | 'paused_day' | 'paused_days'>,
  ): Day | null;
  /** The terms of every channel that a directory ever named. */
  terms(): Omit<RetentionAnswer, 'waits'>;
  /** What a channel was last called, by language. */
  namesOf(channel: string): Readonly<Record<string, string>>;
}

/** Reads the rules that are in force on a day. */
export type ReadRules = (db: Knex, today: Day) => Promise<RetentionRules>;

/** The terms of all channels today, and whether removing waits, for the desk. */
export type ReadTerms = () => Promise<RetentionAnswer>;

type Channel = Directory['channels'][number];

/** A channel as a version last named it, with every setting that it ever had. */
interface History {
  channel: Channel;
  settings: Setting[];
}

/**
 * Makes the reader of rules: the settings of each channel in all directories, by the days on which
 * the server took them. What a document says of its own day counts for nothing here. A channel that
 * the newest no longer names keeps the setting of the last version that did. Versions are read once.
 */
export function createRules(): ReadRules {
  const histories = new Map<string, History>();
  let version = 0;

  function follow(channel: Channel, day: Day): void {
    const months = channel.retentionMonths;
    const history = histories.get(channel.id);
    const last = history?.settings.at(-1);
    const settings = history?.settings.slice(0, -1) ?? [];
    if (last !== undefined && last.months !== months) settings.push({ ...last, until: day });
    histories.set(channel.id, { channel, settings: [...settings, { months, until: null }] });
  }

  return async (db, today) => {
    for (const row of await directoriesAfter(db, version)) {
      const directory = fromJsonBytes(Directory, fromBase64(row.document));
      for (const channel of directory.channels) follow(channel, row.day);
      version = row.version;
    }
    return rulesOn(today, histories);
  };
}

function rulesOn(today: Day, histories: ReadonlyMap<string, History>): RetentionRules {
  const known = new Map<string, RetentionTerm[]>();
  const termsOf = ({ channel, settings }: History): RetentionTerm[] => {
    const terms = known.get(channel.id) ?? termsOn(today, settings);
    known.set(channel.id, terms);
    return terms;
  };
  return {
    ruleOf({ channel, practice }) {
      const history = histories.get(channel);
      const [now] = history === undefined ? [] : termsOf(history);
      return now === undefined ? null : ruleFor(practice === 1, now.months);
    },
    purgeOn({ channel, practice, closed_day, paused_day, paused_days }) {
      const history = histories.get(channel);
      if (history === undefined || closed_day === null || paused_day !== null) return null;
      return firstDayBy(termsOf(history), practice === 1, closed_day, paused_days);
    },
    terms: () => ({
      shorterFrom: addDays(today, SHORTER_TERM_DAYS),
      channels: [...histories.values()].map((history) => ({
        channel: history.channel.id,
        terms: termsOf(history),
      })),
    }),
    namesOf: (channel) => histories.get(channel)?.channel.names ?? {},
  };
}
