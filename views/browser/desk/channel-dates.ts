import type { CountryRule, Term } from '../../../client/law/country.js';
import type { ChannelView } from '../../../client/models.js';
import { plural, t } from '../strings.js';
import { ruleOf, type Desk } from './desk.js';
import { element, fillList, part, write } from './dom.js';
import { timeText } from './retention.js';

function termText({ days, unit }: Term): string {
  return plural(`desk.terms.days.${unit}`, days);
}

/** How sure the data are of the dates, in a sentence. */
function sureText(rule: CountryRule): string {
  return t(`desk.keep.confidence.${rule.confidence}`);
}

function meetingText({ meeting, confidence, meetingConfidence }: CountryRule): string[] {
  if (meeting === null) return [];
  const text =
    meeting === 'reasonable'
      ? t('desk.terms.meeting.reasonable')
      : t('desk.terms.meeting', { time: termText(meeting) });
  const isSame = meetingConfidence === confidence;
  return [isSame ? text : `${text} ${t(`desk.keep.confidence.${meetingConfidence}`)}`];
}

/** What a country's act says of dates and how they are counted, a sentence for each. */
export function termLines(rule: CountryRule): string[] {
  const { acknowledgement, feedback, furtherFeedback, confirmation } = rule;
  const lines: string[] = [];
  if (acknowledgement !== null) {
    const text = t('desk.terms.acknowledgement', { time: termText(acknowledgement) });
    lines.push(acknowledgement.waivable ? `${text} ${t('desk.terms.waivable')}` : text);
  }
  if (feedback !== null) {
    const { months, anchor, extension } = feedback;
    const text = t(`desk.terms.feedback.${anchor}`, { time: timeText(months) });
    const later = t('desk.terms.extension', { time: timeText(extension) });
    lines.push(extension === 0 ? text : `${text} ${later}`);
  }
  if (furtherFeedback !== null) {
    lines.push(t('desk.terms.further', { often: plural('desk.dates.every', furtherFeedback) }));
  }
  if (confirmation !== null) {
    lines.push(t('desk.terms.confirmation', { time: termText(confirmation) }));
  }
  return [...lines, ...meetingText(rule)];
}

/** Whose dates a case of this rule has, in a sentence, and where that was not read in the act. */
export function lawText(rule: CountryRule | null): string {
  const basis = rule?.basis ?? 'unsure';
  const text = t(`desk.law.${basis}`, { act: rule?.act ?? '' });
  const isMedium = rule?.confidence === 'M' && basis !== 'unsure';
  return isMedium ? `${text} ${t('desk.law.medium')}` : text;
}

/** The dates of a channel's new cases: what its country's act says, from where, and how sure that is. */
export function fillDates(desk: Desk, section: HTMLElement, channel: ChannelView): void {
  const rule = ruleOf(desk, channel);
  write(section, 'dates-law', t(`desk.law.${rule?.basis ?? 'unsure'}`, { act: rule?.act ?? '' }));
  fillList(part(section, 'dates-lines'), rule === null ? [] : termLines(rule), (line) =>
    element('li', line),
  );
  const source =
    rule === null ? '' : `${t('desk.terms.source', { act: rule.act })} ${sureText(rule)}`;
  write(section, 'dates-source', source);
}
