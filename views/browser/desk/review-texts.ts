import type { ReviewPoint, Tenure } from '../../../client/access-review.js';
import type {
  AccessReview,
  DirectoryView,
  ReviewCaseView,
  ReviewPersonView,
} from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText, momentText } from './days.js';
import { localText } from './desk.js';

/** Names of people and channels that the review speaks of. */
export interface ReviewNames {
  person(id: string | null): string;
  channel(id: string): string;
}

/** Names by the review's own people, else by what the desk knows of accounts. */
export function reviewNames(
  review: AccessReview,
  directory: DirectoryView,
  accounts: ReadonlyMap<string, string>,
): ReviewNames {
  const people = new Map(review.people.map(({ id, name }) => [id, name]));
  const channels = new Map(directory.channels.map(({ id, names }) => [id, localText(names)]));
  return {
    person: (id) =>
      id === null
        ? t('desk.review.nobody')
        : (people.get(id) ?? accounts.get(id) ?? id.slice(0, 8)),
    channel: (id) => channels.get(id) ?? t('desk.review.no_channel'),
  };
}

/** A case without a word of what is in it: the beginning of its id, and the day of receipt. */
export function caseReference({ id, receivedOn }: ReviewCaseView): string {
  return t('desk.review.case', { id: id.slice(0, 8), day: dayText(receivedOn) });
}

/** A point in time as far as it is known. */
export function pointText({ at, earliest, latest }: ReviewPoint): string {
  if (at !== null) return momentText(at);
  if (earliest === latest) return dayText(earliest);
  return t('desk.review.between', { first: dayText(earliest), last: dayText(latest) });
}

/** Why somebody could read from then on. */
export function whyText({ why, givenBy }: Tenure, names: ReviewNames): string {
  return why === 'given'
    ? t('desk.review.why.given', { name: names.person(givenBy) })
    : t(`desk.review.why.${why}`);
}

/** Why it ended; for now, where it did not. */
export function endText({ end, endedBy }: Tenure, names: ReviewNames): string {
  if (end === null) return t('desk.review.goes_on');
  return end === 'taken'
    ? t('desk.review.end.taken', { name: names.person(endedBy) })
    : t('desk.review.end.left');
}

/** Who let somebody in. */
export function letInText(
  { by }: ReviewPersonView['channels'][number],
  names: ReviewNames,
): string {
  if (by === null) return t('desk.review.let_in_root');
  const { administrator, handler } = by;
  return t('desk.review.let_in', {
    administrator: names.person(administrator),
    handler: names.person(handler),
  });
}
