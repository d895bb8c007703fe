import { fromBase64, sameBytes, toBase64, type Field } from './bytes.js';
import { hash } from './derive.js';
import { ProtocolError } from './errors.js';
import type { DirectoryHash, InstallationId, ReaderId } from './ids.js';
import { fromJsonBytes, toJsonBytes } from './json.js';
import { verify } from './signature.js';
import {
  Directory,
  type Administrator,
  type AdministratorRecord,
  type Admission,
  type NewPerson,
  type Channel,
  type Organisation,
  type Reader,
  type ReaderRecord,
  type RosterTerms,
  type SignedDirectory,
  type Stamp,
} from './wire/directory.js';
import type { Promised } from './wire/deadlines.js';

/** Hash of a directory document's exact bytes. */
export function directoryHash(document: Uint8Array): DirectoryHash {
  return toBase64(hash('directory', document)) as DirectoryHash;
}

/** The fields that are signed to let an administrator act for an organisation. */
export function delegationFields(
  installation: InstallationId,
  administrator: AdministratorRecord,
): Field[] {
  return [
    installation,
    administrator.organisation,
    administrator.id,
    administrator.serial,
    fromBase64(administrator.kem),
    fromBase64(administrator.sig),
  ];
}

/** The fields that an admission signs: the installation and the whole record of the reader. */
export function admissionFields(installation: InstallationId, record: ReaderRecord): Field[] {
  return [installation, toJsonBytes(record)];
}

/** What an administrator and a handler sign to let this person in. */
export function lettingIn(
  installation: InstallationId,
  person: NewPerson,
): { purpose: 'delegation' | 'admission'; fields: Field[] } {
  return person.part === 'administrator'
    ? { purpose: 'delegation', fields: delegationFields(installation, person) }
    : { purpose: 'admission', fields: admissionFields(installation, person) };
}

/** The fields that two sign to say who reads a channel: the installation and all of the terms. */
export function rosterFields(installation: InstallationId, terms: RosterTerms): Field[] {
  return [installation, toJsonBytes(terms)];
}

/** The fields of a handler's word that a directory is still the newest. */
export function stampFields(stamp: Pick<Stamp, 'hash' | 'day'>): Field[] {
  return [fromBase64(stamp.hash), stamp.day];
}

/** A directory whose signatures were checked, with the hash of its document. */
export interface VerifiedDirectory {
  directory: Directory;
  hash: DirectoryHash;
}

function fail(detail: string): never {
  throw new ProtocolError('wrong_directory', detail);
}

function byId<T extends { id: string }>(items: readonly T[], what: string): Map<string, T> {
  const map = new Map(items.map((item) => [item.id, item]));
  if (map.size !== items.length) fail(`${what} twice`);
  return map;
}

/** Everybody in a directory by id, and those whose way back to the root was followed to its end. */
interface People {
  directory: Directory;
  organisations: ReadonlyMap<string, Organisation>;
  administrators: ReadonlyMap<string, Administrator>;
  readers: ReadonlyMap<string, Reader>;
  rooted: Set<string>;
}

/** What was signed to let somebody in. */
interface Signed {
  purpose: 'delegation' | 'admission';
  organisation: string;
  fields: Field[];
  by: Admission;
}

function signedFor({ directory, administrators, readers }: People, id: string): Signed {
  const { installation } = directory;
  const administrator = administrators.get(id);
  if (administrator !== undefined) {
    const { organisation, delegation: by } = administrator;
    const fields = delegationFields(installation, administrator);
    return { purpose: 'delegation', organisation, fields, by };
  }
  const { record, admission: by } = readers.get(id) ?? fail('nobody');
  const { organisation } = record;
  return { purpose: 'admission', organisation, fields: admissionFields(installation, record), by };
}

/**
 * Checks who let somebody in, and answers on whom that rests: nobody where it was the root, which lets
 * in the first handler and the first administrator; else an administrator and a handler of the same
 * organisation.
 */
