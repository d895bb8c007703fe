import type { Knex } from 'knex';
import {
  addDays,
  Directory,
  firstDayBy,
  fromBase64,
  fromJsonBytes,
  PRACTICE_DAYS,
  ruleOfChannel,
  SHORTER_TERM_DAYS,
  type Day,
  type RetentionAnswer,
  type RetentionRule,
  type RetentionTerm,
} from '../../crypto/public.js';
import type { CaseRow } from '../records/rows.js';
import { clockOf } from '../records/processed.js';
import { sameRule, termsOn, type Setting } from './rule.js';
import { directoriesAfter } from './store.js';

/** What says when a case is removed. */
export type RuledCase = Pick<
  CaseRow,
  | 'channel'
  | 'practice'
  | 'received_day'
  | 'closed_day'
  | 'processed_day'
  | 'processed_paused'
  | 'paused_day'
  | 'paused_days'
  | 'removal_day'
>;

/** By what a case was removed, as the log of operation tells it; `length` is its months or days. */
export interface RemovedBy {
  readonly kind: string;
  readonly length: number;
}

/** The rules of all channels on one day. */
export interface RetentionRules {
  /** Null where no directory ever named the channel: nothing says when to purge, so nothing is. */
  ruleOf(row: Pick<RuledCase, 'channel' | 'practice' | 'removal_day'>): RemovedBy | null;
  /**
   * The first day on which a purge removes a case, null while it is open, held or restricted, and
   * where the channel's rule names none. As long as a decision is pending it is not removed even then.
   */
  purgeOn(row: RuledCase): Day | null;
  /** What {@link purgeOn} would be, were this the channel's rule from today on. */
  wouldBe(row: RuledCase, rule: RetentionRule): Day | null;
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

/** The settings once another rule takes the place of the newest, on a day. */
function followedBy(settings: readonly Setting[], rule: RetentionRule, day: Day): Setting[] {
  const last = settings.at(-1);
  const before = settings.slice(0, -1);
  if (last !== undefined && !sameRule(last.rule, rule)) before.push({ ...last, until: day });
  return [...before, { rule, until: null }];
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
    const settings = histories.get(channel.id)?.settings ?? [];
    const rule = ruleOfChannel(channel);
    histories.set(channel.id, { channel, settings: followedBy(settings, rule, day) });
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

/** The first day on which a closed case goes by these terms, or since two handlers agreed to it. */
function dayOf(terms: readonly RetentionTerm[], row: RuledCase): Day | null {
  const { closed_day: closed, removal_day } = row;
  const clock = clockOf(row);
  if (closed === null || clock === null) return null;
  const facts = { received: row.received_day, closed, ...clock };
  const day = firstDayBy(terms, row.practice === 1, facts);
  return day === null || (removal_day !== null && removal_day < day) ? removal_day : day;
}

function rulesOn(today: Day, histories: ReadonlyMap<string, History>): RetentionRules {
  const known = new Map<string, RetentionTerm[]>();
  const termsOf = ({ channel, settings }: History): RetentionTerm[] => {
    const terms = known.get(channel.id) ?? termsOn(today, settings);
    known.set(channel.id, terms);
    return terms;
  };
  const wished = new WeakMap<RetentionRule, Map<string, RetentionTerm[]>>();
  /** The terms of a channel, were this its rule; worked out once for each rule that is asked about. */
  const termsWith = (history: History, rule: RetentionRule): RetentionTerm[] => {
    const byChannel = wished.get(rule) ?? new Map<string, RetentionTerm[]>();
    wished.set(rule, byChannel);
    const id = history.channel.id;
    const terms = byChannel.get(id) ?? termsOn(today, followedBy(history.settings, rule, today));
    byChannel.set(id, terms);
    return terms;
  };
  return {
    ruleOf({ channel, practice, removal_day }) {
      const history = histories.get(channel);
      if (history === undefined) return null;
      if (removal_day !== null && removal_day <= today) return { kind: 'agreed_by_two', length: 0 };
      if (practice === 1) return { kind: 'practice_days_after_closure', length: PRACTICE_DAYS };
      const [now] = termsOf(history);
      const months = ({ clauses }: RetentionRule): number => clauses[0]?.months ?? 0;
      // of several that count, the one that keeps longest is told
      const rule = now?.rules.toSorted((a, b) => months(b) - months(a))[0];
      const [first, ...more] = rule?.clauses ?? [];
      const isPlain = more.length === 0 && first?.kind === 'at_most' && first.anchor === 'closure';
      return {
        kind: isPlain ? 'months_after_closure' : 'channel_rule',
        length: first?.months ?? 0,
      };
    },
    purgeOn(row) {
      const history = histories.get(row.channel);
      return history === undefined ? null : dayOf(termsOf(history), row);
    },
    wouldBe(row, rule) {
      const history = histories.get(row.channel);
      return history === undefined ? null : dayOf(termsWith(history, rule), row);
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
