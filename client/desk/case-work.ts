import * as v from 'valibot';
import {
  channelAuditors,
  COUNTED_DAYS_LIMIT,
  COUNTED_LIMIT,
  Day,
  daysBetween,
  type EntryContent,
  type FileReference,
  type GuestTerms,
  type HandlerAppend,
  type IdentityQuestion,
  type IdentityRequestEntry,
  isDataRequest,
  type Member,
  newId,
  OUTCOMES,
  type Overview,
  ReaderId,
  receiptDay,
  REQUEST_OUTCOMES,
  sealIdentityQuestion,
  sealStatistics,
  titleOf,
  withSuccessors,
  WorkId,
} from '../../crypto/private.js';
import { countedIn, moneyOf } from '../casework/figures.js';
import { overviewOf } from '../casework/overview.js';
import { requestOutcome, requestsOf } from '../casework/requests.js';
import { dayIn, type Said, saidIn } from '../casework/said.js';
import { checkTold } from '../casework/told.js';
import { ClientError } from '../errors.js';
import { custodiansIn } from './case-identity.js';
import { beginDraft, type CaseDraft } from './case-draft.js';
import {
  grantable,
  grantableGuests,
  checkSomebodyStays,
  holdersWhoWent,
  newestMembers,
  recusedFrom,
  stayingMembers,
} from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { SignedInState } from './session.js';

/**
 * A case ends as its kind does: a request about data as it was answered, a report never so.
 *
 * @throws ClientError `request_waits` where a request in it has no answer yet, `wrong_ending`.
 */
function checkEnding(said: Said, content: EntryContent): void {
  if (content.kind !== 'closure') return;
  if (!isDataRequest(said.origin)) {
    if (v.is(v.picklist(REQUEST_OUTCOMES), content.outcome)) throw new ClientError('wrong_ending');
    return;
  }
  const ending = requestOutcome(requestsOf(said));
  if (ending === null) throw new ClientError('request_waits');
  if (content.outcome !== ending) throw new ClientError('wrong_ending');
}

/** The kinds of entry after which a case counts in another way. */
const counting: ReadonlySet<string> = new Set(['closure', 'reopening']);

/**
 * To whom a record of the case is sealed: its readers of the organisation, and the auditors whom the
 * reporter did not leave out, and who declared no conflict when they were handlers; to none of those
 * where nobody knows whom.
 */
function countingFor(opened: OpenedForHandler): Pick<Member, 'id' | 'kem'>[] {
  const readers = stayingMembers(opened).filter(({ id, guest }) => id !== 'reporter' && !guest);
  const { report, leftOut } = opened.file;
  const { directory } = opened.directory;
  const out: readonly string[] = withSuccessors(directory, [
    ...(report?.leftOut ?? []),
    ...leftOut,
  ]);
  const auditors = report === null ? [] : channelAuditors(directory, opened.answer.case.channel);
  const recused = recusedFrom(opened);
  return [
    ...readers,
    ...auditors
      .map(({ record }) => record)
      .filter(({ id }) => !out.includes(id) && !recused.has(id)),
  ];
}

/**
 * Says what a case adds to the yearly figures when it is closed, or no more when it is reopened: a
 * record for each of its readers, and an entry that lets the next record take its place. A practice
 * case adds nothing, nor does one that was never counted by being reopened. A request about data is
 * no report: its records say what those of a reopened case say, which counts nowhere, so that the
 * server sees as many as of a report.
 */
