import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import {
  AccountId,
  accountKeys,
  AccountRealm,
  accountRealm,
  admissionFields,
  AttachmentId,
  attachmentHash,
  attachmentIdOf,
  auditContentHash,
  auditHash,
  auditHeadFields,
  ChannelId,
  chunkHash,
  Day,
  delegationFields,
  derive,
  directoryHash,
  fingerprintWords,
  frame,
  fromBase64,
  fromUtf8,
  hash,
  headerBytes,
  InstallationId,
  makeCredentials,
  makeEpochEntry,
  newEpochKey,
  newOverview,
  OrganisationId,
  type Overview,
  paperSecret,
  passphraseReady,
  passphraseSecrets,
  ReaderId,
  ready,
  receiptBytes,
  receiptCommitment,
  receiptFields,
  recordHashOf,
  recoverySecrets,
  registrationOf,
  reporterKeys,
  sealBox,
  sealChunk,
  sealEntry,
  sealGrant,
  sealHead,
  sealOrigin,
  sealOverview,
  sealOwnKey,
  sealPreviousKey,
  sealStatistics,
  sealTo,
  sign,
  signingKeys,
  stampFields,
  toBase64,
  tokenHash,
  toJsonBytes,
  toWords,
  utf8,
  WorkId,
  writeReceipt,
  type AccountKeys,
  type Channel,
  type Directory,
  type Entry,
  type EntryContent,
  type EntryPlace,
  type EpochKey,
  type Member,
  type Reader,
  type ReaderRecord,
  type RecordHash,
  type ReporterKeys,
  type SigningPurpose,
  type TokenPurpose,
} from '../../../crypto/private.js';
import { counting, fieldOf, oddText, type FieldVector, type Vectors } from './form.js';

/*
 * Makes protocol-1.json, once: `npx tsx test/vectors/casekey/make.ts`. The file is frozen. What
 * changes it changes the wire format, and installations that keep reports in it could no longer
 * open them; so this refuses to overwrite.
 */

const bytes = (value: Uint8Array): FieldVector => ({ is: 'bytes', value: toBase64(value) });
const text = (value: string): FieldVector => ({ is: 'text', value });
const number = (value: number): FieldVector => ({ is: 'number', value });
const id = <const S extends v.GenericSchema<string, string>>(schema: S, from: number) =>
  v.parse(schema, toBase64(counting(from, 16)));

const fieldSets: readonly FieldVector[][] = [
  [],
  [text('')],
  [text(''), text('')],
  [bytes(new Uint8Array(0)), number(0)],
  [text(oddText), number(1), bytes(counting(9, 5))],
  [number(Number.MAX_SAFE_INTEGER), number(4_294_967_296)],
  [bytes(counting(0, 300))],
];

function hashVectors(): Vectors['hashes'] {
  const secrets = [counting(1, 16), counting(2, 32)];
  const purposes: SigningPurpose[] = [
    'entry',
    'directory',
    'delegation',
    'admission',
    'stamp',
    'invitation',
    'receipt',
    'audit head',
    'recording',
    'creation',
    'roster',
    'identity question',
    'identity answer',
    'export',
    'handbook',
    'absence',
    'release',
  ];
  const tokens: TokenPurpose[] = [
    'lookup',
    'upload',
    'session',
    'invitation',
    'set-up',
    'login proof',
    'recovery proof',
  ];
  const token = toBase64(counting(77));
  const uploadHash = tokenHash('upload', token);
  const seed = counting(3);
  const keys = signingKeys(seed);
  const first = auditEntry(1, null, '{"at":"2026-01-02T03:04:05.678Z"}', counting(5, 16));
  const second = auditEntry(2, first.hash, oddText, counting(6, 16));
  return {
    frames: fieldSets.map((fields) => ({
      label: 'casekey/1 vector',
      fields,
      out: toBase64(frame('casekey/1 vector', fields.map(fieldOf))),
    })),
    hashes: fieldSets.map((fields) => ({
      purpose: 'vector',
      fields,
      out: toBase64(hash('vector', ...fields.map(fieldOf))),
    })),
    derived: secrets.flatMap((secret) =>
      fieldSets.map((fields) => ({
        secret: toBase64(secret),
        purpose: 'vector',
        fields,
        out: toBase64(derive(secret, 'vector', ...fields.map(fieldOf))),
      })),
    ),
    tokens: tokens.map((purpose) => ({ purpose, token, out: tokenHash(purpose, token) })),
    attachmentIds: [{ tokenHash: uploadHash, out: attachmentIdOf(uploadHash) }],
    signatures: purposes.map((purpose) => {
      const fields = [text(purpose), number(7), bytes(counting(8, 40))];
      return {
        seed: toBase64(seed),
        publicKey: toBase64(keys.publicKey),
        purpose,
        fields,
        signature: toBase64(sign(keys.secretKey, purpose, ...fields.map(fieldOf))),
      };
    }),
    audit: [first, second],
    auditHead: auditHead(second),
  };
}

