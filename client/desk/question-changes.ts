import type { Channel, QuestionField, Questionnaire } from '../../crypto/private.js';
import type { DirectoryChangeLine } from '../models.js';
import { invitesIdentity } from '../questions/invites.js';

type ByLanguage = Readonly<Record<string, string>>;

function fieldsOf(questionnaire: Questionnaire | undefined): QuestionField[] {
  return questionnaire?.sections.flatMap(({ fields }) => fields) ?? [];
}

/** Every text of a field, in every language. */
function textsOf({ labels, help, options }: QuestionField): string[] {
  return [labels, help, ...options.map((option) => option.labels)].flatMap((texts: ByLanguage) =>
    Object.values(texts),
  );
}

/** Whether a field seems to ask, in any language, who answers it. */
export function fieldInvites(field: QuestionField): boolean {
  return textsOf(field).some(invitesIdentity);
}

function line(
  how: 'added' | 'changed' | 'removed',
  channel: ByLanguage,
  field: QuestionField,
): DirectoryChangeLine {
  return {
    code: `question_${how}`,
    channel,
    label: field.labels,
    texts: how === 'removed' ? [] : [...new Set(textsOf(field).filter((text) => text !== ''))],
    invites: how !== 'removed' && fieldInvites(field),
  };
}

/** The sections with their titles, and which field stands where. */
function arrangement(questionnaire: Questionnaire | undefined): string {
  const sections = questionnaire?.sections ?? [];
  return JSON.stringify(sections.map(({ titles, fields }) => [titles, fields.map(({ id }) => id)]));
}

function arranged(channel: ByLanguage, { sections }: Questionnaire): DirectoryChangeLine {
  const texts = sections.flatMap(({ titles }) => Object.values(titles as ByLanguage));
  return {
    code: 'questions_arranged',
    channel,
    texts: [...new Set(texts.filter((text) => text !== ''))],
    invites: texts.some(invitesIdentity),
  };
}

/**
 * What changed in the questions that a channel asks: each that is new, other or gone, with all that
 * it says now in every language, and the sections with their order.
 */
export function questionsChanged(
  before: Pick<Channel, 'questionnaire'>,
  after: Pick<Channel, 'questionnaire' | 'names'>,
): DirectoryChangeLine[] {
  const [was, is] = [before.questionnaire, after.questionnaire];
  const channel = after.names;
  if (is === undefined) return was === undefined ? [] : [{ code: 'questions_built_in', channel }];
  const [old, now] = [fieldsOf(was), fieldsOf(is)];
  const lines = now.flatMap((field) => {
    const known = old.find(({ id }) => id === field.id);
    if (known === undefined) return [line('added', channel, field)];
    if (JSON.stringify(known) === JSON.stringify(field)) return [];
    return [line('changed', channel, field)];
  });
  const gone = old.filter(({ id }) => !now.some((field) => field.id === id));
  return [
    ...(was === undefined ? [{ code: 'questions_own', channel } as const] : []),
    ...(arrangement(was) === arrangement(is) ? [] : [arranged(channel, is)]),
    ...lines,
    ...gone.map((field) => line('removed', channel, field)),
  ];
}
