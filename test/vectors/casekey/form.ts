import * as v from 'valibot';
import {
  AuditEntry,
  AuditHead,
  CreateCase,
  DeskCase,
  DirectoryAnswer,
  DirectoriesAnswer,
  Entry,
  ErasedEntry,
  fromBase64,
  Grant,
  Overview,
  SealedStatistics,
  SharedKey,
  SignedHandbook,
  Statistics,
  utf8,
  type Field,
} from '../../../crypto/private.js';

/** A field of a frame as a file can hold it. */
export const FieldVector = v.variant('is', [
  v.strictObject({ is: v.literal('bytes'), value: v.string() }),
  v.strictObject({ is: v.literal('text'), value: v.string() }),
  v.strictObject({ is: v.literal('number'), value: v.number() }),
]);
export type FieldVector = v.InferOutput<typeof FieldVector>;

/** The field that a vector names. */
export function fieldOf(vector: FieldVector): Field {
  return vector.is === 'bytes' ? fromBase64(vector.value) : vector.value;
}

const text = v.string();
const words = v.array(text);
const registration = v.pick(CreateCase, ['tokenHash', 'signature', 'reporter']);
const publicKeys = v.strictObject({ kem: text, sig: text });

/** Frames, hashes and derived keys. All bytes in all files are base64url. */
export const HashVectors = v.strictObject({
  frames: v.array(v.strictObject({ label: text, fields: v.array(FieldVector), out: text })),
  hashes: v.array(v.strictObject({ purpose: text, fields: v.array(FieldVector), out: text })),
  derived: v.array(
    v.strictObject({ secret: text, purpose: text, fields: v.array(FieldVector), out: text }),
  ),
  tokens: v.array(v.strictObject({ purpose: text, token: text, out: text })),
  attachmentIds: v.array(v.strictObject({ tokenHash: text, out: text })),
  signatures: v.array(
    v.strictObject({
      seed: text,
      publicKey: text,
      purpose: text,
      fields: v.array(FieldVector),
      signature: text,
    }),
  ),
  audit: v.array(AuditEntry),
  auditHead: v.strictObject({ publicKey: text, head: AuditHead }),
});

/** What words, seeds and passphrases give. */
export const KeyVectors = v.strictObject({
  caseKeys: v.array(
    v.strictObject({ words, caseId: text, lookupToken: text, registration }),
  ),
  accounts: v.array(v.strictObject({ seed: text, own: text, publicKeys })),
  fingerprints: v.array(v.strictObject({ publicKeys: v.array(text), words })),
  papers: v.array(v.strictObject({ words, purpose: text, secret: text })),
  realms: v.array(v.strictObject({ installation: text, root: text, realm: text })),
  recoveries: v.array(
    v.strictObject({
      words,
      realm: text,
      account: text,
      proof: text,
      vault: text,
      seed: text,
    }),
  ),
  /** Stretched at the floor: slow. */
  passphrases: v.array(
    v.strictObject({
      realm: text,
      account: text,
      name: text,
      passphrase: text,
      proof: text,
      vault: text,
      seed: text,
    }),
  ),
});

/** Boxes, and one file in one chunk. */
export const BoxVectors = v.strictObject({
  boxes: v.array(
    v.strictObject({
      key: text,
      purpose: text,
      context: v.array(FieldVector),
      box: text,
      plaintext: text,
    }),
  ),
  sealedTo: v.array(
    v.strictObject({
      seed: text,
      purpose: text,
      context: v.array(FieldVector),
      kem: text,
      box: text,
      plaintext: text,
    }),
  ),
  chunks: v.array(
    v.strictObject({
      key: text,
      attachment: text,
      index: v.number(),
      last: v.boolean(),
      nonce: text,
      plaintext: text,
      chunkHash: text,
      attachmentHash: text,
    }),
  ),
});

/** A directory in two versions. */
export const DirectoryVectors = v.strictObject({
  versions: DirectoriesAnswer.entries.directories,
  newest: v.omit(DirectoryAnswer, ['maxFileBytes']),
  hashes: v.array(text),
});

