import type { HandlerCaseView } from '../../../client/models.js';
import { codeOf } from '../rpc.js';
import { t } from '../strings.js';
import { wireConfirmation } from './confirmation.js';
import type { Desk } from './desk.js';
import { copyTemplate, show, showPart, write } from './dom.js';
import { leftOutOf } from './left-out.js';
import { listText } from './texts.js';

/**
 * The button that makes new keys for a case, with what it does and what it does not, to be confirmed
 * once. Where nobody who may read the case would be left it says so, and there is no button.
 */
export function renewalElement(
  desk: Desk,
  data: HandlerCaseView,
  changed: (data: HandlerCaseView, said: string) => void,
): HTMLElement {
  const box = copyTemplate('renewal');
  const off = new Set([
    ...data.departed.map(({ id }) => id),
    ...leftOutOf(desk, data).flatMap(({ contradicted, id }) => (contradicted ? [] : id)),
  ]);
  const named = (goes: boolean): string[] =>
    data.readers.filter(({ id }) => off.has(id) === goes).map(({ name }) => name);
  const staying = named(false);
  const going = named(true);
  showPart(box, 'renew', staying.length > 0);
  showPart(box, 'nobody', staying.length === 0);
  write(
    box,
    'staying',
    t('desk.renew.stay', { names: listText([...staying, t('desk.renew.reporter')]) }),
  );
  show(write(box, 'going', t('desk.renew.go', { names: listText(going) })), going.length > 0);
  wireConfirmation(box, 'renew', async () => {
    try {
      changed(await desk.api.renew(data.id), t('desk.renew.done'));
    } catch (error) {
      // whoever takes oneself off finds no case afterwards
      if (!off.has(desk.account.id) || codeOf(error) !== 'case_not_found') throw error;
      desk.inbox.rows.delete(data.id);
      desk.say(t('desk.renew.done'));
      desk.go({ view: 'inbox' });
    }
  });
  return box;
}