function auditHead(
  entry: Vectors['hashes']['audit'][number],
): Vectors['hashes']['auditHead'] {
  const keys = signingKeys(counting(8));
  const head = {
    scope: entry.scope,
    sequence: entry.sequence,
    hash: entry.hash,
    day: v.parse(Day, '2026-01-03'),
  };
  const signature = toBase64(sign(keys.secretKey, 'audit head', ...auditHeadFields(head)));
  const account = id(AccountId, 9);
  return { publicKey: toBase64(keys.publicKey), head: { account, ...head, signature } };
}

function auditEntry(
  sequence: number,
  previous: string | null,
  content: string,
  saltBytes: Uint8Array,
): Vectors['hashes']['audit'][number] {
  const salt = toBase64(saltBytes);
  const contentHash = auditContentHash(content, salt);
  const entry = { scope: 'organisation', sequence, previous, contentHash };
  return { ...entry, content, salt, hash: auditHash(entry) };
}

function publicKeysOf(keys: AccountKeys): { kem: string; sig: string } {
  return { kem: toBase64(keys.kem.publicKey), sig: toBase64(keys.sig.publicKey) };
}

function keyVectors(): Vectors['keys'] {
  const realm = id(AccountRealm, 40);
  const account = id(AccountId, 41);
  const seed = counting(42);
  const passphrase = toWords(counting(43)).slice(0, 7);
  const recoveryWords = toWords(counting(44));
  const name = 'Åsa  Öst';
  const paper = { passphrase, recoveryWords };
  const made = makeCredentials(realm, account, name, seed, paper, 'least');
  const own = accountKeys(seed);
  return {
    caseKeys: [0, 128, 240].map((from) => {
      const words = toWords(counting(from, 16));
      const keys = reporterKeys(words);
      const { caseId, lookupToken } = keys;
      return { words, caseId, lookupToken, registration: registrationOf(keys) };
    }),
    accounts: [{ seed: toBase64(seed), own: toBase64(own.own), publicKeys: publicKeysOf(own) }],
    fingerprints: [[counting(50)], [counting(51, 1216), counting(52)]].map((keys) => ({
      publicKeys: keys.map(toBase64),
      words: fingerprintWords(...keys),
    })),
    papers: ['root ed25519 seed', 'recovery officer seed'].map((purpose) => {
      const words = toWords(counting(53));
      return { words, purpose, secret: toBase64(paperSecret(words, purpose)) };
    }),
    realms: [54, 55].map((from) => {
      const [installation, root] = [id(InstallationId, 40), toBase64(counting(from))];
      return { installation, root, realm: accountRealm(installation, root) };
    }),
    // one kit may serve in several realms
    recoveries: [realm, id(AccountRealm, 45)].map((where) => ({
      words: recoveryWords,
      realm: where,
      account,
      proof: recoverySecrets(where, recoveryWords).proof,
      vault: makeCredentials(where, account, name, seed, paper, 'least').recoveryVault,
      seed: toBase64(seed),
    })),
    passphrases: [
      {
        realm,
        account,
        name,
        passphrase: passphrase.join(' '),
        proof: passphraseSecrets(realm, name, passphrase.join(' '), 'least').proof,
        vault: made.vault,
        seed: toBase64(seed),
      },
    ],
  };
}

