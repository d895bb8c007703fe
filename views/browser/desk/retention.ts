import type { RetentionView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { dayText } from './days.js';
import { element, fillList } from './dom.js';

/** Lists how long closed cases are kept now, and from which day on shorter. */
export function fillTerms(list: HTMLElement, { terms }: RetentionView): void {
  fillList(list, terms, ({ months, from }) =>
    element(
      'li',
      from === null
        ? plural('desk.retention.now', months)
        : plural('desk.retention.then', months, { day: dayText(from) }),
    ),
  );
}

/**
 * The day from which so many months would count if they were published today; null for at once. What
 * is shorter than the newest setting waits its time; what is longer may still wait for an older one.
 */
export function effectiveFrom(
  { terms, shorterFrom }: RetentionView,
  months: number,
): string | null {
  const newest = terms.at(-1);
  if (newest !== undefined && months < newest.months) return shorterFrom;
  return terms.find((term) => term.months <= months)?.from ?? null;
}

/** Says when so many months would count; nothing for those that were set already. */
export function effectText(retention: RetentionView, months: number): string {
  if (!Number.isInteger(months) || months < 1 || months === retention.terms.at(-1)?.months) {
    return '';
  }
  const from = effectiveFrom(retention, months);
  return from === null
    ? t('desk.retention.effect_at_once')
    : t('desk.retention.effect', { day: dayText(from) });
}
