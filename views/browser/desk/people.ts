import type { InvitedPart, ReaderPart } from '../../../crypto/private.js';
import type { AdmissionView, MembersView } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { plural, t } from '../strings.js';
import { bulkElement, resultText } from './bulk.js';
import { wireConfirmation } from './confirmation.js';
import {
  copyTemplate,
  element,
  fillList,
  onClick,
  option,
  ownIds,
  part,
  show,
  showPart,
  write,
} from './dom.js';
import { dayText } from './days.js';
import { channelName, localText, type Desk } from './desk.js';
import { act, send, showProblem } from './failures.js';
import { ownHoldingText } from './holding.js';
import { ceremonySection } from './ceremony.js';
import { officerSection } from './recovery-officer.js';
import { fillWords } from './words.js';

/** Who belongs to the desk, who is about to, and how somebody joins. */
export function peopleView(desk: Desk): HTMLElement {
  const view = copyTemplate('people');
  const administrator = desk.account.part === 'administrator';

  let former: MembersView['former'] = [];
  const invited = part(view, 'invited-part', HTMLSelectElement);
  if (administrator) invited.append(option('administrator', t('desk.part.administrator')));
  invited.addEventListener('change', () => {
    fillFormer(view, former);
    const administers = invitedPart(view) === 'administrator';
    write(view, 'invite-name', t(administers ? 'desk.team.invite_name' : 'desk.invite.name'));
    write(
      view,
      'invite-name-hint',
      t(administers ? 'desk.team.invite_name_hint' : 'desk.invite.name_hint'),
    );
  });

  const load = async (): Promise<void> => {
    const members = await desk.api.members();
    const [own] = administrator ? [] : await desk.api.holdings();
    const waiting = members.admissions;
    fillList(part(view, 'admissions'), waiting, (admission) =>
      admissionItem(desk, admission, members, done),
    );
    showPart(view, 'admissions-section', waiting.length > 0);
    fillList(part(view, 'readers'), readersOf(desk, members), (person) =>
      personItem(desk, person, done),
    );
    showPart(view, 'leaving', own !== undefined);
    if (own !== undefined) write(view, 'own-holding', ownHoldingText(own));
    fillList(part(view, 'administrators'), members.administrators, (each) =>
      administratorItem(desk, each, done),
    );
    fillList(part(view, 'invitations'), members.invitations, (invitation) =>
      invitationItem(desk, invitation, done),
    );
    former = members.former;
    fillFormer(view, former);
    const mayGive = desk.account.part === 'handler';
    const back = mayGive ? members.returned.filter(({ id }) => id !== desk.account.id) : [];
    fillList(part(view, 'returned'), back, (each) => returnedItem(desk, each));
    showPart(view, 'returned-section', back.length > 0);
    showPart(view, 'invitations-section', members.invitations.length > 0);
    part(view, 'officer').replaceChildren(
      ...(administrator ? [officerSection(desk, members, done)] : []),
    );
    const ceremony = await desk.api.ceremony();
    const hasPaper = ceremony.officers.length > 0;
    part(view, 'ceremony').replaceChildren(
      ...(hasPaper ? [ceremonySection(desk, ceremony, done)] : []),
    );
  };

  const done = (said: string): void => {
    void act(view, async () => {
      desk.directoryChanged(await desk.api.directory());
      await load();
      desk.say(said);
      part(view, 'heading').focus();
    });
  };

  onClick(view, 'handover', () => {
    desk.go({ view: 'handover' });
  });
  onClick(view, 'incidents', () => {
    desk.go({ view: 'incidents' });
  });
  wireInvite(desk, view, () => {
    void act(view, load);
  });
  void act(view, load).finally(() => {
    write(view, 'working', '');
  });
  return view;
}

const INVITED = [
  'handler',
  'custodian',
  'administrator',
  'guest',
  'auditor',
] as const satisfies InvitedPart[];

