import { sha256 } from '@noble/hashes/sha2.js';
import { signManifest, type ExportManifest } from '../../../client/archive/manifest.js';
import { fitShelf, type ShelfContents } from '../../../client/desk/shelf-contents.js';
import {
  AccountId,
  absenceFields,
  concat,
  fromBase64,
  fromUtf8,
  handbookHash,
  hash,
  pad,
  sealAbsence,
  sealBox,
  sealHandbook,
  SHELF_BYTES,
  signedBytes,
  toBase64,
  toJsonBytes,
  utf8,
  WorkId,
  type Absence,
  type HandbookContents,
} from '../../../crypto/private.js';
import { counting, oddText, type Vectors } from './form.js';
import { administrators, day, id, installation, keys, records } from './make-office.js';

/* What desks keep for one person, or share among handlers, outside cases; and the list of an export. */

const account = id(AccountId, 190);
const [hanna, harald] = records.handlers;

function shelf(): Vectors['desk']['shelf'] {
  const at = '2026-03-04T05:06:07.890Z';
  const contents: ShelfContents = {
    v: 1,
    drafts: [
      {
        key: `${toBase64(counting(191))} reply`,
        at,
        draft: { kind: 'reply', text: oddText, outcome: null, files: 1, fields: { due: '' } },
      },
      { key: 'gone', at, draft: null },
    ],
    filters: [
      {
        name: 'Å',
        at,
        filter: {
          state: 'open',
          category: null,
          channel: null,
          status: 'assessment',
          label: null,
          unread: true,
          mine: false,
          standingIn: false,
          practice: 'without',
          query: 'north',
        },
      },
    ],
    desks: [
      { address: 'https://south.example', at, name: 'Söder' },
      { address: 'http://gone.onion', at, name: null },
    ],
  };
  const { bytes } = fitShelf(contents, new Date(at));
  const { own } = keys.handlers[0];
  const box = sealBox(own, 'shelf', [installation, account], pad(bytes, SHELF_BYTES));
  return {
    account,
    document: fromUtf8(bytes),
    nonce: toBase64(box.slice(1, 25)),
    hash: toBase64(hash('vector', box)),
  };
}

function handbook(): Vectors['desk']['handbook'] {
  const contents: HandbookContents = {
    v: 1,
    stages: [{ progress: 'waiting', names: { en: 'Expert asked', sv: 'Sakkunnig tillfrågad' } }],
    labels: ['Ελένη · 𝒳'],
    texts: [
      { state: 'changed', purpose: 'feedback', texts: { sv: 'Så gick det.' } },
      { state: 'removed', purpose: 'refusal' },
      { state: 'added', purpose: 'question', name: 'Places', texts: { en: 'Where? [place]' } },
    ],
  };
  const made = sealHandbook(contents, {
    installation,
    account: administrators[0].id,
    keys: keys.administrators[0],
    number: 2,
    previous: toBase64(counting(192)),
    date: day('2026-03-04'),
    readers: [hanna, administrators[0]],
  });
  const document = fromBase64(made.handbook.document);
  return {
    ...made,
    document: fromUtf8(document),
    hash: handbookHash(document),
    contents: fromUtf8(toJsonBytes(contents)),
  };
}

function absence(said: Absence | null, number: number): Vectors['desk']['absences'][number] {
  const made = sealAbsence(said, {
    installation,
    reader: hanna.id,
    keys: keys.handlers[0],
    number,
    readers: [harald],
  });
  const fields = absenceFields(installation, { reader: hanna.id, ...made });
  return {
    ...made,
    document: fromUtf8(toJsonBytes(said)),
    signed: toBase64(signedBytes('absence', fields)),
  };
}

function manifest(): Vectors['desk']['manifest'] {
  const [salt, file] = [counting(193), utf8(oddText)];
  const list: ExportManifest = {
    format: 'casekey export 1',
    kind: 'redacted',
    installation,
    export: id(WorkId, 194),
    case: null,
    by: hanna.id,
    day: day('2026-03-04'),
    files: [{ name: 'case.html', sha256: Buffer.from(sha256(concat(salt, file))).toString('hex') }],
  };
  const document = toJsonBytes(list);
  return {
    document: fromUtf8(document),
    signed: toBase64(signedBytes('export', [document])),
    signature: fromUtf8(signManifest(keys.handlers[0].sig.secretKey, document)),
    salt: toBase64(salt),
    file: toBase64(file),
  };
}

/** The vectors of what stands in no case. */
export function deskVectors(): Vectors['desk'] {
  return {
    shelf: shelf(),
    handbook: handbook(),
    absences: [
      absence({ from: day('2026-03-02'), until: day('2026-03-09'), substitute: harald.id }, 1),
      absence(null, 2),
    ],
    manifest: manifest(),
  };
}
