import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkExport } from '../../../client/archive/check.js';
import { ArchiveFault } from '../../../client/archive/faults.js';
import { EXPORT_NAMES } from '../../../client/archive/manifest.js';
import { archiveName, isArchiveName, neutralName } from '../../../client/archive/names.js';
import { escaped, htmlOf } from '../../../client/archive/readable.js';
import { archiveEnd, fileHeader, spaceOf, WIDE_FROM } from '../../../client/archive/zip-layout.js';
import { bytesIn, readArchive } from '../../../client/archive/zip-reader.js';
import { zipOf } from '../../../client/archive/zip-writer.js';
import { newId, ReaderId, ready, utf8, type Entry } from '../../../crypto/private.js';
import { makeExport, type TestExport } from '../../support/export.js';
import { fileOf } from '../../support/fixtures.js';

let made: TestExport;

beforeAll(async () => {
  await ready();
  made = await makeExport();
});

async function zipped(...files: [name: string, bytes: Uint8Array][]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const all = files.map(([name, bytes]) => ({ name, size: bytes.length, bytes: [bytes] }));
  for await (const piece of zipOf(all)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function faultOf(bytes: Uint8Array): Promise<string> {
  try {
    await checkExport(fileOf(bytes));
    return 'holds';
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    return `${error.code} ${error.detail}`.trim();
  }
}

describe('an archive', () => {
  it('is read as it was written, whatever stands in it', async () => {
    const file = fc.tuple(
      fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
      fc.uint8Array({ maxLength: 200 }),
    );
    const some = fc.uniqueArray(file, { maxLength: 5, selector: ([name]) => name });
    await fc.assert(
      fc.asyncProperty(some, async (files) => {
        const source = fileOf(await zipped(...files));
        const placed = await readArchive(source);
        expect(placed.map(({ name }) => name)).toEqual(files.map(([name]) => name));
        for (const [index, each] of placed.entries()) {
          const pieces: Uint8Array[] = [];
          for await (const piece of bytesIn(source, each)) pieces.push(piece);
          expect(Buffer.concat(pieces).equals(Buffer.from(files[index]?.[1] ?? []))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('holds one piece of a large file at a time, and reads places beyond four gigabytes', async () => {
    const size = WIDE_FROM + 10;
    const piece = new Uint8Array(1024);
    const header = fileHeader('files/001 film.mov', size);
    // what lies between is never asked for
    const placed = { name: 'files/001 film.mov', check: 0, size, at: 0 };
    const next = { name: 'salt', check: 0, size: 0, at: spaceOf(placed.name, size) };
    const start = next.at + spaceOf(next.name, 0);
    const end = archiveEnd([placed, next], start);
    const parts = new Map([
      [0, header],
      [next.at, fileHeader('salt', 0)],
      [start, end],
    ]);
    const files = await readArchive({
      size: start + end.length,
      read(from, to) {
        for (const [at, bytes] of parts) {
          if (from >= at && from < at + bytes.length) {
            return Promise.resolve(bytes.slice(from - at, to - at));
          }
        }
        return Promise.resolve(new Uint8Array(to - from));
      },
    });
    expect(files).toEqual([placed, next]);

    let held = 0;
    function* endless(): Generator<Uint8Array> {
      for (let sent = 0; sent < 4096; sent += 1) {
        held += 1;
        yield piece;
      }
    }
    const large = zipOf([{ name: 'a', size: 4096 * 1024, bytes: endless() }]);
    let most = 0;
    for await (const part of large) {
      most = Math.max(most, held);
      held = 0;
      expect(part.length).toBeLessThanOrEqual(1024);
    }
    expect(most).toBe(1);
  });

  it('is refused where a file has another size than it said, or a byte too much or too few', async () => {
    const lying = zipOf([{ name: 'a', size: 2, bytes: [utf8('abc')] }]);
    await expect(
      (async () => {
        for await (const piece of lying) expect(piece.length).toBeGreaterThan(0);
      })(),
    ).rejects.toMatchObject({ code: 'file_changed' });
    const bytes = await zipped(['a', utf8('abc')], ['b', utf8('')]);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      await expect(readArchive(fileOf(bytes.subarray(0, cut)))).rejects.toThrow(ArchiveFault);
    }
    for (const other of [
      Buffer.concat([bytes, Buffer.of(0)]),
      Buffer.concat([Buffer.of(0), bytes]),
    ]) {
      await expect(readArchive(fileOf(other))).rejects.toThrow(ArchiveFault);
    }
    const twice = await zipped(['a', utf8('1')], ['a', utf8('2')]);
    await expect(readArchive(fileOf(twice))).rejects.toMatchObject({ code: 'name_twice' });
  });
});

describe('names in an archive', () => {
  it('are one of a kind, stay in their folder, and hide nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(2000), (name, number) => {
        const found = archiveName(number, name);
        expect(found).toMatch(/^files\/\d{3,} [^/\\:*?"<>|\p{C}]+$/u);
        expect(Buffer.byteLength(found)).toBeLessThan(140);
        expect(found).not.toMatch(/[ .]$/u);
        expect(isArchiveName(number, found)).toBe(true);
      }),
    );
    expect(archiveName(1, '..')).toBe('files/001 file');
    expect(archiveName(12, '=HYPERLINK("x").csv')).toBe('files/012 =HYPERLINK(_x_).csv');
    expect(neutralName(2, 'Kim Berg, IBAN.PDF')).toBe('files/002 file.pdf');
    for (const name of [
      'files/../x',
      'files/001 a/b',
      '/etc/passwd',
      'files/1 x',
      'files/001 .x.',
    ]) {
      expect(isArchiveName(1, name)).toBe(false);
    }
  });
});

describe('a readable copy', () => {
  it('shows what was written and runs nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escaped(text)).not.toMatch(/[<>"'\u202e\u2066]|&(?!amp;|lt;|gt;|quot;|#39;)/u);
      }),
    );
    const html = htmlOf({
      language: 'en"><script>',
      title: '</title><script>',
      blocks: [
        { kind: 'facts', facts: [['<b>', '"']] },
        {
          ...{ kind: 'entry', head: '<i>', fromReporter: true, language: 'sv', text: 'a\u202eb' },
          ...{ facts: [], remarks: ['<u>'] },
          files: [{ name: '<img>', size: '1', path: 'files/001 "x.png' }],
        },
      ],
    });
    expect(html).not.toMatch(/<(?:script|b|i|u|img)>/u);
    expect(html).toContain('a[U+202E]b');
    expect(html).toContain('href="files/001%20%22x.png"');
    expect(html).toContain("default-src 'none'");
  });
});

describe('an export', () => {
  const changed = (name: string, change: (document: Record<string, unknown>) => unknown) => {
    const documents = new Map(made.documents);
    documents.set(name, change(structuredClone(documents.get(name)) as Record<string, unknown>));
    return made.archive({ documents });
  };

  it('holds as it was signed', async () => {
    const { by, fingerprint, files, whole } = await checkExport(fileOf(await made.archive()));
    expect(by.name).toBe(made.organisation.readers[0]?.record.name);
    expect(fingerprint).toHaveLength(8);
    expect([files, whole]).toEqual([1, { dialogue: 4, internal: 2, trail: 1 }]);
  });

  it('is of nobody but the handler whose key signed its list', async () => {
    expect(await faultOf(await made.archive({ by: 1 }))).toBe('wrong_signature');
    const stranger = await made.archive({ manifest: { by: newId(ReaderId) } });
    expect(await faultOf(stranger)).toBe('wrong_exporter');
    const elsewhere = { installation: 'A'.repeat(22) as typeof made.manifest.installation };
    expect(await faultOf(await made.archive({ manifest: elsewhere }))).toBe('wrong_directory');
  });

  it('has every record at its place, signed, and a text for each', async () => {
    const { records, machine, trail } = EXPORT_NAMES;
    const entriesOf = (document: Record<string, unknown>): unknown[] =>
      document['entries'] as unknown[];
    const without = (at: number) => (document: Record<string, unknown>) => ({
      ...document,
      entries: entriesOf(document).toSpliced(at, 1),
    });
    expect(await faultOf(await changed(records, without(1)))).toMatch(/^wrong_records/u);
    // the newest of a chain can be left out of both: the command says so
    expect(await faultOf(await changed(records, without(-1)))).toBe('wrong_texts');
    expect(await faultOf(await changed(machine, without(0)))).toBe('wrong_texts');
    const forged = await changed(records, (document) => {
      const [first, second, ...rest] = entriesOf(document) as Entry[];
      const signature = first?.signature;
      return { ...document, entries: [first, { ...second, signature }, ...rest] };
    });
    expect(await faultOf(forged)).toBe('wrong_records wrong_signature');
    const lines = await changed(trail, (document) => {
      const [line] = entriesOf(document) as { sequence: number }[];
      return { ...document, entries: [{ ...line, content: '{}' }] };
    });
    expect(await faultOf(lines)).toBe('wrong_trail 1');
  });

  it('has no file beside those of its list, none under another name, and none missing', async () => {
    const note = utf8('A note.\n');
    const escape = await made.archive({ files: [['../../note.txt', note]] });
    expect(await faultOf(escape)).toBe('wrong_name ../../note.txt');
    const documents = new Map([...made.documents].filter(([name]) => name !== 'trail.json'));
    expect(await faultOf(await made.archive({ documents }))).toBe('missing trail.json');
    const bytes = await made.archive();
    const source = fileOf(bytes);
    const files: [string, Uint8Array][] = [];
    for (const file of await readArchive(source)) {
      const pieces: Uint8Array[] = [];
      for await (const piece of bytesIn(source, file)) pieces.push(piece);
      files.push([file.name, Uint8Array.from(Buffer.concat(pieces))]);
    }
    expect(await faultOf(await zipped(...files))).toBe('holds');
    const also: [string, Uint8Array] = ['files/002 more.txt', note];
    expect(await faultOf(await zipped(...files, also))).toBe('extra files/002 more.txt');
    const fewer = files.filter(([name]) => !name.startsWith('files/'));
    expect(await faultOf(await zipped(...fewer))).toBe('missing files/001 note.txt');
    const other = files.map(([name, content]): [string, Uint8Array] =>
      name.startsWith('files/') ? [name, utf8('A nota.\n')] : [name, content],
    );
    expect(await faultOf(await zipped(...other))).toBe('altered files/001 note.txt');
    const moved = [...files.slice(1, 2), ...files.slice(0, 1), ...files.slice(2)];
    expect(await faultOf(await zipped(...moved))).toBe('not_ours');
  });
});
