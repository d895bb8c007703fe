import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ejs from 'ejs';
import type { Asset } from './bundles.js';
import { filesBelow } from './folders.js';
import { deskLanguages, languageNames, plainLanguage, reporterLanguages } from './languages.js';
import { fill, keysUsed, selectKeys, type Locales } from './locales.js';
import { checkMarkup } from './markup.js';

/** One rendered page. */
export interface Page {
  /** The address it is served under, for example `/sv/write`. */
  readonly address: string;
  readonly html: string;
}

/** What a template can use, besides `include` (partials by their name in `views/partials`). */
export interface Helpers {
  readonly lang: string;
  /** Address of the same page in every language it has, for the links between them. */
  readonly languages: readonly { lang: string; name: string; href: string; current: boolean }[];
  /** Address of another page of the same folder in the same language: `link('write')`. */
  link(page: string): string;
  t(key: string, values?: Record<string, string | number>): string;
  /** `<key>.one` or `<key>.other`, with `{count}`. */
  plural(key: string, count: number, values?: Record<string, string | number>): string;
  /** A text in a language of choice, for the page where one chooses it. */
  tIn(lang: string, key: string, values?: Record<string, string | number>): string;
  /** Address and integrity of a bundle or file: `asset('worker-reporter.js').href`. */
  asset(name: string): { readonly href: string; readonly integrity: string };
  /** Markup, for `<%- %>`: a script tag with integrity; a style sheet's link likewise. */
  script(name: string): string;
  style(name: string): string;
  /** Markup, for `<%- %>`: the strings that the page's scripts use. Scripts may follow it. */
  strings(): string;
  /** A file of `views/data`, parsed. */
  data(name: string): unknown;
}

const stringsMark = '<!--strings-->';

/**
 * Renders every template of `views/pages` in every language of its folder: `reporter/index.ejs`
 * becomes `/en/`, `reporter/write.ejs` `/en/write`, `desk/index.ejs` `/desk/en/`, and `plain/x.ejs`
 * `/x`, once. `plain/404.ejs` answers unknown addresses.
 *
 * @throws Error that names the page for an unknown key, asset or address, or for markup that our
 * policies would block in the browser.
 */
export async function renderPages(
  views: string,
  locales: Locales,
  assets: readonly Asset[],
): Promise<Page[]> {
  const data = new Map<string, unknown>();
  for (const file of await filesBelow(path.join(views, 'data'), '.json')) {
    data.set(path.basename(file, '.json'), JSON.parse(await readFile(file, 'utf8')));
  }
  const sources = new Map<string, string>();
  for (const file of new Set(assets.flatMap((asset) => asset.sources))) {
    if (file.startsWith(views) && file.endsWith('.ts')) {
      sources.set(file, await readFile(file, 'utf8'));
    }
  }
  const context = { views, locales, data, sources, assets: byName(assets) };
  const pages: Page[] = [];
  const folder = path.join(views, 'pages');
  for (const file of await filesBelow(folder, '.ejs')) {
    const [section = '', ...rest] = path.relative(folder, file).slice(0, -4).split(path.sep);
    const name = rest.join('/');
    const template = ejs.compile(await readFile(file, 'utf8'), {
      filename: file,
      views: [path.join(views, 'partials')],
    });
    for (const lang of sectionLanguages(section)) {
      const address = addressOf(section, name, lang);
      try {
        pages.push({ address, html: renderPage(context, template, { section, name, lang }) });
      } catch (error) {
        throw new Error(`${path.relative(views, file)} (${lang}): ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }
  const addresses = new Set([...pages.map((page) => page.address), ...assets.map((a) => a.href)]);
  for (const page of pages) checkMarkup(page, addresses);
  return pages;
}

interface Context {
  readonly views: string;
  readonly locales: Locales;
  readonly data: ReadonlyMap<string, unknown>;
  readonly sources: ReadonlyMap<string, string>;
  readonly assets: ReadonlyMap<string, Asset>;
}

function renderPage(
  context: Context,
  template: ejs.TemplateFunction,
  page: { section: string; name: string; lang: string },
): string {
  const { lang, section, name } = page;
  const used = new Set<Asset>();
  const tIn: Helpers['tIn'] = (language, key, values) => {
    const text = context.locales.get(language)?.get(key);
    if (text === undefined) throw new Error(`No string '${key}' in '${language}'`);
    return fill(key, text, values);
  };
  const asset = (wanted: string): Asset => {
    const found = context.assets.get(wanted);
    if (!found) throw new Error(`No asset '${wanted}'`);
    used.add(found);
    return found;
  };
  const helpers: Helpers = {
    lang,
    languages: sectionLanguages(section).map((each) => ({
      lang: each,
      name: languageNames[each] ?? each,
      href: addressOf(section, name, each),
      current: each === lang,
    })),
    link: (other) => addressOf(section, other, lang),
    t: (key, values) => tIn(lang, key, values),
    plural: (key, count, values) => {
      const form = new Intl.PluralRules(lang).select(count) === 'one' ? 'one' : 'other';
      return tIn(lang, `${key}.${form}`, { ...values, count });
    },
    tIn,
    asset,
    script: (wanted) => {
      const { href, integrity } = asset(wanted);
      return `<script src="${href}" integrity="${integrity}" crossorigin="anonymous" defer></script>`;
    },
    style: (wanted) => {
      const { href, integrity } = asset(wanted);
      return `<link rel="stylesheet" href="${href}" integrity="${integrity}" crossorigin="anonymous">`;
    },
    strings: () => stringsMark,
    data: (wanted) => {
      if (!context.data.has(wanted)) throw new Error(`No data '${wanted}'`);
      return context.data.get(wanted);
    },
  };
  const html = template({ ...helpers });
  return html.replace(stringsMark, () => stringsTemplate(context, lang, used));
}

function stringsTemplate(context: Context, lang: string, used: ReadonlySet<Asset>): string {
  const table = context.locales.get(lang) ?? new Map<string, string>();
  const uses = [...used]
    .flatMap((asset) => asset.sources)
    .flatMap((file) => context.sources.get(file) ?? [])
    .map((source) => keysUsed(source));
  const strings = Object.fromEntries(
    [...selectKeys(table.keys(), uses)].sort().map((key) => [key, table.get(key)]),
  );
  const text = JSON.stringify(strings).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<template id="strings">${text}</template>`;
}

function sectionLanguages(section: string): readonly string[] {
  if (section === 'reporter') return reporterLanguages;
  if (section === 'desk') return deskLanguages;
  if (section === 'plain') return [plainLanguage];
  throw new Error(`views/pages/${section} is no folder of pages`);
}

function addressOf(section: string, name: string, lang: string): string {
  const last = name === 'index' ? '' : name;
  if (section === 'reporter') return `/${lang}/${last}`;
  if (section === 'desk') return `/desk/${lang}/${last}`;
  return `/${last}`;
}

function byName(assets: readonly Asset[]): Map<string, Asset> {
  const map = new Map<string, Asset>();
  for (const asset of assets) {
    if (map.has(asset.name)) throw new Error(`Two assets are called '${asset.name}'`);
    map.set(asset.name, asset);
  }
  return map;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
