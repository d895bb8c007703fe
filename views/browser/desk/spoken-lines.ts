import type { EntryView, HandlerCaseView } from '../../../client/models.js';
import { t } from '../strings.js';
import { isReach } from './choices.js';
import { dayText } from './days.js';
import { isOutside } from './told-fields.js';

type Data = HandlerCaseView;
type Meeting = Data['meetings'][number];
type Transcript = Data['transcripts'][number];
type Version = Transcript['newest'];
type Content = EntryView['content'];
type Option = Extract<Content, { kind: 'meeting_proposal' }>['options'][number];

/** A time and a place in one line. */
export function optionText({ form, day, time, zone, place }: Option): string {
  const kind = t(`desk.meeting.form.${form}`);
  return t('desk.meeting.option_text', { kind, day: dayText(day), time, zone, place });
}

/** Where a meeting stands, in a word or two. */
export function meetingState({ state, heldOn, notHeldOn }: Meeting): string {
  const noted = notHeldOn === null ? state : 'not_held';
  return t(`desk.meeting.state.${heldOn === null ? noted : 'held'}`);
}

/** What was written down, of which day, in which version. */
export function transcriptName({
  form,
  heldOn,
  version,
}: Pick<Version, 'form' | 'heldOn' | 'version'>): string {
  const kind = t(`desk.transcript.form.${form}`);
  return t('desk.transcript.name', { kind, day: dayText(heldOn), number: version });
}

/** Where the check of a transcript stands. */
export function transcriptState({ state, newest }: Transcript, today: string): string {
  if (newest.paper !== null) return t(`desk.transcript.paper.${newest.paper.answer}`);
  const late = state === 'waiting' && newest.by < today;
  return t(`desk.transcript.state.${late ? 'not_answered' : state}`);
}

function chosenText(data: Data, content: Extract<Content, { kind: 'meeting_answer' }>): string[] {
  const entry = data.entries.find(
    ({ compartment, hash }) => compartment === 'dialogue' && hash === content.proposal,
  );
  const proposed = entry?.content.kind === 'meeting_proposal' ? entry.content.options : [];
  const option = content.chosen === null ? undefined : proposed[content.chosen];
  const newest = data.meetings.find(({ id }) => id === content.id)?.proposal?.hash;
  return [
    t(`desk.meeting.answer.${content.answer}`),
    ...(option === undefined ? [] : [optionText(option)]),
    ...(newest !== undefined && newest !== content.proposal ? [t('desk.meeting.answer_old')] : []),
  ];
}

/** Whether an answer about a transcript is to a version that stands in the case. */
function isNamed(
  data: Data,
  { transcript, version, hash }: Extract<Content, { kind: 'agreement' | 'rectification' }>,
): boolean {
  const found = data.transcripts.find(({ id }) => id === transcript);
  return found?.versions.some((each) => each.version === version && each.hash === hash) === true;
}

/** Kinds that say what a person was told. */
const TOLD = ['acknowledgement', 'reply', 'feedback', 'closure', 'reopening'] as const;
type ToldContent = Extract<Content, { kind: (typeof TOLD)[number] }>;

function isTold(content: Content): content is ToldContent {
  return (TOLD as readonly string[]).includes(content.kind);
}

/** How the person was told who cannot read it, by a handler's word; or that nobody was. */
function toldLine({ told }: ToldContent): string {
  if (told === undefined) return t('desk.told.none_line');
  return t('desk.told.line', { way: t(`desk.told.way.${told.way}`), day: dayText(told.on) });
}

/** What became on paper of what was written down; empty where nobody noted anything. */
export function paperLine({ paper }: { paper?: Version['paper'] | undefined }): string {
  if (paper === undefined || paper === null) return '';
  return t(`desk.transcript.paper.${paper.answer}_line`, { day: dayText(paper.on) });
}

/**
 * Under which name the kind of an entry stands: what was checked on paper is not to be checked, and
 * nobody leaves out what they cannot do.
 */
export function kindName(data: Data, content: Content): string {
  if (content.kind === 'acknowledgement_waived' && isReach(content.reason)) return content.reason;
  const isChecked = content.kind === 'transcript' && content.paper !== undefined;
  return isChecked && isOutside(data) ? 'transcript_paper' : content.kind;
}

/** What an entry says beside its text of how it was told, of a meeting or of a transcript, in sentences. */
export function spokenLines(data: Data, { content, author }: EntryView): string[] {
  const outside = isOutside(data);
  if (outside && isTold(content) && author.side !== 'reporter') return [toldLine(content)];
  if (content.kind === 'transcript') {
    const paper = outside ? paperLine(content) : '';
    const asked = paper === '' ? t('desk.transcript.asked', { day: dayText(content.by) }) : paper;
    return [transcriptName(content), asked];
  }
  if (content.kind === 'agreement' || content.kind === 'rectification') {
    const number = { number: content.version };
    return isNamed(data, content)
      ? [t(`desk.transcript.${content.kind}`, number)]
      : [t('desk.transcript.no_version')];
  }
  if (content.kind === 'meeting_request') return [t(`desk.meeting.form.${content.form}`)];
  if (content.kind === 'meeting_proposal') return content.options.map(optionText);
  return content.kind === 'meeting_answer' ? chosenText(data, content) : [];
}
