import { nobodyReads } from '../../../client/casework/consent.js';
import type { Confidence } from '../../../client/law/confidence.js';
import { namedDay, periodEnd, type DatesRule } from '../../../client/law/days.js';
import { reprisalDays } from '../../../client/law/reprisals.js';
import type { HandlerCaseView } from '../../../client/models.js';
import type { Day } from '../../../crypto/public.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { copyTemplate, element, write } from './dom.js';
import { daysBetween, dayText } from './days.js';
import {
  dueDates,
  dutiesOf,
  knownDate,
  lateBy,
  openDates,
  type BasisName,
  type DueDate,
} from './deadlines.js';
import { daysLeftText, leftText, markOf } from './inbox-row.js';
import { isOutside } from './told-fields.js';

/** A day of a case, in words. */
export interface Step {
  name: string;
  day: string;
  note: string;
  /** `done`, or how pressing it is. */
  mark: string;
}

type Data = HandlerCaseView;

function done(name: string, day: string, note = ''): Step {
  return { name, day, note, mark: 'done' };
}

function due(date: DueDate, name: string, note: string): Step {
  const text = note === '' ? leftText(date) : `${leftText(date)} · ${note}`;
  return { name, day: date.by, note: text, mark: markOf(date) };
}

/** Notes beside a date, and where law is named that nobody read in the act itself. */
function notesOf(notes: readonly string[], isLaw: boolean, confidence: Confidence | null): string {
  const source = isLaw && confidence === 'M' ? [t('desk.time.medium')] : [];
  return [...notes, ...source].join(' · ');
}

/** "legal limit 6 Jun 2026", and what a weekend may do to it. */
function limitText(limit: Day): string {
  const end = periodEnd(limit);
  const days = { day: dayText(limit), end: dayText(end) };
  return t(end === limit ? 'desk.time.limit' : 'desk.time.limit_weekend', days);
}

/** "3 days late (promise)": by how much, and what was missed. */
function lateText(basis: BasisName, days: number): string {
  return t('desk.time.late', { late: daysLeftText(-days), basis: t(`desk.due.${basis}`) });
}

/** Says whose word a day is where nobody outside reads what the case says of it. */
function outsideNote(data: Data): string[] {
  return isOutside(data) ? [t('desk.time.handlers_word')] : [];
}

function dutySteps(data: Data, rule: DatesRule | null, today: string): Step[] {
  if (data.dataRequest) return [];
  const duties = dutiesOf(data, rule);
  return (['acknowledgement', 'feedback'] as const).flatMap((what) => {
    const duty = duties[what];
    const doneOn = what === 'feedback' ? data.feedbackOn : data.acknowledgedOn;
    const name = t(`desk.time.${what}`);
    if (doneOn !== null) {
      const late = duty === null || data.practice ? [] : lateBy(duty, doneOn);
      const notes = late.map(({ basis, days }) => lateText(basis, days));
      const note = [...notes, ...outsideNote(data)].join(' · ');
      return [done(t(`desk.time.${what}_done`), doneOn, note)];
    }
    // practice has no dates
    if (data.practice) return [];
    const { unreachable } = data.decisions;
    if (unreachable !== null) {
      const [note] = outsideNote(data);
      return [done(t(`desk.time.${what}_unreachable`), unreachable.on, note)];
    }
    if (duty === null) return [];
    const { limit } = duty;
    const { by, basis } = namedDay(duty, today);
    const later = limit !== null && limit > by ? [limitText(limit)] : [];
    const confidence = rule?.confidence ?? null;
    const note = notesOf([t(`desk.due.${basis}`), ...later], limit !== null, confidence);
    if (data.state === 'closed') {
      return [{ name: t(`desk.time.${what}_missing`), day: by, note, mark: 'calm' }];
    }
    const date = dueDates(data, rule, today).find((each) => each.what === what);
    return date === undefined ? [] : [due(date, name, note)];
  });
}

