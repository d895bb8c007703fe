import { verifyChain, type VerifiedChain, type VerifiedEpoch } from './chain.js';
import { openCompartment, type CompartmentInput, type OpenedCompartment } from './compartment.js';
import type { Report } from './content.js';
import { IdentityEntry } from './content/identity.js';
import { withSuccessors } from './directory.js';
import type { ProtocolFault } from './errors.js';
import { memberTerms } from './guest.js';
import type { CaseId } from './ids.js';
import { openOrigin, type CaseOrigin } from './origin.js';
import { caseIdOf } from './record.js';
import type { Directory } from './wire/directory.js';
import type { Compartment, Effect, Entry } from './wire/entry.js';
import type { CaseFacts } from './wire/reports.js';

/** A case as far as it could be verified. All three lists are empty where everybody is honest. */
export interface OpenedCase {
  id: CaseId;
  dialogue: OpenedCompartment;
  internal: OpenedCompartment | null;
  /** The reporter's own; null for everybody else, and where there is none. */
  identity: OpenedCompartment | null;
  report: Report | null;
  /** Who made the case. */
  origin: CaseOrigin;
  /** Who may never be given access: the reporter left them out. */
  leftOut: Report['leftOut'];
  /** What only a server can have done: nothing may be written into such a case. */
  faults: ProtocolFault[];
  /** What a handler who is a member can mend by new keys: until then nothing else may be written. */
  mendable: ProtocolFault[];
  /** What stands in the case for good and hinders nobody: a member did it. */
  notices: ProtocolFault[];
}

/** What is needed to open a case. */
export interface CaseInput extends CompartmentInput {
  reporter: { kem: string; sig: string };
  entries: readonly Entry[];
  directory: Directory;
  /** Hashes of directory versions, as far as this client knows them for certain. */
  directories: ReadonlyMap<number, string>;
  /** Whether the internal compartment is this reader's to open. */
  withInternal: boolean;
  /** Whether the compartment of the identity is. */
  withIdentity?: boolean;
}

/** The notes belong to those readers who have the dialogue, no more and no fewer. */
function notesFit(dialogue: VerifiedChain, notes: VerifiedChain): boolean {
  const idsOf = (chain: VerifiedChain): string[] =>
    (chain.epochs.at(-1)?.body.members ?? [])
      .filter(({ id }) => id !== 'reporter')
      .map(memberTerms)
      .sort();
  const readers = idsOf(dialogue);
  const members = idsOf(notes);
  return readers.length === members.length && readers.every((id, at) => id === members[at]);
}

/**
 * Whom the report leaves out, also where they came back under new keys, but for those to whom its own
 * author gave the key all the same.
 */
function leftOutBy(
  report: Report | null,
  dialogue: VerifiedChain,
  directory: Directory,
): Report['leftOut'] {
  const given = new Set<string>(dialogue.epochs[0]?.body.members.map(({ id }) => id));
  const leftOut = (report?.leftOut ?? []).filter((id) => !given.has(id));
  return withSuccessors(directory, leftOut).filter((id) => !given.has(id));
}

/** What the case says of who made it; another epoch of another chain than the first says nothing. */
function originOf({ chain, keys }: OpenedCompartment, directory: Directory): CaseOrigin {
  const box = chain.epochs[0]?.body.origin;
  const key = keys.get(1);
  return box === undefined || key === undefined
    ? { made: 'unknown' }
    : openOrigin(key, box, directory);
}

/** Whoever the reporter left out and has, or had, keys nonetheless. */
function leftOutIn(opened: OpenedCase): { now: boolean; ever: boolean } {
  const leftOut: readonly string[] = opened.leftOut;
  const names = ({ body }: VerifiedEpoch): boolean =>
    body.members.some(({ id }) => leftOut.includes(id));
  const chains = [opened.dialogue.chain, ...(opened.internal ? [opened.internal.chain] : [])];
  return {
    now: chains.some(({ epochs }) => epochs.slice(-1).some(names)),
    ever: chains.some(({ epochs }) => epochs.some(names)),
  };
}