function countCase(
  draft: CaseDraft,
  opened: OpenedForHandler,
  overview: Overview,
  at: string,
): HandlerAppend['statistics'] {
  const { case: facts } = opened.answer;
  const { report } = opened.file;
  const said = saidIn(opened.file, opened.timeZone);
  const before = countedIn(said);
  const goesOn = before !== null && before.number < COUNTED_LIMIT;
  const { outcome } = overview;
  if (facts.practice || report === null || (outcome === null && before === null)) return [];
  // whoever writes a number as high as there is must not keep the case from being closed
  const place = goesOn
    ? { tag: before.tag, number: before.number + 1 }
    : { tag: newId(WorkId), number: 1 };
  draft.say('internal', { kind: 'counted', at, ...place });
  const receivedOn = receiptDay(opened.file.origin, facts.receivedOn);
  const yearOf = (day: string): number => Number(day.slice(0, 4));
  const days = (day: Overview['acknowledgedOn']): number | null =>
    day === null ? null : Math.min(Math.max(0, daysBetween(receivedOn, day)), COUNTED_DAYS_LIMIT);
  const readers = countingFor(opened);
  return sealStatistics(
    {
      ...place,
      // the true year of receipt; no record goes further back, and no case is kept from closing by it
      received: Math.max(2000, yearOf(receivedOn)),
      closed: yearOf(dayIn(said, { at })),
      category: report.category,
      relation: report.relation,
      outcome: v.is(v.picklist(OUTCOMES), outcome) ? outcome : null,
      daysToAcknowledgement: days(overview.acknowledgedOn),
      daysToFeedback: days(overview.feedbackOn),
      money: moneyOf(said),
    },
    facts.channel,
    // the server knows the day of recording alone, and takes no other year
    yearOf(facts.receivedOn),
    readers,
  );
}

/** The overview of a case once this stands in it. */
function overviewWith(
  { file, overview, timeZone, country, today }: OpenedForHandler,
  compartment: 'dialogue' | 'internal',
  ...contents: EntryContent[]
): Overview {
  const said = saidIn(file, timeZone, country);
  const after = { ...said, [compartment]: [...said[compartment], ...contents] };
  return overviewOf(overview.title, after, today);
}

/**
 * An entry to the reporter, with all that follows from its kind.
 *
 * @param note what handlers say among themselves along with it; empty for nothing.
 * @throws ClientError as {@link checkEnding} and {@link checkTold}.
 */
export function prepareMessage(
  opened: OpenedForHandler,
  state: SignedInState,
  content: EntryContent,
  files: readonly FileReference[],
  note = '',
): HandlerAppend {
  const said = saidIn(opened.file, opened.timeZone);
  checkEnding(said, content);
  checkTold(said, content, opened.today);
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say('dialogue', content);
  if (note !== '') draft.say('internal', { kind: 'note', at: content.at, text: note, files: [] });
  const overview = overviewWith(opened, 'dialogue', content);
  const statistics = counting.has(content.kind)
    ? countCase(draft, opened, overview, content.at)
    : [];
  return draft.request({
    overview: draft.overview(overview),
    attachments: files.map(({ attachment }) => attachment),
    statistics,
  });
}

/** What handlers say among themselves; the reporter never sees it. */
export function prepareNote(
  opened: OpenedForHandler,
  state: SignedInState,
  content: EntryContent,
  files: readonly FileReference[],
): HandlerAppend {
  return {
    ...prepareNotes(opened, state, [content]),
    attachments: files.map(({ attachment }) => attachment),
  };
}

/** Two things at most that belong together, said among handlers: both stand there or neither does. */
export function prepareNotes(
  opened: OpenedForHandler,
  state: SignedInState,
  contents: readonly EntryContent[],
): HandlerAppend {
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  for (const content of contents) draft.say('internal', content);
  return draft.request({
    overview: draft.overview(overviewWith(opened, 'internal', ...contents)),
  });
}

/** What handlers are told of who asks a custodian, and the question itself to each who can answer. */
export function prepareIdentityRequest(
  opened: OpenedForHandler,
  state: SignedInState,
  content: IdentityRequestEntry,
): HandlerAppend {
  const custodians = custodiansIn(opened);
  if (custodians.length === 0) throw new ClientError('no_custodian');
  const place = { case: opened.file.id, request: content.id };
  const { at, fields, reason, key } = content;
  const by = v.parse(ReaderId, state.account.id);
  const question: IdentityQuestion = { v: 1, at, by, fields, reason, key };
  const questions = custodians.map(({ id, kem }) => ({
    recipient: id,
    ...sealIdentityQuestion(place, { kem }, question, state.keys.sig.secretKey),
  }));
  return {
    ...prepareNote(opened, state, content, []),
    identityRequest: { id: content.id, questions },
  };
}

/**
 * The overview as the entries give it, where the sealed one says something else; null where it does
 * not, or where sealing it would give readers new keys, which no mere reading does.
 */