function admittersOf(people: People, id: string): string[] {
  const { purpose, organisation, fields, by } = signedFor(people, id);
  const signedBy = (key: string, signature: string): boolean =>
    verify(fromBase64(key), fromBase64(signature), purpose, ...fields);
  if (by.by === 'root') {
    const { root } = people.organisations.get(organisation) ?? fail('organisation');
    if (!signedBy(root, by.signature)) fail(`${purpose} by the root`);
    return [];
  }
  const administrator = people.administrators.get(by.administrator);
  if (administrator?.organisation !== organisation) fail('admitting administrator');
  if (!signedBy(administrator.sig, by.administratorSignature)) fail('first signature');
  const handler = people.readers.get(by.handler)?.record;
  if (handler?.organisation !== organisation || handler.part !== 'handler') {
    fail('admitting handler');
  }
  if (!signedBy(handler.sig, by.handlerSignature)) fail('second signature');
  return [administrator.id, handler.id];
}

/**
 * Follows whoever let somebody in, and who let those in, back to the root: a circle leads nowhere. It
 * keeps its own list, since a directory may be long.
 */
function followToRoot(people: People, id: string): void {
  const way = [{ id, open: null as string[] | null }];
  const onWay = new Set<string>();
  for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
    if (at.open === null) {
      if (people.rooted.has(at.id)) {
        way.pop();
        continue;
      }
      if (onWay.has(at.id)) fail('admissions in a circle');
      onWay.add(at.id);
      at.open = admittersOf(people, at.id);
    }
    const next = at.open.pop();
    if (next !== undefined) way.push({ id: next, open: null });
    else {
      people.rooted.add(at.id);
      onWay.delete(at.id);
      way.pop();
    }
  }
}

/** Only the first handler of an organisation needs no second signature, and is a handler. */
function checkFirstHandlers(directory: Directory): void {
  const first = directory.readers.filter(({ admission }) => admission.by === 'root');
  if (first.some(({ record }) => record.part !== 'handler')) fail('the root admits a handler');
  const organisations = first.map(({ record }) => record.organisation);
  if (new Set(organisations).size !== first.length) fail('admitted by the root after the first');
}

/** No key twice; the newest alone may be in use, and is where a channel gives receipts. */
function checkReceiptKeys({ receiptKeys, channels }: Directory): void {
  if (new Set(receiptKeys.map(({ sig }) => sig)).size !== receiptKeys.length) {
    fail('receipt key twice');
  }
  if (receiptKeys.slice(0, -1).some(({ until }) => until === null)) fail('receipt keys in use');
  const isGiven = channels.some(({ receipts }) => receipts);
  if (isGiven && receiptKeyInUse({ receiptKeys }) === null) fail('receipts without a key');
}

/** The public key (base64url) under which receipts are signed now, null where there is none. */
export function receiptKeyInUse({ receiptKeys }: Pick<Directory, 'receiptKeys'>): string | null {
  const newest = receiptKeys.at(-1);
  return newest?.until === null ? newest.sig : null;
}

/**
 * Whoever comes back under new keys takes the place of one who left, of the same organisation and in
 * whatever part, and nobody's place is taken twice: so whom a reporter left out stays left out, also
 * where a handler comes back as a guest.
 */
function checkReplaced(readers: ReadonlyMap<string, Reader>): void {
  const taken = new Set<string>();
  for (const { record } of readers.values()) {
    if (record.replaces === null) continue;
    const before = readers.get(record.replaces);
    if (before?.state !== 'left') fail('takes the place of somebody who is there');
    if (before.record.organisation !== record.organisation) fail('in another place');
    if (taken.has(record.replaces)) fail('a place taken twice');
    taken.add(record.replaces);
  }
  for (const id of readers.keys()) {
    const followed = new Set([id]);
    for (let at = readers.get(id)?.record.replaces; at; at = readers.get(at)?.record.replaces) {
      if (followed.has(at)) fail('places in a circle');
      followed.add(at);
    }
  }
}

