import type { Knex } from 'knex';
import {
  isAlone,
  isEpochEntry,
  noteMembers,
  nothingErased,
  type ReaderId,
} from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';
import type { DirectoryLookup } from '../records/directory.js';
import type { CaseRow } from '../records/rows.js';
import { readEpochs } from '../records/service.js';
import { readEpochBody } from '../records/rules.js';

/**
 * Checks that a handler may agree to the removal of a closed case: another one proposed it, who is not
 * the same person under keys from before; alone acts only who is the one handler that ever could read
 * the case, but for those who left. As with erasing, taking others off the case first helps nobody.
 *
 * @throws ApiError `removal_unconfirmed`.
 */
export async function checkRemoval(
  trx: Knex,
  row: Pick<CaseRow, 'id' | 'removal_by'>,
  reader: ReaderId,
  lookup: DirectoryLookup,
): Promise<void> {
  const isHandler = (id: string): boolean => lookup.reader(id)?.part === 'handler';
  const person = (id: string): string => lookup.person(id);
  const { removal_by: proposer } = row;
  if (!isHandler(reader)) throw new ApiError('removal_unconfirmed');
  if (proposer !== null && person(proposer) !== person(reader)) return;
  const ever = nothingErased();
  for (const compartment of ['dialogue', 'internal'] as const) {
    for (const entry of await readEpochs(trx, row.id, compartment)) {
      if (isEpochEntry(entry)) noteMembers(ever, readEpochBody(entry));
    }
  }
  const alone = isAlone(ever, reader, { ever: isHandler, now: isHandler, person });
  if (proposer === null || !alone) throw new ApiError('removal_unconfirmed');
}
