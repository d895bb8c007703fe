import type { Questionnaire } from '../../../client/models.js';

type Field = Questionnaire['sections'][number]['fields'][number];
type Words = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The words of the suggested questions by language, as the build wrote them into the page. */
function words(): Words {
  const template = document.getElementById('suggested-questions');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no questions');
  return JSON.parse(template.content.textContent) as Words;
}

/** A modest questionnaire to begin with, in the languages of a channel. */
export function suggestedQuestions(languages: readonly string[]): Questionnaire {
  const all = words();
  const texts = (key: string): Record<string, string> =>
    Object.fromEntries(
      languages.flatMap((language) => {
        const text = all[language]?.[key];
        return text === undefined ? [] : [[language, text]];
      }),
    );
  const field = (id: string, type: Field['type'], after: string | null = null): Field => ({
    id,
    type,
    labels: texts(id),
    help: texts(`${id}.help`),
    options: [],
    when: after === null ? null : { field: after, any: ['yes'] },
  });
  return {
    sections: [
      {
        titles: texts('happened'),
        fields: [field('where', 'place'), field('when', 'text'), field('going_on', 'yes_no')],
      },
      {
        titles: texts('people'),
        fields: [
          field('who', 'person'),
          field('others', 'yes_no'),
          field('others_who', 'text', 'others'),
        ],
      },
      {
        titles: texts('done'),
        fields: [
          field('how', 'text'),
          field('told', 'yes_no'),
          field('told_whom', 'text', 'told'),
          field('documents', 'yes_no'),
          field('documents_what', 'text', 'documents'),
          field('more', 'long_text'),
        ],
      },
    ],
  };
}