async function boxVectors(): Promise<Vectors['boxes']> {
  const key = counting(60);
  const plaintext = utf8(oddText);
  const contexts = [fieldSets[0] ?? [], fieldSets[4] ?? []];
  const seed = counting(61);
  const recipient = accountKeys(seed);
  const attachment = id(AttachmentId, 62);
  const fileKey = counting(63);
  const file = counting(64, 100);
  const sealed = sealChunk(fileKey, attachment, 64 * 1024, 0, file);
  const sealedHash = await chunkHash(sealed);
  return {
    boxes: contexts.map((context) => ({
      key: toBase64(key),
      purpose: 'vector',
      context,
      box: toBase64(sealBox(key, 'vector', context.map(fieldOf), plaintext)),
      plaintext: toBase64(plaintext),
    })),
    sealedTo: contexts.map((context) => ({
      seed: toBase64(seed),
      purpose: 'vector',
      context,
      ...sealTo(publicKeysOf(recipient).kem, 'vector', context.map(fieldOf), plaintext),
      plaintext: toBase64(plaintext),
    })),
    chunks: [
      {
        key: toBase64(fileKey),
        attachment,
        index: 0,
        last: true,
        nonce: toBase64(sealed.slice(0, 24)),
        plaintext: toBase64(file),
        chunkHash: toBase64(sealedHash),
        attachmentHash: attachmentHash(attachment, [sealedHash]),
      },
    ],
  };
}

const installation = id(InstallationId, 70);
const organisation = id(OrganisationId, 71);
const channelId = id(ChannelId, 72);
const dayOne = v.parse(Day, '2026-03-02');
const dayTwo = v.parse(Day, '2026-03-03');
const administratorId = id(AccountId, 73);
const receiptSeed = counting(78);

function recordOf(
  number: number,
  keys: AccountKeys,
  name: string,
  part: ReaderRecord['part'] = 'handler',
): ReaderRecord {
  return {
    id: id(ReaderId, number),
    organisation,
    channels: [channelId],
    part,
    name,
    role: { en: 'Legal', sv: 'Juridik' },
    ...publicKeysOf(keys),
    replaces: null,
  };
}

interface Office {
  first: { record: ReaderRecord; keys: AccountKeys; seed: Uint8Array };
  second: { record: ReaderRecord; keys: AccountKeys };
  guest: { record: ReaderRecord; keys: AccountKeys; seed: Uint8Array };
  vectors: Vectors['case']['directory'];
}

