import { createHash } from 'node:crypto';
import type { ReleaseHeaders } from '../../crypto/private.js';
import type { RawAnswer } from '../node/visit.js';
import { decode } from './decode.js';

/** One way in which an answer is not what the release says. */
export interface Difference {
  readonly code:
    | 'status'
    | 'early_answer'
    | 'header_missing'
    | 'header_added'
    | 'header_repeated'
    | 'header_differs'
    | 'not_decodable'
    | 'too_long'
    | 'bytes';
  /** Which header it is about. */
  readonly header?: string;
  readonly expected?: string;
  readonly got?: string;
  /** Where the two part: a character of a header, a byte of a body, both counted from 1. */
  readonly at?: number;
}

/** The bytes that must come: known themselves, or by their hash. */
export interface ExpectedBody {
  readonly size: number;
  readonly sha256: string;
  /** The bytes, where there is a build to compare with. */
  readonly bytes?: () => Promise<Uint8Array>;
}

/** What must come back. */
export interface Expected {
  /** null where any status can come. */
  readonly status: number | null;
  readonly headers: ReleaseHeaders;
  /** Headers that may be there or not, but if they are, then with this value. */
  readonly optional: ReleaseHeaders;
  /** Names of headers that may come besides, whatever they say. */
  readonly permitted: readonly string[];
  /** Encodings besides none; the decoded bytes count. */
  readonly encodings: readonly string[];
  /** null where the bytes are data of the installation's own. */
  readonly body: ExpectedBody | null;
}

/** How many bytes beyond what is expected are read, so that the place of a difference can be told. */
const BEYOND = 64 * 1024;
/** Bytes of data of the installation's own. */
const DATA = 16 * 1024 * 1024;
/** How many bytes around the place where two bodies part are shown. */
const SHOWN = 80;

/** An offer of the same host over a newer HTTP; another host there would be another server. */
const SAME_HOST =
  /^(?:clear|h[23](?:-\d+)?=":\d{1,5}"(?:; ?(?:ma|persist)=\d{1,9})*(?:, ?(?=h)|$))+$/;

/** The most bytes worth reading of an answer. */
export function mostOf({ body }: Expected): number {
  return body === null ? DATA : body.size + BEYOND;
}

/**
 * Compares an answer with what must come.
 *
 * @returns every difference, headers first; none where they are the same.
 */
export async function compare(answer: RawAnswer, expected: Expected): Promise<Difference[]> {
  const found: Difference[] = answer.before.map((status) => ({
    code: 'early_answer',
    got: String(status),
  }));
  if (expected.status !== null && answer.status !== expected.status) {
    const [wanted, got] = [String(expected.status), String(answer.status)];
    found.push({ code: 'status', expected: wanted, got });
  }
  found.push(...compareHeaders(answer, expected));
  const body = expected.body === null ? [] : await compareBody(answer, expected, expected.body);
  return [...found, ...body];
}

function valuesOf(answer: RawAnswer): Map<string, { name: string; values: string[] }> {
  const grouped = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of answer.headers) {
    const group = grouped.get(name.toLowerCase()) ?? { name, values: [] };
    group.values.push(value);
    grouped.set(name.toLowerCase(), group);
  }
  return grouped;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at + 1;
}

function compareHeaders(answer: RawAnswer, expected: Expected): Difference[] {
  const found: Difference[] = [];
  const sent = valuesOf(answer);
  const check = (header: string, wanted: string, needed: boolean): void => {
    const values = sent.get(header.toLowerCase())?.values ?? [];
    sent.delete(header.toLowerCase());
    const [got, ...more] = values;
    if (got === undefined) {
      if (needed) found.push({ code: 'header_missing', header, expected: wanted });
    } else if (more.length > 0) {
      found.push({ code: 'header_repeated', header, expected: wanted, got: values.join(' | ') });
    } else if (got !== wanted) {
      const at = firstDifference(wanted, got);
      found.push({ code: 'header_differs', header, expected: wanted, got, at });
    }
  };
  for (const [header, wanted] of Object.entries(expected.headers)) check(header, wanted, true);
  for (const [header, wanted] of Object.entries(expected.optional)) check(header, wanted, false);
  const permitted = new Set(expected.permitted.map((name) => name.toLowerCase()));
  for (const [lower, { name, values }] of sent) {
    if (permitted.has(lower)) continue;
    if (lower === 'alt-svc' && values.every((value) => SAME_HOST.test(value))) continue;
    found.push({ code: 'header_added', header: name, got: values.join(' | ') });
  }
  return found;
}

async function compareBody(
  answer: RawAnswer,
  { encodings }: Expected,
  wanted: ExpectedBody,
): Promise<Difference[]> {
  const size = `${String(wanted.size)} bytes`;
  if (answer.body === null) return [{ code: 'too_long', expected: size }];
  const encoding = valuesOf(answer).get('content-encoding')?.values.join(', ') ?? '';
  if (encoding !== '' && encoding !== 'identity' && !encodings.includes(encoding)) {
    return [{ code: 'not_decodable', expected: encodings.join(' or '), got: encoding }];
  }
  const bytes = await decode(answer.body, encoding, wanted.size + BEYOND);
  if (bytes === 'too_long') return [{ code: 'too_long', expected: size }];
  if (bytes === 'not_decodable') {
    return [{ code: 'not_decodable', got: encoding }];
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === wanted.sha256) return [];
  const own = await wanted.bytes?.();
  if (own === undefined) {
    const got = `${String(bytes.length)} bytes, SHA-256 ${sha256}`;
    return [{ code: 'bytes', expected: `${size}, SHA-256 ${wanted.sha256}`, got }];
  }
  let at = 0;
  while (at < own.length && at < bytes.length && own[at] === bytes[at]) at += 1;
  const around = (from: Uint8Array): string =>
    Buffer.from(from.subarray(Math.max(0, at - SHOWN / 4), at + SHOWN)).toString('utf8');
  return [{ code: 'bytes', expected: around(own), got: around(bytes), at: at + 1 }];
}