/** Why somebody of this part is missed. */
const leavingTexts = {
  handler: 'remove_text',
  recovery_officer: 'remove_paper_text',
  custodian: 'remove_custodian_text',
  guest: 'remove_guest_text',
  auditor: 'remove_auditor_text',
} as const satisfies Record<ReaderPart, string>;

interface Person {
  id: string;
  name: string;
  role: string;
  part: ReaderPart;
  /** The name to sign in with; null for a recovery officer, who never signs in. */
  account: string | null;
}

/** Everybody who reads reports now, as reporters see them. */
function readersOf(desk: Desk, members: MembersView): Person[] {
  const readers = new Map(
    desk.directory.channels
      .flatMap((channel) => channel.readers)
      .map((reader) => [reader.id, reader]),
  );
  return [...readers.values()].map(({ id, name, role, part: of }) => ({
    id,
    name,
    role: localText(role),
    part: of,
    account: members.accounts.find((account) => account.id === id)?.name ?? null,
  }));
}

/** Another administrator can be taken out; the last one never, since nobody does it alone. */
function administratorItem(
  desk: Desk,
  { id, serial, name: told }: MembersView['administrators'][number],
  done: (said: string) => void,
): HTMLElement {
  const item = copyTemplate('person');
  const self = id === desk.account.id;
  const administrator = desk.account.part === 'administrator';
  const number = t('desk.team.number', { number: serial.toString() });
  const name = told ?? number;
  write(item, 'name', told ?? t('desk.team.unnamed'));
  write(item, 'role', number);
  write(item, 'part', t('desk.part.administrator'));
  show(part(item, 'you'), self);
  wireWrongHands(desk, item, { id, name }, administrator);
  showPart(item, 'remove', administrator && !self);
  part(item, 'remove').setAttribute('aria-label', t('desk.people.remove_label', { name }));
  write(item, 'confirm-text', t('desk.team.remove_administrator', { name }));
  wireConfirmation(item, 'remove', async () => {
    await desk.api.remove(id);
    done(t('desk.people.removed', { name }));
  });
  return item;
}

/** Somebody who came back under new keys, after a lost sheet or an incident, with the cases from before. */
function returnedItem(desk: Desk, { id, name }: MembersView['returned'][number]): HTMLElement {
  const item = element('li', t('desk.incident.back_text', { name }), 'person');
  const giving = bulkElement(
    t('desk.people.back_do', { name }),
    (onProgress, signal) => desk.api.giveBack(id, onProgress, signal),
    (result, { say }) => {
      say(resultText(desk, plural('desk.incident.back_done', result.changed), result));
    },
  );
  item.append(giving.element);
  return item;
}

function wireWrongHands(
  desk: Desk,
  item: HTMLElement,
  { id, name }: { id: string; name: string },
  possible: boolean,
): void {
  const button = part(item, 'wrong-hands');
  show(button, possible);
  button.setAttribute('aria-label', t('desk.incident.of', { name }));
  onClick(item, 'wrong-hands', () => {
    desk.go({ view: 'incidents', chosen: id });
  });
}

function personItem(desk: Desk, person: Person, done: (said: string) => void): HTMLElement {
  const item = copyTemplate('person');
  write(item, 'name', person.name);
  write(item, 'role', person.role);
  write(item, 'part', t(`desk.part.${person.part}`));
  write(
    item,
    'account',
    person.account === null ? '' : t('desk.people.signs_in', { name: person.account }),
  );
  const self = person.id === desk.account.id;
  show(part(item, 'you'), self);
  const administrator = desk.account.part === 'administrator';
  showPart(item, 'remove', administrator && !self);
  wireWrongHands(desk, item, person, administrator || self);
  part(item, 'remove').setAttribute(
    'aria-label',
    t('desk.people.remove_label', { name: person.name }),
  );
  const leaving = leavingTexts[person.part];
  write(item, 'confirm-text', t(`desk.people.${leaving}`, { name: person.name }));
  wireConfirmation(item, 'remove', async () => {
    try {
      await desk.api.remove(person.id);
    } catch (error) {
      if (codeOf(error) !== 'last_holder') throw error;
      write(item, 'confirm-text', t('desk.holding.needed', { name: person.name }));
      showPart(item, 'needed', true);
      showPart(item, 'confirm-do', false);
      part(item, 'confirm-cancel').focus();
      return;
    }
    done(t('desk.people.removed', { name: person.name }));
  });
  return item;
}

