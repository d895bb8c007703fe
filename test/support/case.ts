import {
  DialogueEntry,
  entryKey,
  fromBase64,
  headerBytes,
  isInternal,
  makeEpochEntry,
  newCaseKey,
  newEpochKey,
  newestOfOtherSide,
  openCase,
  openGrant,
  pad,
  paddedTextSize,
  ProtocolError,
  recordHashOf,
  reporterKeys,
  sealEntry,
  sealGrant,
  sealPreviousKey,
  sign,
  signedFields,
  toBase64,
  verifyChain,
  type CaseInput,
  type Compartment,
  type Entry,
  EntryContent,
  type EntryHeader,
  type EntryPlace,
  type EpochBody,
  type EpochEntry,
  type EpochKey,
  type Erases,
  type Grant,
  type Member,
  type OpenedCase,
  type ReporterKeys,
  type SealedEntry,
  type VerifiedChain,
} from '../../crypto/private.js';
import { sodium } from '../../crypto/sodium.js';
import { testDay } from './desk.js';
import type { TestOrganisation, TestReader } from './organisation.js';

/** Who writes: the reporter, or a reader of the organisation. */
export type Writer = 'reporter' | TestReader;

/** A case without a server: entries in the order in which they were made, and all keys. */
export interface TestCase {
  readonly organisation: TestOrganisation;
  readonly words: readonly string[];
  readonly keys: ReporterKeys;
  readonly entries: Entry[];
  readonly grants: Grant[];
  /** The newest epoch key of a compartment. */
  epoch(compartment: Compartment): EpochKey;
  chain(compartment: Compartment): VerifiedChain;
  /** Where the next entry of this writer goes. */
  place(writer: Writer, compartment: Compartment): EntryPlace;
  say(
    writer: Writer,
    content: EntryContent,
    change?: Partial<EntryPlace>,
    /** What an entry about erasing names, and where it stands. */
    erasing?: { readonly compartment: Compartment; readonly erases: Erases },
  ): SealedEntry;
  /** Opens the next epoch of a compartment for the reporter (dialogue only) and these readers. */
  rotate(
    writer: Writer,
    compartment: Compartment,
    readers: readonly TestReader[],
    change?: { readonly body?: Partial<EpochBody>; readonly place?: Partial<EntryPlace> },
  ): EpochEntry;
  /** Opens the case as somebody does, by grants; `change` is what a server might alter. */
  open(who: Writer, change?: Partial<CaseInput>): OpenedCase;
}

function memberOf(keys: ReporterKeys, writer: Writer): Member {
  return writer === 'reporter' ? { id: 'reporter', ...keys.publicKeys } : writer.member;
}

function compartmentOf(content: EntryContent): Compartment {
  return isInternal(content) ? 'internal' : 'dialogue';
}

/** A report as content. */
export function reportContent(
  { channel, directory, hash }: TestOrganisation,
  leftOut: readonly TestReader[] = [],
): EntryContent {
  return {
    kind: 'report',
    at: testDay,
    practice: !channel.published,
    channel: channel.id,
    directory: { version: directory.version, hash },
    leftOut: leftOut.map(({ record }) => record.id),
    language: 'en',
    category: 'fraud',
    relation: 'worker',
    text: 'Something is wrong here.',
    answers: {},
    files: [],
  };
}

/** A message of the reporter as content. */
export function message(text: string): EntryContent {
  return { kind: 'message', at: testDay, text, files: [] };
}

/** A handler's reply as content. */
export function reply(text: string): EntryContent {
  return { kind: 'reply', at: '2026-03-02T10:00:00.000Z', text, files: [] };
}

/** A note as content. */
export function note(text: string): EntryContent {
  return { kind: 'note', at: '2026-03-02T10:00:00.000Z', text, files: [] };
}

/** The entry with its header changed and signed again by its author. */
export function resignedBy<E extends Entry>(
  secretKey: Uint8Array,
  entry: E,
  header: Partial<EntryHeader>,
): E {
  const changed = { ...entry, header: { ...entry.header, ...header } };
  return { ...changed, signature: toBase64(sign(secretKey, 'entry', ...signedFields(changed))) };
}

