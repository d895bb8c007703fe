import type { ChannelView, RetentionView } from '../../../client/models.js';
import { ruleOfChannel, type RetentionRule, type ShorterTerm } from '../../../crypto/private.js';
import { plural, t } from '../strings.js';
import { dayText } from './days.js';
import { element, fillList } from './dom.js';

/** So many months in words, as years where they are whole. */
export function timeText(months: number): string {
  return months % 12 === 0
    ? plural('desk.keep.years', months / 12)
    : plural('desk.keep.months', months);
}

/** A rule in words: each of its times, and which counts where they clash. */
export function ruleText({ clauses, wins }: RetentionRule): string {
  const times = clauses.map(({ kind, months, anchor }) =>
    t(`desk.keep.kind.${kind}`, {
      time: timeText(months),
      anchor: t(`desk.keep.anchor.${anchor}`),
    }),
  );
  const which = wins === null ? [] : [t(`desk.keep.wins.${wins}`)];
  return [...times, ...which].join('; ');
}

/** A shorter time for some cases, in words. */
export function shorterText({ of, months, anchor }: ShorterTerm): string {
  return t('desk.keep.shorter_line', {
    which: t(`desk.keep.shorter.${of}`),
    time: timeText(months),
    anchor: t(`desk.keep.anchor.${anchor}`),
  });
}

/** The rule of a channel as a page knows it; two years after closure where it knows none. */
export function channelRule(
  channel: Pick<ChannelView, 'retention' | 'retentionMonths'> | undefined,
): RetentionRule {
  const { retention = null, retentionMonths = 24 } = channel ?? {};
  return ruleOfChannel({ retentionMonths, ...(retention === null ? {} : { retention }) });
}

/** Lists how long closed cases are kept now, and from which day on otherwise. */
export function fillTerms(list: HTMLElement, { terms }: RetentionView): void {
  fillList(list, terms, ({ rules, from }) => {
    const rule = rules.map(ruleText).join(` ${t('desk.keep.and_also')} `);
    return element(
      'li',
      from === null
        ? t('desk.retention.now', { rule })
        : t('desk.retention.then', { rule, day: dayText(from) }),
    );
  });
}
