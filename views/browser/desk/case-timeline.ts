import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { copyTemplate, element, write } from './dom.js';
import { daysBetween, dayText } from './days.js';
import { basisOf, type CountryRule } from './deadlines.js';
import { daysLeftText, urgency } from './inbox-row.js';

interface Step {
  name: string;
  day: string;
  note: string;
  state: 'done' | 'late' | 'soon' | 'calm';
}

/**
 * A case's dates in their order: what has happened, and what is due with the days left. A date is
 * called law or promise, by the rule of the channel's country.
 */
export function timelineSteps(
  data: HandlerCaseView,
  rule: CountryRule | null,
  today: string,
): HTMLElement[] {
  const steps: Step[] = [
    { name: t('desk.time.received'), day: data.receivedOn, note: '', state: 'done' },
    ...dutyStep('acknowledgement', data.acknowledgedOn, data.acknowledgementBy),
    ...dutyStep('feedback', data.feedbackOn, data.feedbackBy),
  ];
  if (data.closedOn !== null) {
    steps.push({ name: t('desk.time.closed'), day: data.closedOn, note: '', state: 'done' });
  }
  if (data.decisionBy !== null) {
    const left = daysBetween(today, data.decisionBy);
    steps.push({
      name: t('desk.time.decision'),
      day: data.decisionBy,
      note: daysLeftText(left),
      state: urgency(left),
    });
  }
  if (data.purgeOn !== null) {
    const left = daysBetween(today, data.purgeOn);
    steps.push({
      name: t('desk.time.purge'),
      day: data.purgeOn,
      note: daysLeftText(left),
      state: 'calm',
    });
  }
  return steps.map(({ name, day, note, state }) => {
    const item = copyTemplate('timeline-step');
    item.classList.add(state);
    write(item, 'name', name);
    write(item, 'day', dayText(day)).append(
      ...(state === 'done'
        ? []
        : [element('span', ` ${t('desk.time.at_latest')}`, 'visually-hidden')]),
    );
    write(item, 'note', note);
    return item;
  });

  function dutyStep(
    what: 'acknowledgement' | 'feedback',
    doneOn: string | null,
    by: string,
  ): Step[] {
    // practice has no dates
    if (data.practice && doneOn === null) return [];
    return [dueStep(what, doneOn, by)];
  }

  function dueStep(what: 'acknowledgement' | 'feedback', doneOn: string | null, by: string): Step {
    const basis = t(`desk.due.${basisOf(rule)}`);
    if (doneOn !== null) {
      const late = daysBetween(by, doneOn);
      return {
        name: t(`desk.time.${what}_done`),
        day: doneOn,
        note: late > 0 && !data.practice ? daysLeftText(-late) : '',
        state: 'done',
      };
    }
    if (data.state === 'closed') {
      return { name: t(`desk.time.${what}_missing`), day: by, note: basis, state: 'calm' };
    }
    const left = daysBetween(today, by);
    const limited = what === 'feedback' && basisOf(rule) === 'law';
    const limit = t('desk.time.limit', { day: dayText(data.feedbackLimit) });
    return {
      name: t(`desk.time.${what}`),
      day: by,
      note: `${daysLeftText(left)} · ${limited ? limit : basis}`,
      state: urgency(left),
    };
  }
}
