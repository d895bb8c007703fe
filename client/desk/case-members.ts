import { channelReaders, type Member, withSuccessors } from '../../crypto/private.js';
import type { OpenedForHandler } from './case-opening.js';

/** The dialogue's members by its newest epoch, the reporter among them. */
export function newestMembers({ file }: Pick<OpenedForHandler, 'file'>): Member[] {
  return file.dialogue.chain.epochs.at(-1)?.body.members ?? [];
}

/**
 * The dialogue's members who go on. Whoever left the organisation gets no new key, nor does somebody
 * whom the reporter left out and another handler let in.
 */
export function stayingMembers(opened: OpenedForHandler): Member[] {
  const leftOut: readonly string[] = opened.file.leftOut;
  const { readers } = opened.directory.directory;
  const active = new Set<string>(
    readers.filter(({ state }) => state === 'active').map(({ record }) => record.id),
  );
  return newestMembers(opened).filter(
    ({ id }) => id === 'reporter' || (active.has(id) && !leftOut.includes(id)),
  );
}

/** Handlers of the channel who could be given access: not there yet, and not left out. */
export function grantable(opened: OpenedForHandler): { id: string; name: string }[] {
  const present = new Set<string>(newestMembers(opened).map(({ id }) => id));
  // Where the report cannot be read nobody knows whom it leaves out.
  if (opened.file.report === null) return [];
  const { directory } = opened.directory;
  // also those in whose favour the report contradicts itself: the reporter named them
  const leftOut = new Set<string>(withSuccessors(directory, opened.file.report.leftOut));
  return channelReaders(directory, opened.answer.case.channel)
    .map(({ record: { id, name } }) => ({ id, name }))
    .filter(({ id }) => !present.has(id) && !leftOut.has(id));
}
