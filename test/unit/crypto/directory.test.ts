import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../crypto/bytes.js';
import {
  admissionFields,
  channelReaders,
  checkLater,
  checkSuccession,
  delegationFields,
  directoryHash,
  identitiesOf,
  peopleUnder,
  rosterFields,
  stampFields,
  stampHolds,
  verifyDirectory,
  withSuccessors,
  type VerifiedDirectory,
} from '../../../crypto/directory.js';
import {
  AccountId,
  ChannelId,
  InstallationId,
  newId,
  OrganisationId,
  ReaderId,
  type Day,
  type DirectoryHash,
} from '../../../crypto/ids.js';
import { toJsonBytes } from '../../../crypto/json.js';
import { kemKeys } from '../../../crypto/kem.js';
import { sign, signingKeys, type SigningKeys } from '../../../crypto/signature.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import type {
  Administrator,
  Channel,
  Directory,
  Organisation,
  Reader,
  ReaderRecord,
  Roster,
  RosterTerms,
} from '../../../crypto/wire/directory.js';
import type { Promised } from '../../../crypto/wire/deadlines.js';
import { faultOf } from './faults.js';

/** Keys of everybody, so that any signature can be made. */
interface Office {
  root: SigningKeys;
  administrator: SigningKeys;
  people: Map<string, SigningKeys>;
  directory: Directory;
}

let office: Office;

const day = '2026-03-02' as Day;
const installation = (): InstallationId => office.directory.installation;

function admissionBy(key: SigningKeys, record: ReaderRecord, where = installation()): string {
  return toBase64(sign(key.secretKey, 'admission', ...admissionFields(where, record)));
}

function newRecord(change: Partial<ReaderRecord> = {}): ReaderRecord {
  const keys = signingKeys(randomBytes(32));
  const record: ReaderRecord = {
    id: newId(ReaderId),
    organisation: firstOrganisation().id,
    channels: [firstChannel().id],
    part: 'handler',
    name: 'Somebody',
    role: {},
    kem: toBase64(kemKeys(randomBytes(32)).publicKey),
    sig: toBase64(keys.publicKey),
    replaces: null,
    ...change,
  };
  office.people.set(record.id, keys);
  return record;
}

function firstOrganisation(): Organisation {
  const [organisation] = office.directory.organisations;
  if (organisation === undefined) throw new Error('an organisation');
  return organisation;
}

function firstChannel(): Channel {
  const [channel] = office.directory.channels;
  if (channel === undefined) throw new Error('a channel');
  return channel;
}

function firstAdministrator(): Administrator {
  const [administrator] = office.directory.administrators;
  if (administrator === undefined) throw new Error('an administrator');
  return administrator;
}

function firstReader(): Reader {
  const [reader] = office.directory.readers;
  if (reader === undefined) throw new Error('a reader');
  return reader;
}

function keysOf(id: string): SigningKeys {
  const keys = office.people.get(id);
  if (keys === undefined) throw new Error('nobody of that id');
  return keys;
}

/** A reader let in by two. */
function admitted(record: ReaderRecord, handler = firstReader().record): Reader {
  return {
    record,
    admission: {
      by: 'two',
      administrator: firstAdministrator().id,
      administratorSignature: admissionBy(office.administrator, record),
      handler: handler.id,
      handlerSignature: admissionBy(keysOf(handler.id), record),
    },
    state: 'active',
  };
}

function byRoot(record: ReaderRecord): Reader {
  const signature = admissionBy(office.root, record);
  return { record, admission: { by: 'root', signature }, state: 'active' };
}

function delegated(key: SigningKeys, change: Partial<Administrator> = {}): Administrator {
  const fields = {
    id: newId(AccountId),
    organisation: firstOrganisation().id,
    serial: 2,
    kem: toBase64(kemKeys(randomBytes(32)).publicKey),
    sig: toBase64(key.publicKey),
    ...change,
  };
  const delegation = sign(
    office.root.secretKey,
    'delegation',
    ...delegationFields(installation(), fields),
  );
  return {
    state: 'active',
    delegation: { by: 'root', signature: toBase64(delegation) },
    ...fields,
    ...change,
  };
}

function verifyAs(
  directory: Directory,
  signer: { id: AccountId; keys: SigningKeys } = {
    id: firstAdministrator().id,
    keys: office.administrator,
  },
): VerifiedDirectory {
  const document = toJsonBytes(directory);
  return verifyDirectory({
    document: toBase64(document),
    administrator: signer.id,
    signature: toBase64(sign(signer.keys.secretKey, 'directory', document)),
  });
}

/** What is wrong with the directory once this was changed and signed. */
function faultWith(change: Partial<Directory>): unknown {
  return faultOf(() => verifyAs({ ...office.directory, ...change }));
}

