import {
  type Day,
  daysBetween,
  DUE_DAYS_LIMIT,
  isDataRequest,
  newOverview,
  type Overview,
  titleOf,
} from '../../crypto/private.js';
import { isAnswer, isFeedback } from '../law/answers.js';
import { datesOf, decisionsOf, nextDate } from './dates.js';
import { exportWaits } from './exports.js';
import { removalOf } from './removals.js';
import { requestDue } from './requests.js';
import { recordedDay, type Said } from './said.js';
import { firstToldOn } from './told.js';
import { wasInvestigated, workOf } from './work.js';

function dueOf(said: Said, today: Day): Overview['due'] {
  const next = nextDate(datesOf(said), today);
  if (next === null) return null;
  const days = Math.max(0, Math.min(daysBetween(next.from, next.by), DUE_DAYS_LIMIT));
  return { what: next.what, by: next.by, days };
}

/**
 * The overview that a case's entries give; only the title is the sealed overview's own.
 *
 * @param title null where that is lost: then the case is named as a new one is, by the first words of
 * its report.
 * @param today on which a date may have passed that is told no longer.
 */
export function overviewOf(title: string | null, said: Said, today: Day): Overview {
  const report = said.dialogue.find((content) => content.kind === 'report');
  const work = workOf(said);
  const decided = decisionsOf(said);
  const overview = newOverview({
    // whoever sealed the title may have made it so long that nothing else would fit beside it
    title: titleOf(title ?? report?.text ?? ''),
    category: report?.category ?? 'unknown',
    receivedOn: recordedDay(said),
    dataRequest: isDataRequest(said.origin),
  });
  overview.acknowledgedOn = firstToldOn(said, isAnswer);
  overview.feedbackOn = firstToldOn(said, isFeedback);
  for (const content of said.dialogue) {
    if (content.kind === 'closure') overview.outcome = content.outcome;
    if (content.kind === 'reopening') overview.outcome = null;
  }
  return {
    ...overview,
    status: work.progress ?? (overview.acknowledgedOn === null ? 'new' : 'acknowledged'),
    labels: [...work.labels],
    responsible: [...work.responsible],
    due: dueOf(said, today),
    feedbackExtendedTo: decided.feedbackExtendedTo,
    acknowledgementWaived: decided.waiver !== null,
    unreachable: decided.unreachable !== null,
    investigated: wasInvestigated(said),
    exportWaits: exportWaits(said),
    stillNeeded: removalOf(said).stillNeeded !== null,
  };
}

/** What is due first in a request about data of which nothing is known but when it came. */
function firstDue({ dataRequest, receivedOn }: Overview): Overview['due'] {
  if (!dataRequest || receivedOn === null) return null;
  const by = requestDue(receivedOn, false);
  return { what: 'request', by, days: daysBetween(receivedOn, by) };
}

/**
 * What counts of a sealed overview. One that is not sealed among handlers was made by whoever made
 * the case, who says what it is about and nothing of the work on it: that it is a request about data,
 * too, until a handler's desk has opened it and seen whether a handler signed that.
 */
export function believed(overview: Overview, { compartment }: { compartment: string }): Overview {
  if (compartment === 'internal') return overview;
  const made = newOverview({ ...overview, title: titleOf(overview.title) });
  return { ...made, due: firstDue(made) };
}
