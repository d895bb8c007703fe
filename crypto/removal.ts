import type { OpenedCase } from './case-file.js';
import type { OpenedCompartment } from './compartment.js';
import { addDays } from './day.js';
import { aloneness, handlersOf, type Handlers } from './erasing.js';
import type { ProtocolFault } from './errors.js';
import type { Day } from './ids.js';
import { AGREED_REMOVAL_DAYS, PRACTICE_DAYS, removalDay, ruleOfChannel } from './retention.js';
import type { Directory } from './wire/directory.js';
import type { Effect, EntryHeader, Party } from './wire/entry.js';
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

/** Whether a word stood alone that one person said twice; see {@link aloneness}. */
function isAlone(
  { dialogue, internal }: Record<'dialogue' | 'internal', OpenedCompartment>,
  { author, sequence }: EntryHeader,
  handlers: Handlers,
): boolean {
  // those who could read then: whoever was let in later takes nothing back by that
  const before = internal.chain.records.slice(0, sequence).map(({ entry }) => entry.header.seen);
  const { records } = dialogue.chain;
  const known = records.findLastIndex(({ hash }) => before.includes(hash));
  const epochs = [...records.slice(0, known + 1), ...internal.chain.records.slice(0, sequence)];
  const members = new Set(epochs.flatMap(({ epoch }) => epoch.body.members.map(({ id }) => id)));
  const { recused } = internal.chain.erasing;
  return aloneness({ members, recused }, author, handlers) !== 'no';
}

/**
 * What the signed entries say: the newest word counts, if nothing ended what was proposed since. Who is
 * left out by one epoch, or has left the organisation, agrees to nothing that comes later.
 */
function signedStanding({ dialogue, internal }: OpenedCase, handlers: Handlers): Standing {
  const words = (internal?.chain.records ?? []).flatMap(({ entry: { header } }) =>
    removalEffects.has(header.effect) ? [header] : [],
  );
  const last = words.at(-1);
  const proposal = words.findLast(({ effect }) => effect !== 'remove');
  if (internal === null || last === undefined || proposal?.effect !== 'propose_removal') {
    return 'none';
  }
  const isAgreed = last.effect === 'remove';
  const isOver = internal.chain.epochs.some(({ entry: { header }, body: { members } }) => {
    if (header.sequence < proposal.sequence) return false;
    const names = (party: Party): boolean => members.some(({ id }) => id === party);
    const counts = !isAgreed || header.sequence < last.sequence;
    // who declares a conflict signs such an epoch: what was agreed with them is agreed no more
    return !names(header.author) || (counts && !names(proposal.author));
  });
  const seen = dialogue.chain.records.findIndex(({ hash }) => hash === proposal.seen);
  const isUndone = dialogue.chain.records
    .slice(seen + 1)
    .some(({ entry: { header: said } }) => said.author === 'reporter' || ending.has(said.effect));
  if (isOver || isUndone || !handlers.ever(proposal.author)) return 'none';
  if (!isAgreed) return handlers.now(proposal.author) ? 'proposed' : 'none';
  const byTwo = handlers.person(last.author) !== handlers.person(proposal.author);
  const holds =
    handlers.ever(last.author) && (byTwo || isAlone({ dialogue, internal }, last, handlers));
  return holds ? 'agreed' : 'none';
}

/**
 * How far two handlers agreed to remove a closed case sooner than its rule: by the signed entries the
 * newest word counts, if it was said since the case was closed and since the reporter wrote last, by
 * two people, of whom the first still read the case then; and no more than the server says, which alone
 * sees that the reporter wrote in the identity since, or that an account was closed.
 */
export function removalStanding(
  file: OpenedCase,
  told: RemovalStanding | undefined,
  directory: Directory,
): Standing {
  if (told === undefined) return 'none';
  const signed = signedStanding(file, handlersOf(directory));
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
  directory: Directory,
): ProtocolFault | null {
  const { purgeOn } = facts;
  const earliest = earliestByRule(facts, directory);
  if (earliest === undefined || purgeOn === null) return null;
  if (earliest !== null && purgeOn >= earliest) return null;
  return removalStanding(file, told, directory) === 'agreed' ? null : 'wrong_facts';
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