function makeOffice(): Office {
  const root = signingKeys(randomBytes(32));
  const administrator = signingKeys(randomBytes(32));
  const organisation: Organisation = {
    id: newId(OrganisationId),
    names: { en: 'Example' },
    country: 'SE',
    root: toBase64(root.publicKey),
  };
  const channel: Channel = {
    id: newId(ChannelId),
    organisation: organisation.id,
    names: { en: 'Reports' },
    texts: {},
    country: 'SE',
    languages: ['en'],
    published: true,
    retentionMonths: 24,
    receipts: false,
  };
  office = {
    root,
    administrator,
    people: new Map(),
    directory: {
      v: 1,
      installation: newId(InstallationId),
      version: 1,
      date: day,
      previous: null,
      organisations: [organisation],
      administrators: [],
      channels: [channel],
      readers: [],
      receiptKeys: [],
    },
  };
  office.directory.administrators.push(delegated(administrator, { serial: 1 }));
  office.directory.readers.push(byRoot(newRecord({ name: 'First' })));
  return office;
}

beforeAll(ready);
beforeEach(() => {
  office = makeOffice();
});

describe('a directory', () => {
  it('holds, and is known by the hash of its bytes', () => {
    const readers = [...office.directory.readers, admitted(newRecord())];
    const verified = verifyAs({ ...office.directory, readers });
    expect(verified.directory.readers).toHaveLength(2);
    expect(verified.hash).toBe(directoryHash(toJsonBytes({ ...office.directory, readers })));
  });

  it('is signed by an active administrator, whom it names', () => {
    const { directory, administrator } = office;
    const own = firstAdministrator();
    const stranger = signingKeys(randomBytes(32));
    expect(faultOf(() => verifyAs(directory, { id: own.id, keys: stranger }))).toBe(
      'wrong_directory',
    );
    const nobody = newId(AccountId);
    expect(faultOf(() => verifyAs(directory, { id: nobody, keys: administrator }))).toBe(
      'wrong_directory',
    );
    expect(faultWith({ administrators: [{ ...own, state: 'revoked' }] })).toBe('wrong_directory');
  });

  it('counts for the bytes that were signed', () => {
    const document = toJsonBytes(office.directory);
    const signed = {
      document: toBase64(document),
      administrator: firstAdministrator().id,
      signature: toBase64(sign(office.administrator.secretKey, 'directory', document)),
    };
    expect(verifyDirectory(signed).hash).toBe(directoryHash(document));
    const renamed = Buffer.from(document).toString().replace('Reports', 'reports');
    const other = { ...signed, document: Buffer.from(renamed).toString('base64url') };
    expect(faultOf(() => verifyDirectory(other))).toBe('wrong_directory');
    const spaced = Buffer.from(`${Buffer.from(document).toString()} `).toString('base64url');
    expect(faultOf(() => verifyDirectory({ ...signed, document: spaced }))).toBe('malformed');
  });

  it('has delegations by the root, over every field', () => {
    const own = firstAdministrator();
    const changes: Partial<Administrator>[] = [
      { id: newId(AccountId) },
      { serial: 9 },
      { sig: toBase64(signingKeys(randomBytes(32)).publicKey) },
      { organisation: newId(OrganisationId) },
      { kem: toBase64(kemKeys(randomBytes(32)).publicKey) },
      { delegation: { by: 'root', signature: toBase64(new Uint8Array(64)) } },
    ];
    for (const change of changes) {
      const administrators = [own, { ...own, id: newId(AccountId), serial: 2, ...change }];
      expect(faultWith({ administrators })).toBe('wrong_directory');
    }
    expect(faultWith({ installation: newId(InstallationId) })).toBe('wrong_directory');
    expect(faultWith({ organisations: [{ ...firstOrganisation(), root: own.sig }] })).toBe(
      'wrong_directory',
    );
  });

  it('has nobody and nothing twice', () => {
    const { organisations, administrators, channels, readers } = office.directory;
    expect(faultWith({ organisations: [...organisations, ...organisations] })).toBe(
      'wrong_directory',
    );
    expect(faultWith({ administrators: [...administrators, ...administrators] })).toBe(
      'wrong_directory',
    );
    expect(faultWith({ channels: [...channels, ...channels] })).toBe('wrong_directory');
    expect(faultWith({ readers: [...readers, ...readers] })).toBe('wrong_directory');
  });

  it('begins with one version without a past, and no other', () => {
    expect(faultWith({ version: 2 })).toBe('wrong_directory');
    expect(faultWith({ previous: toBase64(randomBytes(32)) as DirectoryHash })).toBe(
      'wrong_directory',
    );
  });

  it('is of a version that is known, and has no other fields', () => {
    expect(faultWith({ v: 2 as never })).toBe('malformed');
    expect(faultWith({ more: 1 } as never)).toBe('malformed');
    expect(faultWith({ version: 0 })).toBe('malformed');
  });

  it('has channels and readers of its organisation', () => {
    const elsewhere = newId(OrganisationId);
    expect(faultWith({ channels: [{ ...firstChannel(), organisation: elsewhere }] })).toBe(
      'wrong_directory',
    );
    const readers = (record: ReaderRecord): Partial<Directory> => ({
      readers: [...office.directory.readers, admitted(record)],
    });
    expect(faultWith(readers(newRecord({ organisation: elsewhere })))).toBe('wrong_directory');
    expect(faultWith(readers(newRecord({ channels: [newId(ChannelId)] })))).toBe('wrong_directory');
  });
});

