import * as v from 'valibot';
import { toBase64 } from './bytes.js';
import { randomBytes } from './sodium.js';

/** Last letters that an encoder writes where 2, or 4, bits of it are left over. */
const lastLetters = { 1: '[AQgw]', 2: '[AEIMQUYcgkosw048]' } as const;

function lastLetter(bytes: number): string {
  const rest = bytes % 3;
  return rest === 1 || rest === 2 ? lastLetters[rest] : '[A-Za-z0-9_-]';
}

/** One value has one spelling: see `fromBase64`. */
function base64OfLength(bytes: number): v.RegexAction<string, undefined> {
  const letters = Math.ceil((bytes * 4) / 3);
  return v.regex(new RegExp(`^[A-Za-z0-9_-]{${String(letters - 1)}}${lastLetter(bytes)}$`));
}

function endsAsEncoded(text: string): boolean {
  const bytes = Math.floor((text.length * 3) / 4);
  if (text === '') return true;
  return text.length % 4 !== 1 && new RegExp(lastLetter(bytes)).test(text.slice(-1));
}

/** Base64url text: of exactly so many bytes, or between a least and a most. */
export type Base64Schema = v.GenericSchema<string, string>;

/** Base64url text of exactly `bytes` bytes. */
export function bytesSchema(bytes: number): Base64Schema {
  return v.pipe(v.string(), base64OfLength(bytes));
}

/** Base64url text of between `least` and `most` bytes. */
export function bytesBetween(least: number, most: number): Base64Schema {
  return v.pipe(
    v.string(),
    v.minLength(Math.ceil((least * 4) / 3)),
    v.maxLength(Math.ceil((most * 4) / 3)),
    v.regex(/^[A-Za-z0-9_-]*$/),
    v.check(endsAsEncoded),
  );
}

/** A case: 32 bytes, the hash of its reporter's two public keys. */
export const CaseId = v.pipe(v.string(), base64OfLength(32), v.brand('CaseId'));
export type CaseId = v.InferOutput<typeof CaseId>;

/** A record: 32 bytes, the hash of an entry's header and body. */
export const RecordHash = v.pipe(v.string(), base64OfLength(32), v.brand('RecordHash'));
export type RecordHash = v.InferOutput<typeof RecordHash>;

/** The hash of a directory document. */
export const DirectoryHash = v.pipe(v.string(), base64OfLength(32), v.brand('DirectoryHash'));
export type DirectoryHash = v.InferOutput<typeof DirectoryHash>;

/** A person who may read cases, a recovery officer's paper key included: 16 random bytes. */
export const ReaderId = v.pipe(v.string(), base64OfLength(16), v.brand('ReaderId'));
export type ReaderId = v.InferOutput<typeof ReaderId>;

/** An account that signs in at the desk; a reader's account has the reader's id. */
export const AccountId = v.pipe(v.string(), base64OfLength(16), v.brand('AccountId'));
export type AccountId = v.InferOutput<typeof AccountId>;

export const OrganisationId = v.pipe(v.string(), base64OfLength(16), v.brand('OrganisationId'));
export type OrganisationId = v.InferOutput<typeof OrganisationId>;

export const ChannelId = v.pipe(v.string(), base64OfLength(16), v.brand('ChannelId'));
export type ChannelId = v.InferOutput<typeof ChannelId>;

export const InstallationId = v.pipe(v.string(), base64OfLength(16), v.brand('InstallationId'));
export type InstallationId = v.InferOutput<typeof InstallationId>;

/** One installation under one root, to which words are bound: 16 bytes of a hash over both. */
export const AccountRealm = v.pipe(v.string(), base64OfLength(16), v.brand('AccountRealm'));
export type AccountRealm = v.InferOutput<typeof AccountRealm>;

/** An uploaded file: 16 bytes, cut from a hash of its upload token's hash. */
export const AttachmentId = v.pipe(v.string(), base64OfLength(16), v.brand('AttachmentId'));
export type AttachmentId = v.InferOutput<typeof AttachmentId>;

/** Something that handlers keep in a case and change later, such as a task. */
export const WorkId = v.pipe(v.string(), base64OfLength(16), v.brand('WorkId'));
export type WorkId = v.InferOutput<typeof WorkId>;

/** A new random 16-byte id, for a schema of this file: `newId(ReaderId)`. */
export function newId<const S extends v.GenericSchema<string, string>>(
  schema: S,
): v.InferOutput<S> {
  return v.parse(schema, toBase64(randomBytes(16)));
}

function isInCalendar(day: string): boolean {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, date);
  return moment.getUTCMonth() === month - 1 && moment.getUTCDate() === date;
}

/** A calendar day, `2026-11-22`, in the time zone of whoever wrote it. No 31 February. */
export const Day = v.pipe(v.string(), v.isoDate(), v.check(isInCalendar), v.brand('Day'));
export type Day = v.InferOutput<typeof Day>;

/** A language tag of the kind the pages use: two letters. */
export const Language = v.pipe(v.string(), v.regex(/^[a-z]{2}$/));
export type Language = string;

/** A country as ISO 3166-1 alpha-2, in capitals. */
export const Country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/));
export type Country = string;

function hasOnlyOwnKeys(value: unknown): boolean {
  const special = ['__proto__', 'prototype', 'constructor'];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !special.some((key) => Object.hasOwn(value, key));
}

/** An object, no list, without names that mean something to prototypes. */
export const OwnKeys = v.pipe(v.unknown(), v.check(hasOnlyOwnKeys));

/**
 * An object whose names are data. valibot's own records pass over names that mean something to
 * prototypes and take a list for an object: what a signer wrote would be read as something else.
 */
export const mapOf = <const K extends v.GenericSchema<string>, const V extends v.GenericSchema>(
  name: K,
  value: V,
) => v.pipe(OwnKeys, v.record(name, value));

/** One text in several languages. */
export const Texts = mapOf(Language, v.pipe(v.string(), v.maxLength(20_000)));
export type Texts = v.InferOutput<typeof Texts>;
