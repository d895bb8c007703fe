import type { OpenedCase } from './case-file.js';
import { addDays } from './day.js';
import type { ProtocolFault } from './errors.js';
import { PRACTICE_DAYS, removalDay, ruleOfChannel } from './retention.js';
import type { Directory } from './wire/directory.js';
import type { Effect } from './wire/entry.js';
import type { CaseFacts } from './wire/reports.js';

const removalEffects: ReadonlySet<Effect | null> = new Set<Effect | null>([
  'propose_removal',
  'decline_removal',
  'remove',
  'hold',
  'restrict',
]);

/** What in the conversation ends an agreement; erasing there does not, as for the server. */
const ending: ReadonlySet<Effect | null> = new Set<Effect | null>(['close', 'reopen']);

/**
 * What the signed entries say of removing a closed case sooner than its rule: the newest word counts,
 * if it was said since the case was closed and since the reporter wrote last, and if nobody declared
 * a conflict since.
 */
export function removalStanding({
  dialogue,
  internal,
}: OpenedCase): 'none' | 'proposed' | 'agreed' {
  const last = internal?.chain.records.findLast(({ entry: { header } }) =>
    removalEffects.has(header.effect),
  );
  const header = last?.entry.header;
  if (header === undefined) return 'none';
  // who declares a conflict signs such an epoch: what was agreed with them is agreed no more
  const left = internal?.chain.epochs.some(
    ({ entry: { header: opened }, body }) =>
      opened.sequence > header.sequence && !body.members.some(({ id }) => id === opened.author),
  );
  if (left === true) return 'none';
  const seen = dialogue.chain.records.findIndex(({ hash }) => hash === header.seen);
  const since = dialogue.chain.records.slice(seen + 1);
  const isOver = since.some(
    ({ entry: { header: said } }) => said.author === 'reporter' || ending.has(said.effect),
  );
  if (isOver) return 'none';
  if (header.effect === 'remove') return 'agreed';
  return header.effect === 'propose_removal' ? 'proposed' : 'none';
}

/**
 * `wrong_facts` where the server names a day of removal before the one by the channel's newest rule,
 * which always counts, though no signed entry agrees to it. Handlers alone can tell, as they read
 * what was agreed. What the rule was before can only make the day later.
 */
export function faultInRemoval(
  { internal }: OpenedCase,
  { channel: id, practice, receivedOn, closedOn, purgeOn }: CaseFacts,
  { channels }: Pick<Directory, 'channels'>,
): ProtocolFault | null {
  const channel = channels.find((each) => each.id === id);
  if (channel === undefined || closedOn === null || purgeOn === null) return null;
  const last = internal?.chain.records.findLast(({ entry: { header } }) =>
    removalEffects.has(header.effect),
  );
  if (last?.entry.header.effect === 'remove') return null;
  const facts = { received: receivedOn, closed: closedOn, processed: closedOn, paused: 0 };
  const earliest = practice
    ? addDays(closedOn, PRACTICE_DAYS)
    : removalDay(ruleOfChannel(channel), facts);
  return earliest === null || purgeOn < earliest ? 'wrong_facts' : null;
}
