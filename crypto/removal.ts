import type { OpenedCase } from './case-file.js';
import { addDays } from './day.js';
import type { ProtocolFault } from './errors.js';
import type { Day } from './ids.js';
import { AGREED_REMOVAL_DAYS, PRACTICE_DAYS, removalDay, ruleOfChannel } from './retention.js';
import type { Directory } from './wire/directory.js';
import type { Effect } from './wire/entry.js';
import type { CaseFacts } from './wire/reports.js';
import type { RemovalStanding } from './wire/retention.js';

/** How far two handlers agreed to remove a closed case sooner than its rule. */
type Standing = 'none' | RemovalStanding;

const removalEffects: ReadonlySet<Effect | null> = new Set<Effect | null>([
  'propose_removal',
  'decline_removal',
  'remove',
  'hold',
  'restrict',
  'restrict_part',
]);

/** What in the conversation ends an agreement; erasing there does not, as for the server. */
const ending: ReadonlySet<Effect | null> = new Set<Effect | null>(['close', 'reopen']);

/** What the signed entries say: the newest word counts, if nothing in the conversation ended it since. */
function signedStanding({ dialogue, internal }: OpenedCase): Standing {
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
 * How far two handlers agreed to remove a closed case sooner than its rule: by the signed entries the
 * newest word counts, if it was said since the case was closed and since the reporter wrote last; and
 * no more than the server says, which alone sees that the reporter wrote in the identity since.
 */
export function removalStanding(file: OpenedCase, told: RemovalStanding | undefined): Standing {
  if (told === undefined) return 'none';
  const signed = signedStanding(file);
  return signed === 'agreed' ? told : signed;
}

/** The earliest day on which a closed case goes by its channel's newest rule; null where none does. */
function earliestByRule(
  { channel: id, practice, receivedOn, closedOn }: CaseFacts,
  { channels }: Pick<Directory, 'channels'>,
): Day | null | undefined {
  const channel = channels.find((each) => each.id === id);
  if (channel === undefined || closedOn === null) return undefined;
  if (practice) return addDays(closedOn, PRACTICE_DAYS);
  const facts = { received: receivedOn, closed: closedOn, processed: closedOn };
  return removalDay(ruleOfChannel(channel), { ...facts, paused: 0, pausedSince: 0 });
}

/**
 * `wrong_facts` where the server names a day of removal before the one by the channel's newest rule,
 * which always counts, though no agreement stands. Handlers alone can tell, as they read what was
 * agreed. What the rule was before can only make the day later.
 */
export function faultInRemoval(
  file: OpenedCase,
  facts: CaseFacts,
  told: RemovalStanding | undefined,
  directory: Pick<Directory, 'channels'>,
): ProtocolFault | null {
  const { purgeOn } = facts;
  const earliest = earliestByRule(facts, directory);
  if (earliest === undefined || purgeOn === null) return null;
  if (earliest !== null && purgeOn >= earliest) return null;
  return removalStanding(file, told) === 'agreed' ? null : 'wrong_facts';
}

/**
 * Whether the server names a day sooner than so many days after two agreed, and sooner than the rule.
 * The day of agreeing is the word of whoever agreed, by their own clock, which may be ahead: so this
 * shuts no case, or one altered client could keep everybody from taking the removal back.
 *
 * @param agreedOn the day of the agreement that stands, in the organisation's time zone.
 */
export function isRemovedTooSoon(
  facts: CaseFacts,
  agreedOn: Day,
  directory: Pick<Directory, 'channels'>,
): boolean {
  const { purgeOn } = facts;
  const earliest = earliestByRule(facts, directory);
  if (earliest === undefined || purgeOn === null) return false;
  if (earliest !== null && purgeOn >= earliest) return false;
  // around midnight the clocks of desk and server can be of two days
  return purgeOn < addDays(agreedOn, AGREED_REMOVAL_DAYS - 1);
}
