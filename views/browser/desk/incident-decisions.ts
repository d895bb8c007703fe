import type { IncidentView } from '../../../client/models.js';
import { t } from '../strings.js';
import { fieldMoment, momentOfField, momentText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, option, ownIds, part, showPart } from './dom.js';
import { send, showProblem } from './failures.js';

const REASONS = ['unlikely_risk', 'false_alarm'] as const;
const SUBJECTS = ['told', 'no_high_risk', 'measures', 'public'] as const;

/** What was decided about the authority. */
export function authorityText({ authority }: IncidentView): string {
  if (authority === null) return t('desk.incident.open_decision');
  const { decision } = authority;
  if (decision.state === 'not_needed') return t(`desk.incident.reason.${decision.reason}`);
  const at = momentText(decision.at);
  return decision.reference === ''
    ? t('desk.incident.was_notified', { at })
    : t('desk.incident.was_notified_as', { at, reference: decision.reference });
}

/** What was decided about the people whom it concerns. */
export function subjectsText({ subjects }: IncidentView): string {
  if (subjects === null) return t('desk.incident.open_decision');
  return t(`desk.incident.subjects.${subjects.state}`);
}

/** The two decisions of articles 33 and 34, to be written down and changed. */
export function decisionsElement(
  desk: Desk,
  incident: IncidentView,
  done: (said: string) => void,
): HTMLElement {
  const box = ownIds(copyTemplate('incident-authority'));
  const form = part(box, 'form', HTMLFormElement);
  const notified = part(form, 'notified', HTMLInputElement);
  const notNeeded = part(form, 'not-needed', HTMLInputElement);
  for (const radio of [notified, notNeeded]) radio.name = `authority-${incident.id}`;
  const at = part(form, 'notified-at', HTMLInputElement);
  const reference = part(form, 'reference', HTMLInputElement);
  const reason = part(form, 'reason', HTMLSelectElement);
  reason.replaceChildren(...REASONS.map((each) => option(each, t(`desk.incident.reason.${each}`))));
  at.value = fieldMoment(new Date());
  showPart(box, 'again-line', incident.authority !== null);
  showPart(box, 'form', incident.authority === null);
  onClick(box, 'again', () => {
    showPart(box, 'again-line', false);
    showPart(box, 'form', true);
    notified.focus();
  });
  form.addEventListener('change', () => {
    showPart(form, 'notified-fields', notified.checked);
    showPart(form, 'reason-field', notNeeded.checked);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const moment = momentOfField(at.value);
    if (notified.checked && (Number.isNaN(moment.getTime()) || moment > new Date())) {
      showProblem(form, t('desk.incident.known_wrong'));
      at.focus();
      return;
    }
    const given = reference.value.trim();
    if (notified.checked && !/^[\p{L}\p{N}./:_-]*$/u.test(given)) {
      showProblem(form, t('desk.incident.reference_wrong'));
      reference.focus();
      return;
    }
    void send(form, async () => {
      await desk.api.noteAuthority(
        incident.id,
        notified.checked
          ? { state: 'notified', at: moment.toISOString(), reference: given }
          : { state: 'not_needed', reason: reason.value as (typeof REASONS)[number] },
      );
      done(t('desk.incident.noted'));
    });
  });

  const people = part(box, 'subjects-form', HTMLFormElement);
  const select = part(people, 'subjects', HTMLSelectElement);
  select.replaceChildren(
    option('', t('desk.incident.choose')),
    ...SUBJECTS.map((each) => option(each, t(`desk.incident.subjects.${each}`))),
  );
  select.value = incident.subjects?.state ?? '';
  people.addEventListener('submit', (event) => {
    event.preventDefault();
    if (select.value === '') {
      showProblem(people, t('desk.incident.subjects_missing'));
      select.focus();
      return;
    }
    void send(people, async () => {
      await desk.api.noteSubjects(incident.id, select.value as (typeof SUBJECTS)[number]);
      done(t('desk.incident.noted'));
    });
  });
  return box;
}
