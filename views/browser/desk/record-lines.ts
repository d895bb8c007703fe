import type { HandlerCaseView } from '../../../client/models.js';
import type { EntryContent } from '../../../crypto/private.js';
import { t } from '../strings.js';
import { requestName, requesterText } from './request-words.js';
import { dayText } from './days.js';

type RecordKind =
  | 'person'
  | 'person_informed'
  | 'person_heard'
  | 'person_extract'
  | 'person_outcome'
  | 'disclosure'
  | 'recipient_told'
  | 'request'
  | 'request_extended'
  | 'request_answered';

/** What an entry about persons, disclosures or requests says, in a sentence. */
export function recordLine(
  data: HandlerCaseView,
  by: string,
  content: Extract<EntryContent, { kind: RecordKind }>,
): string {
  const person = (id: string): string =>
    data.persons.find((each) => each.id === id)?.name ?? t('desk.person.unknown');
  const request = (id: string): string => {
    const found = data.requests.find((each) => each.id === id);
    return found === undefined ? t('desk.request.unknown') : requestName(found);
  };
  switch (content.kind) {
    case 'person': {
      const part = t(`desk.person.part.${content.part}`);
      return t(`desk.person.line.${content.state}`, { by, name: content.name, part });
    }
    case 'person_informed':
      return t(`desk.person.line.${content.state}`, {
        by,
        name: person(content.person),
        day: dayText(content.day),
      });
    case 'person_heard':
      return t(`desk.person.line.${content.form}`, {
        by,
        name: person(content.person),
        day: dayText(content.on),
      });
    case 'person_extract': {
      const name = person(content.person);
      return content.givenOn === null
        ? t('desk.person.line.extract', { by, name })
        : t('desk.person.line.extract_given', { by, name, day: dayText(content.givenOn) });
    }
    case 'person_outcome':
      return t('desk.person.line.outcome', {
        by,
        name: person(content.person),
        day: dayText(content.on),
      });
    case 'disclosure':
      return t(`desk.disclosure.line.${content.state}`, {
        by,
        recipient: content.recipient,
        day: dayText(content.on),
      });
    case 'recipient_told': {
      const found = data.disclosures.find(({ id }) => id === content.disclosure);
      const recipient = found?.recipient ?? t('desk.disclosure.unknown');
      return t(`desk.told_on.line.${content.state}`, { by, recipient });
    }
    case 'request':
      return t(`desk.request.line.${content.state}`, {
        by,
        right: t(`desk.request.right.${content.right}`),
        who: requesterText(content),
      });
    case 'request_extended':
      return t('desk.request.line.extended', { by, request: request(content.request) });
    case 'request_answered':
      return t('desk.request.line.answered', {
        by,
        request: request(content.request),
        answer: t(`desk.request.answer.${content.answer}`),
      });
  }
}
