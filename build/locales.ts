import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, filesIn } from './folders.js';
import { namespaceLanguages, reporterLanguages } from './languages.js';

/** Strings by language, then by key. */
export type Locales = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What a source file says about the strings it needs. */
export interface KeyUse {
  /** Keys named outright in `t('…')`; an unknown one is a mistake. */
  readonly required: readonly string[];
  /** Beginnings of keys, from `` t(`status.${status}`) `` or `t('status.' + status)`. */
  readonly prefixes: readonly string[];
  /** Every quoted word that could be a key, for tables of keys handed to `t` later. */
  readonly mentioned: readonly string[];
}

/**
 * Loads `<folder>/<language>/<namespace>.json`, each one flat object of key and text. Keys are used
 * as they stand in the file, so a key may exist in one namespace only.
 *
 * @returns the strings, and what is wrong with them: a language that lacks a file or a key, has one
 * too many, or has other placeholders than English.
 * @throws SyntaxError when a file is no JSON.
 */
export async function loadLocales(
  folder: string,
): Promise<{ locales: Locales; problems: readonly string[] }> {
  const problems: string[] = [];
  const locales = new Map<string, Map<string, string>>();
  const owners = new Map<string, string>();
  const names = new Set<string>();
  for (const language of reporterLanguages) {
    for (const file of await filesIn(path.join(folder, language), '.json')) {
      names.add(path.basename(file, '.json'));
    }
  }
  for (const namespace of [...names].sort()) {
    const tables = new Map<string, Map<string, string>>();
    for (const language of namespaceLanguages(namespace)) {
      const file = path.join(folder, language, `${namespace}.json`);
      const table = await readTable(file, problems);
      tables.set(language, table);
      const all = locales.get(language) ?? new Map<string, string>();
      locales.set(language, all);
      for (const [key, text] of table) {
        const owner = owners.get(key) ?? namespace;
        owners.set(key, owner);
        if (owner !== namespace) problems.push(`'${key}' is in both ${owner} and ${namespace}`);
        all.set(key, text);
      }
    }
    problems.push(...compareTables(namespace, tables));
  }
  return { locales, problems };
}

async function readTable(file: string, problems: string[]): Promise<Map<string, string>> {
  const label = file.split(path.sep).slice(-2).join('/');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    problems.push(`${label} is missing`);
    return new Map();
  }
  const parsed: unknown = JSON.parse(text);
  const table = new Map<string, string>();
  for (const [key, value] of Object.entries(parsed ?? {})) {
    if (typeof value === 'string' && value.trim() !== '') table.set(key, value);
    else problems.push(`${label}: '${key}' has no text`);
  }
  return table;
}

function compareTables(
  namespace: string,
  tables: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string[] {
  const problems: string[] = [];
  const keys = new Set([...tables.values()].flatMap((table) => [...table.keys()]));
  for (const key of [...keys].sort()) {
    const [model, ...others] = [...tables].map(([language, table]) => ({
      language,
      text: table.get(key),
    }));
    for (const each of [model, ...others]) {
      if (each?.text === undefined)
        problems.push(`${each?.language ?? ''}/${namespace}: no '${key}'`);
    }
    for (const other of others) {
      if (model?.text === undefined || other.text === undefined) continue;
      const wanted = placeholders(model.text).join(' ');
      const found = placeholders(other.text).join(' ');
      if (wanted !== found) {
        problems.push(
          `${other.language}/${namespace}: '${key}' has placeholders '${found}', not '${wanted}'`,
        );
      }
    }
  }
  return problems;
}

/** The names in `{…}` of a text, sorted, each once. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
}

/**
 * Replaces `{name}` by its value.
 *
 * @throws Error when a value is missing or one too many is given.
 */
export function fill(
  key: string,
  text: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const names = placeholders(text);
  const given = Object.keys(values).sort();
  if (names.join() !== given.join()) {
    throw new Error(`'${key}' takes {${names.join()}}, given {${given.join()}}`);
  }
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

const call = /\b(?:t\(|(plural)\(|tIn\([^,()]+,)\s*(['"`])([\w.-]+)(\2|\$\{)(\s*\+)?/g;
const quoted = /(['"`])([a-z][\w-]*(?:\.[\w-]+)+)\1/gi;

/** Reads which keys a page or script uses. Comments count: keep keys out of them. */
export function keysUsed(source: string): KeyUse {
  const required: string[] = [];
  const prefixes: string[] = [];
  for (const [, isPlural, , word = '', end, plus] of source.matchAll(call)) {
    if (end === '${' || plus !== undefined) prefixes.push(word);
    else if (isPlural !== undefined) required.push(`${word}.one`, `${word}.other`);
    else required.push(word);
  }
  const mentioned = [...source.matchAll(quoted)].map((match) => match[2] ?? '');
  return { required, prefixes, mentioned };
}

/** The keys of a language that the given uses need; those it does not know are left out. */
export function selectKeys(known: Iterable<string>, uses: readonly KeyUse[]): Set<string> {
  const exact = new Set(uses.flatMap((use) => [...use.required, ...use.mentioned]));
  const prefixes = [...new Set(uses.flatMap((use) => use.prefixes))];
  return new Set(
    [...known].filter((key) => exact.has(key) || prefixes.some((prefix) => key.startsWith(prefix))),
  );
}

/**
 * Everything wrong with the strings below `views`: incomplete languages, keys used and not there,
 * keys there and not used.
 */
export async function checkLocales(views: string): Promise<string[]> {
  const { locales, problems } = await loadLocales(path.join(views, 'locales'));
  const found = [...problems];
  const known = new Set([...locales.values()].flatMap((table) => [...table.keys()]));
  const uses: KeyUse[] = [];
  const sources = [...(await filesBelow(views, '.ejs')), ...(await filesBelow(views, '.ts'))];
  for (const file of sources) {
    const use = keysUsed(await readFile(file, 'utf8'));
    uses.push(use);
    const label = path.relative(views, file);
    for (const key of use.required) {
      if (!known.has(key)) found.push(`${label}: no such key '${key}'`);
    }
    for (const prefix of use.prefixes) {
      if (![...known].some((key) => key.startsWith(prefix))) {
        found.push(`${label}: no key begins with '${prefix}'`);
      }
    }
  }
  const used = selectKeys(known, uses);
  for (const key of [...known].sort()) if (!used.has(key)) found.push(`'${key}' is used nowhere`);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = await checkLocales(fileURLToPath(new URL('../views', import.meta.url)));
  for (const problem of problems) console.error(`locales: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
