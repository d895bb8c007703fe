import { codeOf } from '../rpc.js';
import { plural, t } from '../strings.js';
import { keepPrivate } from '../text-fields.js';
import type { Desk } from './desk.js';
import { copyTemplate, element, fillList, onClick, option, part, showPart, write } from './dom.js';
import { send } from './failures.js';
import { caseTitle } from './inbox-row.js';

/**
 * Where a handler declares a conflict of interest in some cases, without opening them: only what the
 * list shows is used. Where nobody else reads one, somebody else is given it first.
 */
export function conflictView(desk: Desk, ids: readonly string[]): HTMLElement {
  const view = copyTemplate('conflict');
  const to = part(view, 'to', HTMLSelectElement);
  let waiting = [...ids];
  /** The case that only this person reads, once it was found. */
  let last: string | null = null;
  /** To whom that one can be given. */
  let takers: { id: string; name: string }[] = [];

  const titleOf = (id: string): string => {
    const row = desk.inbox.rows.get(id);
    return row === undefined ? id.slice(0, 8) : caseTitle(row);
  };
  const draw = (): void => {
    write(view, 'lead', plural('desk.conflict.lead', waiting.length));
    fillList(part(view, 'cases'), waiting, (id) => keepPrivate(element('li', titleOf(id))));
    showPart(view, 'last', last !== null);
    write(view, 'declare', t(last === null ? 'desk.conflict.do' : 'desk.conflict.give_and_do'));
    if (last === null) return;
    keepPrivate(write(view, 'last-text', t('desk.conflict.last', { title: titleOf(last) })));
    to.replaceChildren(...takers.map(({ id, name }) => option(id, name)));
    const none = takers.length === 0;
    showPart(view, 'to-field', !none);
    showPart(view, 'nobody', none);
    showPart(view, 'declare', !none);
  };

  const declare = async (): Promise<void> => {
    while (waiting[0] !== undefined) {
      const [id] = waiting;
      if (last === id) {
        const { failed } = await desk.api.handOver([{ id, to: [to.value] }], () => undefined);
        const [problem] = failed;
        if (problem !== undefined) throw Object.assign(new Error(id), { code: problem.code });
        last = null;
      }
      try {
        await desk.api.recuse(id);
      } catch (error) {
        if (!['last_holder', 'handlers_locked_out'].includes(codeOf(error))) throw error;
        takers = await desk.api.takersOf(id);
        last = id;
        draw();
        part(view, takers.length === 0 ? 'back' : 'to').focus();
        return;
      }
      desk.inbox.rows.delete(id);
      desk.inbox.chosen.delete(id);
      waiting = waiting.slice(1);
    }
    desk.go({ view: 'inbox' });
    desk.say(plural('desk.conflict.done', ids.length));
  };
  onClick(view, 'declare', () => send(view, declare));
  onClick(view, 'back', () => {
    history.back();
  });
  draw();
  return view;
}
