import { sha256 } from '@noble/hashes/sha2.js';
import { manifestHolds, readManifest } from '../../../client/archive/manifest.js';
import { ShelfContents } from '../../../client/desk/shelf-contents.js';
import {
  accountKeys,
  absenceFields,
  absenceHolds,
  concat,
  Directory,
  fromBase64,
  fromJsonBytes,
  fromUtf8,
  handbookContentsHash,
  handbookHash,
  hash,
  openAbsence,
  openBox,
  openHandbook,
  openShared,
  openSharedKey,
  pad,
  paddedTextSize,
  SHELF_BYTES,
  sign,
  signedBytes,
  toBase64,
  toJsonBytes,
  unpad,
  utf8,
  verifyHandbook,
  type AccountKeys,
} from '../../../crypto/private.js';
import { boxWith, flipped, holds, nonceOf, refused, same, type Check } from './checks.js';
import type { Vectors } from './form.js';

interface World {
  directory: Directory;
  administrator: AccountKeys;
  /** The first two handlers. */
  hanna: AccountKeys;
  harald: AccountKeys;
}

function worldOf({ office }: Vectors): World {
  const [, , three] = office.versions;
  if (three === undefined) throw new Error('three versions');
  const directory = fromJsonBytes(Directory, fromBase64(three.document));
  const keysOf = (seed: string): AccountKeys => accountKeys(fromBase64(seed));
  return {
    directory,
    administrator: keysOf(office.administrators[0]),
    hanna: keysOf(office.handlers[0]),
    harald: keysOf(office.handlers[1]),
  };
}

function runShelf({ shelf }: Vectors['desk'], { directory, hanna, harald }: World): void {
  const context = [directory.installation, shelf.account];
  const padded = pad(utf8(shelf.document), SHELF_BYTES);
  const made = boxWith(fromBase64(shelf.nonce), hanna.own, 'shelf', context, padded);
  const box = fromBase64(made);
  same('box', toBase64(hash('vector', box)), shelf.hash);
  const opened = fromJsonBytes(ShelfContents, unpad(openBox(hanna.own, 'shelf', context, box)));
  same('document', fromUtf8(toJsonBytes(opened)), shelf.document);
  const open = (key: Uint8Array, fields: readonly string[], bytes: string): unknown =>
    openBox(key, 'shelf', fields, fromBase64(bytes));
  refused('another person', 'wrong_commitment', () => open(harald.own, context, made));
  refused('another account', 'does_not_open', () => {
    open(hanna.own, [directory.installation, directory.installation], made);
  });
  refused('a flipped bit', 'does_not_open', () => open(hanna.own, context, flipped(made)));
  refused('a flipped commitment', 'wrong_commitment', () => {
    open(hanna.own, context, flipped(made, 30));
  });
  refused('another version', 'unknown_version', () => open(hanna.own, context, flipped(made, 0)));
}

function runHandbook({ handbook }: Vectors['desk'], world: World): void {
  const { directory, administrator, hanna, harald } = world;
  const { handbook: signed, box } = handbook;
  const verified = verifyHandbook(signed, box, directory);
  const document = fromBase64(signed.document);
  same('document', [fromUtf8(document), verified.counts], [handbook.document, true]);
  same('hash', [handbookHash(document), verified.hash], [handbook.hash, handbook.hash]);
  const again = sign(administrator.sig.secretKey, 'handbook', document);
  same('signature', toBase64(again), signed.signature);
  const { installation, number } = verified.handbook;
  for (const [index, own] of [hanna, administrator].entries()) {
    const key = handbook.keys[index];
    if (key === undefined) throw new Error('sealed to two');
    const opened = openHandbook({ box, key }, verified.handbook, key.recipient, own);
    same('contents', fromUtf8(toJsonBytes(opened)), handbook.contents);
    const shared = openSharedKey('handbook', [installation, number], key, own.kem);
    const bytes = utf8(handbook.contents);
    const padded = pad(bytes, paddedTextSize(bytes.length));
    same(
      'box',
      boxWith(nonceOf(box), shared, 'handbook', [installation, number], padded),
      box,
    );
    refused('somebody else’s key', 'wrong_commitment', () => {
      openSharedKey('handbook', [installation, number], key, harald.kem);
    });
    refused('another number', 'does_not_open', () => {
      openSharedKey('handbook', [installation, number + 1], key, own.kem);
    });
    refused('a flipped bit', 'does_not_open', () => {
      openShared('handbook', [installation, number], flipped(box), shared);
    });
  }
  refused('a flipped signature', 'wrong_signature', () => {
    verifyHandbook({ ...signed, signature: flipped(signed.signature) }, box, directory);
  });
  refused('other contents', 'wrong_commitment', () => verifyHandbook(signed, flipped(box), directory));
  same('hash of contents', verified.handbook.contents, handbookContentsHash(box));
  const installed = directory.administrators[0]?.id;
  refused('another installation', 'wrong_directory', () => {
    verifyHandbook(signed, box, { ...directory, installation: installed as never });
  });
}

