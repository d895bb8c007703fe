import { sha256 } from '@noble/hashes/sha2.js';
import type * as v from 'valibot';
import {
  caseIdOf,
  type Entry,
  fingerprintWords,
  firstBrokenLink,
  fromBase64,
  fromJsonBytes,
  fromUtf8,
  isEpochEntry,
  ProtocolError,
  ready,
  type Reader,
  SignedDirectory,
  type VerifiedChain,
  type VerifiedDirectory,
  verifyChain,
  verifyDirectory,
} from '../../crypto/private.js';
import { ExportCase, ExportRecords, ExportTrail } from './export-documents.js';
import { ArchiveFault, type ArchiveFaultCode } from './faults.js';
import {
  EXPORT_NAMES,
  manifestHolds,
  readManifest,
  SALT_BYTES,
  type ExportManifest,
} from './manifest.js';
import { isArchiveName } from './names.js';
import type { Placed } from './zip-layout.js';
import { bytesIn, readArchive, type ArchiveSource } from './zip-reader.js';

/** What an export that holds is, and who vouches for it. */
export interface CheckedExport {
  manifest: ExportManifest;
  /** Of the reader who made it. */
  by: { name: string; state: Reader['state'] };
  organisation: Readonly<Record<string, string>>;
  /** Eight words of the organisation's root, by which the directory stands or falls. */
  fingerprint: string[];
  directory: { version: number; date: string };
  /** How many files of the case are in it. */
  files: number;
  /** Of a whole export: signed records of each part, and lines of the audit trail. */
  whole: { dialogue: number; internal: number; trail: number } | null;
}

/** The longest document that is read whole. */
const MOST_TEXT = 256 * 1024 * 1024;
const MOST_LIST = 32 * 1024 * 1024;

const NEEDED = {
  whole: ['readable', 'machine', 'records', 'trail', 'directory'],
  redacted: ['readable', 'machine', 'directory'],
} as const;

