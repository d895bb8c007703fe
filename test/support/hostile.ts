import * as v from 'valibot';
import { createApi, type Fetch } from '../../client/api.js';
import { loadDirectory } from '../../client/directory.js';
import { entryKey } from '../../crypto/entry.js';
import {
  accountKeys,
  accountRealm,
  type AccountKeys,
  type EpochKey,
  fromBase64,
  type Grant,
  HandlerAppend,
  headerBytes,
  openVault,
  pad,
  passphraseSecrets,
  paddedTextSize,
  randomBytes,
  ReporterAppend,
  reporterKeys,
  type SealedEntry,
  sign,
  signedFields,
  SignedIn,
  toBase64,
} from '../../crypto/private.js';
import { sodium } from '../../crypto/sodium.js';
import { ask, type Answer } from './api.js';
import { resignedBy } from './case.js';
import { testDay } from './desk.js';
import type { Installation, InstallationPerson } from './installation.js';
import { makeReport, type TestReport } from './report.js';

/** A client's way to the server on which its own requests of a kind become others. */
export function altering<const S extends v.GenericSchema>(
  method: string,
  path: RegExp,
  schema: S,
  change: (request: v.InferOutput<S>) => unknown,
): Fetch {
  return async (input, init) => {
    if (init.method !== method || !path.test(new URL(input).pathname)) return fetch(input, init);
    if (typeof init.body !== 'string') throw new Error('a request without a body');
    const request = v.parse(schema, JSON.parse(init.body));
    return fetch(input, { ...init, body: JSON.stringify(change(request)) });
  };
}

/** The same entry with these bytes inside, signed by its author: whatever the bytes are. */
export function sayingBytes(
  entry: SealedEntry,
  epoch: EpochKey,
  secretKey: Uint8Array,
  bytes: Uint8Array,
): SealedEntry {
  const ciphertext = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    pad(bytes, paddedTextSize(bytes.length)),
    headerBytes(entry.header),
    null,
    fromBase64(entry.nonce),
    entryKey(epoch.key, entry.header),
  );
  const changed = { ...entry, ciphertext: toBase64(ciphertext) };
  const signature = toBase64(sign(secretKey, 'entry', ...signedFields(changed)));
  return { ...changed, signature };
}

/** A report by a client of one's own, which may contradict itself. Answers what the server says. */
export async function craftReport(
  { address, server }: Installation,
  options: Parameters<typeof makeReport>[1] & {
    readonly change?: (report: TestReport) => TestReport['request'];
  } = {},
): Promise<{ report: TestReport; answer: Answer }> {
  const { directory, hash } = await loadDirectory(createApi({ address, fetch }), testDay);
  const [channel] = directory.channels;
  if (channel === undefined) throw new Error('no channel');
  const readers = directory.readers.map(({ record: { id, kem, sig } }) => ({
    member: { id, kem, sig },
  }));
  const report = makeReport({ channel, directory, hash, readers }, options);
  const request = (options.change ?? (() => report.request))(report);
  return { report, answer: await ask(server, 'POST', '/api/cases', { json: request }) };
}

/** The keys of somebody at the desk, as only that person's client has them. */
export async function keysOf(
  { address, server }: Installation,
  { id, name, passphrase }: InstallationPerson,
): Promise<AccountKeys> {
  const { directory } = await loadDirectory(createApi({ address, fetch }), testDay);
  const realm = accountRealm(directory.installation, directory.organisations[0]?.root ?? '');
  const { vaultKey, proof } = passphraseSecrets(realm, name, passphrase, 'least');
  const json = { name, proof, code: null };
  const { vault } = v.parse(
    SignedIn,
    (await ask(server, 'POST', '/api/desk/sessions', { json })).json,
  );
  return accountKeys(openVault(vaultKey, realm, id, vault));
}

/** The same entry, of noise: signed by its author, and it opens for nobody. */
export function noiseFrom(words: readonly string[], entry: SealedEntry): SealedEntry {
  const noise = { ...entry, nonce: toBase64(randomBytes(24)) };
  return resignedBy(reporterKeys(words).sig.secretKey, noise, {});
}

/** The way of a reporter whose messages are noise. */
export function noisyReporter(words: readonly string[]): Fetch {
  return altering('POST', /^\/api\/case\/entries$/, ReporterAppend, (request) => ({
    ...request,
    entry: noiseFrom(words, request.entry),
  }));
}

/** The way of a handler who gives another no true key when keys are made. */
export function withholdingFrom(reader: string): Fetch {
  const spoilt = (grants: readonly Grant[]): Grant[] => {
    const other = grants.find(({ recipient }) => recipient === 'reporter');
    return grants.map((grant) =>
      grant.recipient === reader && other !== undefined
        ? { ...grant, kem: other.kem, box: other.box }
        : grant,
    );
  };
  return altering('POST', /\/entries$/, HandlerAppend, (request) => ({
    ...request,
    grants: spoilt(request.grants),
  }));
}
