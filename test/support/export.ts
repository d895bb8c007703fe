import { exportArchive, fileOfBytes } from '../../client/archive/export-archive.js';
import { EXPORT_NAMES, signManifest, type ExportManifest } from '../../client/archive/manifest.js';
import {
  auditContentHash,
  auditHash,
  isEpochEntry,
  recordHashOf,
  toBase64,
  toJsonBytes,
  utf8,
  type Day,
  type WorkId,
} from '../../crypto/private.js';
import { makeCase, message, note, reply, type TestCase } from './case.js';
import { makeOrganisation, type TestOrganisation } from './organisation.js';

/** A small case to be taken out as a file, and what signs it. */
export interface TestExport {
  readonly organisation: TestOrganisation;
  readonly made: TestCase;
  /** The documents of a whole export by their names, in their order. */
  readonly documents: ReadonlyMap<string, unknown>;
  readonly manifest: Omit<ExportManifest, 'format' | 'files'>;
  /** The archive, where documents or manifest are changed before it is signed. */
  archive(change?: {
    readonly documents?: ReadonlyMap<string, unknown>;
    readonly manifest?: Partial<ExportManifest>;
    readonly by?: number;
    readonly files?: readonly (readonly [name: string, bytes: Uint8Array])[];
  }): Promise<Uint8Array>;
}

const EXPORT = 'AAAAAAAAAAAAAAAAAAAAAA' as WorkId;

/** A whole export of a case with a few entries, made without server or desk. */
export async function makeExport(): Promise<TestExport> {
  const organisation = await makeOrganisation();
  const [first, second] = organisation.readers;
  if (first === undefined || second === undefined) throw new Error('two readers');
  const made = makeCase(organisation);
  made.say(first, reply('We read it.'));
  made.say('reporter', message('One more thing.'));
  made.rotate(first, 'internal', [first, second]);
  made.say(first, note('Ask finance.'));
  const opened = made.open(first);
  const content = JSON.stringify({
    at: '2026-03-02T10:00:00.000Z',
    action: 'opened',
    actor: first.record.id,
    details: {},
  });
  const salt = toBase64(new Uint8Array(16));
  const [scope, contentHash] = ['a case', auditContentHash(content, salt)];
  const hash = auditHash({ scope, sequence: 1, previous: null, contentHash });
  const line = { scope, sequence: 1, content, salt, contentHash, previous: null, hash };
  const documents = new Map<string, unknown>([
    [
      EXPORT_NAMES.machine,
      {
        format: 'casekey case 1',
        case: opened.id,
        export: EXPORT,
        entries: made.entries
          .filter((entry) => !isEpochEntry(entry))
          .map((entry) => ({
            compartment: entry.header.compartment,
            sequence: entry.header.sequence,
            record: recordHashOf(entry),
            author:
              entry.header.author === 'reporter'
                ? 'reporter'
                : { id: entry.header.author, name: '' },
          })),
      },
    ],
    [
      EXPORT_NAMES.records,
      {
        format: 'casekey records 1',
        case: opened.id,
        reporter: made.keys.publicKeys,
        entries: made.entries,
      },
    ],
    [
      EXPORT_NAMES.trail,
      {
        format: 'casekey trail 1',
        entries: [line],
      },
    ],
    [EXPORT_NAMES.directory, organisation.signed],
  ]);
  const manifest: TestExport['manifest'] = {
    kind: 'whole',
    installation: organisation.directory.installation,
    export: EXPORT,
    case: opened.id,
    by: first.record.id,
    day: '2026-03-02' as Day,
  };
  return {
    organisation,
    made,
    documents,
    manifest,
    async archive(change = {}) {
      const signer = organisation.readers[change.by ?? 0] ?? first;
      const files = change.files ?? [['files/001 note.txt', utf8('A note.\n')]];
      const pieces: Uint8Array[] = [];
      const written = [
        fileOfBytes(EXPORT_NAMES.readable, utf8('<!doctype html>')),
        ...[...(change.documents ?? documents)].map(([name, document]) =>
          fileOfBytes(name, toJsonBytes(document)),
        ),
        ...files.map(([name, bytes]) => fileOfBytes(name, bytes)),
      ];
      const parts = {
        manifest: { ...manifest, ...change.manifest },
        files: written,
        sign: (list: Uint8Array) => signManifest(signer.sig.secretKey, list),
      };
      for await (const piece of exportArchive(parts)) pieces.push(piece);
      return Uint8Array.from(Buffer.concat(pieces));
    },
  };
}
