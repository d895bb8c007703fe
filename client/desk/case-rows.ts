import * as v from 'valibot';
import {
  addDays,
  type CaseListing,
  type Day,
  openHead,
  openOverview,
  type Overview,
  ReaderId,
  ProtocolError,
  isRemovedTooSoon,
  removalStanding,
} from '../../crypto/private.js';
import { accessViews, entryViews, originView, warningsOf, writableOf } from '../case-view.js';
import { caseworkOf } from '../casework/casework.js';
import { believed } from '../casework/overview.js';
import { coveredViews } from '../casework/parts.js';
import { requestOutcome } from '../casework/requests.js';
import { saidIn } from '../casework/said.js';
import type { CaseRow, HandlerCaseView } from '../models.js';
import { exportsIn, isOwnExport } from './case-exports.js';
import { caseIdentityView } from './case-identity.js';
import { grantable, grantableGuests, newestMembers, recusedFrom } from './case-members.js';
import { keyFrom, samePlace, type OpenedForHandler } from './case-opening.js';
import { erasesAlone } from './aloneness.js';
import { proposalsIn } from './erasure-proposals.js';
import { agreesToRemoval } from './removing.js';
import type { SignedInState } from './session.js';

function dueOf(overview: Overview | null): CaseRow['due'] {
  if (!overview?.due) return null;
  const { what, by, days } = overview.due;
  return { what, by, from: addDays(by, -days) };
}

function earlier(one: Day, other: Day): Day {
  return one < other ? one : other;
}

function countedBy({
  case: facts,
  clock,
}: Pick<CaseListing, 'case' | 'clock'>): CaseRow['counted'] {
  if (facts.closedOn === null || clock === undefined) return null;
  return { received: facts.receivedOn, closed: facts.closedOn, ...clock };
}

/** The facts of a row, without what its overview holds. */
function rowOf(
  answer: Pick<CaseListing, 'case' | 'clock' | 'decisionBy' | 'escalated' | 'opened'>,
  overview: Overview | null,
  unread: boolean,
  fault: CaseRow['fault'],
): CaseRow {
  const { id, channel, country, practice, receivedOn, closedOn, purgeOn } = answer.case;
  return {
    id,
    channel,
    country,
    practice,
    receivedOn: earlier(receivedOn, overview?.receivedOn ?? receivedOn),
    state: closedOn === null ? 'open' : 'closed',
    closedOn,
    purgeOn,
    counted: countedBy(answer),
    decisionBy: answer.decisionBy,
    escalated: answer.escalated,
    unread,
    opened: answer.opened,
    title: overview?.title ?? '',
    recorded: (overview?.receivedOn ?? null) !== null,
    dataRequest: overview?.dataRequest ?? false,
    category: overview?.category ?? 'unknown',
    acknowledgedOn: overview?.acknowledgedOn ?? null,
    feedbackOn: overview?.feedbackOn ?? null,
    acknowledgementWaived: overview?.acknowledgementWaived ?? false,
    unreachable: overview?.unreachable ?? false,
    exportWaits: overview?.exportWaits ?? false,
    stillNeeded: overview?.stillNeeded ?? false,
    feedbackExtendedTo: overview?.feedbackExtendedTo ?? null,
    investigated: overview?.status === 'investigation' ? true : (overview?.investigated ?? null),
    outcome: overview?.outcome ?? null,
    status: overview?.status ?? 'new',
    labels: overview?.labels ?? [],
    responsible: overview?.responsible ?? [],
    due: dueOf(overview),
    fault,
  };
}

/** Opens one row of the list. What cannot be opened is shown as such, never left out. */
export function openListing(state: SignedInState, listing: CaseListing): CaseRow {
  const { compartment, epoch } = listing.overview;
  const place = { case: listing.case.id, compartment, epoch };
  try {
    const own = 'recipient' in listing.key ? undefined : listing.key;
    const grant = 'recipient' in listing.key ? listing.key : undefined;
    if (!samePlace(place)(listing.key)) throw new ProtocolError('wrong_epoch');
    const { key } = keyFrom(state, place, listing.commitment, own, grant);
    const head =
      listing.head === null
        ? null
        : openHead(state.keys.own, place.case, state.account.id, listing.head);
    const unread = listing.newest.reporter > (head?.readThrough ?? 0);
    const overview = believed(openOverview(key, listing.overview), listing.overview);
    return rowOf(listing, overview, unread, null);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return rowOf(listing, null, true, error.fault);
  }
}

/** What is said of a removal, as far as it still stands: reopening and what a reporter writes undo it. */
function standingRemoval(
  { file, answer, directory }: OpenedForHandler,
  removal: HandlerCaseView['removal'],
): HandlerCaseView['removal'] {
  const standing = removalStanding(file, answer.removal, directory.directory);
  const none = { ...removal, agreedOn: null };
  if (standing === 'none') return { ...none, proposal: null, received: '' };
  const { agreedOn } = removal;
  if (standing === 'proposed' || agreedOn === null) return none;
  const tooSoon = isRemovedTooSoon(answer.case, agreedOn, directory.directory);
  return { ...removal, tooSoon };
}

/** An opened case as a page shows it. */
export function caseView(
  opened: OpenedForHandler,
  log: HandlerCaseView['log'],
  me: string,
): HandlerCaseView {
  const { answer, file, directory, timeZone, country } = opened;
  const said = saidIn(file, timeZone, country);
  const casework = caseworkOf(said);
  const party = v.parse(ReaderId, me);
  const entries = coveredViews(entryViews(file, directory.directory, answer.readings));
  const known = newestMembers(opened).flatMap(({ id, guest }) => {
    const reader = directory.directory.readers.find(({ record }) => record.id === id);
    return reader === undefined ? [] : [{ ...reader, guest }];
  });
  return {
    ...rowOf(
      { ...answer, opened: true },
      opened.overview,
      false,
      file.faults[0] ?? file.mendable[0] ?? null,
    ),
    country: opened.country,
    ...casework,
    requestOutcome: opened.overview.dataRequest ? requestOutcome(casework.requests) : null,
    removal: standingRemoval(opened, casework.removal),
    agreesToRemoval: agreesToRemoval(opened, party),
    identity: caseIdentityView(opened, me),
    erasures: proposalsIn(opened, party),
    erasesAlone: {
      dialogue: erasesAlone(opened, 'dialogue', party),
      internal: erasesAlone(opened, 'internal', party),
    },
    origin: originView(file, directory.directory, answer.case),
    entries,
    exports: exportsIn(opened, entries).map((each) => ({
      ...each,
      own: isOwnExport(opened, each, me),
    })),
    access: accessViews(file, directory.directory),
    readers: known.map(({ record: { id, name, part }, guest }) => ({
      id,
      name,
      part,
      ...(guest && { guest }),
    })),
    grantable: grantable(opened),
    grantableGuests: grantableGuests(opened),
    recused: directory.directory.readers.flatMap(({ record: { id, name }, state }) =>
      state === 'active' && recusedFrom(opened).has(id) ? [{ id, name }] : [],
    ),
    departed: known
      .filter(({ state }) => state !== 'active')
      .map(({ record: { id, name } }) => ({ id, name })),
    writable: writableOf(file),
    warnings: warningsOf(file),
    log,
  };
}
