import {
  caseIdOf,
  makeEpochEntry,
  newCaseKey,
  newEpochKey,
  recordHashOf,
  registrationOf,
  reporterKeys,
  sealEntry,
  sealGrant,
  sealOrigin,
  sealOverview,
  sign,
  signedFields,
  toBase64,
  type AttachmentId,
  type CreateCase,
  type Day,
  type Entry,
  type EpochBody,
  type EpochKey,
  type Member,
  type ReporterAppend,
  type ReporterKeys,
  type Report,
  newOverview,
} from '../../crypto/private.js';
import type { TestOrganisation, TestReader } from './organisation.js';

/** A report as a request, with all that its maker knows. */
export interface TestReport {
  keys: ReporterKeys;
  epoch: EpochKey;
  body: EpochBody;
  request: CreateCase;
}

const day = '2026-03-02' as Day;

/** Makes a report to all readers of an organisation; nothing is sent. */
export function makeReport(
  {
    channel,
    readers,
    directory,
    hash,
  }: Pick<TestOrganisation, 'channel' | 'directory' | 'hash'> & {
    readonly readers: readonly Pick<TestReader, 'member'>[];
  },
  options: {
    readonly text?: string;
    readonly members?: (members: Member[]) => Member[];
    readonly attachments?: readonly AttachmentId[];
    readonly directory?: EpochBody['directory'];
    /** What the report says otherwise than the request. */
    readonly report?: Partial<Report>;
    /** A public key that the reporter claims and does not have. */
    readonly kem?: string;
  } = {},
): TestReport {
  const own = reporterKeys(newCaseKey());
  const publicKeys = { ...own.publicKeys, kem: options.kem ?? own.publicKeys.kem };
  const keys = { ...own, publicKeys, caseId: caseIdOf(publicKeys) };
  const all: Member[] = [
    { id: 'reporter', ...keys.publicKeys },
    ...readers.map(({ member }) => member),
  ];
  const members = (options.members ?? ((same) => same))(all);
  const named = options.directory ?? { version: directory.version, hash };
  const epoch = newEpochKey({ case: keys.caseId, compartment: 'dialogue', epoch: 1 });
  const author = { author: 'reporter', secretKey: keys.sig.secretKey, seen: null } as const;
  const origin = sealOrigin(epoch, null);
  const body: EpochBody = { members, directory: named, previousKey: null, origin };
  const first = makeEpochEntry(epoch, { ...author, sequence: 1, previous: null }, body);
  const second = sealEntry(
    epoch,
    { ...author, sequence: 2, previous: recordHashOf(first) },
    {
      kind: 'report',
      at: day,
      practice: !channel.published,
      channel: channel.id,
      directory: named,
      leftOut: [],
      language: 'en',
      category: 'fraud',
      relation: 'worker',
      text: options.text ?? 'Something is wrong here.',
      answers: {},
      files: [],
      ...options.report,
    },
  );
  return {
    keys,
    epoch,
    body,
    request: {
      version: 1,
      organisation: channel.organisation,
      channel: channel.id,
      country: channel.country,
      practice: !channel.published,
      ...registrationOf(keys),
      entries: [first, second],
      grants: members.map((member) => sealGrant(epoch, member)),
      overview: sealOverview(epoch, newOverview({ title: 'Something', category: 'fraud' })),
      attachments: [...(options.attachments ?? [])],
    },
  };
}

/** A message of the reporter as the entry after `previous`. */
export function makeMessage(
  { keys, epoch }: TestReport,
  previous: Entry,
  options: { readonly text?: string; readonly attachments?: readonly AttachmentId[] } = {},
): ReporterAppend {
  const entry = sealEntry(
    epoch,
    {
      author: 'reporter',
      secretKey: keys.sig.secretKey,
      sequence: previous.header.sequence + 1,
      previous: recordHashOf(previous),
      seen: null,
    },
    { kind: 'message', at: day, text: options.text ?? 'One more thing.', files: [] },
  );
  return { entry, attachments: [...(options.attachments ?? [])] };
}

/** The entry with some of it changed and signed again, as a client gone wrong would send it. */
export function resigned<E extends Entry>(
  secretKey: Uint8Array,
  entry: E,
  change: { readonly header?: Partial<E['header']> } & Partial<Omit<E, 'header' | 'signature'>>,
): E {
  const changed = { ...entry, ...change, header: { ...entry.header, ...change.header } };
  return { ...changed, signature: toBase64(sign(secretKey, 'entry', ...signedFields(changed))) };
}
