import type { CountryRule, Term } from '../../../client/law/country.js';
import type { DatesRule } from '../../../client/law/days.js';
import type { ChannelView } from '../../../client/models.js';
import { promisedFor, type Day, type Promised } from '../../../crypto/public.js';
import { plural, t } from '../strings.js';
import { datesForm } from './dates-form.js';
import { dayText, today } from './days.js';
import { actOf, type Desk } from './desk.js';
import { element, fillList, part, write } from './dom.js';
import { timeText } from './retention.js';
import { listText } from './texts.js';

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
export function lawText(rule: DatesRule | null): string {
  const basis = rule?.basis ?? 'unsure';
  const text = t(`desk.law.${basis}`, { act: rule?.act ?? '' });
  const isMedium = rule?.confidence === 'M' && basis !== 'unsure';
  const { ackDays = null, feedbackDays = null } = rule?.promised ?? {};
  const own =
    ackDays === null && feedbackDays === null
      ? []
      : [t('desk.terms.promised', { what: promiseText({ ackDays, feedbackDays }) })];
  return [text, ...(isMedium ? [t('desk.law.medium')] : []), ...own].join(' ');
}

/** What is promised, in words that fit into a sentence. */
export function promiseText(promised: Pick<Promised, 'ackDays' | 'feedbackDays'> | null): string {
  const said = (['ackDays', 'feedbackDays'] as const).flatMap((what) => {
    const days = promised?.[what] ?? null;
    return days === null ? [] : [plural(`desk.terms.promise.${what}`, days)];
  });
  return said.length === 0 ? t('desk.terms.promise.nothing') : listText(said);
}

/** The promise that counts for what comes today, and those to come, each with its reason. */
function promiseLines({ deadlines }: ChannelView): string[] {
  const current = promisedFor(deadlines, today() as Day);
  return deadlines
    .filter((each) => each === current || each.from > today())
    .map((each) =>
      t('desk.terms.promise_line', {
        day: dayText(each.from),
        what: promiseText(each),
        reason: each.reason,
      }),
    );
}

/**
 * The dates of a channel's new cases: what its country's act says, from where, how sure that is, what
 * the organisation promises beyond, and for administrators the form for that.
 */
export function fillDates(desk: Desk, section: HTMLElement, channel: ChannelView): void {
  const rule = actOf(desk, channel.country);
  write(section, 'dates-law', t(`desk.law.${rule?.basis ?? 'unsure'}`, { act: rule?.act ?? '' }));
  fillList(part(section, 'dates-lines'), rule === null ? [] : termLines(rule), (line) =>
    element('li', line),
  );
  const source =
    rule === null ? '' : `${t('desk.terms.source', { act: rule.act })} ${sureText(rule)}`;
  write(section, 'dates-source', source);
  const { countryReason } = channel;
  const why = countryReason === '' ? '' : t('desk.terms.country_why', { reason: countryReason });
  write(section, 'country-why', why);
  fillList(part(section, 'promises'), promiseLines(channel), (line) => element('li', line));
  if (desk.account.part !== 'administrator') return;
  const form = datesForm(desk, channel, () => {
    const now = desk.directory.channels.find(({ id }) => id === channel.id);
    fillDates(desk, section, now ?? channel);
  });
  part(section, 'dates-change').replaceChildren(form);
}
