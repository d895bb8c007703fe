import { plural, t } from '../strings.js';
import { bulkElement, resultText } from './bulk.js';
import type { Desk } from './desk.js';
import { copyTemplate, part, write } from './dom.js';
import { failureText, report, sessionEnded } from './failures.js';
import { listText } from './texts.js';

/**
 * Looks through a handler's cases after sign-in, where somebody left since it was last done, and
 * offers to renew the keys of those that this person is still among the readers of. Where that could
 * not be looked through, it says so: silence would mean that nothing is to be done.
 */
export function offerRenewal(desk: Desk, place: HTMLElement): void {
  if (desk.account.part !== 'handler') return;
  desk.api
    .findLeavers(() => undefined)
    .then(
      (found) => {
        if (found === null || found.cases === 0) return;
        place.replaceChildren(renewalBanner(desk, found));
      },
      (error: unknown) => {
        report(error);
        if (!sessionEnded(error)) place.replaceChildren(unknownBanner(desk, place, error));
      },
    );
}

/** Says that it is not known whether anything must be renewed, with the button that looks again. */
function unknownBanner(desk: Desk, place: HTMLElement, error: unknown): HTMLElement {
  const box = copyTemplate('leavers');
  write(box, 'text', t('desk.leavers.unknown', { why: failureText(error) }));
  const bulk = bulkElement(
    t('desk.leavers.look'),
    (onProgress, signal) => desk.api.findLeavers(onProgress, signal),
    (found) => {
      place.replaceChildren(
        ...(found === null || found.cases === 0 ? [] : [renewalBanner(desk, found)]),
      );
    },
  );
  part(box, 'bulk').replaceChildren(bulk.element);
  return box;
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
