import type { Knex } from 'knex';
import {
  channelReaders,
  isEpochEntry,
  recordHashOf,
  type Day,
  type Directory,
  type Effect,
  type HandlerAppend,
  type ReaderId,
  type VerifiedDirectory,
} from '../../crypto/public.js';
import type { ErrorCode } from '../http/errors.js';
import type { DirectoryLookup } from '../records/directory.js';
import { NO_REMOVAL } from '../records/facts.js';
import type { CaseRow } from '../records/rows.js';
import { readEpochBody } from '../records/rules.js';
import { aloneFrom } from '../records/leavers.js';
import { readEpochs, readRecused } from '../records/service.js';
import { hasRecord } from '../records/store.js';
import { wasOpenedOn } from './store.js';

/** The directories of before, by version. */
export type ReadDirectory = (db: Knex, version: number) => Promise<VerifiedDirectory | null>;

/** Whether somebody declares with a request that they take no part in its case any more. */
export function isRecusal({ entries }: Pick<HandlerAppend, 'entries'>): boolean {
  return entries.some(
    (entry) =>
      isEpochEntry(entry) &&
      entry.header.compartment === 'dialogue' &&
      readEpochBody(entry).recuses === true,
  );
}

/** Whether somebody opens keys of the notes without themselves. */
function leavesNotes({ entries }: Pick<HandlerAppend, 'entries'>): boolean {
  return entries.some(
    (entry) =>
      isEpochEntry(entry) &&
      entry.header.compartment === 'internal' &&
      !readEpochBody(entry).members.some(({ id }) => id === entry.header.author),
  );
}

/**
 * Whether a request by which somebody went stands already: its answer was lost. Only on the day on which
 * they were last given the case, so that nobody learns later, by sending it again, whether the case
 * is still there.
 */
export async function hasGone(
  db: Knex,
  id: string,
  reader: ReaderId,
  request: HandlerAppend,
  day: Day,
): Promise<boolean> {
  const [first] = request.entries;
  const isOwn = request.entries.every(({ header }) => header.author === reader);
  if (first === undefined || !isOwn || !isRecusal(request)) return false;
  return (await wasOpenedOn(db, id, reader, day)) && hasRecord(db, id, recordHashOf(first));
}

/**
 * What a request changes for whoever is left alone, or may be once. Who declares a conflict takes along
 * what was proposed and agreed about removing the case; from then on, and from each proposal to erase,
 * a time runs before somebody left alone can erase by themselves.
 */
export function changesForAlone(
  request: HandlerAppend,
  effect: Effect | null,
  day: Day,
): Partial<Pick<CaseRow, 'alone_from_day' | 'removal_by' | 'removal_day'>> {
  const from = { alone_from_day: aloneFrom(day) };
  if (isRecusal(request)) return { ...from, ...NO_REMOVAL };
  // a desk cannot tell one who leaves in silence from one who declares it, in the notes
  if (leavesNotes(request)) return NO_REMOVAL;
  return effect === 'propose_erasure' ? from : {};
}

/**
 * Why a handler whom all others left alone in a case may not act by themselves: somebody else
 * can be given access and agree (`alone_needs_another`), or what was proposed stands for too short a
 * time (`alone_too_early`). Null where they may.
 */
export async function whyNotAlone(
  trx: Knex,
  row: CaseRow,
  reader: ReaderId,
  day: Day,
  newest: Directory,
  lookup: DirectoryLookup,
  readDirectory: ReadDirectory,
): Promise<ErrorCode | null> {
  if (await canBeLetIn(trx, row, reader, newest, lookup, readDirectory)) {
    return 'alone_needs_another';
  }
  return row.alone_from_day === null || day < row.alone_from_day ? 'alone_too_early' : null;
}

/**
 * Whether some handler of the channel could be given the case: nobody who declared a conflict in it,
 * nor anybody whom its reporter left out. Whom that is the server tells from the first epoch: who
 * read the channel then and is not in it.
 */
export async function canBeLetIn(
  trx: Knex,
  row: CaseRow,
  reader: ReaderId,
  newest: Directory,
  lookup: Pick<DirectoryLookup, 'person'>,
  readDirectory: ReadDirectory,
): Promise<boolean> {
  const handlers = (directory: Directory): Set<string> =>
    new Set(
      channelReaders(directory, row.channel).flatMap(({ record }) =>
        record.part === 'handler' ? lookup.person(record.id) : [],
      ),
    );
  const others = handlers(newest);
  others.delete(lookup.person(reader));
  for (const gone of await readRecused(trx, row.id, lookup)) others.delete(gone);
  if (others.size === 0) return false;
  const [first] = await readEpochs(trx, row.id, 'dialogue');
  if (first === undefined) throw new Error('a case without an epoch');
  const { directory, members } = readEpochBody(first);
  const then = await readDirectory(trx, directory.version);
  if (then === null) throw new Error('an epoch under no directory');
  const chosen = new Set(members.map(({ id }) => lookup.person(id)));
  const leftOut = [...handlers(then.directory)].filter((id) => !chosen.has(id));
  for (const id of leftOut) others.delete(id);
  return others.size > 0;
}