describe('admissions', () => {
  const withReader = (...readers: Reader[]): unknown =>
    faultWith({ readers: [...office.directory.readers, ...readers] });

  it('lead back to the root over any number of handlers', () => {
    const readers = [...office.directory.readers];
    for (let count = 0; count < 30; count += 1) {
      readers.push(admitted(newRecord(), readers.at(-1)?.record));
    }
    const directory = { ...office.directory, readers: readers.toReversed() };
    expect(verifyAs(directory).directory.readers).toHaveLength(31);
  });

  it('by the root are for the first handler only', () => {
    expect(withReader(byRoot(newRecord()))).toBe('wrong_directory');
    const officer = byRoot(newRecord({ part: 'recovery_officer' }));
    expect(faultWith({ readers: [officer] })).toBe('wrong_directory');
  });

  it('need both signatures', () => {
    const record = newRecord();
    const good = admitted(record);
    const stranger = signingKeys(randomBytes(32));
    const forged = admissionBy(stranger, record);
    for (const change of [
      { administratorSignature: forged },
      { handlerSignature: forged },
      { administratorSignature: admissionBy(keysOf(firstReader().record.id), record) },
      { handlerSignature: admissionBy(office.administrator, record) },
      { administrator: newId(AccountId) },
      { handler: newId(ReaderId) },
    ]) {
      const reader = { ...good, admission: { ...good.admission, ...change } } as Reader;
      expect(withReader(reader)).toBe('wrong_directory');
    }
  });

  it('are of the whole record, in one installation', () => {
    const good = admitted(newRecord());
    for (const change of [
      { name: 'Somebody else' },
      { role: { en: 'x' } },
      { channels: [] },
      { part: 'recovery_officer' as const },
      { kem: toBase64(kemKeys(randomBytes(32)).publicKey) },
      { sig: toBase64(signingKeys(randomBytes(32)).publicKey) },
      { id: newId(ReaderId) },
    ]) {
      expect(withReader({ ...good, record: { ...good.record, ...change } })).toBe(
        'wrong_directory',
      );
    }
    const other = newRecord();
    const elsewhere = admitted(other);
    const where = newId(InstallationId);
    if (elsewhere.admission.by !== 'two') throw new Error('two');
    elsewhere.admission.handlerSignature = admissionBy(
      keysOf(firstReader().record.id),
      other,
      where,
    );
    expect(withReader(elsewhere)).toBe('wrong_directory');
  });

  it('never go in a circle', () => {
    const [one, two] = [newRecord(), newRecord()];
    expect(withReader(admitted(one, two), admitted(two, one))).toBe('wrong_directory');
    expect(withReader(admitted(one, one))).toBe('wrong_directory');
  });

  it('hold after the handler who signed left: one version does not tell which was first', () => {
    const helper = newRecord();
    const gone: Reader = { ...admitted(helper), state: 'left' };
    const readers = [...office.directory.readers, gone, admitted(newRecord(), helper)];
    expect(verifyAs({ ...office.directory, readers }).directory.readers).toHaveLength(3);
  });

  it('are not by a recovery officer', () => {
    const officer = newRecord({ part: 'recovery_officer' });
    const guest = newRecord();
    expect(withReader(admitted(officer), admitted(guest, officer))).toBe('wrong_directory');
  });
});