function makeOffice(): Office {
  const root = signingKeys(counting(74));
  const administrator = accountKeys(counting(75));
  const seed = counting(76);
  const firstKeys = accountKeys(seed);
  const secondKeys = accountKeys(counting(77));
  const first = { record: recordOf(80, firstKeys, 'Hanna'), keys: firstKeys, seed };
  const second = { record: recordOf(81, secondKeys, 'Harald Ö'), keys: secondKeys };
  const guestSeed = counting(79);
  const guestKeys = accountKeys(guestSeed);
  const guest = {
    record: recordOf(82, guestKeys, 'Lara', 'guest'),
    keys: guestKeys,
    seed: guestSeed,
  };
  const delegated = {
    id: administratorId,
    organisation,
    serial: 1,
    kem: toBase64(administrator.kem.publicKey),
    sig: toBase64(administrator.sig.publicKey),
  };
  const admit = (key: Uint8Array, record: ReaderRecord): string =>
    toBase64(sign(key, 'admission', ...admissionFields(installation, record)));
  const channel: Channel = {
    id: channelId,
    organisation,
    names: { en: 'Reports', sv: 'Rapporter' },
    texts: { en: oddText },
    country: 'SE',
    languages: ['en', 'sv'],
    published: false,
    retentionMonths: 24,
    receipts: false,
  };
  const reader: Reader = {
    record: first.record,
    admission: { by: 'root', signature: admit(root.secretKey, first.record) },
    state: 'active',
  };
  const one: Directory = {
    v: 1,
    installation,
    version: 1,
    date: dayOne,
    previous: null,
    organisations: [
      {
        id: organisation,
        names: { en: 'Example' },
        country: 'SE',
        root: toBase64(root.publicKey),
      },
    ],
    administrators: [
      {
        ...delegated,
        delegation: {
          by: 'root',
          signature: toBase64(
            sign(root.secretKey, 'delegation', ...delegationFields(installation, delegated)),
          ),
        },
        state: 'active',
      },
    ],
    channels: [channel],
    readers: [reader],
    receiptKeys: [],
  };
  const two: Directory = {
    ...one,
    version: 2,
    date: dayTwo,
    previous: directoryHash(toJsonBytes(one)),
    channels: [{ ...channel, published: true, receipts: true }],
    readers: [
      reader,
      ...[second, guest].map(
        ({ record }): Reader => ({
          record,
          admission: {
            by: 'two',
            administrator: administratorId,
            administratorSignature: admit(administrator.sig.secretKey, record),
            handler: first.record.id,
            handlerSignature: admit(first.keys.sig.secretKey, record),
          },
          state: 'active',
        }),
      ),
    ],
    receiptKeys: [{ sig: toBase64(signingKeys(receiptSeed).publicKey), until: null }],
  };
  const versions = [one, two].map((directory) => {
    const document = toJsonBytes(directory);
    return {
      document: toBase64(document),
      administrator: administratorId,
      signature: toBase64(sign(administrator.sig.secretKey, 'directory', document)),
    };
  });
  const [, newest] = versions;
  if (newest === undefined) throw new Error('two versions were made');
  const hashes = [one, two].map((directory) => directoryHash(toJsonBytes(directory)));
  const stamped = { hash: directoryHash(toJsonBytes(two)), day: dayTwo };
  const signature = sign(first.keys.sig.secretKey, 'stamp', ...stampFields(stamped));
  return {
    first,
    second,
    guest,
    vectors: {
      versions,
      newest: {
        directory: newest,
        stamps: [{ reader: first.record.id, ...stamped, signature: toBase64(signature) }],
      },
      hashes,
    },
  };
}

function memberOf({ id: member, kem, sig }: ReaderRecord): Member {
  return { id: member, kem, sig };
}