/**
 * Verifies and opens a case: the id against the reporter's keys, both chains, every epoch's key and
 * commitment, every entry, and that nobody whom the reporter left out was made a member. Throws
 * nothing of the protocol's: what does not hold is named in the result, and whatever holds is opened.
 */
export function openCase(input: CaseInput): OpenedCase {
  const { directory, directories, reporter } = input;
  const context = { caseId: input.id, reporter, directory, directories };
  const of = (compartment: Compartment): Entry[] =>
    input.entries.filter((entry) => entry.header.compartment === compartment);
  const chain = verifyChain('dialogue', of('dialogue'), { ...context, dialogue: null });
  const notes = input.withInternal ? of('internal') : [];
  const notesChain =
    notes.length > 0 ? verifyChain('internal', notes, { ...context, dialogue: chain }) : null;
  const dialogue = openCompartment(chain, input);
  const internal = notesChain === null ? null : openCompartment(notesChain, input);
  const own = input.withIdentity === true ? of('identity') : [];
  const ownChain =
    own.length > 0 ? verifyChain('identity', own, { ...context, dialogue: chain }) : null;
  const identity =
    ownChain === null ? null : openCompartment(ownChain, { ...input, contents: IdentityEntry });
  const first = dialogue.entries.at(0)?.content;
  const report = first?.kind === 'report' ? first : null;
  const opened: OpenedCase = {
    id: input.id,
    dialogue,
    internal,
    identity,
    report,
    origin: input.opens === undefined ? originOf(dialogue, directory) : { made: 'unknown' },
    leftOut: leftOutBy(report, chain, directory),
    faults: [],
    mendable: [],
    notices: [],
  };
  const { faults, mendable, notices } = opened;
  if (caseIdOf(reporter) !== input.id) faults.push('wrong_case_id');
  if (chain.fault !== null) faults.push(chain.fault);
  if (notesChain !== null) {
    if (notesChain.fault !== null) faults.push(notesChain.fault);
    if (!notesFit(chain, notesChain)) faults.push('wrong_epoch');
  }
  if (ownChain !== null && ownChain.fault !== null) faults.push(ownChain.fault);
  if (first === undefined && faults.length === 0) faults.push('missing_entry');
  for (const lost of [dialogue.lost, internal?.lost]) if (lost) mendable.push(lost);
  const leftOut = leftOutIn(opened);
  if (leftOut.ever) (leftOut.now ? mendable : notices).push('left_out_member');
  return opened;
}

/** Whether the newest of these two effects in a chain is the first. */
function lasts(chain: VerifiedChain | undefined, effect: Effect, ends: Effect): boolean {
  const turn = chain?.records.findLast(({ entry: { header } }) =>
    [effect, ends].some((each) => each === header.effect),
  );
  return turn?.entry.header.effect === effect;
}

/**
 * `wrong_facts` where the server calls a case closed that nobody closed (it may reopen a case by
 * itself, where nobody decided about it in time), or names a day of removal for one that is held or
 * restricted, be it in part.
 */
export function faultInState(
  { dialogue, internal }: OpenedCase,
  facts: CaseFacts,
): ProtocolFault | null {
  const closed = lasts(dialogue.chain, 'close', 'reopen');
  const paused = (
    [
      ['hold', 'release'],
      ['restrict', 'unrestrict'],
      ['restrict_part', 'unrestrict_part'],
    ] as const
  ).some(([effect, ends]) => lasts(internal?.chain, effect, ends));
  const fits = (facts.closedOn === null || closed) && (facts.purgeOn === null || !paused);
  return fits ? null : 'wrong_facts';
}

/**
 * `wrong_facts` where the server names another channel than the report, or takes practice for a real
 * report or the reverse. A reporter knows that it lies; others cannot tell whether the reporter did,
 * in sealing another word than the server was told.
 */
export function faultInOrigin({ report }: OpenedCase, facts: CaseFacts): ProtocolFault | null {
  if (report === null) return null;
  const holds = report.channel === facts.channel && report.practice === facts.practice;
  return holds ? null : 'wrong_facts';
}
