import type { CeremonyPerson, CeremonySaid, CeremonyView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText, zonedMomentText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, option, part, showPart } from './dom.js';
import { send, showProblem } from './failures.js';
import { listText } from './texts.js';

const GROUNDS = ['lost', 'wrong_hands', 'left'] as const;

/** Somebody in a ceremony in words; administrators have no name that is signed. */
export function personText(name: string | null): string {
  return name ?? t('desk.ceremony.an_administrator');
}

function peopleText(people: readonly CeremonyPerson[]): string {
  return people.length === 0
    ? t('desk.ceremony.nobody')
    : listText(people.map(({ name }) => personText(name)));
}

/** What was signed of a ceremony, as terms and what stands with each. */
export function ceremonyFacts(
  said: CeremonySaid,
  officer: string,
  agreed: CeremonyPerson | null,
  until: string,
): [string, string][] {
  return [
    [t('desk.ceremony.officer'), officer],
    [t('desk.ceremony.ground'), t(`desk.ceremony.ground.${said.ground}`)],
    [t('desk.ceremony.lost'), peopleText(said.lost)],
    [t('desk.ceremony.to'), peopleText(said.to)],
    [t('desk.ceremony.asked'), personText(said.asked.name)],
    [t('desk.ceremony.day'), dayText(said.on)],
    [
      t('desk.ceremony.agreed'),
      agreed === null ? t('desk.ceremony.not_agreed') : personText(agreed.name),
    ],
    [t('desk.ceremony.until'), zonedMomentText(until)],
  ];
}

/** Fills a list of terms. */
export function fillFacts(list: HTMLElement, facts: readonly (readonly [string, string])[]): void {
  list.replaceChildren(
    ...facts.flatMap(([term, text]) => [element('dt', term), element('dd', text)]),
  );
}

function chosen(form: HTMLElement, name: string): string[] {
  const boxes = part(form, name).querySelectorAll<HTMLInputElement>('input:checked');
  return [...boxes].map(({ value }) => value);
}

function fillBoxes(
  list: HTMLElement,
  people: readonly { id: string; label: string }[],
  type: 'checkbox' | 'radio',
): void {
  fillList(list, people, ({ id, label }) => {
    const box = element('input');
    Object.assign(box, { type, value: id, name: type === 'radio' ? 'ground' : '' });
    const line = element('label');
    line.className = 'check';
    line.append(box, ` ${label}`);
    return line;
  });
}

/** Where the use of a recovery officer's paper is asked for, agreed to and stopped. */
export function ceremonySection(
  desk: Desk,
  view: CeremonyView,
  done: (said: string) => void,
): HTMLElement {
  const section = copyTemplate('ceremony');
  const { standing, officers, handlers } = view;
  const form = part(section, 'form', HTMLFormElement);
  fillList(
    part(section, 'used'),
    officers.filter(({ usedOn }) => usedOn !== null),
    (officer) => {
      const day = dayText(officer.usedOn ?? '');
      const line = element('li', t('desk.ceremony.used', { name: personText(officer.name), day }));
      line.className = 'notice signal';
      return line;
    },
  );
  showPart(section, 'asking', standing === null);
  showPart(section, 'standing', standing !== null);
  const officer = part(form, 'officer', HTMLSelectElement);
  officer.replaceChildren(...officers.map((each) => option(each.id, personText(each.name))));
  const people = handlers.map((each) => ({ id: each.id, label: personText(each.name) }));
  fillBoxes(
    part(form, 'ground'),
    GROUNDS.map((id) => ({ id, label: t(`desk.ceremony.ground.${id}`) })),
    'radio',
  );
  fillBoxes(
    part(form, 'lost'),
    people.filter(({ id }) => id !== view.me),
    'checkbox',
  );
  fillBoxes(part(form, 'to'), people, 'checkbox');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const ground = GROUNDS.find((each) => chosen(form, 'ground').includes(each));
    const [lost, to] = [chosen(form, 'lost'), chosen(form, 'to')];
    if (ground === undefined) {
      showProblem(form, t('desk.ceremony.ground_missing'));
      return;
    }
    if (to.length === 0 || to.some((id) => lost.includes(id))) {
      showProblem(form, t('desk.ceremony.to_missing'));
      return;
    }
    void send(form, async () => {
      await desk.api.askCeremony({ officer: officer.value, ground, to, lost });
      done(t('desk.ceremony.asked_done'));
    });
  });
  if (standing === null) return section;

  const { id, terms, agreed, until } = standing;
  fillFacts(
    part(section, 'facts'),
    ceremonyFacts(standing, personText(standing.officer.name), agreed, until),
  );
  showPart(section, 'agreeing', standing.mayAgree);
  showPart(section, 'waits', agreed === null && !standing.mayAgree);
  showPart(section, 'ready', agreed !== null);
  const language = document.documentElement.lang;
  part(section, 'link', HTMLInputElement).value =
    agreed === null ? '' : `${location.origin}/desk/${language}/paper#${id}`;
  onClick(section, 'agree', () =>
    send(section, async () => {
      await desk.api.agreeCeremony({ id, terms });
      done(t('desk.ceremony.agree_done'));
    }),
  );
  onClick(section, 'stop', () =>
    send(section, async () => {
      await desk.api.withdrawCeremony(id);
      done(t('desk.ceremony.stopped'));
    }),
  );
  return section;
}