describe('administrators whom others let in', () => {
  let second: SigningKeys;
  let third: SigningKeys;
  let spare: SigningKeys;
  beforeAll(() => {
    second = signingKeys(randomBytes(32));
    third = signingKeys(randomBytes(32));
    spare = signingKeys(randomBytes(32));
  });

  /** An administrator by two, whoever they are. */
  function appointed(
    key: SigningKeys,
    serial: number,
    by: { id: AccountId; keys: SigningKeys } = {
      id: firstAdministrator().id,
      keys: office.administrator,
    },
    handler = firstReader().record,
  ): Administrator {
    const record = {
      id: newId(AccountId),
      organisation: firstOrganisation().id,
      serial,
      kem: toBase64(kemKeys(randomBytes(32)).publicKey),
      sig: toBase64(key.publicKey),
    };
    const signed = (secret: Uint8Array): string =>
      toBase64(sign(secret, 'delegation', ...delegationFields(installation(), record)));
    return {
      ...record,
      delegation: {
        by: 'two',
        administrator: by.id,
        administratorSignature: signed(by.keys.secretKey),
        handler: handler.id,
        handlerSignature: signed(keysOf(handler.id).secretKey),
      },
      state: 'active',
    };
  }
  const faultOfAll = (...more: Administrator[]): unknown =>
    faultWith({ administrators: [firstAdministrator(), ...more] });

  it('sign directories, let in readers, and one another', () => {
    const one = appointed(second, 2);
    const other = appointed(third, 3, { id: one.id, keys: second });
    const record = newRecord();
    const fields = admissionFields(installation(), record);
    const reader: Reader = {
      ...admitted(record),
      admission: {
        ...(admitted(record).admission as Extract<Reader['admission'], { by: 'two' }>),
        administrator: other.id,
        administratorSignature: toBase64(sign(third.secretKey, 'admission', ...fields)),
      },
    };
    const directory = {
      ...office.directory,
      administrators: [other, one, firstAdministrator()],
      readers: [reader, ...office.directory.readers],
    };
    const signed = verifyAs(directory, { id: other.id, keys: third });
    expect(signed.directory.administrators).toHaveLength(3);
  });

  it('need both signatures, over every field', () => {
    const good = appointed(second, 2);
    const { delegation } = good;
    if (delegation.by !== 'two') throw new Error('two');
    expect(
      verifyAs({ ...office.directory, administrators: [firstAdministrator(), good] }),
    ).toBeDefined();
    for (const change of ['administratorSignature', 'handlerSignature'] as const) {
      const forged = { ...delegation, [change]: toBase64(new Uint8Array(64)) };
      expect(faultOfAll({ ...good, delegation: forged })).toBe('wrong_directory');
    }
    expect(faultOfAll({ ...good, kem: toBase64(kemKeys(randomBytes(32)).publicKey) })).toBe(
      'wrong_directory',
    );
    expect(faultOfAll({ ...good, sig: toBase64(spare.publicKey) })).toBe('wrong_directory');
    expect(faultOfAll({ ...good, serial: 3 })).toBe('wrong_directory');
    // a signature for a reader is none for an administrator
    const officer = newRecord({ part: 'recovery_officer' });
    const readers = [...office.directory.readers, admitted(officer)];
    const byOfficer = appointed(second, 2, undefined, officer);
    expect(faultWith({ readers, administrators: [firstAdministrator(), byOfficer] })).toBe(
      'wrong_directory',
    );
  });

  it('have numbers and ids of their own', () => {
    expect(faultOfAll(appointed(second, 1))).toBe('wrong_directory');
    const record = newRecord({ id: firstAdministrator().id as string as ReaderId });
    expect(faultWith({ readers: [...office.directory.readers, admitted(record)] })).toBe(
      'wrong_directory',
    );
  });

  it('lead back to the root: two who vouch for one another do not', () => {
    const ids = [newId(AccountId), newId(AccountId)] as const;
    const make = (at: 0 | 1, key: SigningKeys, by: SigningKeys): Administrator => {
      const record = { ...appointed(key, at + 2), id: ids[at] };
      const fields = delegationFields(installation(), record);
      const { delegation } = record;
      if (delegation.by !== 'two') throw new Error('two');
      return {
        ...record,
        delegation: {
          ...delegation,
          administrator: ids[at === 0 ? 1 : 0],
          administratorSignature: toBase64(sign(by.secretKey, 'delegation', ...fields)),
          handlerSignature: toBase64(
            sign(keysOf(firstReader().record.id).secretKey, 'delegation', ...fields),
          ),
        },
      };
    };
    expect(faultOfAll(make(0, second, third), make(1, third, second))).toBe('wrong_directory');
  });
});

