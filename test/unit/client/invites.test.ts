import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AskedField } from '../../../crypto/private.js';
import { introduction } from '../../../client/cli/questions.js';
import { invitesIdentity } from '../../../client/questions/invites.js';

const locales = path.join(import.meta.dirname, '../../../views/locales');

function textsOf(language: string, file: string, prefix: string): string[] {
  const parsed: unknown = JSON.parse(readFileSync(path.join(locales, language, file), 'utf8'));
  return Object.entries(parsed as Record<string, string>)
    .filter(([key]) => key.startsWith(prefix))
    .map(([, text]) => text);
}

describe('a question that asks who the reporter is', () => {
  it.each([
    'What is your name?',
    'Your full name',
    'Name:',
    'How can we reach you?',
    'Please give your e-mail address',
    'Who are you?',
    'Vad heter du? Skriv ditt namn',
    'Ditt fullständiga namn',
    'Din e-postadress',
    'Vem är du?',
    'Ditt anställningsnummer',
    'Mikä on nimesi?',
    'Kuka olet?',
    'Puhelinnumerosi',
    'Hva er navnet ditt?',
    'Ditt telefonnummer',
    'Hvem er du?',
  ])('is told: %s', (text) => {
    expect(invitesIdentity(text)).toBe(true);
  });

  it.each([
    'What is the name of the supplier?',
    'Who else knows about it?',
    'Leave this out if it would tell who you are.',
    'In which department did it happen?',
    'Vad heter leverantören?',
    'Kenelle, ja mitä siitä seurasi?',
    'Hvem er innblandet?',
  ])('is not taken for one: %s', (text) => {
    expect(invitesIdentity(text)).toBe(false);
  });

  it('is told also where other words stand beside the one that asks', () => {
    const field: AskedField = {
      id: 'a',
      type: 'text',
      label: 'Name',
      help: '',
      options: [],
      when: null,
    };
    const asked: AskedField[] = [
      { ...field, help: 'As it stands in your papers.' },
      { ...field, label: 'The first thing', help: 'Phone' },
      {
        ...field,
        type: 'choice',
        label: 'The second thing',
        options: [{ id: 'b', label: 'Your team' }],
      },
    ];
    for (const each of asked) expect(introduction(each)).toContain('may ask who you are');
    expect(introduction({ ...field, label: 'Where was it?' })).not.toContain('who you are');
  });

  it.each(['en', 'sv', 'fi', 'nb'])('is not among those that are suggested: %s', (language) => {
    const texts = [
      ...textsOf(language, 'suggest.json', 'suggest.'),
      ...['where', 'when', 'who', 'how', 'more'].flatMap((key) =>
        textsOf(language, 'reporter.json', `write.${key}.`),
      ),
    ];
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter(invitesIdentity)).toEqual([]);
  });
});
