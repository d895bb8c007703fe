import {
  channelCustodians,
  type Day,
  type Directory,
  type DirectoryHash,
  type EpochEntry,
  type EpochKey,
  type Grant,
  type Identity,
  IdentityEntry,
  makeEpochEntry,
  type Member,
  newEpochKey,
  type OpenedCase,
  type RecordHash,
  recordHashOf,
  type ReporterIdentity,
  type ReporterKeys,
  sealContent,
  type SealedEntry,
  sealGrant,
  sealPreviousKey,
  recusedIn,
  withSuccessors,
} from '../crypto/private.js';
import { ClientError } from './errors.js';
import type { ReporterIdentityView } from './models.js';

/** An identity in which nothing is said. */
export const NO_IDENTITY: Identity = { name: '', reach: '', relation: '', text: '' };

/** Whether anything is said in it. */
export function isGiven({ name, reach, relation, text }: Identity): boolean {
  return [name, reach, relation, text].some((field) => field !== '');
}

/** The channel's custodians whom the reporter did not leave out. */
export function custodiansOf(
  directory: Directory,
  channel: string,
  leftOut: readonly string[],
): Member[] {
  const out: readonly string[] = withSuccessors(directory, leftOut);
  return channelCustodians(directory, channel).flatMap(({ record: { id, kem, sig } }) =>
    out.includes(id) ? [] : [{ id, kem, sig }],
  );
}

/** Where an epoch of the identity goes, and for whom. */
interface EpochInput {
  keys: ReporterKeys;
  /** The newest record of the conversation. */
  seen: RecordHash;
  last: { sequence: number; hash: RecordHash } | null;
  before: { number: number; key: EpochKey | null };
  custodians: readonly Member[];
  directory: { version: number; hash: DirectoryHash };
}

/** Opens the identity's next epoch for the reporter and these custodians. */
function openIdentityEpoch({ keys, seen, last, before, custodians, directory }: EpochInput): {
  key: EpochKey;
  entry: EpochEntry;
  grants: Grant[];
} {
  const number = before.number + 1;
  const key = newEpochKey({ case: keys.caseId, compartment: 'identity', epoch: number });
  const members: Member[] = [{ id: 'reporter', ...keys.publicKeys }, ...custodians];
  const previousKey = before.key === null ? null : sealPreviousKey(key, before.key);
  const place = {
    author: 'reporter',
    secretKey: keys.sig.secretKey,
    sequence: (last?.sequence ?? 0) + 1,
    previous: last?.hash ?? null,
    seen,
  } as const;
  const entry = makeEpochEntry(key, place, { members, directory, previousKey });
  return { key, entry, grants: members.map((member) => sealGrant(key, member)) };
}

function sealBlock(
  key: EpochKey,
  keys: ReporterKeys,
  seen: RecordHash,
  last: { sequence: number; hash: RecordHash },
  today: Day,
  identity: Identity,
): SealedEntry {
  const place = {
    author: 'reporter',
    secretKey: keys.sig.secretKey,
    sequence: last.sequence + 1,
    previous: last.hash,
    seen,
  } as const;
  return sealContent(IdentityEntry, key, place, { kind: 'identity', at: today, ...identity });
}

/**
 * What a new case says of its reporter: as much, in bytes, where nothing is given. Throws `too_long`
 * or `malformed` for more than a block takes.
 */
export function firstIdentity(
  input: Omit<EpochInput, 'last' | 'before'>,
  identity: Identity,
  today: Day,
): { entries: [EpochEntry, SealedEntry]; grants: Grant[] } {
  const before = { number: 0, key: null };
  const { key, entry, grants } = openIdentityEpoch({ ...input, last: null, before });
  const last = { sequence: 1, hash: recordHashOf(entry) };
  return {
    entries: [entry, sealBlock(key, input.keys, input.seen, last, today, identity)],
    grants,
  };
}