describe('somebody who comes back under new keys', () => {
  const withReader = (...readers: Reader[]): unknown =>
    faultWith({ readers: [...office.directory.readers, ...readers] });
  const left = (record: ReaderRecord): Reader => ({ ...admitted(record), state: 'left' });

  it('takes the place of one who left, and so of all those before', () => {
    const [first, other] = [newRecord(), newRecord()];
    const second = newRecord({ replaces: first.id });
    const third = newRecord({ replaces: second.id });
    const readers = [left(first), left(second), admitted(third), admitted(other)];
    const { directory } = verifyAs({
      ...office.directory,
      readers: [...office.directory.readers, ...readers],
    });
    expect(identitiesOf(directory, third.id)).toEqual([third.id, second.id, first.id]);
    expect(identitiesOf(directory, other.id)).toEqual([other.id]);
    expect(withSuccessors(directory, [first.id])).toEqual([first.id, second.id, third.id]);
    expect(withSuccessors(directory, [second.id])).toEqual([second.id, third.id]);
    expect(withSuccessors(directory, ['nobody', other.id])).toEqual(['nobody', other.id]);
    expect(withSuccessors(directory, [])).toEqual([]);
  });

  it('is the same person in whatever part, so that who left one out has left out all', () => {
    const handler = newRecord();
    const guest = newRecord({ part: 'guest', replaces: handler.id });
    const again = newRecord({ part: 'custodian', replaces: guest.id });
    const { readers } = office.directory;
    const { directory } = verifyAs({
      ...office.directory,
      readers: [...readers, left(handler), left(guest), admitted(again)],
    });
    expect(withSuccessors(directory, [handler.id])).toEqual([handler.id, guest.id, again.id]);
  });

  it('cannot take a place that is not free', () => {
    const gone = newRecord();
    const back = (replaces: ReaderId): Reader => admitted(newRecord({ replaces }));
    expect(withReader(back(firstReader().record.id))).toBe('wrong_directory');
    expect(withReader(back(newId(ReaderId)))).toBe('wrong_directory');
    expect(withReader(left(gone), back(gone.id), back(gone.id))).toBe('wrong_directory');
  });

  it('cannot be made the successor of itself, or in a circle', () => {
    const [one, two] = [newId(ReaderId), newId(ReaderId)];
    const itself = newRecord({ id: one, replaces: one });
    expect(withReader(left(itself))).toBe('wrong_directory');
    const circle = [newRecord({ id: one, replaces: two }), newRecord({ id: two, replaces: one })];
    expect(withReader(...circle.map(left))).toBe('wrong_directory');
  });

  it('has left already in the version before', () => {
    const first = verifyAs(office.directory);
    const second = newRecord();
    const change = (readers: Reader[], before: VerifiedDirectory): VerifiedDirectory =>
      verifyAs(
        {
          ...office.directory,
          version: before.directory.version + 1,
          previous: before.hash,
          readers: [...office.directory.readers, ...readers],
        },
        { id: firstAdministrator().id, keys: office.administrator },
      );
    const there = change([admitted(second)], first);
    const back = admitted(newRecord({ replaces: second.id }));
    const gone = change([left(second)], there);
    const atOnce = change([left(second), back], there);
    expect(
      faultOf(() => {
        checkSuccession(there, atOnce);
      }),
    ).toBe('wrong_directory');
    const after = change([left(second), back], gone);
    expect(() => {
      checkSuccession(gone, after);
    }).not.toThrow();
  });

  it('is signed for: the place is part of the record', () => {
    const gone = newRecord();
    const back = admitted(newRecord());
    const moved = { ...back, record: { ...back.record, replaces: gone.id } };
    expect(withReader(left(gone), moved)).toBe('wrong_directory');
  });
});

