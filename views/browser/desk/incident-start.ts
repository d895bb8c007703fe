import type { IncidentCause, IncidentView, MembersView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText, fieldMoment, momentOfField, momentText, today } from './days.js';
import type { Desk } from './desk.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { send, showProblem } from './failures.js';
import { otherDesksText } from './other-desks.js';

// a record, not a list: the compiler finds what is missing
const CAUSES: Record<IncidentCause, true> = {
  passphrase_seen: true,
  kit_seen: true,
  device_lost: true,
  device_infected: true,
  account_used: true,
  other: true,
};

/** Somebody whose keys may be in wrong hands. */
interface Candidate {
  id: string;
  name: string;
  part: IncidentView['part'];
}

/**
 * The form that starts it: whose keys, how, since when, and since when it is known. What will happen
 * stands there before it does.
 *
 * @param chosen whose keys, where somebody was chosen before.
 */
export function startElement(
  desk: Desk,
  members: MembersView,
  chosen: string | null,
  done: (candidate: Candidate) => void,
): HTMLElement {
  const section = copyTemplate('incident-start');
  const form = part(section, 'form', HTMLFormElement);
  const people = candidates(desk, members);
  const person = part(form, 'person', HTMLSelectElement);
  const options = people.map(({ id, name }) => option(id, name));
  person.replaceChildren(
    ...(people.length > 1 ? [option('', t('desk.incident.choose'))] : []),
    ...options,
  );
  if (chosen !== null) person.value = chosen;
  showPart(form, 'person-field', people.length > 1);
  const cause = part(form, 'cause', HTMLSelectElement);
  cause.replaceChildren(
    option('', t('desk.incident.choose')),
    ...Object.keys(CAUSES).map((each) => option(each, t(`desk.incident.cause.${each}`))),
  );
  const since = part(form, 'since', HTMLInputElement);
  const known = part(form, 'known', HTMLInputElement);
  since.max = today();
  known.max = fieldMoment(new Date());
  const isChosen = (name: string): boolean => part(form, name, HTMLInputElement).checked;
  form.addEventListener('change', () => {
    showPart(form, 'since-field', isChosen('since-known'));
    showPart(form, 'known-field', isChosen('known-earlier'));
    showPart(form, 'confirm', false);
    showPart(form, 'buttons', true);
  });
  const candidate = (): Candidate | undefined => people.find(({ id }) => id === person.value);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showProblem(form, null);
    const missing = problemOf();
    if (missing !== null) {
      showProblem(form, missing.text);
      missing.field.focus();
      return;
    }
    const who = candidate();
    if (who === undefined) return;
    const self = who.id === desk.account.id;
    write(form, 'confirm-text', t('desk.incident.confirm', { name: who.name }));
    const all = [...consequences(who, self), ...elsewhere(who, self)];
    fillList(part(form, 'consequences'), all, (text) => element('li', text));
    showPart(form, 'confirm', true);
    showPart(form, 'buttons', false);
    part(form, 'confirm-do').focus();
  });
  onClick(form, 'confirm-cancel', () => {
    showPart(form, 'confirm', false);
    showPart(form, 'buttons', true);
    part(form, 'ask').focus();
  });
  onClick(form, 'confirm-do', () =>
    send(form, async () => {
      const who = candidate();
      if (who === undefined) return;
      await desk.api.openIncident({
        account: who.id,
        since: isChosen('since-known') ? since.value : null,
        knownAt: isChosen('known-earlier') ? momentOfField(known.value).toISOString() : null,
        cause: cause.value as IncidentCause,
      });
      done(who);
    }),
  );

  function problemOf(): { text: string; field: HTMLElement } | null {
    if (candidate() === undefined) {
      return { text: t('desk.incident.person_missing'), field: person };
    }
    if (cause.value === '') return { text: t('desk.incident.cause_missing'), field: cause };
    const late = since.value === '' || since.value > today();
    if (isChosen('since-known') && late) {
      return { text: t('desk.incident.since_wrong'), field: since };
    }
    const moment = momentOfField(known.value);
    const wrong = Number.isNaN(moment.getTime()) || moment > new Date();
    if (isChosen('known-earlier') && wrong) {
      return { text: t('desk.incident.known_wrong'), field: known };
    }
    return null;
  }

  /** The same words may open accounts in other organisations. */
  function elsewhere(who: Candidate, self: boolean): string[] {
    if (who.part === 'recovery_officer') return [];
    const desks = self ? otherDesksText(desk.otherDesks) : '';
    const text = { name: who.name, desks };
    return [t(desks === '' ? 'desk.others.incident' : 'desk.others.incident_at', text)];
  }

  function consequences(who: Candidate, self: boolean): string[] {
    const earlier = isChosen('known-earlier') ? momentOfField(known.value) : new Date();
    const due = new Date(earlier.getTime() + 72 * 60 * 60_000).toISOString();
    const { name } = who;
    const day = isChosen('since-known') ? dayText(since.value) : null;
    const lock = [
      t(self ? 'desk.incident.will_lock_self' : 'desk.incident.will_lock', { name }),
      t('desk.incident.will_cancel', { name }),
    ];
    const span =
      day === null
        ? t('desk.incident.will_span_all', { name })
        : t('desk.incident.will_span', { name, day });
    const clock = t('desk.incident.will_clock', { due: momentText(due) });
    switch (who.part) {
      case 'handler':
        return [...lock, span, clock, t('desk.incident.will_alone', { name })];
      case 'recovery_officer':
        return [t('desk.incident.will_paper'), span, clock];
      case 'custodian':
        return [...lock, t('desk.incident.will_identity', { name }), clock];
      case 'guest':
        return [...lock, t('desk.incident.will_guest', { name }), clock];
      case 'auditor':
      case 'administrator':
        return [...lock, t('desk.incident.will_no_case'), clock];
    }
  }

  show(section, people.length > 0);
  return section;
}

/** Oneself, or for an administrator everybody with an account, and recovery officers. */
function candidates(desk: Desk, members: MembersView): Candidate[] {
  const { id: me, name, part: of } = desk.account;
  if (of === 'handler') return [{ id: me, name, part: of }];
  const readers = desk.directory.channels.flatMap((channel) => channel.readers);
  const found = new Map<string, Candidate>();
  for (const { id, name: shown, part: reads } of readers) {
    found.set(id, { id, name: shown, part: reads });
  }
  for (const account of members.accounts) {
    if (account.state !== 'active' || found.has(account.id)) continue;
    found.set(account.id, { id: account.id, name: account.name, part: account.part });
  }
  return [...found.values()];
}