/** The entry with any other bytes inside, sealed and signed as its author can, who has the epoch's key. */
export function resealedBy(
  secretKey: Uint8Array,
  entry: SealedEntry,
  epoch: EpochKey,
  bytes: Uint8Array,
): SealedEntry {
  const { header, nonce } = entry;
  const ciphertext = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    pad(bytes, paddedTextSize(bytes.length)),
    headerBytes(header),
    null,
    fromBase64(nonce),
    entryKey(epoch.key, header),
  );
  return resignedBy(secretKey, { ...entry, ciphertext: toBase64(ciphertext) }, {});
}

/** Makes a case with its report, sealed to all readers but those left out. */
export function makeCase(
  organisation: TestOrganisation,
  options: {
    readonly leftOut?: readonly TestReader[];
    readonly words?: readonly string[];
    /** False for a case whose second entry is still to be made. */
    readonly report?: boolean;
  } = {},
): TestCase {
  const words = options.words ?? newCaseKey();
  const keys = reporterKeys(words);
  const { directory, hash } = organisation;
  const entries: Entry[] = [];
  const grants: Grant[] = [];
  const epochs = new Map<Compartment, EpochKey>();
  const of = (compartment: Compartment): Entry[] =>
    entries.filter(({ header }) => header.compartment === compartment);

  const made: TestCase = {
    organisation,
    words,
    keys,
    entries,
    grants,
    epoch(compartment) {
      const key = epochs.get(compartment);
      if (key === undefined) throw new Error(`no epoch in ${compartment}`);
      return key;
    },
    chain: (compartment) =>
      verifyChain(compartment, of(compartment), {
        caseId: keys.caseId,
        reporter: keys.publicKeys,
        directory,
        directories: new Map([[directory.version, hash]]),
        dialogue: compartment === 'dialogue' ? null : made.chain('dialogue'),
      }),
    place(writer, compartment) {
      const author = writer === 'reporter' ? writer : writer.record.id;
      const last = of(compartment).at(-1);
      const dialogue = made.chain('dialogue');
      return {
        author,
        secretKey: (writer === 'reporter' ? keys : writer).sig.secretKey,
        sequence: (last?.header.sequence ?? 0) + 1,
        previous: last === undefined ? null : recordHashOf(last),
        seen:
          compartment === 'internal'
            ? (dialogue.records.at(-1)?.hash ?? null)
            : newestOfOtherSide(dialogue, author),
      };
    },
    say(writer, content, change = {}, erasing) {
      const compartment = erasing?.compartment ?? compartmentOf(content);
      const place = { ...made.place(writer, compartment), ...change };
      const entry = sealEntry(made.epoch(compartment), place, content, erasing?.erases);
      entries.push(entry);
      return entry;
    },
    rotate(writer, compartment, readers, change = {}) {
      const before = epochs.get(compartment);
      const epoch = newEpochKey({
        case: keys.caseId,
        compartment,
        epoch: (before?.epoch ?? 0) + 1,
      });
      const writers: Writer[] =
        compartment === 'dialogue' ? ['reporter', ...readers] : [...readers];
      const members = writers.map((each) => memberOf(keys, each));
      const entry = makeEpochEntry(
        epoch,
        { ...made.place(writer, compartment), ...change.place },
        {
          members,
          directory: { version: directory.version, hash },
          previousKey: before === undefined ? null : sealPreviousKey(epoch, before),
          ...change.body,
        },
      );
      entries.push(entry);
      grants.push(...members.map((member) => sealGrant(epoch, member)));
      epochs.set(compartment, epoch);
      return entry;
    },
    open(who, change = {}) {
      const id = who === 'reporter' ? who : who.record.id;
      return openCase({
        id: keys.caseId,
        reporter: keys.publicKeys,
        entries,
        directory,
        directories: new Map([[directory.version, hash]]),
        contents: who === 'reporter' ? DialogueEntry : EntryContent,
        withInternal: who !== 'reporter',
        keyFor(place, commitment) {
          const grant = grants.findLast(
            ({ compartment, epoch, recipient }) =>
              compartment === place.compartment && epoch === place.epoch && recipient === id,
          );
          if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
          return openGrant(grant, place, commitment, (who === 'reporter' ? keys : who).kem);
        },
        ...change,
      });
    },
  };
  const leftOut = options.leftOut ?? [];
  const sealedTo = ['handler', 'recovery_officer'];
  const readers = organisation.readers.filter(
    (reader) => sealedTo.includes(reader.record.part) && !leftOut.includes(reader),
  );
  made.rotate('reporter', 'dialogue', readers);
  if (options.report !== false) made.say('reporter', reportContent(organisation, leftOut));
  return made;
}
