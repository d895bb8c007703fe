import type { ChannelView } from '../../../client/models.js';
import { plural, t } from '../strings.js';

function timeText(months: number): string {
  return months % 12 === 0 ? plural('keep.years', months / 12) : plural('keep.months', months);
}

/** How long a case in this channel is kept after it was closed, as sentences. */
export function retentionText({
  retention,
  retentionMonths,
}: Pick<ChannelView, 'retention' | 'retentionMonths'>): string {
  if (retention === null) return plural('start.retention', retentionMonths);
  const times = retention.clauses.map(({ kind, months, anchor }) =>
    t(`keep.kind.${kind}`, { time: timeText(months), anchor: t(`keep.anchor.${anchor}`) }),
  );
  const { wins, shorter } = retention;
  return [
    t('keep.lead', { rule: times.join(t('keep.join')) }),
    ...(wins === null ? [] : [t(`keep.wins.${wins}`)]),
    ...(shorter.length === 0 ? [] : [t('keep.shorter')]),
  ].join(' ');
}
