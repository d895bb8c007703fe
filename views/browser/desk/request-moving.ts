import type { DataRequest } from '../../../client/casework/requests.js';
import { t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import { isWhole, type Changed, type Desk } from './desk.js';
import { option, part, showPart, write } from './dom.js';
import { send, showProblem } from './failures.js';
import { caseTitle } from './inbox-row.js';

/** The form by which a request goes on in the case that it turned out to be about. */
export interface MovingForm {
  open(request: DataRequest): void;
  update(isThere: boolean): void;
}

/** See {@link MovingForm}. */
export function movingForm(
  desk: Desk,
  panel: HTMLElement,
  id: string,
  changed: Changed,
): MovingForm {
  const form = part(panel, 'move-form', HTMLFormElement);
  const fold = form.closest('details');
  const to = keepPrivate(part(form, 'to', HTMLSelectElement));
  let chosen: DataRequest | null = null;

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = chosen;
    showProblem(form, null);
    if (request === null || to.value === '') {
      showProblem(form, t('desk.request.move_missing'));
      return;
    }
    void send(form, async () => {
      const data = await desk.api.moveRequest(id, request.id, to.value);
      if (fold !== null) fold.open = false;
      changed(data, t('desk.request.move_done'));
    });
  });

  return {
    open(request) {
      chosen = request;
      // what somebody really asks for goes on in no case that was made for practice
      const practice = desk.inbox.rows.get(id)?.practice === true;
      const others = [...desk.inbox.rows.values()].filter(
        (row) => !row.dataRequest && row.practice === practice,
      );
      to.replaceChildren(
        option('', t('desk.request.move_choose')),
        ...others.map((row) => option(row.id, caseTitle(row))),
      );
      showPart(form, 'partial', !isWhole(desk.inbox));
      keepPrivate(write(form, 'move-who', request.name));
      showProblem(form, null);
      showPart(panel, 'move-fold', true);
      if (fold !== null) fold.open = true;
      form.scrollIntoView({ block: 'nearest' });
      to.focus();
    },
    update(isThere) {
      if (!isThere) chosen = null;
      showPart(panel, 'move-fold', isThere && chosen !== null);
    },
  };
}
