import {
  PROMISED_ACKNOWLEDGEMENT_DAYS,
  PROMISED_FEEDBACK_DAYS,
  type Promised,
} from '../../../crypto/public.js';
import type { ChannelView } from '../../../client/models.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { copyTemplate, ownIds, part } from './dom.js';
import { send, showProblem } from './failures.js';

/** Days in a field: null for nothing in it, undefined for what is no number that can be promised. */
function daysIn(field: HTMLInputElement, most: number): number | null | undefined {
  const text = field.value.trim();
  if (text === '') return null;
  const days = Number(text);
  return Number.isInteger(days) && days >= 1 && days <= most ? days : undefined;
}

/**
 * The form by which an administrator promises sooner dates than law, or takes such a promise back, for
 * reports to come.
 *
 * @param changed called once that was published.
 */
export function datesForm(desk: Desk, channel: ChannelView, changed: () => void): HTMLElement {
  const view = ownIds(copyTemplate('dates-form'));
  const form = part(view, 'form', HTMLFormElement);
  const acknowledgement = part(form, 'acknowledgement', HTMLInputElement);
  const feedback = part(form, 'feedback', HTMLInputElement);
  const reason = part(form, 'promise-reason', HTMLTextAreaElement);
  const before = channel.deadlines.at(-1);
  acknowledgement.value = before?.ackDays?.toString() ?? '';
  feedback.value = before?.feedbackDays?.toString() ?? '';

  function read(): Omit<Promised, 'from'> | string {
    const ackDays = daysIn(acknowledgement, PROMISED_ACKNOWLEDGEMENT_DAYS);
    const feedbackDays = daysIn(feedback, PROMISED_FEEDBACK_DAYS);
    if (ackDays === undefined || feedbackDays === undefined) {
      return t('desk.terms.days_wrong', {
        ack: PROMISED_ACKNOWLEDGEMENT_DAYS,
        feedback: PROMISED_FEEDBACK_DAYS,
      });
    }
    const isSame =
      ackDays === (before?.ackDays ?? null) && feedbackDays === (before?.feedbackDays ?? null);
    if (isSame) return t('desk.terms.same');
    const why = reason.value.trim();
    return why === '' ? t('desk.keep.reason_missing') : { ackDays, feedbackDays, reason: why };
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const deadlines = read();
    if (typeof deadlines === 'string') {
      showProblem(form, deadlines);
      return;
    }
    void send(form, async () => {
      desk.directoryChanged(await desk.api.updateChannel(channel.id, { deadlines }));
      desk.say(t('desk.keep.published'));
      changed();
    });
  });
  return view;
}
