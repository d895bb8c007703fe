import type { HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { accessText } from './case-entries.js';
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
import type { Desk } from './desk.js';
import { act } from './failures.js';

/** Who reads a case, and the way to give and take access. */
export function fillAccess(
  desk: Desk,
  panel: HTMLElement,
  data: HandlerCaseView,
  changed: (data: HandlerCaseView, said: string) => void,
): void {
  fillList(part(panel, 'readers'), data.readers, (reader) => readerItem(reader));

  const select = part(panel, 'grant-reader', HTMLSelectElement);
  select.replaceChildren(...data.grantable.map(({ id, name }) => option(id, name)));
  showPart(panel, 'grant-form', data.grantable.length > 0);
  showPart(panel, 'no-grantable', data.grantable.length === 0);

  const leftOut = leftOutNames(desk, data);
  const box = part(panel, 'left-out');
  show(box, leftOut.length > 0);
  const list = new Intl.ListFormat(document.documentElement.lang);
  box.textContent = t('desk.access.left_out', { names: list.format(leftOut) });

  const history = data.access.filter(({ compartment }) => compartment === 'dialogue');
  fillList(part(panel, 'access-history'), history, (change, index) =>
    element('li', accessText(history[index - 1] ?? null, change)),
  );

  function readerItem(reader: HandlerCaseView['readers'][number]): HTMLElement {
    const item = copyTemplate('reader');
    const self = reader.id === desk.account.id;
    write(item, 'name', reader.name);
    write(item, 'part', self ? t('desk.access.you') : t(`desk.part.${reader.part}`));
    showPart(item, 'take', !self && data.readers.length > 1);
    part(item, 'take').setAttribute(
      'aria-label',
      t('desk.access.take_label', { name: reader.name }),
    );
    write(item, 'confirm-text', t('desk.access.take_text', { name: reader.name }));
    onClick(item, 'take', () => {
      showPart(item, 'confirm', true);
      part(item, 'confirm-do').focus();
    });
    onClick(item, 'confirm-cancel', () => {
      showPart(item, 'confirm', false);
      part(item, 'take').focus();
    });
    onClick(item, 'confirm-do', () =>
      act(item, async () => {
        const after = await desk.api.revoke(data.id, reader.id);
        changed(after, t('desk.access.taken', { name: reader.name }));
      }),
    );
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
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = select.selectedOptions[0]?.textContent ?? '';
    void act(form, async () => {
      changed(await desk.api.grant(caseId, select.value), t('desk.access.given', { name }));
    });
  });
}

function leftOutNames(desk: Desk, data: HandlerCaseView): string[] {
  const report = data.entries.find(({ content }) => content.kind === 'report');
  if (report?.content.kind !== 'report') return [];
  const readers = desk.directory.channels.flatMap((channel) => channel.readers);
  return report.content.leftOut.map(
    (id) => readers.find((reader) => reader.id === id)?.name ?? t('desk.access.unknown'),
  );
}
