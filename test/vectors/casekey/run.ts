import * as v from 'valibot';
import {
  EntryContent,
  DialogueEntry,
  AccountId,
  accountKeys,
  AccountRealm,
  accountRealm,
  AttachmentId,
  attachmentHash,
  attachmentIdOf,
  caseIdOf,
  checkReceipt,
  checkSuccession,
  chunkHash,
  concat,
  derive,
  faultInAuditHead,
  fingerprintWords,
  firstBrokenLink,
  auditContentHash,
  auditHash,
  frame,
  fromBase64,
  hash,
  headerBytes,
  InstallationId,
  openBox,
  openCase,
  openChunk,
  openGrant,
  openHead,
  openOverview,
  openOwnKey,
  openReceipt,
  openSealedTo,
  openStatistics,
  openVault,
  pad,
  paperSecret,
  passphraseSecrets,
  readReceipt,
  receiptBytes,
  receiptCommitment,
  receiptFields,
  recordHashOf,
  recoverySecrets,
  registrationOf,
  reporterKeys,
  sign,
  signedFields,
  signingKeys,
  stampHolds,
  toBase64,
  tokenHash,
  utf8,
  verify,
  verifyDirectory,
  type EpochKey,
  type EpochPlace,
  type OpenedCase,
  type RecordHash,
  type SigningPurpose,
  type TokenPurpose,
} from '../../../crypto/private.js';
import { encrypt, same, type Check } from './checks.js';
import { fieldOf, Vectors } from './form.js';
import { runDesk } from './run-desk.js';
import { runGuest } from './run-guest.js';
import { runMark } from './run-mark.js';
import { runOffice } from './run-office.js';
import { runWork } from './run-work.js';

/** What one frozen vector gave; `failure` is undefined where the code still does the same. */
export interface FrozenResult {
  readonly name: string;
  readonly failure: string | undefined;
}

type CheckLater = (name: string, body: () => Promise<void>) => Promise<void>;

function runHashes({ hashes }: Vectors, check: Check): void {
  for (const [index, each] of hashes.frames.entries()) {
    check(`frame ${String(index)}`, () => {
      same('frame', toBase64(frame(each.label, each.fields.map(fieldOf))), each.out);
    });
  }
  for (const [index, each] of hashes.hashes.entries()) {
    check(`hash ${String(index)}`, () => {
      same('hash', toBase64(hash(each.purpose, ...each.fields.map(fieldOf))), each.out);
    });
  }
  for (const [index, each] of hashes.derived.entries()) {
    check(`derived key ${String(index)}`, () => {
      const out = derive(fromBase64(each.secret), each.purpose, ...each.fields.map(fieldOf));
      same('key', toBase64(out), each.out);
    });
  }
  for (const each of hashes.tokens) {
    check(`token hash: ${each.purpose}`, () => {
      same('hash', tokenHash(each.purpose as TokenPurpose, each.token), each.out);
    });
  }
  for (const each of hashes.attachmentIds) {
    check('attachment id', () => {
      same('id', attachmentIdOf(each.tokenHash), each.out);
    });
  }
  for (const each of hashes.signatures) {
    check(`signature: ${each.purpose}`, () => {
      const keys = signingKeys(fromBase64(each.seed));
      const purpose = each.purpose as SigningPurpose;
      const fields = each.fields.map(fieldOf);
      same('public key', toBase64(keys.publicKey), each.publicKey);
      same('signature', toBase64(sign(keys.secretKey, purpose, ...fields)), each.signature);
      const holds = verify(keys.publicKey, fromBase64(each.signature), purpose, ...fields);
      same('verdict', holds, true);
    });
  }
  check('audit chain', () => {
    for (const entry of hashes.audit) {
      same('content', auditContentHash(entry.content ?? '', entry.salt ?? ''), entry.contentHash);
      same('entry', auditHash(entry), entry.hash);
    }
    same('broken link', firstBrokenLink(hashes.audit), null);
  });
  check('audit head', () => {
    const { publicKey, head } = hashes.auditHead;
    const signers = new Map<string, string>([[head.account, publicKey]]);
    same('head', faultInAuditHead(head, head.hash, signers), null);
    same('other day', faultInAuditHead({ ...head, day: '2026-01-04' as typeof head.day }, head.hash, signers), 'wrong_signature');
    same('other entry', faultInAuditHead(head, publicKey, signers), 'contradicts');
    same('no entry', faultInAuditHead(head, null, signers), 'ends_before');
  });
}