function otherSteps(data: Data, rule: DatesRule | null, today: string): Step[] {
  const nameOf = (what: string, name: string): string =>
    name === '' ? t(`desk.due.what.${what}`) : `${t(`desk.due.what.${what}`)}: ${name}`;
  const past = data.dates.flatMap((date) => {
    const { what, name, doneOn } = date;
    if (doneOn === null) return [];
    const { basis, daysLeft } = knownDate(date, rule, doneOn);
    const late = daysLeft < 0 ? [lateText(basis, -daysLeft)] : [];
    const note = [...late, ...(what === 'transcript' ? outsideNote(data) : [])].join(' · ');
    return [done(nameOf(what, name), doneOn, note)];
  });
  const open = openDates(data, rule, today).map((date) => {
    const { what, name, basis } = date;
    const confidence = what === 'meeting' ? rule?.meetingConfidence : rule?.confidence;
    const notes = [t(`desk.due.${basis}`)];
    return due(date, nameOf(what, name), notesOf(notes, basis === 'law', confidence ?? null));
  });
  return [...past, ...open];
}

function decidedSteps(data: Data): Step[] {
  const { extension, waiver, furtherFeedback, unreachable } = data.decisions;
  const steps: Step[] = [];
  // before the first feedback its own step says so
  if (unreachable !== null && data.feedbackOn !== null) {
    const [note = ''] = outsideNote(data);
    steps.push(done(t('desk.dates.unreachable'), unreachable.on, note));
  }
  if (extension !== null) {
    const note = extension.tooLate ? t('desk.time.extended_late') : '';
    steps.push(done(t('desk.time.extended'), extension.on, note));
  }
  if (waiver !== null) {
    steps.push(done(t('desk.time.waived'), waiver.on, t(`desk.dates.waiver.${waiver.reason}`)));
  }
  if (furtherFeedback !== null) {
    steps.push(done(t('desk.time.further_asked'), furtherFeedback.askedOn));
  }
  return steps;
}

/** Days that come by themselves: from then on nobody has to do anything, but may want to know. */
function comingSteps(data: Data, today: string): Step[] {
  const { practice, dataRequest, closedOn, purgeOn, readers, origin } = data;
  // where nobody was given the case's key, nobody sees what its page asks
  const asks =
    practice || dataRequest || nobodyReads({ origin }) ? [] : reprisalDays(closedOn as Day | null);
  const questions = asks
    .filter((day) => purgeOn === null || day < purgeOn)
    .map((day) => ({ name: t('desk.due.what.reprisal_question'), day }));
  const guests = readers.flatMap(({ name, guest }) =>
    guest === undefined
      ? []
      : { name: `${t('desk.due.what.guest_ends')}: ${name}`, day: guest.until },
  );
  return [...questions, ...guests].map(({ name, day }) =>
    day < today
      ? done(name, day)
      : { name, day, note: daysLeftText(daysBetween(today, day)), mark: 'calm' },
  );
}

function endSteps(data: Data, rule: DatesRule | null, today: string): Step[] {
  const steps: Step[] = [];
  if (data.closedOn !== null) steps.push(done(t('desk.time.closed'), data.closedOn));
  const decision = dueDates(data, rule, today).find(({ what }) => what === 'decision');
  if (decision !== undefined) steps.push(due(decision, t('desk.time.decision'), ''));
  if (data.purgeOn !== null) {
    const note = daysLeftText(daysBetween(today, data.purgeOn));
    steps.push({ name: t('desk.time.purge'), day: data.purgeOn, note, mark: 'calm' });
  }
  return steps;
}

/**
 * A case's dates in their order: what has happened, and what is due with the days left. A date is
 * called law or promise, by the rule of the case's country.
 */
export function stepsOf(data: HandlerCaseView, rule: DatesRule | null, today: string): Step[] {
  return [
    done(t('desk.time.received'), data.receivedOn),
    ...dutySteps(data, rule, today),
    ...decidedSteps(data),
    ...otherSteps(data, rule, today),
    ...comingSteps(data, today),
    ...endSteps(data, rule, today),
  ].sort((a, b) => a.day.localeCompare(b.day));
}

/** The same as the page shows them. */
export function timelineSteps(
  data: HandlerCaseView,
  rule: DatesRule | null,
  today: string,
): HTMLElement[] {
  return stepsOf(data, rule, today).map(({ name, day, note, mark }) => {
    const item = copyTemplate('timeline-step');
    item.classList.add(...mark.split(' '));
    keepPrivate(write(item, 'name', name));
    write(item, 'day', dayText(day)).append(
      ...(mark === 'done'
        ? []
        : [element('span', ` ${t('desk.time.at_latest')}`, 'visually-hidden')]),
    );
    write(item, 'note', note);
    return item;
  });
}