/** Somebody who waits: eight words to compare, then two signatures. */
function admissionItem(
  desk: Desk,
  admission: AdmissionView,
  members: MembersView,
  done: (said: string) => void,
): HTMLElement {
  const item = ownIds(copyTemplate('admission'));
  const { name } = admission;
  const isNewAdministrator = admission.part === 'administrator';
  const administrator = desk.account.part === 'administrator';
  const officer = admission.part === 'recovery_officer';
  const account = members.accounts.find(({ id }) => id === admission.id);
  write(item, 'name', name);
  write(item, 'part', t(`desk.part.${admission.part}`));
  write(
    item,
    'account',
    account === undefined ? '' : t('desk.people.signs_in', { name: account.name }),
  );
  // all of what is signed is shown: the role that reporters will see, and which channels are read
  const role = [...new Set(Object.values(admission.role))].join(' / ');
  show(write(item, 'role', t('desk.admit.role', { role })), role !== '');
  const { channels } = desk.directory;
  const reads = admission.channels.map((id) => channelName(desk, id)).join(', ');
  show(write(item, 'reads', t('desk.admit.reads', { channels: reads })), channels.length > 1);
  fillWords(part(item, 'words'), admission.words);
  write(
    item,
    'compare',
    t(officer ? 'desk.admit.compare_officer' : 'desk.admit.compare', { name }),
  );
  showPart(item, 'administers', isNewAdministrator);
  showPart(item, 'back', admission.replaces !== null || admission.namesake);
  write(
    item,
    'back',
    admission.replaces === null
      ? t('desk.admit.namesake', { name })
      : t('desk.admit.back', { name: admission.replaces }),
  ).classList.toggle('signal', admission.namesake);
  const authentic = { true: 'yes', false: 'no', null: 'unknown' }[String(admission.authentic)];
  const way = officer ? 'paper' : 'link';
  write(item, 'vouching', t(`desk.admit.${way}.${authentic ?? 'unknown'}`)).classList.toggle(
    'signal',
    admission.authentic === false,
  );
  const signature = (which: 'handler' | 'administrator', given: boolean): void => {
    const line = write(
      item,
      `${which}-signature`,
      t(given ? 'desk.admit.signed' : 'desk.admit.missing'),
    );
    line.classList.toggle('done', given);
  };
  signature('handler', admission.handlerSigned);
  signature('administrator', false);

  const mayNow = administrator ? admission.handlerSigned : !admission.handlerSigned;
  const possible = mayNow && admission.authentic !== false;
  showPart(item, 'sign-form', possible);
  const wait = write(
    item,
    'wait',
    t(`desk.admit.wait.${administrator ? 'handler' : 'administrator'}`),
  );
  show(wait, !mayNow);
  const compared = part(item, 'compared', HTMLInputElement);
  write(item, 'compared-label', t(officer ? 'desk.admit.agreed' : 'desk.admit.compared', { name }));
  const form = part(item, 'sign-form', HTMLFormElement);
  write(form, 'sign', t(administrator ? 'desk.admit.do.administrator' : 'desk.admit.do.handler'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!compared.checked) {
      showProblem(form, t('desk.admit.compare_first'));
      compared.focus();
      return;
    }
    void send(form, async () => {
      await desk.api.admit(admission);
      done(
        t(administrator ? 'desk.admit.done.administrator' : 'desk.admit.done.handler', { name }),
      );
    });
  });
  write(item, 'confirm-text', t('desk.admit.refuse_text', { name }));
  wireConfirmation(item, 'refuse', async () => {
    await desk.api.refuse(admission.id);
    done(t('desk.admit.refused', { name }));
  });
  return item;
}

