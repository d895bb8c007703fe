import type { GuestTerms } from '../../../crypto/private.js';
import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { block, wireBlocked } from './blocked.js';
import { accessText } from './case-entries.js';
import { wireConfirmation } from './confirmation.js';
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
import { dayText, today } from './days.js';
import type { Desk } from './desk.js';
import { send, showProblem } from './failures.js';
import { barredNames } from './left-out.js';
import { takerText } from './parties.js';
import { renewalElement } from './renewal.js';
import { listText } from './texts.js';

/** Who reads a case, and the way to give and take access. */
export function fillAccess(
  desk: Desk,
  panel: HTMLElement,
  data: HandlerCaseView,
  changed: (data: HandlerCaseView, said: string) => void,
): void {
  const gone = new Set(data.departed.map(({ id }) => id));
  fillList(part(panel, 'readers'), data.readers, (reader) => readerItem(reader));

  const departed = part(panel, 'departed');
  show(departed, gone.size > 0 || data.writable === 'after_new_keys');
  const left = listText(data.departed.map(({ name }) => name));
  show(write(departed, 'departed-text', t('desk.access.departed', { names: left })), gone.size > 0);
  const renewal = part(departed, 'renewal-place');
  renewal.replaceChildren(...(data.writable === 'no' ? [] : [renewalElement(desk, data, changed)]));

  const select = part(panel, 'grant-reader', HTMLSelectElement);
  select.replaceChildren(...data.grantable.map((each) => option(each.id, takerText(desk, each))));
  const form = part(panel, 'grant-form');
  show(form, data.grantable.length > 0);
  block(form, data);
  fillGuestForm(part(panel, 'guest-form'), data);
  const isReadable = data.entries.some(({ content }) => content.kind === 'report');
  write(panel, 'no-grantable', t(`desk.access.${isReadable ? 'nobody' : 'unknown_left_out'}`));
  showPart(panel, 'no-grantable', data.grantable.length === 0);

  const barred = barredNames(desk, data);
  const box = part(panel, 'left-out');
  show(box, barred.length > 0);
  box.textContent = t('desk.access.left_out', { names: listText(barred) });

  const history = data.access.filter(({ compartment }) => compartment === 'dialogue');
  fillList(part(panel, 'access-history'), history, (change, index) =>
    element('li', accessText(history[index - 1] ?? null, change)),
  );

  function readerItem(reader: HandlerCaseView['readers'][number]): HTMLElement {
    const item = copyTemplate('reader');
    const self = reader.id === desk.account.id;
    write(item, 'name', reader.name);
    const is = reader.guest === undefined ? t(`desk.part.${reader.part}`) : termsText(reader.guest);
    const rest = self ? t('desk.access.you') : is;
    write(item, 'part', gone.has(reader.id) ? t('desk.access.left') : rest);
    const take = part(item, 'take', HTMLButtonElement);
    show(take, !self && data.readers.length > 1);
    take.disabled = data.writable === 'no';
    take.setAttribute('aria-label', t('desk.access.take_label', { name: reader.name }));
    write(item, 'confirm-text', t('desk.access.take_text', { name: reader.name }));
    wireConfirmation(item, 'take', async () => {
      const after = await desk.api.revoke(data.id, reader.id);
      changed(after, t('desk.access.taken', { name: reader.name }));
    });
    return item;
  }
}

/** Wires the form that gives access; its list of people is filled by {@link fillAccess}. */
export function wireGrant(
  desk: Desk,
  panel: HTMLElement,
  caseId: string,
  changed: (data: HandlerCaseView, said: string) => void,
): void {
  const form = part(panel, 'grant-form', HTMLFormElement);
  const select = part(form, 'grant-reader', HTMLSelectElement);
  onClick(panel, 'conflict', () => {
    desk.go({ view: 'conflict', ids: [caseId] });
  });
  wireBlocked(form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = select.selectedOptions[0]?.textContent ?? '';
    void send(form, async () => {
      changed(await desk.api.grant(caseId, select.value), t('desk.access.given', { name }));
    });
  });
}

/** How far a guest may go, after the name. */
function termsText({ until, write: writes, save }: GuestTerms): string {
  const rights = [writes && 'write', save && 'save'].filter((each) => each !== false);
  const right = t(`desk.guest.right.${rights.join('_') || 'read'}`);
  return t('desk.guest.terms', { day: dayText(until), right });
}

/** Guests whom the case can be granted, or who read it and can be granted it otherwise. */
function fillGuestForm(form: HTMLElement, data: HandlerCaseView): void {
  const here = data.readers.filter(({ guest }) => guest !== undefined);
  const all = [...data.grantableGuests, ...here];
  const select = part(form, 'guest-who', HTMLSelectElement);
  select.replaceChildren(...all.map(({ id, name }) => option(id, name)));
  show(form, all.length > 0);
  block(form, data);
  const tellStays = (): void => {
    const known = here.find(({ id }) => id === select.value);
    write(form, 'guest-stays', t('desk.guest.stays', { name: known?.name ?? '' }));
    showPart(form, 'guest-stays', known !== undefined);
  };
  select.onchange = tellStays;
  tellStays();
}

/**
 * Wires the form that grants a case to somebody from outside; see {@link fillAccess}.
 *
 * @param granted called with the guest's name and the last day in words, once that was done.
 */
export function wireGuestGrant(
  desk: Desk,
  panel: HTMLElement,
  caseId: string,
  changed: (data: HandlerCaseView, said: string) => void,
  granted: (name: string, day: string) => void,
): void {
  const form = part(panel, 'guest-form', HTMLFormElement);
  const select = part(form, 'guest-who', HTMLSelectElement);
  const day = part(form, 'guest-until', HTMLInputElement);
  const writes = part(form, 'guest-write', HTMLInputElement);
  const saves = part(form, 'guest-save', HTMLInputElement);
  wireBlocked(form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (day.value === '' || day.value < today()) {
      showProblem(form, t('desk.guest.day_missing'));
      day.focus();
      return;
    }
    const name = select.selectedOptions[0]?.textContent ?? '';
    const terms = { until: day.value, write: writes.checked, save: saves.checked };
    void send(form, async () => {
      const after = await desk.api.grantGuest(caseId, select.value, terms);
      const day = dayText(terms.until);
      changed(after, t('desk.guest.granted', { name, day }));
      granted(name, day);
    });
  });
}
