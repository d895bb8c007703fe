import { t } from '../strings.js';
import { dayText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, write } from './dom.js';
import { report } from './failures.js';

/**
 * Tells an administrator, at each sign-in, that closed cases are not removed since the server's clock
 * may be wrong: of those who use the desk, administrators can have it put right.
 */
export function tellRemovalWait(desk: Desk, place: HTMLElement): void {
  if (desk.account.part !== 'administrator') return;
  desk.api.removalWait().then((wait) => {
    if (wait === null) return;
    const days = { today: dayText(wait.today), until: dayText(wait.until) };
    const box = copyTemplate('removal');
    write(box, 'title', t('desk.removal.title', days));
    write(box, 'why', t('desk.removal.why', days));
    write(box, 'what', t('desk.removal.what', days));
    place.replaceChildren(box);
  }, report);
}
