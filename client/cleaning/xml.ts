import type { Findings } from './findings.js';
import type { FindingCode } from './models.js';
import { CannotClean } from './reader.js';

/** Changes to the text of XML: each finds a name or a date and takes it out. */

/** Bytes as text; only UTF-8, which all makers of documents write. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CannotClean('broken');
  }
}

function plain(value: string): string {
  return value
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** Writes something neutral into attributes of these names; null takes the attribute away. */
export function attributes(
  text: string,
  names: string,
  neutral: string | null,
  code: FindingCode,
  found: Findings,
): string {
  const pattern = new RegExp(`(\\s(?:${names})=)(?:"([^"]*)"|'([^']*)')`, 'gu');
  return text.replace(pattern, (whole, name: string, one?: string, other?: string) => {
    const value = one ?? other ?? '';
    if (neutral === null) found.add(code);
    else if (value !== neutral && value !== '') found.add(code, plain(value));
    else return whole;
    return neutral === null ? '' : `${name}"${neutral}"`;
  });
}

/** Writes something neutral into elements of these names, whatever stands in them. */
export function elements(
  text: string,
  names: string,
  neutral: string,
  code: FindingCode,
  found: Findings,
): string {
  const pattern = new RegExp(`(<(${names})(?:\\s[^<>]*)?>)([^<]*)(</\\2>)`, 'gu');
  return text.replace(pattern, (whole, open: string, _: string, value: string, close: string) => {
    if (value === neutral || value === '') return whole;
    found.add(code, plain(value));
    return `${open}${neutral}${close}`;
  });
}

/** Takes elements of these names out, with all that is in them. They do not stand in each other. */
export function without(text: string, names: string, code: FindingCode, found: Findings): string {
  const pattern = new RegExp(`<(${names})(?=[\\s/>])[^<>]*?(?:/>|>[\\s\\S]*?</\\1>)`, 'gu');
  return text.replace(pattern, () => {
    found.add(code);
    return '';
  });
}