export function prepareOverview(
  opened: OpenedForHandler,
  state: SignedInState,
): HandlerAppend | null {
  if (!opened.misleading || holdersWhoWent(opened).length > 0) return null;
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  return draft.request({ overview: draft.overview(opened.overview) });
}

/** A new title in the list. */
export function prepareTitle(
  opened: OpenedForHandler,
  state: SignedInState,
  title: string,
): HandlerAppend {
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  const overview = { ...opened.overview, title: titleOf(title) };
  return draft.request({ overview: draft.overview(overview) });
}

function changeMembers(
  opened: OpenedForHandler,
  state: SignedInState,
  change: (members: Member[]) => Member[],
): HandlerAppend {
  const draft = beginDraft(opened, state);
  draft.openEpochs(change(stayingMembers(opened)));
  return draft.request();
}

/**
 * New keys for those who read the case and may; it mends whatever is `mendable` in it. Whom the reporter
 * left out goes with them, for good.
 */
export function prepareRenewal(opened: OpenedForHandler, state: SignedInState): HandlerAppend {
  return changeMembers(opened, state, (members) => members);
}

/**
 * A new epoch in both compartments that more readers belong to, history included. Throws ClientError
 * `not_grantable`.
 */
export function prepareGrant(
  opened: OpenedForHandler,
  state: SignedInState,
  readerIds: readonly string[],
): HandlerAppend {
  const allowed = grantable(opened);
  const added = readerIds.map((readerId): Member => {
    const reader = opened.directory.directory.readers.find(({ record }) => record.id === readerId);
    if (reader === undefined || !allowed.some(({ id }) => id === readerId)) {
      throw new ClientError('not_grantable');
    }
    const { id, kem, sig } = reader.record;
    return { id, kem, sig };
  });
  return changeMembers(opened, state, (members) => [...members, ...added]);
}

/**
 * A new epoch in both compartments without whoever writes it, who says with it that nobody may ever
 * give them access again.
 *
 * @param closed accounts that nobody can sign in to.
 * @throws ClientError as {@link checkSomebodyStays}.
 */
export function prepareRecusal(
  opened: OpenedForHandler,
  state: SignedInState,
  closed: ReadonlySet<string>,
): HandlerAppend {
  const { id: me } = state.account;
  checkSomebodyStays(opened, me, closed);
  return changeMembers(opened, state, (members) => members.filter(({ id }) => id !== me));
}

/** How far a guest may go, as a page gives it. */
export type GuestInput = Omit<GuestTerms, 'until'> & { until: string };

/**
 * A new epoch in both compartments to which a guest belongs, history included; of somebody who reads
 * it as a guest already, with other terms.
 *
 * @throws ClientError `not_grantable`, or `end_passed` for a last day before today.
 */
export function prepareGuest(
  opened: OpenedForHandler,
  state: SignedInState,
  guestId: string,
  { until: wanted, write, save }: GuestInput,
): HandlerAppend {
  const until = v.safeParse(Day, wanted);
  if (!until.success || until.output < opened.today) throw new ClientError('end_passed');
  const here = stayingMembers(opened).some(({ id, guest }) => id === guestId && guest);
  const allowed = here || grantableGuests(opened).some(({ id }) => id === guestId);
  const reader = opened.directory.directory.readers.find(({ record }) => record.id === guestId);
  if (!allowed || reader === undefined) throw new ClientError('not_grantable');
  const { id, kem, sig } = reader.record;
  return changeMembers(opened, state, (members) => [
    ...members.filter((member) => member.id !== guestId),
    { id, kem, sig, guest: { until: until.output, write, save } },
  ]);
}

/** A new epoch in both compartments without this reader, who keeps what was read before. */
export function prepareRevocation(
  opened: OpenedForHandler,
  state: SignedInState,
  readerId: string,
): HandlerAppend {
  const members = newestMembers(opened);
  const present = members.some(({ id }) => id === readerId);
  if (readerId === 'reporter' || !present) throw new ClientError('not_a_member');
  if (readerId === state.account.id) throw new ClientError('not_yourself');
  // who takes somebody off stays: only where whoever does so reads nothing is nobody left
  checkSomebodyStays(opened, readerId);
  return changeMembers(opened, state, (all) => all.filter(({ id }) => id !== readerId));
}
