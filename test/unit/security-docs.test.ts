import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Files of tests that a document names, stars resolved. */
function filesIn(text: string): string[] {
  return [...text.matchAll(/`(test\/[\w./*-]+\.test\.ts)`/gu)].flatMap(([, file = '']) => {
    if (!file.includes('*')) return [file];
    const folder = file.slice(0, file.lastIndexOf('/'));
    const wanted = new RegExp(`^${file.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 'u');
    const found = readdirSync(new URL(folder, root))
      .map((name) => `${folder}/${name}`)
      .filter((each) => wanted.test(each));
    return found.length > 0 ? found : [file];
  });
}

/** Each test that `docs/security.md` names: its file, and its title. */
function testsIn(text: string): { file: string; title: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, file, rest = ''] = /^ {2}- `(test\/[\w./-]+)`: (.*)$/u.exec(line) ?? [];
    if (file === undefined) return [];
    return rest.split('; ').map((quoted) => ({ file, title: quoted.replace(/^“|”$/gu, '') }));
  });
}

describe('docs/security.md', () => {
  const text = read('docs/security.md');
  const tests = testsIn(text);

  it('names tests that are there', () => {
    expect(tests.length).toBeGreaterThan(100);
    const missing = tests.filter(({ file, title }) => {
      if (!existsSync(new URL(file, root))) return true;
      return !read(file).includes(title);
    });
    expect(missing).toEqual([]);
  });

  it('has a test, or says that there is none, for each promise', () => {
    const promises = text.split(/^- /mu).slice(1);
    const bare = promises.filter((promise) => !/^ {2}- `test\/|not tested/mu.test(promise));
    expect(bare).toEqual([]);
  });

  it('writes each in one form, so that none is overlooked', () => {
    const lines = text.split('\n').filter((line) => /^ {2}- `test\//u.test(line));
    for (const line of lines) {
      expect(line).toMatch(/^ {2}- `test\/[\w./-]+`: “[^“”]+”(?:; “[^“”]+”)*$/u);
    }
  });
});

describe('docs/threat-model.md', () => {
  it('names files of tests that are there', () => {
    const files = filesIn(read('docs/threat-model.md'));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it('names one for each box that is ticked, or says where else it is checked', () => {
    const ticked = read('docs/threat-model.md').match(/^- \[x\] .*$/gmu) ?? [];
    expect(ticked.length).toBeGreaterThan(20);
    const bare = ticked.filter(
      (line) => filesIn(line).length === 0 && !/a test (?:reads|plants)|import rules/u.test(line),
    );
    expect(bare).toEqual([]);
  });
});

describe('the server', () => {
  it('imports nothing that unpacks what people send', () => {
    const files = readdirSync(new URL('server', root), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(40);
    const unpacking = sources.filter((file) =>
      /from '(?:node:)?zlib'|DecompressionStream|from '[^']*(?:zip|inflate|cleaning|\btar\b)[^']*'/u.test(
        read(`server/${file}`),
      ),
    );
    expect(unpacking).toEqual([]);
  });
});