/** A case with two epochs and notes, as a desk gets it, and what is in it. */
export const CaseVectors = v.strictObject({
  directory: DirectoryVectors,
  words,
  seed: text,
  handler: text,
  /** Of a guest, who accepted secrecy. */
  guestSeed: text,
  /** Frozen before cases had an identity; that of none is empty. */
  case: v.omit(DeskCase, ['identity']),
  records: v.array(v.strictObject({ header: text, hash: text })),
  contents: v.array(v.unknown()),
  /** Who made it: a handler. */
  origin: v.unknown(),
  /**
   * Frozen before overviews said whether something was investigated, an export waits, it is still
   * needed, is a request about data, or nobody reaches whoever reported.
   */
  overview: v.strictObject({
    ...Overview.entries,
    investigated: v.optional(Overview.entries.investigated, null),
    exportWaits: v.optional(Overview.entries.exportWaits, false),
    stillNeeded: v.optional(Overview.entries.stillNeeded, false),
    dataRequest: v.optional(Overview.entries.dataRequest, false),
    unreachable: v.optional(Overview.entries.unreachable, false),
  }),
  head: v.unknown(),
  statistics: v.strictObject({ sealed: SealedStatistics, opened: Statistics }),
  /** Of the report, with what its key signed. */
  receipt: v.strictObject({ seed: text, salt: text, commitment: text, signed: text, file: text }),
});

/** What several people agreed on: directories with a second administrator, and a roster by two. */
export const OfficeVectors = v.strictObject({
  /** Ed25519 seed of the root; account seeds of two administrators, three handlers, a custodian. */
  root: text,
  administrators: v.tuple([text, text]),
  handlers: v.tuple([text, text, text]),
  custodian: text,
  versions: DirectoriesAnswer.entries.directories,
  hashes: v.array(text),
  /** Who signed what to let somebody in or to set a roster: the bytes under each signature. */
  signed: v.array(
    v.strictObject({ what: text, publicKey: text, bytes: text, signature: text }),
  ),
  /** Who a new report is sealed to, by each version. */
  readers: v.array(v.array(text)),
  questionnaire: v.strictObject({ document: text, hash: text }),
  /** The document of a rule, with the days that it gives for the facts of a closed case. */
  retention: v.strictObject({ document: text, days: v.array(v.unknown()) }),
});

/** What desks keep or share outside cases. Documents are text, as they are sealed or signed. */
export const DeskVectors = v.strictObject({
  /** Too long to stand here: the box follows from its nonce, and this is its hash for `vector`. */
  shelf: v.strictObject({ account: text, document: text, nonce: text, hash: text }),
  handbook: v.strictObject({
    handbook: SignedHandbook,
    document: text,
    hash: text,
    contents: text,
    box: text,
    keys: v.array(SharedKey),
  }),
  absences: v.array(
    v.strictObject({
      number: v.number(),
      document: text,
      box: text,
      signature: text,
      signed: text,
      keys: v.array(SharedKey),
    }),
  ),
  /** Of an export: its list, one file in it, and what lies beside it. */
  manifest: v.strictObject({ document: text, signed: text, signature: text, salt: text, file: text }),
});

/** A case with everything that two people do, an identity, and entries that were erased. */
export const WorkVectors = v.strictObject({
  words,
  entries: v.array(Entry),
  grants: v.array(Grant),
  /** Of each entry; a sealed one with its document. */
  records: v.array(v.strictObject({ header: text, hash: text, document: v.nullable(text) })),
  /** What the server keeps of entries that were erased. */
  erased: v.array(ErasedEntry),
  identity: v.strictObject({
    request: text,
    /** Under which the answer comes. */
    key: text,
    question: v.strictObject({ kem: text, box: text, document: text, signed: text }),
    answer: v.strictObject({ box: text, document: text, signed: text }),
  }),
});

/** Everything that is frozen. */
export const Vectors = v.strictObject({
  hashes: HashVectors,
  keys: KeyVectors,
  boxes: BoxVectors,
  case: CaseVectors,
  office: OfficeVectors,
  desk: DeskVectors,
  work: WorkVectors,
});
export type Vectors = v.InferOutput<typeof Vectors>;

/** Bytes that count up from a number, for secrets of which nothing depends. */
export function counting(from: number, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (from + index) & 0xff);
}

/** Names with letters of several alphabets, to freeze how text becomes bytes. */
export const oddText = 'Åsa Öst · Ελένη · Юлия · 𝒳 · e\u0301';
export const oddBytes = utf8(oddText);
