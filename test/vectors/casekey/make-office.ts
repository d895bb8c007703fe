import * as v from 'valibot';
import {
  AccountId,
  accountKeys,
  admissionFields,
  ChannelId,
  channelReaders,
  Day,
  delegationFields,
  Directory,
  directoryHash,
  fromUtf8,
  InstallationId,
  OrganisationId,
  questionnaireHash,
  ReaderId,
  ready,
  removalDay,
  reviewDay,
  rosterFields,
  ruleOfChannel,
  sign,
  signedBytes,
  signingKeys,
  toBase64,
  toJsonBytes,
  type AccountKeys,
  type Administrator,
  type AdministratorRecord,
  type Admission,
  type Channel,
  type Field,
  type Member,
  type Questionnaire,
  type Reader,
  type ReaderRecord,
  type Retention,
  type RetentionFacts,
  type RosterTerms,
  type SigningPurpose,
} from '../../../crypto/private.js';
import { counting, oddText, type Vectors } from './form.js';

/*
 * An organisation with two administrators, three handlers and a custodian, in three versions of its
 * directory: the first people, those let in by two, and a roster with questions and a rule of keeping.
 */

await ready();

/** An id of 16 bytes that count up from a number. */
export const id = <const S extends v.GenericSchema<string, string>>(
  schema: S,
  from: number,
): v.InferOutput<S> => v.parse(schema, toBase64(counting(from, 16)));
/** A day of the calendar. */
export const day = (text: string): Day => v.parse(Day, text);

export const installation = id(InstallationId, 150);
const organisation = id(OrganisationId, 151);
export const channelId = id(ChannelId, 152);

const seeds = {
  root: counting(160),
  administrators: [counting(161), counting(162)],
  handlers: [counting(163), counting(164), counting(165)],
  custodian: counting(166),
} as const;

/** Everybody's keys. */
export const keys = {
  root: signingKeys(seeds.root),
  administrators: [
    accountKeys(seeds.administrators[0]),
    accountKeys(seeds.administrators[1]),
  ] as const,
  handlers: [
    accountKeys(seeds.handlers[0]),
    accountKeys(seeds.handlers[1]),
    accountKeys(seeds.handlers[2]),
  ] as const,
  custodian: accountKeys(seeds.custodian),
};

function publicKeys({ kem, sig }: AccountKeys): { kem: string; sig: string } {
  return { kem: toBase64(kem.publicKey), sig: toBase64(sig.publicKey) };
}

function recordOf(
  number: number,
  own: AccountKeys,
  name: string,
  part: ReaderRecord['part'],
): ReaderRecord {
  const role = { en: 'Legal' };
  const about = { id: id(ReaderId, number), organisation, channels: [channelId], part, name, role };
  return { ...about, ...publicKeys(own), replaces: null };
}

/** The records of handlers and custodian, in the order of the directory. */
export const records = {
  handlers: [
    recordOf(180, keys.handlers[0], 'Hanna', 'handler'),
    recordOf(181, keys.handlers[1], 'Harald Ö', 'handler'),
    recordOf(182, keys.handlers[2], 'Ελένη', 'handler'),
  ] as const,
  custodian: recordOf(183, keys.custodian, 'Casimir', 'custodian'),
};

/** A reader as epochs name one. */
export function memberOf({ id: member, kem, sig }: ReaderRecord): Member {
  return { id: member, kem, sig };
}

function administratorOf(serial: number, own: AccountKeys): AdministratorRecord {
  return { id: id(AccountId, 170 + serial), organisation, serial, ...publicKeys(own) };
}
/** The records of both administrators. */
export const administrators = [
  administratorOf(1, keys.administrators[0]),
  administratorOf(2, keys.administrators[1]),
] as const;

const signed: Vectors['office']['signed'] = [];

/** Signs, and keeps what was signed. */
function note(
  what: string,
  own: { publicKey: Uint8Array; secretKey: Uint8Array },
  purpose: SigningPurpose,
  fields: readonly Field[],
): string {
  const signature = toBase64(sign(own.secretKey, purpose, ...fields));
  const bytes = toBase64(signedBytes(purpose, fields));
  signed.push({ what, publicKey: toBase64(own.publicKey), bytes, signature });
  return signature;
}

function byRoot(purpose: 'delegation' | 'admission', fields: readonly Field[]): Admission {
  return { by: 'root', signature: note(`${purpose} by the root`, keys.root, purpose, fields) };
}

function byTwo(purpose: 'delegation' | 'admission', fields: readonly Field[]): Admission {
  const [first] = keys.administrators;
  const [handler] = keys.handlers;
  return {
    by: 'two',
    administrator: administrators[0].id,
    administratorSignature: note(`${purpose} by an administrator`, first.sig, purpose, fields),
    handler: records.handlers[0].id,
    handlerSignature: note(`${purpose} by a handler`, handler.sig, purpose, fields),
  };
}

function reader(record: ReaderRecord, by: typeof byRoot): Reader {
  const admission = by('admission', admissionFields(installation, record));
  return { record, admission, state: 'active' };
}

function administrator(record: AdministratorRecord, by: typeof byRoot): Administrator {
  const delegation = by('delegation', delegationFields(installation, record));
  return { ...record, delegation, state: 'active' };
}

