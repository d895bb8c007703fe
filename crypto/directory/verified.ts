import { fromBase64 } from '../bytes.js';
import type { DirectoryHash } from '../ids.js';
import { fromJsonBytes } from '../json.js';
import { verify } from '../signature.js';
import { Directory, type SignedDirectory, type Stamp } from '../wire/directory.js';
import { checkFirstHandlers, followToRoot } from './admissions.js';
import { checkReplaced } from './identities.js';
import { checkReceiptKeys } from './receipt-keys.js';
import { checkRoster } from './rosters.js';
import { directoryHash, stampFields } from './signed-fields.js';
import { fail } from './check.js';

/** A directory whose signatures were checked, with the hash of its document. */
export interface VerifiedDirectory {
  directory: Directory;
  hash: DirectoryHash;
}

function byId<T extends { id: string }>(items: readonly T[], what: string): Map<string, T> {
  const map = new Map(items.map((item) => [item.id, item]));
  if (map.size !== items.length) fail(`${what} twice`);
  return map;
}

/**
 * Reads and checks a signed directory by itself: schema, one organisation and so one root, the
 * administrator's signature, and for everybody in it the way of admissions back to the root, which let
 * in one first handler. Throws `malformed` or `wrong_directory`.
 */
export function verifyDirectory(signed: SignedDirectory): VerifiedDirectory {
  const document = fromBase64(signed.document);
  const directory = fromJsonBytes(Directory, document);
  const organisations = byId(directory.organisations, 'organisation');
  // People compare the words of one root. Beside the true organisation, whose entry anybody can
  // copy, another one could let in readers of its own.
  if (organisations.size !== 1) fail('organisations');
  const administrators = byId(directory.administrators, 'administrator');
  const channels = byId(directory.channels, 'channel');
  const readers = new Map(directory.readers.map((reader) => [reader.record.id as string, reader]));
  if (readers.size !== directory.readers.length) fail('reader twice');
  if ((directory.version === 1) !== (directory.previous === null)) fail('previous');
  checkFirstHandlers(directory);
  checkReceiptKeys(directory);
  if (directory.readers.some(({ record }) => administrators.has(record.id))) fail('one id twice');
  const serials = new Set(directory.administrators.map(({ serial }) => serial));
  if (serials.size !== administrators.size) fail('a serial twice');
  const people = { directory, organisations, administrators, readers, rooted: new Set<string>() };
  for (const id of administrators.keys()) followToRoot(people, id);
  for (const channel of directory.channels) {
    if (!organisations.has(channel.organisation)) fail('channel of no organisation');
    checkRoster(directory, readers, channel);
  }
  for (const reader of directory.readers) {
    followToRoot(people, reader.record.id);
    for (const channel of reader.record.channels) {
      if (channels.get(channel)?.organisation !== reader.record.organisation) fail('channel');
    }
  }
  checkReplaced(readers);
  const signer = administrators.get(signed.administrator);
  if (signer?.state !== 'active') fail('signer');
  const ok = verify(fromBase64(signer.sig), fromBase64(signed.signature), 'directory', document);
  if (!ok) fail('signature');
  return { directory, hash: directoryHash(document) };
}

/** Whether a stamp is an active handler's and names this directory. */
export function stampHolds(current: VerifiedDirectory, stamp: Stamp): boolean {
  const reader = current.directory.readers.find(({ record }) => record.id === stamp.reader);
  return (
    stamp.hash === current.hash &&
    reader?.state === 'active' &&
    reader.record.part === 'handler' &&
    verify(
      fromBase64(reader.record.sig),
      fromBase64(stamp.signature),
      'stamp',
      ...stampFields(stamp),
    )
  );
}