function caseVectors(): Vectors['case'] {
  const office = makeOffice();
  const { first, second, guest } = office;
  const words = toWords(counting(90, 16));
  const reporter = reporterKeys(words);
  const directory = {
    version: 2,
    hash: directoryHash(fromBase64(office.vectors.newest.directory.document)),
  };
  const entries: Entry[] = [];
  const contents: EntryContent[] = [];
  const authors = {
    reporter: { id: 'reporter', secretKey: reporter.sig.secretKey },
    handler: { id: first.record.id, secretKey: first.keys.sig.secretKey },
    guest: { id: guest.record.id, secretKey: guest.keys.sig.secretKey },
  } as const;
  const place = (
    by: 'reporter' | 'handler' | 'guest',
    compartment: 'dialogue' | 'internal',
    seen: Entry | null,
  ): EntryPlace => {
    const chain = entries.filter(({ header }) => header.compartment === compartment);
    const last = chain.at(-1);
    return {
      author: authors[by].id,
      secretKey: authors[by].secretKey,
      sequence: chain.length + 1,
      previous: last === undefined ? null : recordHashOf(last),
      seen: seen === null ? null : recordHashOf(seen),
    };
  };
  const add = (entry: Entry): Entry => {
    entries.push(entry);
    return entry;
  };
  const say = (epoch: EpochKey, where: EntryPlace, content: EntryContent): Entry => {
    contents.push(content);
    return add(sealEntry(epoch, where, content));
  };
  const caseId = reporter.caseId;
  const dialogueOne = newEpochKey({ case: caseId, compartment: 'dialogue', epoch: 1 });
  const self: Member = { id: 'reporter', ...reporter.publicKeys };
  const recording = {
    by: first.record.id,
    way: 'phone',
    receivedOn: v.parse(Day, '2026-03-01'),
    key: 'handed_over',
  } as const;
  const members = [self, memberOf(first.record), memberOf(second.record)];
  add(
    makeEpochEntry(dialogueOne, place('reporter', 'dialogue', null), {
      members,
      directory,
      previousKey: null,
      origin: sealOrigin(dialogueOne, { recording, secretKey: first.keys.sig.secretKey }),
    }),
  );
  const report = say(dialogueOne, place('reporter', 'dialogue', null), {
    kind: 'report',
    at: dayTwo,
    practice: false,
    channel: channelId,
    directory,
    leftOut: [],
    language: 'sv',
    category: 'corruption',
    relation: 'former_worker',
    text: oddText,
    answers: { where: { known: true, text: 'Här' }, who: { known: false } },
    files: [
      {
        attachment: id(AttachmentId, 62),
        key: toBase64(counting(63)),
        hash: toBase64(counting(65)),
        chunks: 1,
        name: 'Räkning.pdf',
        type: 'application/pdf',
        size: 100,
      },
    ],
  });
  const dialogueTwo = newEpochKey({ case: caseId, compartment: 'dialogue', epoch: 2 });
  const until = v.parse(Day, '2026-04-30');
  const visitor: Member = {
    ...memberOf(guest.record),
    guest: { until, write: true, save: false },
  };
  const fewer = [self, memberOf(first.record), visitor];
  const change = add(
    makeEpochEntry(dialogueTwo, place('handler', 'dialogue', report), {
      members: fewer,
      directory,
      previousKey: sealPreviousKey(dialogueTwo, dialogueOne),
    }),
  );
  const internal = newEpochKey({ case: caseId, compartment: 'internal', epoch: 1 });
  add(
    makeEpochEntry(internal, place('handler', 'internal', change), {
      members: [memberOf(first.record), visitor],
      directory,
      previousKey: null,
    }),
  );
  say(dialogueTwo, place('handler', 'dialogue', report), {
    kind: 'acknowledgement',
    at: '2026-03-04T05:06:07.890Z',
    text: 'Thank you.',
    files: [],
  });
  say(dialogueTwo, place('handler', 'dialogue', report), {
    kind: 'closure',
    at: '2026-03-04T05:06:08.000Z',
    outcome: 'minor',
    text: 'Closed.',
    files: [],
  });
  say(dialogueTwo, place('handler', 'dialogue', report), {
    kind: 'reopening',
    at: '2026-03-04T05:06:09.000Z',
    text: 'Open again.',
    files: [],
  });
  const transcript = say(dialogueTwo, place('handler', 'dialogue', report), {
    kind: 'transcript',
    at: '2026-03-04T05:06:10.000Z',
    id: id(WorkId, 91),
    form: 'unrecorded_call',
    version: 1,
    heldOn: dayTwo,
    by: v.parse(Day, '2026-03-18'),
    text: 'You said that four guards are paid.',
  });
  say(dialogueTwo, place('reporter', 'dialogue', transcript), {
    kind: 'agreement',
    at: v.parse(Day, '2026-03-05'),
    transcript: id(WorkId, 91),
    version: 1,
    hash: recordHashOf(transcript),
  });
  say(internal, place('handler', 'internal', change), {
    kind: 'note',
    at: '2026-03-04T05:07:00.000Z',
    text: 'Ask accounting.',
    files: [],
  });
  say(internal, place('guest', 'internal', change), {
    kind: 'secrecy',
    at: '2026-03-04T05:08:00.000Z',
    until,
    text: oddText,
  });
  const overview: Overview = {
    ...newOverview({ title: oddText, category: 'corruption' }),
    acknowledgedOn: v.parse(Day, '2026-03-04'),
    status: 'investigation',
    labels: ['Å'],
    responsible: [v.parse(ReaderId, first.record.id)],
    due: { what: 'task', by: v.parse(Day, '2026-03-09'), days: 5 },
    feedbackExtendedTo: v.parse(Day, '2026-08-31'),
    acknowledgementWaived: true,
    receivedOn: recording.receivedOn,
    investigated: true,
  };
  const kept = headFor(entries);
  const opened = {
    tag: v.parse(WorkId, 'AAECAwQFBgcICQoLDA0ODw'),
    number: 2,
    received: 2026,
    closed: 2027,
    category: 'corruption',
    relation: 'former_worker',
    outcome: 'substantiated',
    daysToAcknowledgement: 2,
    daysToFeedback: null,
    money: { currency: 'EUR', damage: 120_000, recovered: null },
  } as const;
  const [sealed] = sealStatistics(opened, channelId, 2026, [memberOf(first.record)]);
  if (sealed === undefined) throw new Error('one reader was named');
  return {
    directory: office.vectors,
    words,
    seed: toBase64(first.seed),
    handler: first.record.id,
    guestSeed: toBase64(guest.seed),
    case: {
      case: {
        id: caseId,
        organisation,
        channel: channelId,
        country: 'SE',
        practice: false,
        receivedOn: dayTwo,
        closedOn: null,
        purgeOn: null,
      },
      decisionBy: null,
      escalated: false,
      reporter: reporter.publicKeys,
      entries,
      grants: [
        sealGrant(dialogueOne, self),
        sealGrant(dialogueOne, memberOf(first.record)),
        sealGrant(dialogueTwo, self),
        sealGrant(dialogueTwo, memberOf(first.record)),
        sealGrant(internal, memberOf(first.record)),
      ],
      keys: [
        sealOwnKey(dialogueTwo, first.keys.own, first.record.id),
        sealOwnKey(internal, first.keys.own, first.record.id),
      ],
      overview: sealOverview(internal, overview),
      readings: [],
      auditScope: toBase64(counting(7, 16)),
      head: sealHead(first.keys.own, caseId, first.record.id, kept),
    },
    records: entries.map((entry) => ({
      header: toBase64(headerBytes(entry.header)),
      hash: recordHashOf(entry),
    })),
    contents,
    origin: { made: 'handler', ...recording, proven: true },
    overview,
    head: kept,
    statistics: { sealed, opened },
    receipt: receiptOf(reporter, recordHashOf(report)),
  };
}