describe('the next version', () => {
  let current: VerifiedDirectory;
  beforeEach(() => {
    office.directory.readers.push(admitted(newRecord({ name: 'Second' })));
    current = verifyAs(office.directory);
  });

  const next = (
    change: Partial<Directory>,
    signer?: { id: AccountId; keys: SigningKeys },
  ): VerifiedDirectory =>
    verifyAs(
      { ...office.directory, version: 2, previous: current.hash, ...change },
      signer ?? { id: firstAdministrator().id, keys: office.administrator },
    );
  const faultAfter = (change: Partial<Directory>): unknown =>
    faultOf(() => {
      checkSuccession(current, next(change));
    });

  it('keeps what was promised of the dates until its day, and may promise otherwise from the next', () => {
    const [channel] = office.directory.channels;
    if (channel === undefined) throw new Error('no channel');
    const { date } = office.directory;
    const promise = (from: string, ackDays: number | null): Promised => ({
      ...{ from: from as Day, ackDays, feedbackDays: null },
      reason: 'The board decided.',
    });
    const earlier = promise('2020-01-01', 3);
    const today = promise(date, 4);
    const later = promise('9999-01-01', 5);
    current = verifyAs({
      ...office.directory,
      channels: [{ ...channel, deadlines: [earlier, today, later] }],
    });
    const changed = (deadlines: Promised[]): Partial<Directory> => ({
      channels: [{ ...channel, ...(deadlines.length > 0 ? { deadlines } : {}) }],
    });
    const promising = (...deadlines: Promised[]): unknown => faultAfter(changed(deadlines));
    const other = promise('9999-01-01', 6);
    expect(() => {
      checkSuccession(current, next(changed([earlier, today])));
      checkSuccession(current, next(changed([earlier, today, other])));
    }).not.toThrow();
    const faults = [[], [today, other], [earlier, other], [promise('2020-01-01', 2), today, later]];
    for (const deadlines of faults) expect(promising(...deadlines)).toBe('wrong_directory');
    expect(promising(promise('2019-01-01', 1), earlier, today)).toBe('wrong_directory');
  });

  it('may add a reader, take one off, change a channel', () => {
    const { readers, channels } = office.directory;
    expect(() => {
      checkSuccession(current, next({ readers: [...readers, admitted(newRecord())] }));
      checkSuccession(
        current,
        next({ readers: readers.with(1, { ...(readers[1] ?? firstReader()), state: 'left' }) }),
      );
      checkSuccession(
        current,
        next({ channels: channels.map((each) => ({ ...each, texts: {} })) }),
      );
    }).not.toThrow();
  });

  it('is the one after it, of the same installation, naming its hash', () => {
    expect(faultAfter({ version: 3 })).toBe('wrong_directory');
    expect(faultAfter({ previous: toBase64(randomBytes(32)) as DirectoryHash })).toBe(
      'wrong_directory',
    );
    const other = makeOffice();
    const strange = verifyAs({ ...other.directory, version: 2, previous: current.hash });
    expect(
      faultOf(() => {
        checkSuccession(current, strange);
      }),
    ).toBe('wrong_directory');
  });

  it('brings no organisation with a root of its own', () => {
    const root = signingKeys(randomBytes(32));
    const organisation: Organisation = {
      ...firstOrganisation(),
      id: newId(OrganisationId),
      root: toBase64(root.publicKey),
    };
    const record = newRecord({ organisation: organisation.id, channels: [] });
    const signature = admissionBy(root, record);
    const reader: Reader = { record, admission: { by: 'root', signature }, state: 'active' };
    const change = {
      organisations: [...office.directory.organisations, organisation],
      readers: [...office.directory.readers, reader],
    };
    // people compare the words of one root, so no directory has two, whoever looks at it
    expect(faultWith(change)).toBe('wrong_directory');
    expect(faultAfter(change)).toBe('wrong_directory');
  });

  it('drops, changes and revives nobody', () => {
    const { readers, administrators } = office.directory;
    expect(faultAfter({ readers: readers.slice(0, 1) })).toBe('wrong_directory');
    const changed = admitted({ ...(readers[1] ?? firstReader()).record, name: 'Third' });
    expect(faultAfter({ readers: readers.with(1, changed) })).toBe('wrong_directory');
    const another = delegated(signingKeys(randomBytes(32)));
    expect(() => {
      checkSuccession(current, next({ administrators: [...administrators, another] }));
    }).not.toThrow();
  });

  it('does not let a revoked administrator sign again', () => {
    const spare = signingKeys(randomBytes(32));
    const second = delegated(spare, { serial: 2 });
    const [first] = office.directory.administrators;
    if (first === undefined) throw new Error('an administrator');
    const revoked = { ...first, state: 'revoked' as const };
    const asSecond = { id: second.id, keys: spare };
    const middle = next({ administrators: [revoked, second] }, asSecond);
    checkSuccession(current, middle);
    // Nothing in the document itself says that the first was revoked before.
    const back = verifyAs({
      ...middle.directory,
      version: 3,
      previous: middle.hash,
      administrators: [first, second],
    });
    expect(
      faultOf(() => {
        checkSuccession(middle, back);
      }),
    ).toBe('wrong_directory');
    expect(
      faultOf(() => {
        const change = { version: 3, previous: middle.hash, administrators: [second] };
        const dropped = { ...middle.directory, ...change };
        checkSuccession(middle, verifyAs(dropped, asSecond));
      }),
    ).toBe('wrong_directory');
  });

  it('has nobody new let in by a handler who left, or a revoked administrator', () => {
    const { readers } = office.directory;
    const second = readers[1] ?? firstReader();
    const gone = next({ readers: readers.with(1, { ...second, state: 'left' }) });
    checkSuccession(current, gone);
    const record = newRecord();
    const late = verifyAs({
      ...gone.directory,
      version: 3,
      previous: gone.hash,
      readers: [...gone.directory.readers, admitted(record, second.record)],
    });
    expect(
      faultOf(() => {
        checkSuccession(gone, late);
      }),
    ).toBe('wrong_directory');

    const spare = signingKeys(randomBytes(32));
    const another = delegated(spare, { serial: 2 });
    const [first] = office.directory.administrators;
    if (first === undefined) throw new Error('an administrator');
    const asAnother = { id: another.id, keys: spare };
    const after = next({ administrators: [{ ...first, state: 'revoked' }, another] }, asAnother);
    const byRevoked = verifyAs(
      {
        ...after.directory,
        version: 3,
        previous: after.hash,
        readers: [...after.directory.readers, admitted(newRecord())],
      },
      asAnother,
    );
    expect(
      faultOf(() => {
        checkSuccession(after, byRevoked);
      }),
    ).toBe('wrong_directory');
  });

  it('has no administrator let in by one who was revoked, or a handler who left', () => {
    const key = signingKeys(randomBytes(32));
    const [first] = office.directory.administrators;
    if (first === undefined) throw new Error('an administrator');
    const another = delegated(key, { serial: 2 });
    const asAnother = { id: another.id, keys: key };
    const after = next({ administrators: [{ ...first, state: 'revoked' }, another] }, asAnother);
    const handler = firstReader().record;
    const record = {
      id: newId(AccountId),
      organisation: first.organisation,
      serial: 3,
      kem: first.kem,
      sig: toBase64(signingKeys(randomBytes(32)).publicKey),
    };
    const fields = delegationFields(installation(), record);
    const by = (id: AccountId, keys: SigningKeys): Administrator => ({
      ...record,
      delegation: {
        by: 'two',
        administrator: id,
        administratorSignature: toBase64(sign(keys.secretKey, 'delegation', ...fields)),
        handler: handler.id,
        handlerSignature: toBase64(sign(keysOf(handler.id).secretKey, 'delegation', ...fields)),
      },
      state: 'active',
    });
    const add = (added: Administrator): void => {
      const administrators = [...after.directory.administrators, added];
      const change = { version: 3, previous: after.hash, administrators };
      checkSuccession(after, verifyAs({ ...after.directory, ...change }, asAnother));
    };
    add(by(another.id, key));
    expect(
      faultOf(() => {
        add(by(first.id, office.administrator));
      }),
    ).toBe('wrong_directory');
  });

  it('has nobody new let in by the root', () => {
    const { readers } = office.directory;
    const first = firstReader();
    const moved = admitted(first.record, first.record);
    expect(
      faultOf(() => next({ readers: [moved, ...readers.slice(1), byRoot(newRecord())] })),
    ).toBe('wrong_directory');
  });
});

