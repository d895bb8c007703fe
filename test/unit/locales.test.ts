import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkLocales, fill, keysUsed } from '../../build/locales.js';
import { temporaryFolder } from '../support/server.js';
import { fixtureSite } from '../support/site.js';

describe('checkLocales', () => {
  const folders: string[] = [];

  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  async function views(
    tables: Record<string, Record<string, string>>,
    page = "<%= t('a.b') %>",
  ): Promise<string> {
    const folder = await temporaryFolder();
    folders.push(folder);
    await mkdir(path.join(folder, 'pages/reporter'), { recursive: true });
    await writeFile(path.join(folder, 'pages/reporter/index.ejs'), page);
    for (const [file, table] of Object.entries(tables)) {
      const target = path.join(folder, 'locales', `${file}.json`);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, JSON.stringify(table));
    }
    return folder;
  }

  const complete = {
    'en/reporter': { 'a.b': 'x {n}' },
    'sv/reporter': { 'a.b': 'x {n}' },
    'fi/reporter': { 'a.b': 'x {n}' },
    'nb/reporter': { 'a.b': 'x {n}' },
  };

  it('finds nothing wrong with complete tables', async () => {
    expect(await checkLocales(await views(complete))).toEqual([]);
    expect(await checkLocales((await fixtureSite()).views)).toEqual([]);
  });

  it('finds a language that lacks a key', async () => {
    const folder = await views({ ...complete, 'fi/reporter': {} });
    expect(await checkLocales(folder)).toEqual(["fi/reporter: no 'a.b'"]);
  });

  it('finds a language that lacks a file, but asks the desk for its own languages only', async () => {
    const folder = await views(
      { ...complete, 'en/desk': { 'd.e': 'x' }, 'en/data': { 'f.g': 'x' }, 'sv/data': {} },
      "<%= t('a.b') %><%= t('d.e') %><%= t('f.g') %>",
    );
    expect(await checkLocales(folder)).toEqual([
      'fi/data.json is missing',
      'nb/data.json is missing',
      "sv/data: no 'f.g'",
      "fi/data: no 'f.g'",
      "nb/data: no 'f.g'",
      'sv/desk.json is missing',
      "sv/desk: no 'd.e'",
    ]);
  });

  it('finds other placeholders, empty texts and a key in two places', async () => {
    const folder = await views({
      ...complete,
      'sv/reporter': { 'a.b': 'x {m}' },
      'nb/reporter': { 'a.b': ' ' },
      'en/desk': { 'a.b': 'x' },
      'sv/desk': { 'a.b': 'x' },
    });
    const problems = await checkLocales(folder);
    expect(problems).toContain("'a.b' is in both desk and reporter");
    expect(problems).toContain("sv/reporter: 'a.b' has placeholders 'm', not 'n'");
    expect(problems).toContain("nb/reporter.json: 'a.b' has no text");
  });

  it('finds keys that are missing and keys that nobody uses', async () => {
    const folder = await views(complete, "<%= t('c.d') %><%= t(`e.${x}`) %>");
    expect(await checkLocales(folder)).toEqual([
      "pages/reporter/index.ejs: no such key 'c.d'",
      "pages/reporter/index.ejs: no key begins with 'e.'",
      "'a.b' is used nowhere",
    ]);
  });
});

describe('keysUsed', () => {
  it('reads every way to name a key', () => {
    const source = [
      "t('a.one'); it('is no.key'); t( \"a.two\", { n: 1 });",
      "t(`b.${x}`); t('c.' + x); plural('d.files', 3); tIn(each.lang, 'a.three');",
      "const label = { open: 'e.open' };",
    ].join('\n');
    const use = keysUsed(source);
    expect(use.required).toEqual(['a.one', 'a.two', 'd.files.one', 'd.files.other', 'a.three']);
    expect(use.prefixes).toEqual(['b.', 'c.']);
    expect(use.mentioned).toContain('e.open');
  });
});

describe('fill', () => {
  it('wants exactly the values that the text names', () => {
    expect(fill('k', '{a} of {b}', { a: 1, b: 'x' })).toBe('1 of x');
    expect(() => fill('k', '{a}', {})).toThrow("'k' takes {a}, given {}");
    expect(() => fill('k', 'none', { a: 1 })).toThrow("'k' takes {}, given {a}");
  });
});
