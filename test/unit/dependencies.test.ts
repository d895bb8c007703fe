import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const read = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const Versions = v.record(v.string(), v.string());
const Package = v.object({
  dependencies: Versions,
  devDependencies: Versions,
  allowScripts: v.record(v.string(), v.literal(true)),
});
const Locked = v.object({
  version: v.optional(v.string()),
  integrity: v.optional(v.string()),
  link: v.optional(v.boolean()),
  hasInstallScript: v.optional(v.boolean()),
});
const Lockfile = v.object({
  lockfileVersion: v.literal(3),
  packages: v.record(v.string(), Locked),
});

const own = v.parse(Package, JSON.parse(read('package.json')));
const lock = v.parse(Lockfile, JSON.parse(read('package-lock.json')));
const locked = Object.entries(lock.packages).filter(([place]) => place !== '');

function nameOf(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

describe('production dependencies', () => {
  it('are each named with version and reason', () => {
    const [, table = ''] = read('docs/architecture.md').split('## Production dependencies');
    const rows = table
      .split('\n')
      .filter((line) => /^\| (?!package|---)/u.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    for (const [name, version] of Object.entries(own.dependencies)) {
      const row = rows.find(([, names = '']) => {
        const [first = '', ...more] = names.split(', ');
        return [first, ...more.map((ending) => first + ending)].includes(name);
      });
      expect(row?.[2], name).toBe(version);
      expect(row?.[3]?.length, name).toBeGreaterThan(10);
    }
    const named = rows.flatMap(([, names = '']) => names.split(', '));
    expect(named).toHaveLength(Object.keys(own.dependencies).length);
  });

  it('are named in one version each, without a range', () => {
    const all = { ...own.dependencies, ...own.devDependencies };
    for (const [name, version] of Object.entries(all)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/u);
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });
});

describe('the lockfile', () => {
  it('has a hash for every package', () => {
    expect(locked.length).toBeGreaterThan(100);
    for (const [place, { integrity, link, version }] of locked) {
      expect(link, place).toBeUndefined();
      expect(version, place).toMatch(/^\d+\.\d+\.\d+/u);
      expect(integrity, place).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/u);
    }
  });
});

describe('packages with scripts that run at installation', () => {
  it('are those that package.json allows, and no other', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = [...new Set(scripted.map(([place]) => nameOf(place)))].sort();
    expect(names).toEqual(Object.keys(own.allowScripts).sort());
  });
});