/** A roster is of its channel, names readers of the organisation once, and both signed it. */
function checkRoster(
  directory: Directory,
  readers: ReadonlyMap<string, Reader>,
  channel: Channel,
): void {
  if (channel.closed === true && channel.published) fail('closed and published');
  const { roster, organisation } = channel;
  if (roster === undefined) return;
  const { terms, administrator, handler } = roster;
  if (terms.channel !== channel.id || terms.since >= directory.version) fail('roster');
  const named = [...terms.added, ...terms.removed];
  if (new Set(named).size !== named.length) fail('in a roster twice');
  if (named.some((id) => readers.get(id)?.record.organisation !== organisation)) {
    fail('in a roster');
  }
  const first = directory.administrators.find(({ id }) => id === administrator);
  const second = readers.get(handler);
  if (first?.organisation !== organisation || second?.record.organisation !== organisation) {
    fail('signer of a roster');
  }
  if (second.record.part !== 'handler') fail('signer of a roster');
  const holds = (key: string, signature: string): boolean =>
    verify(
      fromBase64(key),
      fromBase64(signature),
      'roster',
      ...rosterFields(directory.installation, terms),
    );
  const bySigners =
    holds(first.sig, roster.administratorSignature) &&
    holds(second.record.sig, roster.handlerSignature);
  if (!bySigners) fail('signature of a roster');
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

function same(a: unknown, b: unknown): boolean {
  return sameBytes(toJsonBytes(a), toJsonBytes(b));
}

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

/** Keys of receipts are added at the end, and end once; else old receipts would not verify. */
function checkReceiptKeysFollow(before: Directory, after: Directory): void {
  for (const [index, { sig, until }] of before.receiptKeys.entries()) {
    const now = after.receiptKeys[index];
    if (now?.sig !== sig) fail('a receipt key was dropped');
    if (until !== null && now.until !== until) fail('a receipt key counts again');
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

/** Whether two who could still act when a version was the newest let somebody in after it. */
function checkAdmitters(before: Directory, by: Admission & { by: 'two' }): void {
  const administrator = before.administrators.find(({ id }) => id === by.administrator);
  if (administrator?.state !== 'active') fail('admitting administrator');
  const handler = before.readers.find(({ record }) => record.id === by.handler);
  if (handler?.state !== 'active') fail('admitting handler');
}

/**
 * Who is new was let in by two who could still act when the version before was the newest. An
 * administrator may also come from the root, which is there for when none is left.
 */
function checkNewPeople(before: Directory, after: Directory): void {
  const known = new Set<string>([
    ...before.readers.map(({ record }) => record.id),
    ...before.administrators.map(({ id }) => id),
  ]);
  for (const { id, delegation } of after.administrators) {
    if (!known.has(id) && delegation.by === 'two') checkAdmitters(before, delegation);
  }
  for (const { record, admission } of after.readers) {
    if (known.has(record.id)) continue;
    if (admission.by === 'root') fail('admitted by the root after the first');
    checkAdmitters(before, admission);
    const replaced = before.readers.find((reader) => reader.record.id === record.replaces);
    if (record.replaces !== null && replaced?.state !== 'left') fail('replaced before leaving');
  }
}

/** None is dropped, and none of before comes again. */
function checkRostersLater(before: Directory, after: Directory): void {
  for (const { id, roster } of after.channels) {
    const was = before.channels.find((channel) => channel.id === id)?.roster;
    if (was === undefined || same(was, roster ?? null)) continue;
    if (roster === undefined || roster.terms.since <= was.terms.since) fail('an older roster');
  }
}

/**
 * A new roster was made on the version before, so that one that lay about is good for nothing, and
 * signed by two who could act when that version was the newest and still can: the handler is one of
 * the channel's own, where it had any.
 */
function checkNewRosters(before: Directory, after: Directory): void {
  for (const { id, roster } of after.channels) {
    const was = before.channels.find((channel) => channel.id === id);
    if (roster === undefined || same(was?.roster ?? null, roster)) continue;
    if (roster.terms.since !== before.version) fail('a roster of another version');
    const acts = [before, after].every(({ administrators, readers }) => {
      const first = administrators.find((each) => each.id === roster.administrator);
      const second = readers.find(({ record }) => record.id === roster.handler);
      return first?.state === 'active' && second?.state === 'active';
    });
    if (!acts) fail('signer of a roster');
    if (!rosterSigners(before, id).some(({ record }) => record.id === roster.handler)) {
      fail('handler of a roster');
    }
  }
}

/** Handlers who may sign who reads a channel: its own, or all of the organisation where it has none. */
export function rosterSigners(directory: Directory, channel: string): Reader[] {
  const isHandler = ({ record }: Reader): boolean => record.part === 'handler';
  const own = channelPeople(directory, channel).filter(isHandler);
  const all = directory.readers.filter(({ state }) => state === 'active').filter(isHandler);
  return own.length > 0 ? own : all;
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

/** Days since a directory was last confirmed after which reporters' clients warn, and refuse. */
export const STALE_AFTER_DAYS = 30;
export const EXPIRED_AFTER_DAYS = 90;

/**
 * Days from the one on which the server took a directory that shortens a channel's retention until
 * the shorter term is in force: whoever reads the channel's cases sees what will go so long before.
 */
export const SHORTER_TERM_DAYS = 90;

/** A reader's own id, and those of the same person's keys from before, the newest first. */
export function identitiesOf(directory: Directory, id: string): string[] {
  const ids = [id];
  for (;;) {
    const last = directory.readers.find(({ record }) => record.id === ids.at(-1));
    const before = last?.record.replaces ?? null;
    // an unchecked directory could lead in a circle
    if (before === null || ids.includes(before)) return ids;
    ids.push(before);
  }
}

/** All whom a choice of readers means: whoever comes back under new keys is the same person. */
export function withSuccessors(directory: Directory, chosen: readonly string[]): ReaderId[] {
  const known = directory.readers.map(({ record }) => record.id);
  const found = known.filter((id) =>
    identitiesOf(directory, id).some((identity) => chosen.includes(identity)),
  );
  return [...new Set([...(chosen as readonly ReaderId[]), ...found])];
}

/** The readers a report in this channel is sealed to: active ones, in the directory's order. */
export function channelReaders(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(
    ({ record: { part } }) => part === 'handler' || part === 'recovery_officer',
  );
}

/** Who from outside the organisation can be granted cases of this channel. */
export function channelGuests(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(({ record }) => record.part === 'guest');
}

/** Who reads the sealed figures of this channel beside the readers of each case. */
export function channelAuditors(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(({ record }) => record.part === 'auditor');
}

/** Who may open the identities that reporters give in this channel. */
export function channelCustodians(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(({ record }) => record.part === 'custodian');
}

/** Everybody active in a channel, whatever their part, in the directory's order. */
export function channelPeople(directory: Directory, channel: string): Reader[] {
  const terms = directory.channels.find(({ id }) => id === channel)?.roster?.terms;
  return peopleUnder(directory, channel, terms);
}

/** Everybody active who would be in a channel under these terms; under none where undefined. */
export function peopleUnder(
  directory: Directory,
  channel: string,
  terms: RosterTerms | undefined,
): Reader[] {
  return directory.readers.filter(
    ({ state, record }) => state === 'active' && isReadBy(directory, record, channel, terms),
  );
}

/**
 * Whoever was taken off stays off under new keys, which others signed; whoever was added was so under
 * those keys alone, since two agreed to that part.
 */
function isReadBy(
  directory: Directory,
  { id, channels }: ReaderRecord,
  channel: string,
  terms: RosterTerms | undefined,
): boolean {
  if (terms?.added.includes(id) === true) return true;
  const removed: readonly string[] = terms?.removed ?? [];
  if (removed.length > 0 && identitiesOf(directory, id).some((each) => removed.includes(each))) {
    return false;
  }
  return (channels as readonly string[]).includes(channel);
}
