import * as v from 'valibot';
import {
  CaseId,
  type ChainContext,
  type Country,
  type Day,
  DeskCase,
  type DeskCase as DeskCaseAnswer,
  type Directory,
  EntryContent,
  type EpochKey,
  type EpochPlace,
  epochBodyOf,
  faultAgainstHead,
  faultInOrigin,
  faultInRemoval,
  faultInState,
  type Grant,
  type Head,
  isEpochEntry,
  type Member,
  openCase,
  openGrant,
  openHead,
  openOverview,
  openOwnKey,
  type OpenedCase,
  type Overview,
  type OwnKey,
  ProtocolError,
  type ProtocolFault,
  sealOwnKey,
  type SealedOverview,
  verifyEpochs,
} from '../../crypto/private.js';
import { countryOfCase } from '../case-country.js';
import { believed, overviewOf } from '../casework/overview.js';
import { saidIn } from '../casework/said.js';
import type { LoadedDirectory } from '../directory.js';
import { hashesOfVersions, type DirectoryWatch } from './directory-watch.js';
import type { DeskSession, SignedInState } from './session.js';

/** A case as a handler's desk fetched, verified and opened it. */
export interface OpenedForHandler {
  answer: DeskCaseAnswer;
  file: OpenedCase;
  overview: Overview;
  /** Whether lists show something else of the case, or nothing, since the sealed overview does. */
  misleading: boolean;
  /** Whose act its dates follow. */
  country: Country;
  /** Keys that came by grant and are now kept under the handler's own key. */
  newOwnKeys: OwnKey[];
  directory: LoadedDirectory;
  /** In which the days of its entries are counted. */
  timeZone: string;
  /** The day on which it was opened: guests whose access ended before get no new key. */
  today: Day;
  /** The newest members of the identity, as far as its epochs hold; the reporter is among them. */
  identityMembers: readonly Member[];
}

/** Tells what belongs to this compartment and epoch. */
export function samePlace(
  place: EpochPlace,
): (item: { compartment: string; epoch: number }) => boolean {
  return ({ compartment, epoch }) => compartment === place.compartment && epoch === place.epoch;
}

/** An epoch key from the handler's own copy, else from the grant. */
export function keyFrom(
  state: SignedInState,
  place: EpochPlace,
  commitment: string,
  own: OwnKey | undefined,
  grant: Grant | undefined,
): { key: EpochKey; byGrant: boolean } {
  if (own !== undefined) {
    try {
      const key = openOwnKey(own, place, commitment, state.keys.own, state.account.id);
      return { key, byGrant: false };
    } catch (error) {
      if (!(error instanceof ProtocolError) || grant === undefined) throw error;
    }
  }
  if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
  return { key: openGrant(grant, place, commitment, state.keys.kem), byGrant: true };
}

/** The oldest directory that an epoch of the case names; what cannot be read names none. */
function oldestNamed({ entries, identity }: DeskCaseAnswer, newest: number): number {
  const epochs = [...entries.filter(isEpochEntry), ...identity.epochs];
  const named = epochs.flatMap((entry) => {
    try {
      return [epochBodyOf(entry).directory.version];
    } catch {
      // openCase finds the same, and says so
      return [];
    }
  });
  return Math.min(newest, ...named);
}