describe('who reads a channel', () => {
  let second: Reader;
  beforeEach(() => {
    const channel = { ...firstChannel(), id: newId(ChannelId), names: { en: 'Second' } };
    office.directory.channels.push(channel);
    second = admitted(newRecord({ name: 'Second', channels: [channel.id] }));
    office.directory.readers.push(second);
  });

  /** Terms for the first channel, signed by the administrator and this handler. */
  const roster = (change: Partial<RosterTerms> = {}, handler = firstReader().record): Roster => {
    const terms = { channel: firstChannel().id, since: 1, added: [], removed: [], ...change };
    const signed = (key: SigningKeys): string =>
      toBase64(sign(key.secretKey, 'roster', ...rosterFields(installation(), terms)));
    return {
      terms,
      administrator: firstAdministrator().id,
      administratorSignature: signed(office.administrator),
      handler: handler.id,
      handlerSignature: signed(keysOf(handler.id)),
    };
  };
  const channelsWith = (made: Roster | undefined, change: Partial<Channel> = {}): Channel[] => {
    const [channel = firstChannel(), ...rest] = office.directory.channels;
    return [{ ...channel, ...change, ...(made === undefined ? {} : { roster: made }) }, ...rest];
  };
  const after = (
    current: VerifiedDirectory,
    made: Roster | undefined,
    change: Partial<Directory> = {},
  ): VerifiedDirectory =>
    verifyAs({
      ...office.directory,
      version: current.directory.version + 1,
      previous: current.hash,
      channels: channelsWith(made),
      ...change,
    });
  const names = ({ directory }: VerifiedDirectory): string[] =>
    channelReaders(directory, firstChannel().id).map(({ record }) => record.name);

  it('is those whose records name it, and as two agreed others or fewer', () => {
    const current = verifyAs(office.directory);
    expect(names(current)).toEqual(['First']);
    const more = after(current, roster({ added: [second.record.id] }));
    checkSuccession(current, more);
    expect(names(more)).toEqual(['First', 'Second']);
    const other = after(
      current,
      roster({ added: [second.record.id], removed: [firstReader().record.id] }),
    );
    expect(names(other)).toEqual(['Second']);
  });

  it('needs both signatures, over this channel, version and these people', () => {
    const current = verifyAs(office.directory);
    const good = roster({ added: [second.record.id] });
    const faults = [
      { ...good, administratorSignature: good.handlerSignature },
      { ...good, handlerSignature: good.administratorSignature },
      { ...good, terms: { ...good.terms, added: [] } },
      roster({ channel: newId(ChannelId) }),
      roster({ since: 2 }),
      roster({ added: [newId(ReaderId)] }),
      roster({ added: [second.record.id], removed: [second.record.id] }),
    ].map((made) => faultOf(() => after(current, made)));
    expect(new Set(faults)).toEqual(new Set(['wrong_directory']));
  });

  it('is agreed to by a handler of the channel, as long as it has any', () => {
    const current = verifyAs(office.directory);
    const byOther = after(current, roster({ added: [second.record.id] }, second.record));
    expect(
      faultOf(() => {
        checkSuccession(current, byOther);
      }),
    ).toBe('wrong_directory');
    office.directory.readers[0] = { ...firstReader(), state: 'left' };
    const without = verifyAs(office.directory);
    const byAny = after(without, roster({ added: [second.record.id] }, second.record));
    expect(() => {
      checkSuccession(without, byAny);
    }).not.toThrow();
  });

  it('does not go back to what was agreed before, nor to nothing', () => {
    const first = verifyAs(office.directory);
    const old = roster({ added: [second.record.id] });
    const newer = after(first, old);
    const newest = after(newer, roster({ since: 2 }));
    checkSuccession(first, newer);
    checkSuccession(newer, newest);
    for (const made of [old, undefined]) {
      const back = after(newest, made);
      expect(
        faultOf(() => {
          checkSuccession(newest, back);
        }),
      ).toBe('wrong_directory');
      expect(
        faultOf(() => {
          checkLater(newest, back);
        }),
      ).toBe('wrong_directory');
    }
  });

  it('comes into force on the version that both knew, or never', () => {
    const first = verifyAs(office.directory);
    const lay = roster({ added: [second.record.id] });
    const between = after(first, undefined);
    checkSuccession(first, between);
    const late = after(between, lay);
    expect(
      faultOf(() => {
        checkSuccession(between, late);
      }),
    ).toBe('wrong_directory');
  });

  it('does not come into force with the version in which one of its signers goes', () => {
    const current = verifyAs(office.directory);
    const { readers } = office.directory;
    const gone = readers.map((reader): Reader =>
      reader.record.id === firstReader().record.id ? { ...reader, state: 'left' } : reader,
    );
    const both = after(current, roster({ added: [second.record.id] }), { readers: gone });
    expect(
      faultOf(() => {
        checkSuccession(current, both);
      }),
    ).toBe('wrong_directory');
  });

  it('keeps off whoever was taken off, under new keys too, and adds no other keys', () => {
    const { id, channels } = firstReader().record;
    office.directory.readers[0] = { ...firstReader(), state: 'left' };
    const again = newRecord({ name: 'Again', channels, replaces: id });
    const added = newRecord({ name: 'Added', channels: [] });
    const addedAgain = newRecord({ name: 'Added again', channels: [], replaces: added.id });
    const addedBefore: Reader = { ...admitted(added), state: 'left' };
    office.directory.readers.push(admitted(again), addedBefore, admitted(addedAgain));
    office.directory.version = 2;
    const terms: RosterTerms = {
      channel: firstChannel().id,
      since: 1,
      added: [added.id],
      removed: [id],
    };
    const under = (change: Partial<RosterTerms>): string[] =>
      peopleUnder(office.directory, terms.channel, { ...terms, ...change }).map(
        ({ record }) => record.name,
      );
    expect(under({})).toEqual([]);
    expect(under({ added: [again.id] })).toEqual(['Again']);
    expect(under({ removed: [] })).toEqual(['Again']);
  });

  it('is of no importance to a channel that is closed, which is not published', () => {
    expect(faultWith({ channels: channelsWith(undefined, { closed: true }) })).toBe(
      'wrong_directory',
    );
    const channels = channelsWith(undefined, { closed: true, published: false });
    expect(() => verifyAs({ ...office.directory, channels })).not.toThrow();
  });
});