function invitationItem(
  desk: Desk,
  invitation: MembersView['invitations'][number],
  done: (said: string) => void,
): HTMLElement {
  const item = copyTemplate('invitation');
  write(item, 'name', invitation.shownName);
  write(item, 'created', t('desk.invite.made', { day: dayText(invitation.createdOn) }));
  const mayWithdraw = invitation.mine || desk.account.part === 'administrator';
  showPart(item, 'withdraw', mayWithdraw);
  part(item, 'withdraw').setAttribute(
    'aria-label',
    t('desk.invite.withdraw_label', { name: invitation.shownName }),
  );
  onClick(item, 'withdraw', () =>
    send(item, async () => {
      await desk.api.withdrawInvitation(invitation.id);
      done(t('desk.invite.withdrawn'));
    }),
  );
  return item;
}

/** As what somebody is invited. */
function invitedPart(form: HTMLElement): InvitedPart {
  const { value } = part(form, 'invited-part', HTMLSelectElement);
  return INVITED.find((each) => each === value) ?? 'handler';
}

/** What says that somebody was never here before. */
const NEW_PERSON = 'new';

/**
 * Those in whose place somebody can come back, in whatever part; asked for only where there is anybody,
 * and then with no answer given beforehand: a case that left a handler out leaves out the guest whom
 * that handler comes back as only where this is said.
 */
function fillFormer(view: HTMLElement, all: MembersView['former']): void {
  const former = invitedPart(view) === 'administrator' ? [] : all;
  const select = part(view, 'replaces', HTMLSelectElement);
  const chosen = select.value;
  select.replaceChildren(
    option('', t('desk.invite.choose')),
    option(NEW_PERSON, t('desk.invite.nobody')),
    ...former.map(({ id, name, part: was }) =>
      option(id, t('desk.invite.back', { name, part: t(`desk.part.${was}`) })),
    ),
  );
  const isThere = chosen === NEW_PERSON || former.some(({ id }) => id === chosen);
  select.value = isThere ? chosen : '';
  showPart(view, 'replaces-field', former.length > 0);
}

/** Makes an invitation and shows its link once: the secret in it never reaches the server. */
function wireInvite(desk: Desk, view: HTMLElement, invited: () => void): void {
  const form = part(view, 'invite-form', HTMLFormElement);
  const name = part(form, 'shown-name', HTMLInputElement);
  const channel = part(form, 'channel', HTMLSelectElement);
  const { channels } = desk.directory;
  channel.replaceChildren(...channels.map(({ id, names }) => option(id, localText(names))));
  showPart(form, 'channel-field', channels.length > 1);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const shownName = name.value.trim();
    if (shownName === '') {
      showProblem(form, t('desk.invite.name_missing'));
      name.focus();
      return;
    }
    const before = part(form, 'replaces', HTMLSelectElement);
    const isAsked = !part(form, 'replaces-field').hidden;
    if (isAsked && before.value === '') {
      showProblem(form, t('desk.invite.choose_first'));
      before.focus();
      return;
    }
    void send(form, async () => {
      const { fragment } = await desk.api.invite({
        shownName,
        channel: channel.value,
        part: invitedPart(form),
        replaces: isAsked && before.value !== NEW_PERSON ? before.value : null,
      });
      const language = document.documentElement.lang;
      const link = `${location.origin}/desk/${language}/join#${fragment}`;
      const field = part(view, 'link', HTMLInputElement);
      field.value = link;
      write(view, 'link-title', t('desk.invite.link_title', { name: shownName }));
      showPart(view, 'link-box', true);
      name.value = '';
      before.value = '';
      field.focus();
      field.select();
      invited();
    });
  });
  onClick(view, 'copy-link', async () => {
    await navigator.clipboard.writeText(part(view, 'link', HTMLInputElement).value);
    desk.say(t('desk.invite.copied'));
  });
  onClick(view, 'hide-link', () => {
    part(view, 'link', HTMLInputElement).value = '';
    showPart(view, 'link-box', false);
    name.focus();
  });
}
