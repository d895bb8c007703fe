import type { Knex } from 'knex';
import type {
  Directory,
  Holding,
  HoldingsAnswer,
  Reader,
  VerifiedDirectory,
} from '../../crypto/public.js';
import type { DeskSession } from '../accounts/sessions.js';
import { casesHeld } from './store.js';

/** Who holds cases that nobody else could go on with. */
export interface HoldingsService {
  /** Of the own account alone: a number of somebody else's would tell of cases that one cannot read. */
  list(session: DeskSession): Promise<HoldingsAnswer>;
  /** How many cases a handler leaves to nobody, where this directory comes into force. */
  leftBy(trx: Knex, reader: string, directory: Directory): Promise<number>;
}

export interface HoldingsOptions {
  db: Knex;
  directories: { current(db: Knex): Promise<VerifiedDirectory> };
  /** Ids of accounts that can be signed in to. */
  openAccounts: (db: Knex) => Promise<ReadonlySet<string>>;
}

/** Makes the service. */
export function createHoldings(options: HoldingsOptions): HoldingsService {
  const { db, directories, openAccounts } = options;

  const active = ({ readers }: Directory, part: Reader['record']['part']): string[] =>
    readers.flatMap(({ record, state }) =>
      state === 'active' && record.part === part ? record.id : [],
    );

  /** Those who go on with a case: a paper in a safe answers nobody, and neither does a closed account. */
  async function whoGoesOn(trx: Knex, directory: Directory): Promise<string[]> {
    const open = await openAccounts(trx);
    return active(directory, 'handler').filter((id) => open.has(id));
  }

  return {
    async list({ reader }) {
      return db.transaction(async (trx) => {
        const { directory } = await directories.current(trx);
        const others = await whoGoesOn(trx, directory);
        const papers = active(directory, 'recovery_officer');
        const holdings: Holding[] = [];
        for (const { record, state } of directory.readers) {
          if (record.id !== reader || state !== 'active' || record.part !== 'handler') continue;
          const { cases, alone } = await casesHeld(trx, record.id, others);
          const lost = await casesHeld(trx, record.id, [...others, ...papers]);
          holdings.push({ reader: record.id, cases, alone, paper: alone - lost.alone });
        }
        return { holdings };
      });
    },

    async leftBy(trx, reader, directory) {
      return (await casesHeld(trx, reader, await whoGoesOn(trx, directory))).alone;
    },
  };
}
