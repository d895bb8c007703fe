/**
 * The strings of a page's scripts in the page's language. The build writes those that the page's
 * scripts use, as JSON, into `<template id="strings">`: inert, part of the page's own bytes, no
 * further request, and allowed by a policy without inline scripts.
 */
let table: ReadonlyMap<string, string> | undefined;

/**
 * The text of a key, with `{name}` replaced by the value of that name.
 *
 * @throws Error when the page does not carry the key; the build checks every key named in a script.
 */
export function t(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  table ??= readTable();
  const text = table.get(key);
  if (text === undefined) throw new Error(`No string '${key}' on this page`);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/**
 * The text of `<key>.one` or `<key>.other`, whichever the page's language uses with this count;
 * `{count}` is the number, written as that language writes it.
 *
 * @throws Error as {@link t}.
 */
export function plural(
  key: string,
  count: number,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const language = document.documentElement.lang;
  const form = new Intl.PluralRules(language).select(count) === 'one' ? 'one' : 'other';
  return t(`${key}.${form}`, { ...values, count: new Intl.NumberFormat(language).format(count) });
}

function readTable(): ReadonlyMap<string, string> {
  const template = document.getElementById('strings');
  if (!(template instanceof HTMLTemplateElement)) throw new Error('This page carries no strings');
  const parsed: unknown = JSON.parse(template.content.textContent);
  return new Map(Object.entries(parsed as Record<string, string>));
}
