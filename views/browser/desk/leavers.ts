import { plural, t } from '../strings.js';
import { bulkElement, resultText } from './bulk.js';
import type { Desk } from './desk.js';
import { copyTemplate, part, write } from './dom.js';
import { report } from './failures.js';
import { listText } from './texts.js';

/**
 * Looks through a handler's cases after sign-in, where somebody left since it was last done, and
 * offers to renew the keys of those that this person is still among the readers of.
 */
export function offerRenewal(desk: Desk, place: HTMLElement): void {
  if (desk.account.part !== 'handler') return;
  desk.api
    .findLeavers(() => undefined)
    .then((found) => {
      if (found === null || found.cases === 0) return;
      place.replaceChildren(renewalBanner(desk, found));
    }, report);
}

/** Says in how many cases who is still among the readers, with the button that mends it. */
export function renewalBanner(desk: Desk, found: { cases: number; names: string[] }): HTMLElement {
  const box = copyTemplate('leavers');
  write(box, 'text', plural('desk.leavers.text', found.cases, { names: listText(found.names) }));
  const bulk = bulkElement(
    t('desk.leavers.do'),
    (onProgress, signal) => desk.api.renewAll(onProgress, signal),
    (result, { offer, say }) => {
      offer(result.failed.length > 0);
      say(resultText(desk, plural('desk.leavers.done', result.changed), result));
    },
  );
  part(box, 'bulk').replaceChildren(bulk.element);
  return box;
}
