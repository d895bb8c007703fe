import type { Knex } from 'knex';
import {
  aloneness,
  type DeskCase,
  type Effect,
  type NewEntry,
  type Party,
  type ReaderId,
} from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import type { DirectoryLookup } from '../records/directory.js';
import { clockOf } from '../records/processed.js';
import type { CaseRow } from '../records/rows.js';
import { readEpochs, readRecused } from '../records/service.js';
import { readEpochBody } from '../records/rules.js';
import { dialogueRecordsAmong, newestDecisive } from '../records/store.js';
import { isRemoval } from './rules.js';
import { readersOf } from './store.js';

/**
 * Checks that whoever proposes or agrees to a removal, closes a case, or decides that nothing further
 * follows knew what the reporter wrote last; of a removal also whether the case was reopened or closed
 * anew since. A desk would take the word for void there ({@link removalStanding}), and so never
 * believe the day that comes of it.
 *
 * @param row the case before the entries were added, which stand there now: the word may name one.
 * @throws ApiError `removal_outdated`, or `case_unread` of the others.
 */
export async function checkKnown(
  trx: Knex,
  row: Pick<CaseRow, 'id' | 'reporter_sequence'>,
  entries: readonly Pick<NewEntry, 'header'>[],
  effect: Effect | null,
): Promise<void> {
  const removes = isRemoval(effect);
  if (!removes && effect !== 'close' && effect !== 'nothing_further') return;
  const word = entries.find(({ header }) => header.effect === effect);
  const seen = word?.header.seen ?? null;
  const [known] = await dialogueRecordsAmong(trx, row.id, seen === null ? [] : [seen]);
  const least = removes ? await newestDecisive(trx, row.id) : row.reporter_sequence;
  if ((known?.sequence ?? 0) >= least) return;
  throw new ApiError(removes ? 'removal_outdated' : 'case_unread');
}

/** How far a removal was agreed, as the server tells the desk. */
export function removalToldOf({
  removal_by,
  removal_day,
}: Pick<CaseRow, 'removal_by' | 'removal_day'>): Pick<DeskCase, 'removal'> {
  if (removal_day !== null) return { removal: 'agreed' };
  return removal_by === null ? {} : { removal: 'proposed' };
}

/** What a case's days are counted by, as far as they are counted now. */
export function clockToldOf(row: CaseRow): Pick<DeskCase, 'clock'> {
  const clock = clockOf(row);
  return clock === null ? {} : { clock };
}

/**
 * Checks that a handler may agree to the removal of a closed case: another one proposed it, who is not
 * the same person under keys from before, still reads the case, and can sign in; alone acts only who is the one handler that ever could read
 * the case, or whom all the others left alone, by leaving the organisation or declaring a conflict. As
 * with erasing, taking others off the case first helps nobody.
 *
 * @param canBeLetIn whether somebody else could be given the case.
 * @throws ApiError `removal_unconfirmed`, or `alone_needs_another` for who was left alone where
 * somebody else could agree.
 */
export async function checkRemoval(
  trx: Knex,
  row: Pick<CaseRow, 'id' | 'removal_by'>,
  reader: ReaderId,
  lookup: DirectoryLookup,
  canBeLetIn: () => Promise<boolean>,
): Promise<void> {
  const isHandler = (id: string): boolean => lookup.reader(id)?.part === 'handler';
  const person = (id: string): string => lookup.person(id);
  const { removal_by: proposer } = row;
  if (!isHandler(reader)) throw new ApiError('removal_unconfirmed');
  if (proposer !== null && person(proposer) !== person(reader)) {
    const reads = (await readersOf(trx, row.id)).has(proposer);
    if (reads && isHandler(proposer) && lookup.canSignIn(proposer)) return;
    throw new ApiError('removal_unconfirmed');
  }
  const members = new Set<Party>();
  for (const compartment of ['dialogue', 'internal'] as const) {
    for (const entry of await readEpochs(trx, row.id, compartment)) {
      for (const { id } of readEpochBody(entry).members) members.add(id);
    }
  }
  const recused = new Set(await readRecused(trx, row.id, lookup));
  const handlers = { ever: (id: string) => lookup.wasHandler(id), now: isHandler, person };
  const alone = aloneness({ members, recused }, reader, handlers);
  if (proposer === null || alone === 'no') throw new ApiError('removal_unconfirmed');
  if (alone === 'left' && (await canBeLetIn())) throw new ApiError('alone_needs_another');
}
