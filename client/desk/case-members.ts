import {
  channelGuests,
  channelReaders,
  type Day,
  type Directory,
  type Member,
  type Party,
  type Reader,
  recusedIn,
  withSuccessors,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { OpenedForHandler } from './case-opening.js';

/** The dialogue's members by its newest epoch, the reporter among them. */
export function newestMembers({ file }: Pick<OpenedForHandler, 'file'>): Member[] {
  return file.dialogue.chain.epochs.at(-1)?.body.members ?? [];
}

/**
 * The dialogue's members who go on. Whoever left the organisation gets no new key, nor does somebody
 * whom the reporter left out and another handler let in, nor a guest whose access has ended.
 */
export function stayingMembers(
  opened: Pick<OpenedForHandler, 'file' | 'directory' | 'today'>,
): Member[] {
  const leftOut: readonly string[] = opened.file.leftOut;
  const { readers } = opened.directory.directory;
  const active = new Set<string>(
    readers.filter(({ state }) => state === 'active').map(({ record }) => record.id),
  );
  return newestMembers(opened).filter(
    (member) =>
      member.id === 'reporter' ||
      (active.has(member.id) && !leftOut.includes(member.id) && !hasEnded(member, opened.today)),
  );
}

/** Whether somebody is a guest whose last day is over. */
function hasEnded({ guest }: Member, today: Day): boolean {
  return guest !== undefined && guest.until < today;
}

/**
 * Everybody who has the newest keys of conversation or notes: the members, and whoever made them, who
 * need not be one.
 */
export function newestHolders({ file }: Pick<OpenedForHandler, 'file'>): ReadonlySet<Party> {
  const newest = [file.dialogue, file.internal].flatMap((each) => each?.chain.epochs.at(-1) ?? []);
  return new Set(
    newest.flatMap(({ entry, body }) => [entry.header.author, ...body.members.map(({ id }) => id)]),
  );
}

/** Those who have the newest keys and may have none any more. */
export function holdersWhoWent(
  opened: Pick<OpenedForHandler, 'file' | 'directory' | 'today'>,
): Party[] {
  const staying = new Set<Party>(stayingMembers(opened).map(({ id }) => id));
  return [...newestHolders(opened)].filter((id) => !staying.has(id));
}

/**
 * Whether somebody who reads the case no more has its newest keys: a guest whose access has ended, or
 * whoever made them and is no member, as who declares to take no part.
 */
export function isToBeRenewed(opened: OpenedForHandler): boolean {
  const members = newestMembers(opened);
  const named = new Set<Party>(members.map(({ id }) => id));
  return (
    [...newestHolders(opened)].some((id) => !named.has(id)) ||
    members.some((member) => hasEnded(member, opened.today))
  );
}

/** Those who declared to take no part in the case, under whatever keys. */
export function recusedFrom({ file, directory }: OpenedForHandler): ReadonlySet<string> {
  return new Set(withSuccessors(directory.directory, recusedIn(file.dialogue.chain.epochs)));
}

/** The handlers among the members who go on, without somebody. */
export function handlersBeside(opened: OpenedForHandler, without: string | null): Member[] {
  const { readers } = opened.directory.directory;
  return stayingMembers(opened).filter(
    ({ id }) =>
      id !== without && readers.some(({ record }) => record.id === id && record.part === 'handler'),
  );
}

/**
 * Checks that a case handler stays when somebody goes, and one who can sign in.
 *
 * @param closed accounts that nobody can sign in to, as far as they were asked for.
 * @throws ClientError `last_holder` or `handlers_locked_out`.
 */
export function checkSomebodyStays(
  opened: OpenedForHandler,
  without: string,
  closed: ReadonlySet<string> = new Set(),
): void {
  const staying = handlersBeside(opened, without);
  if (staying.length === 0) throw new ClientError('last_holder');
  if (staying.every(({ id }) => closed.has(id))) throw new ClientError('handlers_locked_out');
}

/**
 * Handlers of the channel who could be given access: not there yet, not left out, and not declared to
 * take no part.
 */
export function grantable(opened: OpenedForHandler): { id: string; name: string }[] {
  return couldJoin(opened, channelReaders);
}

/** Guests of the channel who could be given access: not there yet, and not left out. */
export function grantableGuests(opened: OpenedForHandler): { id: string; name: string }[] {
  return couldJoin(opened, channelGuests);
}

function couldJoin(
  opened: OpenedForHandler,
  people: (directory: Directory, channel: string) => Reader[],
): { id: string; name: string }[] {
  const present = new Set<string>(newestMembers(opened).map(({ id }) => id));
  // Where the report cannot be read nobody knows whom it leaves out.
  if (opened.file.report === null) return [];
  const { directory } = opened.directory;
  // also those in whose favour the report contradicts itself: the reporter named them
  const leftOut = new Set<string>(withSuccessors(directory, opened.file.report.leftOut));
  const recused = recusedFrom(opened);
  return people(directory, opened.answer.case.channel)
    .map(({ record: { id, name } }) => ({ id, name }))
    .filter(({ id }) => !present.has(id) && !leftOut.has(id) && !recused.has(id));
}
