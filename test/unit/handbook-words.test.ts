import { expect, it } from 'vitest';
import type { HandbookContents } from '../../crypto/private.js';
import { readyTextsFor, textIn, type BuiltIn } from '../../views/browser/desk/handbook-words.js';

const purposes = ['acknowledgement', 'question', 'extension', 'feedback', 'refusal'] as const;
const builtIn = Object.fromEntries(
  ['en', 'sv'].map((language) => [
    language,
    Object.fromEntries(purposes.map((purpose) => [purpose, `${purpose} ${language}`])),
  ]),
) as unknown as BuiltIn;

const texts: HandbookContents['texts'] = [
  { state: 'removed', purpose: 'refusal' },
  { state: 'changed', purpose: 'feedback', texts: { sv: 'Så gick det.' } },
  { state: 'added', purpose: 'feedback', name: 'Short', texts: { fi: 'Näin kävi.' } },
  { state: 'added', purpose: 'question', name: 'Places', texts: { en: 'Where?' } },
];

it('an organisation that changed nothing offers the built-in texts', () => {
  const offered = readyTextsFor(builtIn, { texts: [] }, ['feedback', 'refusal']);
  expect(offered.map(({ key, name }) => [key, name])).toEqual([
    ['feedback', ''],
    ['refusal', ''],
  ]);
  expect(offered[0]?.texts).toEqual({ en: 'feedback en', sv: 'feedback sv' });
});

it('a changed text keeps the built-in one in languages that were not changed', () => {
  const [feedback, ...rest] = readyTextsFor(builtIn, { texts }, ['feedback', 'refusal']);
  expect(feedback?.texts).toEqual({ en: 'feedback en', sv: 'Så gick det.' });
  // the text taken out is not offered, the organisation's own follows
  expect(rest.map(({ name }) => name)).toEqual(['Short']);
});

it('a text is taken in the language of the report, else in English, else as it is there', () => {
  expect(textIn({ en: 'Yes', sv: 'Ja' }, 'sv')).toEqual({ text: 'Ja', language: 'sv' });
  expect(textIn({ en: 'Yes', sv: 'Ja' }, 'nb')).toEqual({ text: 'Yes', language: 'en' });
  expect(textIn({ fi: 'Kyllä' }, 'nb')).toEqual({ text: 'Kyllä', language: 'fi' });
  expect(textIn({}, 'nb')).toEqual({ text: '', language: 'nb' });
});