function runKeys({ keys }: Vectors, check: Check): void {
  for (const each of keys.caseKeys) {
    check(`case key ${each.words.join(' ')}`, () => {
      const made = reporterKeys(each.words);
      same('case id', made.caseId, each.caseId);
      same('case id of the public keys', caseIdOf(each.registration.reporter), each.caseId);
      same('token', made.lookupToken, each.lookupToken);
      same('registration', registrationOf(made), each.registration);
    });
  }
  for (const each of keys.accounts) {
    check('account keys', () => {
      const made = accountKeys(fromBase64(each.seed));
      same('own key', toBase64(made.own), each.own);
      same('X-Wing key', toBase64(made.kem.publicKey), each.publicKeys.kem);
      same('Ed25519 key', toBase64(made.sig.publicKey), each.publicKeys.sig);
    });
  }
  for (const each of keys.fingerprints) {
    check(`fingerprint ${each.words.join(' ')}`, () => {
      same('words', fingerprintWords(...each.publicKeys.map(fromBase64)), each.words);
    });
  }
  for (const each of keys.papers) {
    check(`paper key: ${each.purpose}`, () => {
      same('secret', toBase64(paperSecret(each.words, each.purpose)), each.secret);
    });
  }
  for (const each of keys.realms) {
    check('realm', () => {
      const installation = v.parse(InstallationId, each.installation);
      same('realm', accountRealm(installation, each.root), each.realm);
    });
  }
  for (const each of keys.recoveries) {
    check('recovery kit', () => {
      const realm = v.parse(AccountRealm, each.realm);
      const { proof, vaultKey } = recoverySecrets(realm, each.words);
      same('proof', proof, each.proof);
      const seed = openVault(vaultKey, realm, v.parse(AccountId, each.account), each.vault);
      same('seed', toBase64(seed), each.seed);
    });
  }
}

/** The vectors that need Argon2id, which only the sumo build has. */
function runPassphrases({ keys }: Vectors, check: Check): void {
  for (const each of keys.passphrases) {
    check(`passphrase ${each.passphrase}`, () => {
      const realm = v.parse(AccountRealm, each.realm);
      const made = passphraseSecrets(realm, each.name, each.passphrase, 'least');
      same('proof', made.proof, each.proof);
      const seed = openVault(made.vaultKey, realm, each.account, each.vault);
      same('seed', toBase64(seed), each.seed);
    });
  }
}

function runBoxes({ boxes }: Vectors, check: Check): void {
  for (const [index, each] of boxes.boxes.entries()) {
    check(`box ${String(index)}`, () => {
      const context = each.context.map(fieldOf);
      const opened = openBox(fromBase64(each.key), each.purpose, context, fromBase64(each.box));
      same('plaintext', toBase64(opened), each.plaintext);
    });
  }
  for (const [index, each] of boxes.sealedTo.entries()) {
    check(`sealed to a person ${String(index)}`, () => {
      const keys = accountKeys(fromBase64(each.seed)).kem;
      const opened = openSealedTo(keys, each.purpose, each.context.map(fieldOf), each);
      same('plaintext', toBase64(opened), each.plaintext);
    });
  }
}

async function runChunks({ boxes }: Vectors, check: CheckLater): Promise<void> {
  for (const each of boxes.chunks) {
    await check('attachment chunk', async () => {
      const id = v.parse(AttachmentId, each.attachment);
      const nonce = fromBase64(each.nonce);
      const key = fromBase64(each.key);
      const plaintext = fromBase64(each.plaintext);
      const data = frame('casekey/1 chunk', [id, each.index, each.last ? 1 : 0]);
      const ciphertext = encrypt(key, nonce, data, pad(plaintext, 64 * 1024));
      const sealed = concat(nonce, ciphertext);
      const sealedHash = await chunkHash(sealed);
      same('hash', toBase64(sealedHash), each.chunkHash);
      same('hash of hashes', attachmentHash(id, [sealedHash]), each.attachmentHash);
      const opened = await openChunk(key, id, plaintext.length, [sealedHash], 0, sealed);
      same('plaintext', toBase64(opened), each.plaintext);
    });
  }
}

function openAs(
  vectors: Vectors['case'],
  withInternal: boolean,
  keyFor: (place: EpochPlace, commitment: string) => EpochKey,
): OpenedCase {
  const { directory } = verifyDirectory(vectors.directory.newest.directory);
  return openCase({
    id: vectors.case.case.id,
    reporter: vectors.case.reporter,
    entries: vectors.case.entries,
    directory,
    directories: new Map([[directory.version, vectors.directory.hashes[1] ?? '']]),
    contents: withInternal ? EntryContent : DialogueEntry,
    withInternal,
    keyFor,
  });
}

function contentsOf(opened: OpenedCase): unknown[] {
  return [...opened.dialogue.entries, ...(opened.internal?.entries ?? [])].map(
    ({ content }) => content,
  );
}

