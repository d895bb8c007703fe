import type { EntryView, ReporterCaseView, ReporterEntry } from '../../../client/models.js';
import { t } from '../strings.js';
import { formatDay } from './format.js';

type Content = EntryView<ReporterEntry>['content'];
type Option = Extract<Content, { kind: 'meeting_proposal' }>['options'][number];
type Version = ReporterCaseView['transcripts'][number]['newest'];

/** A time and a place in one line. */
export function optionText({ form, day, time, zone, place }: Option): string {
  const kind = t(`meeting.form.${form}`);
  return t('meeting.option', { kind, day: formatDay(day), time, zone, place });
}

/** What was written down, of which day, in which version. */
export function transcriptName({
  form,
  heldOn,
  version,
}: Pick<Version, 'form' | 'heldOn' | 'version'>): string {
  return t('check.name', {
    kind: t(`check.form.${form}`),
    day: formatDay(heldOn),
    number: version,
  });
}

/** Which time an answer took of the proposal that it names. */
function chosenText(
  { entries }: ReporterCaseView,
  { proposal, chosen }: Extract<Content, { kind: 'meeting_answer' }>,
): string[] {
  const content = entries.find(({ hash }) => hash === proposal)?.content;
  const option =
    content?.kind === 'meeting_proposal' && chosen !== null ? content.options[chosen] : undefined;
  return option === undefined ? [] : [optionText(option)];
}

/** What an entry about a meeting or a transcript says beside its text, in sentences. */
export function spokenLines(
  view: ReporterCaseView,
  { content }: EntryView<ReporterEntry>,
): string[] {
  if (content.kind === 'transcript') return [transcriptName(content)];
  if (content.kind === 'agreement' || content.kind === 'rectification') {
    return [t('check.version', { number: content.version })];
  }
  if (content.kind === 'meeting_request') return [t(`meeting.form.${content.form}`)];
  if (content.kind === 'meeting_proposal') return content.options.map(optionText);
  if (content.kind !== 'meeting_answer') return [];
  return [t(`meeting.answer.${content.answer}`), ...chosenText(view, content)];
}
