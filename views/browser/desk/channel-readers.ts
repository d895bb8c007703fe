import type { ChannelView, ReaderView, RosterView } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { wireConfirmation } from './confirmation.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, part, show, showPart, write } from './dom.js';
import { report, send, showProblem } from './failures.js';

/**
 * Who reads a channel, who is proposed to, and for administrators the form that proposes others.
 *
 * @param changed called once a version with other readers is in force.
 */
export function fillChannelReaders(
  desk: Desk,
  section: HTMLElement,
  channel: ChannelView,
  changed: () => void,
): void {
  const administrator = desk.account.part === 'administrator';
  fillList(part(section, 'channel-readers'), channel.readers, (reader) =>
    element('li', nameAndPart(reader)),
  );
  showPart(section, 'nobody-reads', channel.readers.length === 0);
  const form = part(section, 'readers-form', HTMLFormElement);
  show(form, administrator);

  const draw = (): void => {
    void desk.api.rosters().then((all) => {
      const found = all.find((each) => each.channel === channel.id);
      const place = part(section, 'roster');
      if (found === undefined) place.replaceChildren();
      else place.replaceChildren(rosterBox(desk, found, draw, changed));
    }, report);
  };
  draw();
  if (administrator) wireForm(desk, form, channel, draw, changed);
}

function wireForm(
  desk: Desk,
  form: HTMLFormElement,
  channel: ChannelView,
  proposed: () => void,
  changed: () => void,
): void {
  fillList(part(form, 'people'), desk.directory.people, (person) => {
    const label = copyTemplate('channel-person');
    const box = part(label, 'box', HTMLInputElement);
    box.value = person.id;
    box.checked = channel.readers.some(({ id }) => id === person.id);
    write(label, 'person-name', nameAndPart(person));
    return label;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const boxes = form.querySelectorAll<HTMLInputElement>('input:checked');
    const chosen = [...boxes].map(({ value }) => value);
    const handlers = desk.directory.people.filter(({ part: is }) => is === 'handler');
    const isSame =
      chosen.length === channel.readers.length &&
      channel.readers.every(({ id }) => chosen.includes(id));
    const fault = isSame
      ? t('desk.roster.same')
      : !handlers.some(({ id }) => chosen.includes(id))
        ? t('desk.roster.handler_missing')
        : null;
    if (fault !== null) {
      showProblem(form, fault);
      return;
    }
    void send(form, async () => {
      try {
        await desk.api.proposeRoster(channel.id, chosen, desk.directory.version);
      } catch (error) {
        if (codeOf(error) !== 'directory_conflict') throw error;
        // shown anew: somebody who came since would be taken off unseen
        desk.directoryChanged(await desk.api.directory());
        changed();
        desk.say(t('desk.roster.list_changed'));
        return;
      }
      desk.say(t('desk.roster.proposed'));
      proposed();
    });
  });
}

function nameAndPart({ name, part: is }: ReaderView): string {
  return is === 'handler' ? name : `${name} (${t(`desk.part.${is}`)})`;
}

/** What is proposed, and whose signature is missing. */
function rosterBox(
  desk: Desk,
  roster: RosterView,
  draw: () => void,
  changed: () => void,
): HTMLElement {
  const box = copyTemplate('channel-roster');
  const administrator = desk.account.part === 'administrator';
  const tell = (name: string, all: readonly string[]): HTMLElement =>
    write(box, name, t(`desk.roster.${name}`, { readers: all.join(', ') }));
  tell('all', roster.readers);
  show(tell('joining', roster.joining), roster.joining.length > 0);
  show(tell('leaving', roster.leaving), roster.leaving.length > 0);
  show(
    write(
      box,
      'staying-off',
      t('desk.roster.staying_off', { readers: roster.stayingOff.join(', ') }),
    ),
    roster.stayingOff.length > 0,
  );
  const isTurn = administrator ? roster.handlerSigned : roster.maySign && !roster.handlerSigned;
  const mayNow = isTurn && !roster.outdated;
  const waitsHandler = t('desk.roster.waits_handler', { readers: roster.signers.join(', ') });
  const waitsFor = roster.handlerSigned ? t('desk.roster.waits_administrator') : waitsHandler;
  const waits = roster.outdated ? t('desk.roster.outdated') : waitsFor;
  show(write(box, 'wait', waits), !mayNow);
  const side = administrator ? 'administrator' : 'handler';
  const button = write(box, 'sign', t(`desk.roster.do.${side}`));
  show(button, mayNow);
  button.addEventListener('click', () => {
    void send(box, async () => {
      const directory = await desk.api.signRoster(roster);
      desk.say(t(`desk.roster.done.${side}`));
      if (administrator) {
        desk.directoryChanged(directory);
        changed();
      } else draw();
    });
  });
  showPart(box, 'take-back', roster.mine);
  part(box, 'take-back').addEventListener('click', () => {
    void send(box, async () => {
      await desk.api.takeBackRoster(roster.channel);
      desk.say(t('desk.roster.taken_back'));
      draw();
    });
  });
  showPart(box, 'refuse', administrator);
  wireConfirmation(box, 'refuse', async () => {
    await desk.api.refuseRoster(roster.channel);
    desk.say(t('desk.roster.refused'));
    draw();
  });
  return box;
}