function runCase({ case: frozen }: Vectors, check: Check): void {
  const own = accountKeys(fromBase64(frozen.seed));
  const guest = accountKeys(fromBase64(frozen.guestSeed));
  const reporter = reporterKeys(frozen.words);
  const grantFor = (place: EpochPlace, recipient: string) => {
    const grant = frozen.case.grants.find(
      (each) =>
        each.compartment === place.compartment &&
        each.epoch === place.epoch &&
        each.recipient === recipient,
    );
    if (grant === undefined) throw new Error('no such grant');
    return grant;
  };
  check('directory, its succession and its stamp', () => {
    const [one, two] = frozen.directory.versions.map(verifyDirectory);
    if (one === undefined || two === undefined) throw new Error('two versions');
    checkSuccession(one, two);
    same('hashes', [one.hash, two.hash], frozen.directory.hashes);
    same(
      'stamps',
      frozen.directory.newest.stamps.map((stamp) => stampHolds(two, stamp)),
      [true],
    );
  });
  check('headers, record hashes and signatures', () => {
    for (const [index, entry] of frozen.case.entries.entries()) {
      const wanted = frozen.records[index];
      same('header', toBase64(headerBytes(entry.header)), wanted?.header);
      same('hash', recordHashOf(entry), wanted?.hash);
      const { author } = entry.header;
      const others = author === frozen.handler ? own : guest;
      const keys = author === 'reporter' ? reporter.sig : others.sig;
      const signature = sign(keys.secretKey, 'entry', ...signedFields(entry));
      same('signature', toBase64(signature), entry.signature);
    }
  });
  check('the case as its reporter opens it', () => {
    const opened = openAs(frozen, false, (place, commitment) =>
      openGrant(grantFor(place, 'reporter'), place, commitment, reporter.kem),
    );
    same('faults', opened.faults, []);
    same('contents', contentsOf(opened), frozen.contents.slice(0, -2));
    same('origin', opened.origin, frozen.origin);
  });
  check('the receipt of the report', () => {
    const { seed, salt, commitment, signed, file } = frozen.receipt;
    const { hash: record = '' } = frozen.records[1] ?? {};
    const made = receiptCommitment(reporter.caseId, record as RecordHash, salt);
    same('commitment', made, commitment);
    same('salt', reporter.receiptSalt, salt);
    const receipt = readReceipt(utf8(file));
    same('what is signed', toBase64(receiptBytes(receipt)), signed);
    const { secretKey } = signingKeys(fromBase64(seed));
    const signature = sign(secretKey, 'receipt', ...receiptFields(receipt));
    same('signature', toBase64(signature), receipt.signature);
    const { directory } = verifyDirectory(frozen.directory.newest.directory);
    same('verdict', checkReceipt(receipt, directory), { verdict: 'holds', formerKey: false });
    same('record', openReceipt(receipt, reporter), record);
  });
  check('the case as a handler opens it by grants', () => {
    const opened = openAs(frozen, true, (place, commitment) =>
      openGrant(grantFor(place, frozen.handler), place, commitment, own.kem),
    );
    same('faults', opened.faults, []);
    same('contents', contentsOf(opened), frozen.contents);
    same('origin', opened.origin, frozen.origin);
  });
  check('the case as a handler opens it by kept keys, with overview, head and statistics', () => {
    const opened = openAs(frozen, true, (place, commitment) => {
      const kept = frozen.case.keys.find(
        ({ compartment, epoch }) => compartment === place.compartment && epoch === place.epoch,
      );
      if (kept === undefined) throw new Error('no such key');
      return openOwnKey(kept, place, commitment, own.own, frozen.handler);
    });
    same('faults', opened.faults, []);
    same('contents', contentsOf(opened), frozen.contents);
    const key = opened.internal?.keys.get(1);
    if (key === undefined) throw new Error('the notes have a key');
    same('overview', openOverview(key, frozen.case.overview), frozen.overview);
    const head = openHead(own.own, opened.id, frozen.handler, frozen.case.head ?? '');
    same('head', head, frozen.head);
    same('statistics', openStatistics(own.kem, frozen.statistics.sealed), frozen.statistics.opened);
  });
}

/**
 * Checks that the code still makes and opens what is frozen in `data`; `crypto/` must be ready. It
 * has no Node imports, so that a browser's page can run it too.
 *
 * @param withSlow whether to run what takes minutes without WebAssembly: Argon2id, and the hundreds of
 * signatures of directories and cases that were changed.
 */
export async function runFrozen(
  data: unknown,
  withSlow: boolean,
  report: (result: FrozenResult) => void,
): Promise<void> {
  const fail = (name: string, error: unknown): void => {
    report({ name, failure: error instanceof Error ? error.message : String(error) });
  };
  const attempt: Check = (name, body) => {
    try {
      body();
    } catch (error) {
      fail(name, error);
      return;
    }
    report({ name, failure: undefined });
  };
  const attemptLater: CheckLater = async (name, body) => {
    try {
      await body();
    } catch (error) {
      fail(name, error);
      return;
    }
    report({ name, failure: undefined });
  };
  const parsed = v.safeParse(Vectors, data);
  if (!parsed.success) {
    fail('the file of vectors', 'not of its form');
    return;
  }
  runHashes(parsed.output, attempt);
  runKeys(parsed.output, attempt);
  if (withSlow) runPassphrases(parsed.output, attempt);
  runBoxes(parsed.output, attempt);
  await runChunks(parsed.output, attemptLater);
  runCase(parsed.output, attempt);
  runDesk(parsed.output, attempt);
  if (!withSlow) return;
  runOffice(parsed.output, attempt);
  runWork(parsed.output, attempt);
  runGuest(parsed.output, attempt);
  runMark(parsed.output, attempt);
}
