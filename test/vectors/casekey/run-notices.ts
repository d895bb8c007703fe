import * as v from 'valibot';
import {
  accountKeys,
  checkSuccession,
  fromBase64,
  fromUtf8,
  sign,
  SignedDirectory,
  toBase64,
  toJsonBytes,
  verifyDirectory,
  type SignedDirectory as Signed,
} from '../../../crypto/private.js';
import { refused, same, type Check } from './checks.js';
import type { Vectors } from './form.js';

/** The version of the office's directory in which its organisation says something to notices. */
export const NoticeVectors = v.strictObject({
  version: SignedDirectory,
  hash: v.string(),
  /** The channel's `notices`, as the document spells them. */
  notices: v.string(),
  /** Other `notices`, each of which makes a directory that holds for nobody. */
  refused: v.record(v.string(), v.string()),
});
export type NoticeVectors = v.InferOutput<typeof NoticeVectors>;

/** The office's newest document with these notices as version 4, signed by its second administrator. */
export function signedWith(office: Vectors['office'], notices: unknown): Signed {
  const [, , three] = office.versions;
  const [, seed] = office.administrators;
  const [, , previous] = office.hashes;
  if (three === undefined) throw new Error('three versions');
  const { directory } = verifyDirectory(three);
  const [channel] = directory.channels;
  const document = toJsonBytes({
    ...directory,
    version: 4,
    date: '2026-03-05',
    previous,
    channels: [{ ...channel, notices }],
  });
  const signature = sign(accountKeys(fromBase64(seed)).sig.secretKey, 'directory', document);
  return { ...three, document: toBase64(document), signature: toBase64(signature) };
}

/** Runs the vectors of notices, which continue the office's directory. */
export function runNotices(vectors: NoticeVectors, { office }: Vectors, check: Check): void {
  check('a directory whose organisation says something to notices', () => {
    const [, , three] = office.versions;
    if (three === undefined) throw new Error('three versions');
    const next = verifyDirectory(vectors.version);
    same('hash', next.hash, vectors.hash);
    checkSuccession(verifyDirectory(three), next);
    const [channel] = next.directory.channels;
    same('notices', fromUtf8(toJsonBytes(channel?.notices)), vectors.notices);
  });
  check('the same directory, made and signed anew', () => {
    same('version', signedWith(office, JSON.parse(vectors.notices)), vectors.version);
  });
  check('notices that hold for nobody', () => {
    const wrong = Object.entries(vectors.refused);
    if (wrong.length === 0) throw new Error('some are refused');
    for (const [what, notices] of wrong) {
      refused(what, 'malformed', () => verifyDirectory(signedWith(office, JSON.parse(notices))));
    }
  });
}
