import { ProtocolError } from '../errors.js';
import type { Channel, Directory } from '../wire/directory.js';
import type { Promised } from '../wire/deadlines.js';
import { checkNewPeople } from './admissions.js';
import { checkReceiptKeysFollow } from './receipt-keys.js';
import { checkNewRosters, checkRostersLater } from './rosters.js';
import type { VerifiedDirectory } from './verified.js';
import { fail, same } from './check.js';

/** The same organisations with the same roots: another one would bring readers of its own root. */
function checkOrganisations(before: Directory, after: Directory): void {
  if (after.organisations.length !== before.organisations.length) fail('organisations');
  for (const { id, root } of before.organisations) {
    if (after.organisations.find((organisation) => organisation.id === id)?.root !== root) {
      fail('root');
    }
  }
}

/** Nobody is dropped, and whoever was revoked or left stays so. */
function checkPeople(before: Directory, after: Directory): void {
  for (const administrator of before.administrators) {
    const now = after.administrators.find(({ id }) => id === administrator.id);
    if (now === undefined) fail('an administrator was dropped');
    if (!same({ ...administrator, state: now.state }, now)) fail('an administrator changed');
    if (administrator.state === 'revoked' && now.state === 'active') fail('revoked, and back');
  }
  for (const reader of before.readers) {
    const now = after.readers.find(({ record }) => record.id === reader.record.id);
    if (now === undefined) fail('a reader was dropped');
    if (!same({ ...reader, state: now.state }, now)) fail('a record changed');
    if (reader.state === 'left' && now.state === 'active') fail('a reader came back');
  }
}

/**
 * What a channel promised of the dates of its reports until the day of the new version stays as it
 * was: what it got by then goes by it. Only promises for days to come are made, changed or dropped.
 */
function checkPromisesFollow(before: Directory, after: Directory): void {
  const until = ({ deadlines = [] }: Channel): Promised[] =>
    deadlines.filter(({ from }) => from <= after.date);
  for (const was of before.channels) {
    const now = after.channels.find(({ id }) => id === was.id);
    if (now !== undefined && !same(until(was), until(now))) fail('a promise of before');
  }
}

/**
 * Checks that `next` follows `current`: the version after it, naming its hash, for the same
 * installation and roots; nobody changed, dropped or brought back; everybody new let in by two who
 * were active until then. Throws `wrong_directory`.
 */
export function checkSuccession(current: VerifiedDirectory, next: VerifiedDirectory): void {
  const before = current.directory;
  const after = next.directory;
  if (after.installation !== before.installation) fail('installation');
  if (after.version !== before.version + 1) fail('version');
  if (after.previous !== current.hash) fail('previous');
  checkOrganisations(before, after);
  checkPeople(before, after);
  checkNewPeople(before, after);
  checkRostersLater(before, after);
  checkNewRosters(before, after);
  checkReceiptKeysFollow(before, after);
  checkPromisesFollow(before, after);
}

/** Checks that both are of one installation under one root. Throws `wrong_directory`. */
export function checkRoot(one: VerifiedDirectory, other: VerifiedDirectory): void {
  if (one.directory.installation !== other.directory.installation) fail('installation');
  checkOrganisations(one.directory, other.directory);
}

/**
 * Checks that `later` can come after `earlier`, whatever versions lie between: the same installation
 * and root, nobody changed, dropped or brought back (`wrong_directory`), and neither an older version
 * nor another of the same number (`directory_rolled_back`).
 */
export function checkLater(earlier: VerifiedDirectory, later: VerifiedDirectory): void {
  const before = earlier.directory;
  const after = later.directory;
  checkRoot(earlier, later);
  const isOlder = after.version < before.version;
  if (isOlder || (after.version === before.version && later.hash !== earlier.hash)) {
    throw new ProtocolError('directory_rolled_back');
  }
  checkPeople(before, after);
  checkRostersLater(before, after);
}
