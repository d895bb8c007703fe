import type { DataRequest } from '../../../client/casework/requests.js';
import type { EntryView } from '../../../client/models.js';
import { t } from '../strings.js';
import { dayText } from './days.js';

/** Who asks, in the page's language. */
export function requesterText({ by, name }: Pick<DataRequest, 'by' | 'name'>): string {
  return by === 'named' ? name : t('desk.request.anonymous');
}

/** That nothing but the case key identifies an anonymous reporter, and whose that was. */
export function byKeyText({ keyMade }: Pick<DataRequest, 'keyMade'>): string {
  return t(`desk.request.${keyMade ? 'by_made_key' : 'by_case_key'}`);
}

/** Where a request stands, in a word or two. */
export function requestState({ state, answer, extension }: DataRequest): string {
  if (state !== 'made') return t(`desk.request.${state}`);
  if (answer !== null) return t(`desk.request.answer.${answer.answer}`);
  if (extension === null) return '';
  return t(extension.tooLate ? 'desk.request.extended_late' : 'desk.request.extended');
}

/** What kind of request of whom it is: "Access: Kim Berg". */
export function requestName(request: Pick<DataRequest, 'right' | 'by' | 'name'>): string {
  const right = t(`desk.request.right.${request.right}`);
  return t('desk.request.name_line', { right, who: requesterText(request) });
}

/** What is known of a request, in sentences. */
export function requestLines(request: DataRequest): string[] {
  const { receivedOn, by, identified, extension, answer, text, state } = request;
  const waits = state === 'made' && answer === null;
  const received = t('desk.request.received_line', { day: dayText(receivedOn) });
  const identity =
    by === 'anonymous_reporter'
      ? byKeyText(request)
      : identified === ''
        ? t(`desk.request.${waits ? 'not_identified' : 'never_identified'}`)
        : t('desk.request.identified_line', { how: identified });
  const lines = [`${received} ${identity}`, text];
  if (extension !== null) {
    const { on, text: reason, tooLate } = extension;
    const line = tooLate ? 'desk.request.extended_late_line' : 'desk.request.extended_line';
    lines.push(t(line, { day: dayText(on), reason }));
  }
  if (answer !== null) {
    const { on, text: reason } = answer;
    lines.push(t('desk.request.answered_line', { day: dayText(on), reason }));
  }
  return lines;
}

/** What the first entry of a case says that is a request about data, beside its words. */
export function firstFacts(content: EntryView['content']): [name: string, value: string][] {
  const asked = content.kind === 'report' ? content.request : undefined;
  if (asked === undefined) return [];
  const { right, name, identified } = asked;
  return [
    [t('desk.request.right'), t(`desk.request.right.${right}`)],
    [t('desk.request.by'), name],
    ...(identified === ''
      ? []
      : ([[t('desk.request.identified'), identified]] as [string, string][])),
  ];
}
