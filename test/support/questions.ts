import type { Questionnaire } from '../../crypto/private.js';

type Field = Questionnaire['sections'][number]['fields'][number];

function field(id: string, type: Field['type'], en: string, over: Partial<Field> = {}): Field {
  return { id, type, labels: { en }, help: {}, options: [], when: null, ...over };
}

const options = [
  { id: 'one', labels: { en: 'One', sv: 'Ett' } },
  { id: 'two', labels: { en: 'Two', sv: 'Två' } },
];

/** A questionnaire with every kind of field, and a condition. */
export const allTypes: Questionnaire = {
  sections: [
    {
      titles: { en: 'Everything', sv: 'Allt' },
      fields: [
        field('text', 'text', 'Say it', { help: { en: 'In short' } }),
        field('long', 'long_text', 'Say more'),
        field('place', 'place', 'Where?', { labels: { en: 'Where?', sv: 'Var?' } }),
        field('period', 'period', 'When?'),
        field('person', 'person', 'Who?'),
        field('file', 'file', 'Any papers?'),
        field('voice', 'voice', 'Tell us'),
        field('told', 'yes_no', 'Told?', { labels: { en: 'Told?', sv: 'Berättat?' } }),
        field('whom', 'text', 'Told whom?', { when: { field: 'told', any: ['yes'] } }),
      ],
    },
    {
      titles: {},
      fields: [
        field('choice', 'choice', 'Which one?', { options }),
        field('choices', 'choices', 'Which ones?', {
          labels: { en: 'Which ones?', sv: 'Vilka?' },
          options,
        }),
      ],
    },
  ],
};