async function read(source: ArchiveSource, file: Placed, most = MOST_TEXT): Promise<Uint8Array> {
  if (file.size > most) throw new ArchiveFault('too_large', file.name);
  const whole = new Uint8Array(file.size);
  let at = 0;
  for await (const piece of bytesIn(source, file)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Does a step of a check; a fault of the protocol in it is this fault of the export. */
function step<T>(code: ArchiveFaultCode, name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ArchiveFault(code, name === '' ? error.fault : name);
  }
}

function document<const S extends v.GenericSchema>(
  schema: S,
  bytes: Uint8Array,
  name: string,
): v.InferOutput<S> {
  return step('malformed', name, () => fromJsonBytes(schema, bytes));
}

/** The list against what is there: each file, no other, in this order. */
function checkNames(files: readonly Placed[], manifest: ExportManifest): void {
  const { salt, manifest: list, signature } = EXPORT_NAMES;
  const needed = NEEDED[manifest.kind].map((each): string => EXPORT_NAMES[each]);
  const listed = manifest.files.map(({ name }) => name);
  const [there, ending] = [files.map(({ name }) => name), [salt, list, signature]];
  const expected: string[] = [...listed, ...ending];
  const none = (some: readonly string[], all: readonly string[]): string | undefined => {
    const known = new Set(all);
    return some.find((name) => !known.has(name));
  };
  const missing = none(expected, there) ?? none(needed, listed);
  if (missing !== undefined) throw new ArchiveFault('missing', missing);
  const extra = none(there, expected);
  if (extra !== undefined) throw new ArchiveFault('extra', extra);
  for (const [index, name] of listed.slice(needed.length).entries()) {
    if (!isArchiveName(index + 1, name)) throw new ArchiveFault('wrong_name', name);
  }
  const inOrder = [...needed, ...listed.slice(needed.length), ...ending];
  if (JSON.stringify(inOrder) !== JSON.stringify(there)) throw new ArchiveFault('not_ours');
}

async function hashOf(source: ArchiveSource, file: Placed, salt: Uint8Array): Promise<string> {
  const hash = sha256.create().update(salt);
  for await (const piece of bytesIn(source, file)) hash.update(piece);
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function checkRecords(
  { case: caseId, reporter, entries }: ExportRecords,
  { directory, hash }: VerifiedDirectory,
): VerifiedChain[] {
  return step('wrong_records', '', () => {
    if (caseIdOf(reporter) !== caseId) throw new ArchiveFault('wrong_records', 'wrong_case_id');
    const context = {
      caseId,
      reporter,
      directory,
      directories: new Map([[directory.version, hash]]),
    };
    const parts: readonly string[] = ['dialogue', 'internal'];
    if (!entries.every(({ header }) => parts.includes(header.compartment))) {
      throw new ArchiveFault('wrong_records', 'wrong_compartment');
    }
    const of = (compartment: string): Entry[] =>
      entries.filter(({ header }) => header.compartment === compartment);
    const dialogue = verifyChain('dialogue', of('dialogue'), { ...context, dialogue: null });
    const chains = [dialogue];
    if (of('internal').length > 0) {
      chains.push(verifyChain('internal', of('internal'), { ...context, dialogue }));
    }
    for (const { fault } of chains)
      if (fault !== null) throw new ArchiveFault('wrong_records', fault);
    return chains;
  });
}

/**
 * Each text stands for one sealed record, by the same author at the same place, and none is left out;
 * what stands for an erased entry may be told at that entry alone.
 */
function checkTexts(texts: ExportCase, chains: readonly VerifiedChain[]): void {
  const told = texts.entries.map(({ compartment, sequence, record, author }) =>
    [compartment, sequence, record, author === 'reporter' ? author : author.id].join(' '),
  );
  const known = new Set(told);
  const signed = chains.flatMap(({ compartment, records, erasing }) =>
    records
      .filter(({ entry }) => !isEpochEntry(entry))
      .filter(({ entry: { header }, hash }) => {
        const place = [compartment, header.sequence, hash, header.author].join(' ');
        return known.has(place) || !erasing.remains.has(header.sequence);
      })
      .map(({ entry: { header }, hash }) =>
        [compartment, header.sequence, hash, header.author].join(' '),
      ),
  );
  if (JSON.stringify(told.sort()) !== JSON.stringify(signed.sort())) {
    throw new ArchiveFault('wrong_texts');
  }
}

/**
 * Checks an export from its first byte to its last: that the archive is written as ours are, that the
 * list was signed by the reader whom it names, of the directory that lies in it, that each file is what
 * the list says; of a whole export also every record's signature and place, the audit trail, and that
 * the texts go with the records. Nothing is written anywhere, and no more than one document is held.
 *
 * @throws ArchiveFault for the first thing that does not hold.
 */
export async function checkExport(source: ArchiveSource): Promise<CheckedExport> {
  await ready();
  const files = await readArchive(source);
  const byName = new Map(files.map((file) => [file.name, file]));
  const find = (name: string): Placed => {
    const found = byName.get(name);
    if (found === undefined) throw new ArchiveFault('missing', name);
    return found;
  };
  const list = await read(source, find(EXPORT_NAMES.manifest), MOST_LIST);
  const manifest = step('malformed', EXPORT_NAMES.manifest, () => readManifest(list));
  checkNames(files, manifest);

  const salt = await read(source, find(EXPORT_NAMES.salt), SALT_BYTES);
  if (salt.length !== SALT_BYTES) throw new ArchiveFault('malformed', EXPORT_NAMES.salt);
  for (const { name, sha256: expected } of manifest.files) {
    const found = await hashOf(source, find(name), salt);
    if (found !== expected) throw new ArchiveFault('altered', name);
  }

  const { directory: directoryName, signature: signatureName } = EXPORT_NAMES;
  const signedDirectory = document(
    SignedDirectory,
    await read(source, find(directoryName), MOST_LIST),
    directoryName,
  );
  const verified = step('wrong_directory', '', () => verifyDirectory(signedDirectory));
  const { directory } = verified;
  const [organisation] = directory.organisations;
  const exporter = directory.readers.find(({ record }) => record.id === manifest.by);
  const isOurs = directory.installation === manifest.installation;
  if (!isOurs || organisation === undefined) throw new ArchiveFault('wrong_directory');
  if (exporter?.record.part !== 'handler') throw new ArchiveFault('wrong_exporter');
  const signature = await read(source, find(signatureName), 256);
  const holds = step('malformed', signatureName, () =>
    manifestHolds(exporter.record.sig, list, fromUtf8(signature)),
  );
  if (!holds) throw new ArchiveFault('wrong_signature');

  return {
    manifest,
    by: { name: exporter.record.name, state: exporter.state },
    organisation: organisation.names,
    fingerprint: fingerprintWords(fromBase64(organisation.root)),
    directory: { version: directory.version, date: directory.date },
    files: manifest.files.length - NEEDED[manifest.kind].length,
    whole: manifest.kind === 'whole' ? await checkWhole(source, find, manifest, verified) : null,
  };
}

async function checkWhole(
  source: ArchiveSource,
  find: (name: string) => Placed,
  manifest: ExportManifest,
  verified: VerifiedDirectory,
): Promise<CheckedExport['whole']> {
  const { records: recordsName, trail: trailName, machine } = EXPORT_NAMES;
  const records = document(ExportRecords, await read(source, find(recordsName)), recordsName);
  const texts = document(ExportCase, await read(source, find(machine)), machine);
  const trail = document(ExportTrail, await read(source, find(trailName)), trailName);
  if ([records.case, texts.case].some((id) => id !== manifest.case)) {
    throw new ArchiveFault('wrong_texts');
  }
  if (texts.export !== manifest.export) throw new ArchiveFault('wrong_texts');
  const chains = checkRecords(records, verified);
  const members = chains.flatMap(({ epochs }) => epochs.flatMap(({ body }) => body.members));
  if (!members.some(({ id }) => id === manifest.by)) throw new ArchiveFault('wrong_exporter');
  checkTexts(texts, chains);
  const broken = step('wrong_trail', '', () => firstBrokenLink(trail.entries));
  if (broken !== null || new Set(trail.entries.map(({ scope }) => scope)).size > 1) {
    throw new ArchiveFault('wrong_trail', broken === null ? '' : String(broken));
  }
  const [dialogue, internal] = chains;
  return {
    dialogue: dialogue?.records.length ?? 0,
    internal: internal?.records.length ?? 0,
    trail: trail.entries.length,
  };
}
