import {
  type Compartment,
  daysBetween,
  type EntryContent,
  type FileReference,
  type HandlerAppend,
  type Member,
  type Overview,
  sealStatistics,
  titleOf,
} from '../../crypto/private.js';
import { overviewOf } from '../casework/overview.js';
import { saidIn } from '../casework/said.js';
import { ClientError } from '../errors.js';
import { beginDraft } from './case-draft.js';
import { grantable, newestMembers, stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import type { SignedInState } from './session.js';

/** Statistics remain of a closed case, sealed to each of its readers; of a practice case nothing. */
function statisticsOf(opened: OpenedForHandler, overview: Overview): HandlerAppend['statistics'] {
  const { case: facts } = opened.answer;
  const { report } = opened.file;
  const closure = overview.outcome;
  if (facts.practice || report === null || closure === null) return [];
  const days = (day: Overview['acknowledgedOn']): number | null =>
    day === null ? null : Math.max(0, daysBetween(facts.receivedOn, day));
  const readers = stayingMembers(opened).filter(({ id }) => id !== 'reporter');
  return sealStatistics(
    {
      category: report.category,
      relation: report.relation,
      outcome: closure,
      daysToAcknowledgement: days(overview.acknowledgedOn),
      daysToFeedback: days(overview.feedbackOn),
    },
    facts.channel,
    Number(facts.receivedOn.slice(0, 4)),
    readers,
  );
}

/** The overview of a case once this stands in it. */
function overviewWith(
  { file, overview }: OpenedForHandler,
  compartment: Compartment,
  content: EntryContent,
): Overview {
  const said = saidIn(file);
  return overviewOf(overview.title, { ...said, [compartment]: [...said[compartment], content] });
}

/** An entry to the reporter, with all that follows from its kind. */
export function prepareMessage(
  opened: OpenedForHandler,
  state: SignedInState,
  content: EntryContent,
  files: readonly FileReference[],
): HandlerAppend {
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say('dialogue', content);
  const overview = overviewWith(opened, 'dialogue', content);
  return draft.request({
    overview: draft.overview(overview),
    attachments: files.map(({ attachment }) => attachment),
    statistics: content.kind === 'closure' ? statisticsOf(opened, overview) : [],
  });
}

/** What handlers say among themselves; the reporter never sees it. */
export function prepareNote(
  opened: OpenedForHandler,
  state: SignedInState,
  content: EntryContent,
  files: readonly FileReference[],
): HandlerAppend {
  const draft = beginDraft(opened, state);
  draft.ensureEpochs();
  draft.say('internal', content);
  return draft.request({
    overview: draft.overview(overviewWith(opened, 'internal', content)),
    attachments: files.map(({ attachment }) => attachment),
  });
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

/** New keys for those who read the case and may; it mends whatever is `mendable` in it. */
export function prepareRenewal(opened: OpenedForHandler, state: SignedInState): HandlerAppend {
  return changeMembers(opened, state, (members) => members);
}

/** A new epoch in both compartments that one more reader belongs to, history included. */
export function prepareGrant(
  opened: OpenedForHandler,
  state: SignedInState,
  readerId: string,
): HandlerAppend {
  const allowed = grantable(opened).some(({ id }) => id === readerId);
  const reader = opened.directory.directory.readers.find(({ record }) => record.id === readerId);
  if (!allowed || reader === undefined) throw new ClientError('not_grantable');
  const { id, kem, sig } = reader.record;
  return changeMembers(opened, state, (members) => [...members, { id, kem, sig }]);
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
  return changeMembers(opened, state, (all) => all.filter(({ id }) => id !== readerId));
}