/** What the channel asks: every kind of condition and of words that there is. */
export const questionnaire: Questionnaire = {
  sections: [
    {
      titles: { en: 'What happened', sv: 'Vad hände' },
      fields: [
        {
          id: 'told',
          type: 'yes_no',
          labels: { en: 'Told anybody?', sv: 'Berättat för någon?' },
          help: {},
          options: [],
          when: null,
        },
        {
          id: 'where',
          type: 'choice',
          labels: { en: oddText },
          help: { en: 'As far as you know.' },
          options: [
            { id: 'north', labels: { en: 'North', sv: 'Norr' } },
            { id: 'south', labels: { en: 'South' } },
          ],
          when: null,
        },
      ],
    },
    {
      titles: {},
      fields: [
        {
          id: 'whom',
          type: 'text',
          labels: { en: 'Whom?' },
          help: {},
          options: [],
          when: { field: 'told', any: ['yes'] },
        },
      ],
    },
  ],
};

const retention: Retention = {
  clauses: [
    { kind: 'at_least', months: 24, anchor: 'year_end' },
    { kind: 'at_most', months: 12, anchor: 'closure' },
  ],
  wins: 'longer',
  shorter: [{ of: 'spam', months: 1, anchor: 'closure' }],
  preset: 'SE',
  reason: 'Bokföring · bookkeeping',
};

const facts: RetentionFacts[] = [
  { received: day('2026-03-02'), closed: day('2026-05-31'), processed: day('2026-06-01'), paused: 0, pausedSince: 0 },
  { received: day('2024-02-29'), closed: day('2024-02-29'), processed: day('2024-02-29'), paused: 3, pausedSince: 3 },
];

/** With the fields in the order in which clients write them. */
const inOrder = (directory: Directory): Directory => v.parse(Directory, directory);

function directories(): Directory[] {
  const channel: Channel = {
    id: channelId,
    organisation,
    names: { en: 'Reports' },
    texts: {},
    country: 'SE',
    languages: ['en', 'sv'],
    published: true,
    retentionMonths: 24,
    receipts: false,
  };
  const one = inOrder({
    v: 1,
    installation,
    version: 1,
    date: day('2026-03-02'),
    previous: null,
    organisations: [
      {
        id: organisation,
        names: { en: 'Example' },
        country: 'SE',
        root: toBase64(keys.root.publicKey),
      },
    ],
    administrators: [administrator(administrators[0], byRoot)],
    channels: [channel],
    readers: [reader(records.handlers[0], byRoot)],
    receiptKeys: [],
  });
  const two = inOrder({
    ...one,
    version: 2,
    date: day('2026-03-03'),
    previous: directoryHash(toJsonBytes(one)),
    administrators: [...one.administrators, administrator(administrators[1], byTwo)],
    readers: [
      ...one.readers,
      ...[records.handlers[1], records.handlers[2], records.custodian].map((record) =>
        reader(record, byTwo),
      ),
    ],
  });
  const terms: RosterTerms = {
    channel: channelId,
    since: 2,
    added: [],
    removed: [records.handlers[2].id],
  };
  const fields = rosterFields(installation, terms);
  const three = inOrder({
    ...two,
    version: 3,
    date: day('2026-03-04'),
    previous: directoryHash(toJsonBytes(two)),
    channels: [
      {
        ...channel,
        questionnaire,
        retention,
        publicBody: true,
        exportsByTwo: true,
        about: { en: 'For everybody' },
        roster: {
          terms,
          administrator: administrators[1].id,
          administratorSignature: note(
            'roster by an administrator',
            keys.administrators[1].sig,
            'roster',
            fields,
          ),
          handler: records.handlers[1].id,
          handlerSignature: note('roster by a handler', keys.handlers[1].sig, 'roster', fields),
        },
      },
    ],
  });
  return [one, two, three];
}

/** The versions, oldest first, with who signs each: the last one is the second administrator's. */
const versions = directories();

/** The newest version, which everything else refers to. */
export function newestDirectory(): { version: number; hash: ReturnType<typeof directoryHash> } {
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error('three versions were made');
  return { version: newest.version, hash: directoryHash(toJsonBytes(newest)) };
}

/** The vectors of the organisation. */
export function officeVectors(): Vectors['office'] {
  const rule = ruleOfChannel({ retention, retentionMonths: 24 });
  return {
    root: toBase64(seeds.root),
    administrators: [toBase64(seeds.administrators[0]), toBase64(seeds.administrators[1])],
    handlers: [
      toBase64(seeds.handlers[0]),
      toBase64(seeds.handlers[1]),
      toBase64(seeds.handlers[2]),
    ],
    custodian: toBase64(seeds.custodian),
    versions: versions.map((directory) => {
      const document = toJsonBytes(directory);
      const by = directory.version === 3 ? 1 : 0;
      const signature = sign(keys.administrators[by].sig.secretKey, 'directory', document);
      return {
        document: toBase64(document),
        administrator: administrators[by].id,
        signature: toBase64(signature),
      };
    }),
    hashes: versions.map((directory) => directoryHash(toJsonBytes(directory))),
    signed,
    readers: versions.map((directory) =>
      channelReaders(directory, channelId).map(({ record }) => record.id),
    ),
    questionnaire: {
      document: fromUtf8(toJsonBytes(questionnaire)),
      hash: questionnaireHash(questionnaire),
    },
    retention: {
      document: fromUtf8(toJsonBytes(retention)),
      days: facts.map((each) => ({
        facts: each,
        removal: removalDay(rule, each),
        review: reviewDay(rule, each),
      })),
    },
  };
}
