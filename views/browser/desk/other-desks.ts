import { deskAddress, type OtherDesk } from '../../../client/desk/other-desks.js';
import { t } from '../strings.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, part, showPart } from './dom.js';
import { send, showProblem } from './failures.js';

/** The host, which cannot be anything else than where the link leads. */
function hostOf({ address }: OtherDesk): string {
  return address.replace(/^https?:\/\//, '');
}

/** Names and hosts of a person's other desks, for a sentence. */
export function otherDesksText(desks: readonly OtherDesk[]): string {
  return desks.map((each) => `${each.name} (${hostOf(each)})`).join(', ');
}

/** Leads to the sign-in page of another desk, which learns nothing of where somebody came from. */
function linkTo(other: OtherDesk): HTMLAnchorElement {
  const link = element('a', other.name);
  link.href = `${other.address}/desk/${document.documentElement.lang}/`;
  link.rel = 'noopener noreferrer';
  link.target = '_blank';
  link.append(' ', element('span', hostOf(other), 'soft'));
  return link;
}

/**
 * Shows at the top of every view at which organisation's desk somebody is, and the way to the other
 * ones; nothing for who has no other.
 */
export function showSwitch(strip: HTMLElement, desks: readonly OtherDesk[]): void {
  strip.hidden = desks.length === 0;
  if (strip.hidden) {
    part(strip, 'switch').replaceChildren();
    return;
  }
  const view = copyTemplate('desk-switch');
  fillList(part(view, 'desks'), desks, (each) => {
    const item = element('li');
    item.append(linkTo(each));
    return item;
  });
  part(strip, 'switch').replaceChildren(view);
}

/** Where a person writes down the desks of other organisations at which they serve. */
export function otherDesksSection(desk: Desk, changed: () => void): HTMLElement {
  const section = copyTemplate('other-desks');
  const form = part(section, 'form', HTMLFormElement);
  const name = part(form, 'name', HTMLInputElement);
  const address = part(form, 'address', HTMLInputElement);

  const put = async (where: string, called: string | null): Promise<void> => {
    await desk.api.putOtherDesk(where, called);
    desk.otherDesksChanged(await desk.api.otherDesks());
    draw();
    changed();
  };
  function draw(): void {
    showPart(section, 'none', desk.otherDesks.length === 0);
    fillList(part(section, 'desks'), desk.otherDesks, (each) => {
      const item = element('li');
      const remove = element('button', t('desk.others.remove'), 'small');
      remove.type = 'button';
      remove.setAttribute('aria-label', t('desk.others.remove_of', { name: each.name }));
      remove.addEventListener('click', () => {
        void send(form, async () => {
          await put(each.address, null);
          desk.say(t('desk.others.removed', { name: each.name }));
          part(section, 'title').focus();
        });
      });
      item.append(linkTo(each), ' ', remove);
      return item;
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const called = name.value.trim();
    const where = deskAddress(address.value);
    const wrong =
      called === ''
        ? { text: t('desk.others.name_missing'), field: name }
        : where === null
          ? { text: t('desk.others.address_wrong'), field: address }
          : where === location.origin
            ? { text: t('desk.others.address_here'), field: address }
            : null;
    if (wrong !== null || where === null) {
      showProblem(form, wrong?.text ?? null);
      wrong?.field.focus();
      return;
    }
    void send(form, async () => {
      await put(where, called);
      for (const field of [name, address]) field.value = '';
      desk.say(t('desk.others.added', { name: called }));
      part(section, 'title').focus();
    });
  });
  draw();
  return section;
}
