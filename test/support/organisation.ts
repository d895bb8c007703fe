import type { Knex } from 'knex';
import {
  AccountId,
  admissionFields,
  ChannelId,
  delegationFields,
  directoryHash,
  InstallationId,
  kemKeys,
  newId,
  OrganisationId,
  randomBytes,
  ReaderId,
  ready,
  sign,
  signingKeys,
  stampFields,
  toBase64,
  toJsonBytes,
  type Channel,
  type Day,
  type Directory,
  type DirectoryHash,
  type KemKeys,
  type Member,
  type Organisation,
  type Reader,
  type ReaderRecord,
  type SignedDirectory,
  type SigningKeys,
  type Stamp,
} from '../../crypto/private.js';

/** A reader with the keys that only the reader has. */
export interface TestReader {
  record: ReaderRecord;
  member: Member;
  kem: KemKeys;
  sig: SigningKeys;
}

/** An organisation with its newest directory, made without a server. */
export interface TestOrganisation {
  directory: Directory;
  hash: DirectoryHash;
  signed: SignedDirectory;
  stamp: Stamp;
  organisation: Organisation;
  channel: Channel;
  readers: readonly TestReader[];
  /** The next version, with what `change` made of this one; not stored yet. */
  next(change: (directory: Directory) => Directory): TestOrganisation;
}

/**
 * Makes an organisation whose root admitted the first reader, who admitted all others with its
 * administrator.
 *
 * @param options.parts one reader for each, of the first channel; the first must be a handler.
 * @param options.like takes every id and name from this directory and leaves the keys its own, as
 * whoever runs a server can.
 */
export async function makeOrganisation(
  options: {
    readonly parts?: readonly ReaderRecord['part'][];
    readonly published?: boolean;
    readonly day?: Day;
    readonly like?: Directory;
  } = {},
): Promise<TestOrganisation> {
  await ready();
  const { like } = options;
  const installation = like?.installation ?? newId(InstallationId);
  const root = signingKeys(randomBytes(32));
  const administratorKeys = signingKeys(randomBytes(32));
  const organisation: Organisation = {
    id: newId(OrganisationId),
    names: { en: 'Example', sv: 'Exempel' },
    country: 'SE',
    ...like?.organisations[0],
    root: toBase64(root.publicKey),
  };
  const channel: Channel = {
    id: newId(ChannelId),
    organisation: organisation.id,
    names: { en: 'Reports' },
    texts: { en: 'Write to us.' },
    country: 'SE',
    languages: ['en', 'sv'],
    published: options.published ?? true,
    retentionMonths: 24,
    receipts: false,
    ...like?.channels[0],
  };
  const administrator = {
    id: newId(AccountId),
    organisation: organisation.id,
    serial: 1,
    kem: toBase64(kemKeys(randomBytes(32)).publicKey),
    sig: toBase64(administratorKeys.publicKey),
  };
  const delegation = sign(
    root.secretKey,
    'delegation',
    ...delegationFields(installation, administrator),
  );
  const parts = like?.readers.map(({ record }) => record.part);
  const readers = (parts ?? options.parts ?? ['handler', 'handler']).map((part, index) => {
    const kem = kemKeys(randomBytes(32));
    const sig = signingKeys(randomBytes(32));
    const record: ReaderRecord = {
      id: newId(ReaderId),
      organisation: organisation.id,
      channels: [channel.id],
      part,
      name: `Reader ${String(index + 1)}`,
      role: { en: 'Case handler' },
      ...like?.readers[index]?.record,
      kem: toBase64(kem.publicKey),
      sig: toBase64(sig.publicKey),
      replaces: like?.readers[index]?.record.replaces ?? null,
    };
    const member: Member = { id: record.id, kem: record.kem, sig: record.sig };
    return { record, member, kem, sig };
  });
  const admitted = readers.map(({ record }, index): Reader => {
    const signedBy = (secretKey: Uint8Array): string =>
      toBase64(sign(secretKey, 'admission', ...admissionFields(installation, record)));
    const [handler] = readers;
    if (index === 0 || handler === undefined) {
      const signature = signedBy(root.secretKey);
      return { record, admission: { by: 'root', signature }, state: 'active' };
    }
    const admission = {
      by: 'two',
      administrator: administrator.id,
      administratorSignature: signedBy(administratorKeys.secretKey),
      handler: handler.record.id,
      handlerSignature: signedBy(handler.sig.secretKey),
    } as const;
    return { record, admission, state: 'active' };
  });
  const day = options.day ?? like?.date ?? ('2026-03-02' as Day);

  const finish = (directory: Directory): TestOrganisation => {
    const document = toJsonBytes(directory);
    const hash = directoryHash(document);
    const signature = sign(administratorKeys.secretKey, 'directory', document);
    const [first] = readers;
    if (first === undefined) throw new Error('an organisation needs a reader');
    const stamp = sign(first.sig.secretKey, 'stamp', ...stampFields({ hash, day }));
    const [firstChannel = channel] = directory.channels;
    return {
      directory,
      hash,
      signed: {
        document: toBase64(document),
        administrator: administrator.id,
        signature: toBase64(signature),
      },
      stamp: { reader: first.record.id, hash, day, signature: toBase64(stamp) },
      organisation,
      channel: firstChannel,
      readers,
      next: (change) =>
        finish({ ...change(directory), version: directory.version + 1, previous: hash }),
    };
  };
  return finish({
    v: 1,
    installation,
    version: like?.version ?? 1,
    date: like?.date ?? day,
    previous: like?.previous ?? null,
    organisations: [organisation],
    administrators: [
      {
        ...administrator,
        delegation: { by: 'root', signature: toBase64(delegation) },
        state: 'active',
      },
    ],
    channels: [channel],
    readers: admitted,
    receiptKeys: [],
  });
}

/**
 * Puts an organisation's directory in force in a server's database.
 *
 * @param day on which the server took it; the one that the document names where none is given.
 */
export async function installOrganisation(
  db: Knex,
  { directory, hash, signed, stamp }: TestOrganisation,
  day: Day = directory.date,
): Promise<void> {
  await db('directories').insert({ version: directory.version, hash, ...signed, day });
  await db('stamps').insert(stamp).onConflict('reader').merge();
}
