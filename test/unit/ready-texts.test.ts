import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { reporterLanguages } from '../../build/languages.js';
import { FITTING, REQUEST_TEXTS } from '../../views/browser/desk/ready-texts.js';

async function textsIn(language: string): Promise<Record<string, string>> {
  const file = new URL(`../../views/locales/${language}/ready.json`, import.meta.url);
  return JSON.parse(await readFile(fileURLToPath(file), 'utf8')) as Record<string, string>;
}

it('ready texts leave as much to fill in, in as many paragraphs, in every language', async () => {
  const shapes = await Promise.all(
    reporterLanguages.map(async (language) =>
      Object.entries(await textsIn(language)).map(([key, text]) => [
        key,
        (text.match(/\[[^\]]+\]/gu) ?? []).length,
        text.split('\n\n').length,
      ]),
    ),
  );
  const [first, ...others] = shapes;
  expect(first?.map(([key]) => key)).toContain('ready.acknowledgement');
  for (const shape of others) expect(shape).toEqual(first);
});

it('letters that answer somebody who gave a name are offered for nothing that a reporter reads', () => {
  const offered = Object.values(FITTING).flat();
  expect(offered).toContain('question');
  for (const purpose of REQUEST_TEXTS) expect(offered).not.toContain(purpose);
});