function receiptOf(reporter: ReporterKeys, record: RecordHash): Vectors['case']['receipt'] {
  const salt = reporter.receiptSalt;
  const commitment = receiptCommitment(reporter.caseId, record, salt);
  const claim = { installation, day: dayTwo, practice: false, commitment };
  const { secretKey } = signingKeys(receiptSeed);
  const signature = toBase64(sign(secretKey, 'receipt', ...receiptFields(claim)));
  const file = fromUtf8(writeReceipt(reporter, record, claim, signature));
  return { seed: toBase64(receiptSeed), salt, commitment, signed: toBase64(receiptBytes(claim)), file };
}

function headFor(entries: readonly Entry[]): Parameters<typeof sealHead>[3] {
  const newest = (
    compartment: string,
  ): { sequence: number; hash: ReturnType<typeof recordHashOf> } => {
    const last = entries.findLast(({ header }) => header.compartment === compartment);
    if (last === undefined) throw new Error('both compartments have entries');
    return { sequence: last.header.sequence, hash: recordHashOf(last) };
  };
  return { dialogue: newest('dialogue'), internal: newest('internal'), readThrough: 2 };
}

const file = fileURLToPath(new URL('protocol-1.json', import.meta.url));
if (existsSync(file)) {
  console.error('protocol-1.json is frozen: a changed wire format is another protocol version');
  process.exitCode = 1;
} else {
  await Promise.all([ready(), passphraseReady()]);
  // their keys are made as they are read in
  const { officeVectors } = await import('./make-office.js');
  const { deskVectors } = await import('./make-desk.js');
  const { workVectors } = await import('./make-work.js');
  const vectors: Vectors = {
    hashes: hashVectors(),
    keys: keyVectors(),
    boxes: await boxVectors(),
    case: caseVectors(),
    office: officeVectors(),
    desk: deskVectors(),
    work: workVectors(),
  };
  writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`);
}