describe('stamps', () => {
  it('are an active handler’s, of this directory and day', () => {
    office.directory.readers.push(
      admitted(newRecord()),
      { ...admitted(newRecord()), state: 'left' },
      admitted(newRecord({ part: 'recovery_officer' })),
    );
    const verified = verifyAs(office.directory);
    const stampBy = (index: number, hash = verified.hash, signed = day) => {
      const record = office.directory.readers[index]?.record ?? firstReader().record;
      const fields = stampFields({ hash, day: signed });
      const signature = toBase64(sign(keysOf(record.id).secretKey, 'stamp', ...fields));
      return { reader: record.id, hash, day: signed, signature };
    };
    expect([0, 1, 2, 3].map((index) => stampHolds(verified, stampBy(index)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const other = toBase64(randomBytes(32)) as DirectoryHash;
    expect(stampHolds(verified, stampBy(0, other))).toBe(false);
    expect(stampHolds(verified, { ...stampBy(0, other), hash: verified.hash })).toBe(false);
    expect(stampHolds(verified, { ...stampBy(0), day: '2026-03-03' as Day })).toBe(false);
    expect(stampHolds(verified, { ...stampBy(0), reader: stampBy(1).reader })).toBe(false);
    expect(stampHolds(verified, { ...stampBy(0), reader: newId(ReaderId) })).toBe(false);
  });
});

describe('the readers of a channel', () => {
  it('are those who are active in it, in the directory’s order', () => {
    const other = { ...firstChannel(), id: newId(ChannelId) };
    office.directory.channels.push(other);
    office.directory.readers.push(
      { ...admitted(newRecord()), state: 'left' },
      admitted(newRecord({ channels: [other.id] })),
      admitted(newRecord({ name: 'Last' })),
    );
    const { directory } = verifyAs(office.directory);
    const names = (channel: string): string[] =>
      channelReaders(directory, channel).map(({ record }) => record.name);
    expect(names(firstChannel().id)).toEqual(['First', 'Last']);
    expect(names(other.id)).toEqual(['Somebody']);
    expect(names(newId(ChannelId))).toEqual([]);
    expect(fromBase64(firstOrganisation().root)).toHaveLength(32);
  });
});