/** What is wrong beside the chains: against the heads that were kept, and against the server's words. */
function otherFault(
  state: SignedInState,
  { head, case: facts, removal }: DeskCaseAnswer,
  file: OpenedCase,
  remembered: Head | null,
  directory: Directory,
): ProtocolFault | null {
  if (facts.id !== file.id) return 'wrong_case_id';
  try {
    const kept = head === null ? null : openHead(state.keys.own, file.id, state.account.id, head);
    for (const each of [kept, remembered]) {
      const fault = each === null ? null : faultAgainstHead(file, each);
      if (fault !== null) return fault;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.fault;
  }
  if (file.faults.length > 0) return null;
  return faultInState(file, facts) ?? faultInRemoval(file, facts, removal, directory);
}

/**
 * Fetches, verifies and opens a case. `remembered` is how far this session has seen it. Throws
 * ClientError `case_not_found`.
 */
export async function fetchCase(
  session: DeskSession,
  watch: DirectoryWatch,
  id: string,
  remembered: Head | null,
): Promise<OpenedForHandler> {
  const state = session.signedIn();
  const answer = await session.api.ask(DeskCase, {
    method: 'GET',
    path: `/api/desk/cases/${id}`,
    credential: state.credential,
  });
  return openAnswer(session, watch, id, answer, remembered);
}

/** Verifies and opens a case that was fetched; see {@link fetchCase}. */
export async function openAnswer(
  session: DeskSession,
  watch: DirectoryWatch,
  id: string,
  answer: DeskCaseAnswer,
  remembered: Head | null,
): Promise<OpenedForHandler> {
  const state = session.signedIn();
  // After the case, so that the directory knows whoever the case names.
  const directory = await watch.current();
  const versions = await watch.versionsSince(oldestNamed(answer, directory.directory.version));
  const directories = hashesOfVersions(versions);
  const newOwnKeys: OwnKey[] = [];
  const file = openCase({
    id: v.parse(CaseId, id),
    reporter: answer.reporter,
    entries: answer.entries,
    directory: directory.directory,
    directories,
    contents: EntryContent,
    withInternal: true,
    keyFor(place, commitment) {
      const at = samePlace(place);
      const { key, byGrant } = keyFrom(
        state,
        place,
        commitment,
        answer.keys.find(at),
        answer.grants.find(at),
      );
      if (byGrant) newOwnKeys.push(sealOwnKey(key, state.keys.own, state.account.id));
      return key;
    },
  });
  const fault = otherFault(state, answer, file, remembered, directory.directory);
  if (fault !== null) file.faults.push(fault);
  const origin = faultInOrigin(file, answer.case);
  if (origin !== null) file.notices.push(origin);
  // whoever reported could have named another directory than the server was told, as with the channel
  const { country, fault: otherCountry } = countryOfCase(file, answer.case, versions);
  if (otherCountry !== null) file.notices.push(otherCountry);
  const kept = keptOverview(file, answer.overview);
  // the title that whoever reported gave is the beginning of the report, and nothing else
  const title = answer.overview.compartment === 'internal' ? kept?.title : null;
  const today = session.today();
  const overview = overviewOf(title ?? null, saidIn(file, state.timeZone, country), today);
  const misleading = JSON.stringify(kept) !== JSON.stringify(overview);
  const identityMembers = membersOfIdentity(answer, {
    caseId: file.id,
    reporter: answer.reporter,
    directory: directory.directory,
    directories,
  });
  const { timeZone } = state;
  return {
    answer,
    file,
    overview,
    misleading,
    country,
    newOwnKeys,
    directory,
    timeZone,
    today,
    identityMembers,
  };
}

/** Whom the identity is sealed to; nobody where its epochs do not hold. */
function membersOfIdentity(
  { identity: { epochs: entries } }: DeskCaseAnswer,
  context: Omit<ChainContext, 'dialogue'>,
): readonly Member[] {
  if (entries.length === 0) return [];
  const { epochs, fault } = verifyEpochs(entries, context, 'identity');
  return fault === null ? (epochs.at(-1)?.body.members ?? []) : [];
}

/** The sealed overview; one that does not open is noticed, and the next entry seals another. */
function keptOverview(file: OpenedCase, sealed: SealedOverview): Overview | null {
  const compartment = file[sealed.compartment];
  if (compartment?.chain.epochs[sealed.epoch - 1] === undefined) {
    // whoever shows it hides entries
    if (file.faults.length === 0) file.faults.push('missing_entry');
    return null;
  }
  const key = compartment.keys.get(sealed.epoch);
  if (key === undefined) return null;
  try {
    return believed(openOverview(key, sealed), sealed);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    file.notices.push(error.fault);
    return null;
  }
}