/** What is needed of a case to write down who its reporter is. */
export interface IdentityCase {
  keys: ReporterKeys;
  file: OpenedCase;
  channel: string;
  directory: { directory: Directory; hash: DirectoryHash };
}

/** The custodians that this case's newest epoch of the identity names. */
function named({ identity }: OpenedCase): string[] {
  const members = identity?.chain.epochs.at(-1)?.body.members ?? [];
  return members.flatMap(({ id }) => (id === 'reporter' ? [] : id));
}

function custodiansNow({ file, channel, directory }: Omit<IdentityCase, 'keys'>): Member[] {
  // also who declared a conflict as a handler, and came back as a custodian
  const without = [...file.leftOut, ...recusedIn(file.dialogue.chain.epochs)];
  return custodiansOf(directory.directory, channel, without);
}

/**
 * The identity as its reporter says it from now on, behind an epoch of its own where other custodians
 * are there now than those who could open it.
 *
 * @throws ClientError `no_custodian`, or the first fault of a case into which nothing may be written.
 */
export function nextIdentity(
  { keys, file, channel, directory }: IdentityCase,
  identity: Identity,
  today: Day,
): ReporterIdentity {
  const fault = file.faults[0] ?? file.mendable[0];
  if (fault !== undefined) throw new ClientError(fault);
  const custodians = custodiansNow({ file, channel, directory });
  if (custodians.length === 0) throw new ClientError('no_custodian');
  const seen = file.dialogue.chain.records.at(-1)?.hash;
  if (seen === undefined) throw new ClientError('missing_entry');
  const { chain, keys: known } = file.identity ?? { chain: null, keys: new Map<never, EpochKey>() };
  const number = chain?.epochs.length ?? 0;
  const record = chain?.records.at(-1);
  const last =
    record === undefined ? null : { sequence: record.entry.header.sequence, hash: record.hash };
  const key = (known as Map<number, EpochKey>).get(number) ?? null;
  const before = new Set(named(file));
  const same = custodians.length === before.size && custodians.every(({ id }) => before.has(id));
  if (key !== null && last !== null && same) {
    return { entries: [sealBlock(key, keys, seen, last, today, identity)], grants: [] };
  }
  const version = { version: directory.directory.version, hash: directory.hash };
  const opened = openIdentityEpoch({
    keys,
    seen,
    last,
    before: { number, key },
    custodians,
    directory: version,
  });
  const after = { sequence: (last?.sequence ?? 0) + 1, hash: recordHashOf(opened.entry) };
  const block = sealBlock(opened.key, keys, seen, after, today, identity);
  return { entries: [opened.entry, block], grants: opened.grants };
}

/** Whether a block that says this is the newest in the case. */
export function saysIdentity({ identity }: OpenedCase, said: Identity): boolean {
  const newest = identity?.entries.findLast(({ author }) => author === 'reporter')?.content;
  return (
    newest?.kind === 'identity' &&
    newest.name === said.name &&
    newest.reach === said.reach &&
    newest.relation === said.relation &&
    newest.text === said.text
  );
}

/** What the reporter's page shows of the own identity. */
export function identityView(opened: Omit<IdentityCase, 'keys'>): ReporterIdentityView {
  const { readers } = opened.directory.directory;
  const nameOf = (id: string): string =>
    readers.find(({ record }) => record.id === id)?.record.name ?? id;
  const now = custodiansNow(opened).map(({ id }) => id as string);
  const able = named(opened.file);
  const newest = opened.file.identity?.entries.findLast(
    ({ author }) => author === 'reporter',
  )?.content;
  const block = newest?.kind === 'identity' && isGiven(newest) ? newest : null;
  return {
    custodians: now.map(nameOf),
    given:
      block === null
        ? null
        : {
            at: block.at,
            name: block.name,
            reach: block.reach,
            relation: block.relation,
            text: block.text,
          },
    others:
      block !== null &&
      now.length > 0 &&
      (now.length !== able.length || now.some((id) => !able.includes(id))),
  };
}