function runAbsence(
  absence: Vectors['desk']['absences'][number],
  { directory, hanna, harald }: World,
): void {
  const { installation, readers } = directory;
  const [reader] = readers;
  const [key] = absence.keys;
  if (reader === undefined || key === undefined) throw new Error('one handler to another');
  const { id, sig } = reader.record;
  const said = { reader: id, number: absence.number, box: absence.box, key };
  const whole = { ...said, signature: absence.signature };
  same('document', fromUtf8(toJsonBytes(openAbsence(whole, installation, harald))), absence.document);
  const bytes = signedBytes('absence', absenceFields(installation, said));
  same('signed', toBase64(bytes), absence.signed);
  same('holds', absenceHolds(installation, sig, whole), true);
  same('by its key', holds(hanna.sig.publicKey, absence.signed, absence.signature), true);
  const later = { ...whole, number: absence.number + 1 };
  same('with another number', absenceHolds(installation, sig, later), false);
  same(
    'of another reader',
    absenceHolds(installation, sig, { ...whole, reader: key.recipient }),
    false,
  );
  refused('another number', 'does_not_open', () => openAbsence(later, installation, harald));
  refused('another person', 'wrong_commitment', () => openAbsence(whole, installation, hanna));
  const context = [installation, id, absence.number];
  const shared = openSharedKey('absence', context, key, harald.kem);
  const padded = pad(utf8(absence.document), 256);
  same('box', boxWith(nonceOf(absence.box), shared, 'absence', context, padded), absence.box);
  refused('a flipped bit', 'does_not_open', () => {
    openAbsence({ ...whole, box: flipped(absence.box) }, installation, harald);
  });
}

function runManifest({ manifest }: Vectors['desk'], { hanna, harald }: World): void {
  const bytes = utf8(manifest.document);
  const list = readManifest(bytes);
  same('document', fromUtf8(toJsonBytes(list)), manifest.document);
  same('signed', toBase64(signedBytes('export', [bytes])), manifest.signed);
  same('signature', `${toBase64(sign(hanna.sig.secretKey, 'export', bytes))}\n`, manifest.signature);
  const digest = sha256(concat(fromBase64(manifest.salt), fromBase64(manifest.file)));
  const hexadecimal = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  same(
    'file',
    list.files.map((file) => file.sha256),
    [hexadecimal],
  );
  const keyOf = ({ sig }: AccountKeys): string => toBase64(sig.publicKey);
  same('holds', manifestHolds(keyOf(hanna), bytes, manifest.signature), true);
  same('another person', manifestHolds(keyOf(harald), bytes, manifest.signature), false);
  const altered = utf8(manifest.document.replace('redacted', 'whole'));
  same('another list', manifestHolds(keyOf(hanna), altered, manifest.signature), false);
  const other = sign(hanna.sig.secretKey, 'handbook', bytes);
  same('signed for another purpose', manifestHolds(keyOf(hanna), bytes, toBase64(other)), false);
  refused('white space', 'malformed', () => readManifest(utf8(`${manifest.document}\n`)));
}

/** What desks keep or share outside cases: runs every vector of it. */
export function runDesk(vectors: Vectors, check: Check): void {
  const { desk } = vectors;
  let found: World | undefined;
  const world = (): World => (found ??= worldOf(vectors));
  check('shelf', () => {
    runShelf(desk, world());
  });
  check('handbook', () => {
    runHandbook(desk, world());
  });
  for (const absence of desk.absences) {
    check(`absence ${String(absence.number)}`, () => {
      runAbsence(absence, world());
    });
  }
  check('list of an export', () => {
    runManifest(desk, world());
  });
}
