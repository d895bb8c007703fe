import type { Knex } from 'knex';
import { Directory, fromBase64, fromJsonBytes, type Day } from '../../crypto/public.js';
import type { CaseRow } from '../records/rows.js';
import { firstDay, ruleFor, type RetentionRule } from './rule.js';
import { directoriesAfter } from './store.js';

/** The rules of all channels at one moment. */
export interface RetentionRules {
  /** Null where no directory ever named the channel: nothing says when to purge, so nothing is. */
  ruleOf(row: Pick<CaseRow, 'channel' | 'practice'>): RetentionRule | null;
  /**
   * The first day on which a purge removes a case, null while it is open. As long as a decision is
   * pending it is not removed even then.
   */
  purgeOn(row: Pick<CaseRow, 'channel' | 'practice' | 'closed_day'>): Day | null;
  /** What a channel was last called, by language. */
  namesOf(channel: string): Readonly<Record<string, string>>;
}

/** Reads the rules that are in force now. */
export type ReadRules = (db: Knex) => Promise<RetentionRules>;

/**
 * Makes the reader of rules: each channel's setting in the newest directory. A channel that it no
 * longer names keeps the setting of the last version that did. Versions are read once each.
 */
export function createRules(): ReadRules {
  const channels = new Map<string, Directory['channels'][number]>();
  let version = 0;
  const ruleOf: RetentionRules['ruleOf'] = ({ channel, practice }) => {
    const setting = channels.get(channel);
    return setting === undefined ? null : ruleFor(practice === 1, setting.retentionMonths);
  };
  const rules: RetentionRules = {
    ruleOf,
    purgeOn(row) {
      const rule = ruleOf(row);
      return rule === null || row.closed_day === null ? null : firstDay(rule, row.closed_day);
    },
    namesOf: (channel) => channels.get(channel)?.names ?? {},
  };
  return async (db) => {
    for (const row of await directoriesAfter(db, version)) {
      const directory = fromJsonBytes(Directory, fromBase64(row.document));
      for (const channel of directory.channels) channels.set(channel.id, channel);
      version = row.version;
    }
    return rules;
  };
}
