import type { BulkResult } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { bulkElement, resultText } from './bulk.js';
import type { Desk } from './desk.js';
import { copyTemplate, part, write } from './dom.js';
import { failureText, report, sessionEnded } from './failures.js';
import { listText } from './texts.js';

/** In how many cases who should open nothing any more; null where nobody left. */
type Leavers = { cases: number; names: string[]; failed: BulkResult['failed'] } | null;

/**
 * Looks through a handler's cases after sign-in, where somebody left since it was last done, and
 * offers to renew the keys of those that this person is still among the readers of. Where that could
 * not be looked through, it says so: silence would mean that nothing is to be done.
 */
export function offerRenewal(desk: Desk, place: HTMLElement): void {
  if (desk.account.part !== 'handler') return;
  const tell = (found: Leavers): void => {
    if (found === null) place.replaceChildren();
    else if (found.cases > 0) place.replaceChildren(renewalBanner(desk, found));
    else if (found.failed.length > 0) unknown(resultText(desk, '', { changed: 0, ...found }));
    else place.replaceChildren();
  };
  const unknown = (why: string): void => {
    place.replaceChildren(unknownBanner(desk, why, tell));
  };
  desk.api
    .findLeavers(() => undefined)
    .then(tell, (error: unknown) => {
      report(error);
      if (!sessionEnded(error)) unknown(failureText(error));
    });
}

/** Says that it is not known whether anything must be renewed, with the button that looks again. */
function unknownBanner(desk: Desk, why: string, tell: (found: Leavers) => void): HTMLElement {
  const box = copyTemplate('leavers');
  write(box, 'text', t('desk.leavers.unknown', { why }));
  const bulk = bulkElement(
    t('desk.leavers.look'),
    (onProgress, signal) => desk.api.findLeavers(onProgress, signal),
    tell,
  );
  part(box, 'bulk').replaceChildren(bulk.element);
  return box;
}

/** Says in how many cases who is still among the readers, with the button that mends it. */
function renewalBanner(desk: Desk, { cases, names, failed }: NonNullable<Leavers>): HTMLElement {
  const box = copyTemplate('leavers');
  const text = plural('desk.leavers.text', cases, { names: listText(names) });
  write(box, 'text', resultText(desk, text, { changed: 0, failed }));
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
