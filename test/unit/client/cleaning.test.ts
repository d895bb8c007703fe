import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFile } from '../../../client/cleaning/clean.js';
import {
  isPageAt,
  pageHead,
  pagesOf,
  readPage,
  type Page,
} from '../../../client/cleaning/ogg-pages.js';
import { composedFile } from '../../../client/cleaning/pieces.js';
import { createReader } from '../../../client/cleaning/reader.js';
import { samplePdf } from '../../browser/desk-fake-files.js';
import {
  cleanBytes,
  fixture,
  letters,
  PLANTED,
  sourceOf,
  unpacked,
} from '../../support/cleaning.js';

/** All pages of Ogg, up to whatever is none. */
async function oggPages(bytes: Uint8Array): Promise<Page[]> {
  const reader = createReader(sourceOf(bytes));
  const pages: Page[] = [];
  for (let at = 0; at < bytes.length && (await isPageAt(reader, at)); at = pages.at(-1)?.end ?? 0) {
    const page = await readPage(reader, at);
    pages.push({ ...page, body: page.body.slice() });
  }
  return pages;
}

const rangeOf = ({ start, end, parts }: Page): [number, number] => [start - 27 - parts.length, end];

function known(page: Page | undefined): Page {
  if (page === undefined) throw new Error('There is no page');
  return page;
}

/** Each fixture, what it is, and what must be found in it. */
const planted: readonly [string, string, readonly string[]][] = [
  ['photo.jpg', 'jpeg', ['place', 'serial', 'author', 'dates', 'thumbnail', 'hidden_film']],
  ['picture.png', 'png', ['place', 'serial', 'author', 'dates', 'trailing']],
  ['picture.webp', 'webp', ['place', 'serial', 'author', 'dates']],
  ['picture.gif', 'gif', ['comment', 'author']],
  ['recording.mp3', 'mp3', ['author', 'title', 'comment', 'trailing']],
  ['film.mp4', 'video', ['dates', 'place', 'software', 'title', 'comment']],
  ['film.mov', 'video', ['dates', 'place', 'timed', 'device', 'title']],
  ['recording.m4a', 'm4a', ['author', 'title', 'comment']],
  ['photo.heic', 'heic', ['place', 'serial', 'author', 'dates']],
  ['report.docx', 'office', ['author', 'tracked_changes', 'editing', 'place', 'thumbnail']],
  ['sums.xlsx', 'office', ['author', 'comment_authors', 'dates', 'software']],
  ['letter.odt', 'opendocument', ['author', 'comment_authors', 'dates', 'thumbnail']],
  ['paper.pdf', 'pdf', ['author', 'software', 'dates', 'editing', 'scripts', 'attachments']],
  ['recording.wav', 'wav', ['author', 'title', 'software']],
  ['picture.avif', 'heic', ['place', 'serial', 'author', 'dates']],
  ['film-vp9.mp4', 'video', ['dates', 'software', 'title', 'comment']],
  ['voice.opus', 'ogg', ['author', 'title', 'place', 'software', 'thumbnail', 'ids', 'trailing']],
  ['recording.ogg', 'ogg', ['author', 'title', 'dates', 'software']],
  ['film.webm', 'webm', ['author', 'title', 'comment', 'dates', 'software', 'ids']],
  ['live.webm', 'webm', ['author', 'title', 'comment', 'software', 'ids']],
  ['film.mkv', 'webm', ['author', 'title', 'attachments', 'place', 'software']],
  ['film.ogv', 'ogg', ['author', 'title', 'comment', 'software']],
  ['slides.pptx', 'office', ['author', 'comment_authors', 'dates', 'software', 'place']],
];

describe('a file with planted traces', () => {
  it.each(planted)('%s is known, cleaned, and says what was found', async (name, kind, codes) => {
    const original = await fixture(name);
    expect(await unpacked(original)).toMatch(PLANTED);
    const { bytes, ...said } = await cleanBytes(original);
    expect(said).toMatchObject({ kind, verdict: 'cleaned', obstacle: null, left: [] });
    expect(said.removed.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
    expect(await unpacked(bytes)).not.toMatch(PLANTED);
    expect(bytes.length).toBeLessThanOrEqual(original.length);
  });

  it.each(planted)('%s has nothing more to be found afterwards', async (name, kind) => {
    const once = await cleanBytes(await fixture(name));
    const twice = await cleanBytes(once.bytes);
    expect(twice).toMatchObject({ kind, verdict: 'clean', removed: [], left: [] });
    expect(letters(twice.bytes)).toBe(letters(once.bytes));
  });
});

describe('a cleaned picture', () => {
  it('keeps the direction in which it stands', async () => {
    const { bytes } = await cleanBytes(await fixture('photo.jpg'));
    const text = letters(bytes);
    // one entry of Exif: orientation 6
    expect(text).toContain('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0');
  });

  it('keeps its coded data as it is', async () => {
    const original = letters(await fixture('picture.png'));
    const { bytes } = await cleanBytes(await fixture('picture.png'));
    const data = original.slice(original.indexOf('IDAT') - 4, original.indexOf('IEND'));
    expect(letters(bytes)).toContain(data.slice(0, data.lastIndexOf('IDAT') + 40));
  });
});

describe('a cleaned film', () => {
  it.each([
    'film.mp4',
    'film.mov',
    'film.webm',
    'live.webm',
    'film.mkv',
    'recording.m4a',
    'photo.heic',
  ])('%s is as long as before, and nothing in it moved', async (name) => {
    const original = await fixture(name);
    const { bytes } = await cleanBytes(original);
    expect(bytes.length).toBe(original.length);
    // what is not the same became zeros, empty space or something empty: never something longer
    const changed = bytes.filter((byte, at) => byte !== original[at] && byte !== 0).length;
    expect(changed).toBeLessThan(original.length / 2);
  });

  it('of Matroska is not taken for clean where its way of coding is not known or locked', async () => {
    const original = await fixture('film.webm');
    const changed = (from: string, to: string): Buffer =>
      Buffer.from(letters(original).replace(from, to), 'latin1');
    // what A_VORBIS needs before its sound is nothing that V_OTHERS is known to need
    const other = await cleanBytes(changed('A_VORBIS', 'A_OTHERS'));
    expect(other).toMatchObject({ verdict: 'partly', left: [{ code: 'technical' }] });
    // the name of the first track becomes a list of locks
    const lock = 'm\x80\x8db@\x84P5\x81\0\xec\x84\0\0\0\0';
    const locked = changed('Sn\x8dPLANTED-TRACK', lock);
    expect(locked.length).toBe(original.length);
    expect(await cleanBytes(locked)).toMatchObject({ obstacle: 'encrypted', removed: [] });
  });

  it('is called cleaned in part where other data may lie between its sound', async () => {
    const { verdict, left } = await cleanBytes(await fixture('counted.mov'));
    expect(verdict).toBe('partly');
    expect(left.map(({ code }) => code)).toEqual(['timed']);
  });

  it('is read in parts, however large its data is', async () => {
    const original = await fixture('film.mp4');
    // a gigabyte of free space at its end, which nobody may hold
    const size = 2 ** 30;
    const head = Buffer.from([0x40, 0, 0, 0, ...Buffer.from('free')]);
    let most = 0;
    const read = (start: number, end: number): Promise<Uint8Array> => {
      most = Math.max(most, end - start);
      const bytes = new Uint8Array(end - start);
      const known = Buffer.concat([original, head]);
      if (start < known.length) bytes.set(known.subarray(start, Math.min(end, known.length)));
      return Promise.resolve(bytes);
    };
    const { verdict } = await cleanFile({ size: original.length + size, read });
    expect(verdict).toBe('cleaned');
    expect(most).toBeLessThan(2 ** 20);
  });
});

describe('cleaned sound of Ogg', () => {
  it.each(['voice.opus', 'recording.ogg', 'film.ogv'])(
    '%s has pages in order with right sums, and every byte of sound that it had',
    async (name) => {
      const [before, after] = [await fixture(name), (await cleanBytes(await fixture(name))).bytes];
      const [old, pages] = [await oggPages(before), await oggPages(after)];
      const next = new Map<number, number>();
      for (const { serial, sequence } of pages) {
        expect(sequence).toBe(next.get(serial) ?? 0);
        next.set(serial, sequence + 1);
      }
      expect([...next.keys()]).toEqual([...next.keys()].map((_, index) => index + 1));
      // where in time a page ends is above nothing as soon as there is sound
      const sound = (all: Page[]) =>
        all
          .filter(({ position }) => position > 0n)
          .map(({ position, isLast, body }) => [position, isLast, letters(body)]);
      expect(sound(pages)).toEqual(sound(old));
      expect(sound(pages).length).toBeGreaterThan(0);
      expect(letters(after)).not.toMatch(/Lav[cf]|METADATA_BLOCK|encoder/u);
    },
  );

  it('stays as it is where a page is damaged, missing, twice there or of a kind not known', async () => {
    const original = await fixture('film.ogv');
    const pages = await oggPages(original);
    const bytesOf = (...own: (Page | undefined)[]): Buffer =>
      Buffer.concat(own.map((each) => original.subarray(...(each ? rangeOf(each) : [0, 0]))));
    const damaged = Buffer.from(original);
    damaged[original.length - 5] = (damaged[original.length - 5] ?? 0) ^ 1;
    const middle = pages.findIndex(({ position }) => position > 0n);
    expect(bytesOf(...pages).equals(original)).toBe(true);
    for (const bytes of [
      damaged,
      bytesOf(...pages.toSpliced(middle, 1)),
      bytesOf(...pages.toSpliced(middle, 0, known(pages[middle]))),
      bytesOf(...pages.slice(1)),
      bytesOf(...pages.slice(0, 2)),
      original.subarray(0, original.length - 1),
      Buffer.concat([bytesOf(...pages.slice(0, -1)), Buffer.from('not a page')]),
      Buffer.concat([original, Buffer.from('rest'), bytesOf(...pages)]),
    ]) {
      expect(await cleanBytes(bytes)).toMatchObject({ kind: 'ogg', obstacle: 'broken' });
    }
    const other = pageHead({
      ...known(pages[0]),
      body: Buffer.from('\x7fFLAC'),
      parts: Buffer.of(5),
    });
    const unknown = Buffer.concat([other, Buffer.from('\x7fFLAC')]);
    expect(await cleanBytes(unknown)).toMatchObject({ kind: 'ogg', obstacle: 'unknown' });
  });

  it('loses a picture that needs many pages, and a stream that describes others', async () => {
    const [head, , ...sound] = await oggPages(await fixture('recording.ogg'));
    const codebooks = (await oggPages((await cleanBytes(await fixture('recording.ogg'))).bytes))[1];
    const large = Buffer.from(`METADATA_BLOCK_PICTURE=${'PLANTED'.repeat(30_000)}`);
    const lengths = Buffer.alloc(12);
    lengths.writeUInt32LE(1, 4);
    lengths.writeUInt32LE(large.length, 8);
    const remarks = Buffer.concat([Buffer.from('\x03vorbis'), lengths, large, Buffer.of(1)]);
    const [one, two] = [known(head), known(codebooks)];
    const before = pagesOf([remarks, two.body.slice(16)], {
      serial: one.serial,
      sequence: 1,
      isLast: false,
    });
    const skeleton = {
      ...one,
      serial: 9,
      body: Buffer.from('fishead\0PLANTED'),
      parts: Buffer.of(15),
    };
    const parts = [one, skeleton].map((page) => Buffer.concat([pageHead(page), page.body]));
    const rest = sound.map((page, index) => [
      pageHead({ ...page, sequence: 1 + before.length + index }),
      page.body,
    ]);
    const built = Buffer.concat([...parts, ...before, ...rest.flat()]);
    const said = await cleanBytes(built);
    expect(said.removed.map(({ code }) => code)).toEqual(['ids', 'technical', 'thumbnail']);
    expect(letters(said.bytes)).toBe(
      letters((await cleanBytes(await fixture('recording.ogg'))).bytes),
    );
  });
});

describe('a cleaned PDF', () => {
  it('has none of what was packed where letters do not show, and still its page', async () => {
    const said = await cleanBytes(await fixture('packed.pdf'));
    const codes = said.removed.map(({ code }) => code);
    expect(said.verdict).toBe('cleaned');
    expect(codes).toEqual(expect.arrayContaining(['author', 'comment_authors', 'attachments']));
    const text = letters(said.bytes);
    expect(text).toContain('Every evening');
    for (const sign of ['ObjStm', 'EmbeddedFile', 'JavaScript', '/Info', '/ID', 'Metadata']) {
      expect(text).not.toContain(sign);
    }
  });

  it('is not made of one that nobody can look into', async () => {
    const said = await cleanBytes(await fixture('locked.pdf'));
    expect(said).toMatchObject({ verdict: 'not_cleanable', obstacle: 'encrypted' });
  });

  it('shows the pages that it showed before', async () => {
    const { bytes } = await cleanBytes(samplePdf(4));
    const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
    const pdf = await getDocument({ data: bytes, verbosity: 0 }).promise;
    expect(pdf.numPages).toBe(4);
    const { items } = await (await pdf.getPage(4)).getTextContent();
    expect(items.map((item) => ('str' in item ? item.str : '')).join('')).toContain('4');
    await pdf.destroy();
  });
});

describe('what cannot be cleaned', () => {
  it.each([
    ['a kind that nobody knows', '\x00\x01\x02nobody', 'unknown', 'unknown'],
    ['a page of HTML', '<!doctype html><meta name=author content=A>', 'unknown', 'unknown'],
    ['a mail', 'From: a\nTo: b\nDate: c\nSubject: d\n\ntext', 'unknown', 'unknown'],
    ['an archive', 'Rar!\x1a\x07', 'archive', 'archive'],
    ['a document of older Office', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'old_office', 'old_office'],
    ['half a film', '\x1aE\xdf\xa3\x83B\x86\x81\x01\x18S\x80g\x8a', 'webm', 'broken'],
    ['half a picture', '\xff\xd8\xff\xe0\0\x10JFIF\0', 'jpeg', 'broken'],
  ])('is said of %s', async (_, text, kind, obstacle) => {
    const bytes = Buffer.from(text, 'latin1');
    const said = await cleanBytes(bytes);
    expect(said).toMatchObject({ kind, verdict: 'not_cleanable', obstacle });
    expect(said.bytes).toBe(bytes);
  });
});

describe('a document that unpacks to more than anybody wrote', () => {
  it('is not unpacked', async () => {
    const said = await cleanBytes(await fixture('bomb.docx'));
    expect(said).toMatchObject({ kind: 'office', verdict: 'not_cleanable', obstacle: 'too_large' });
  });

  it('is not unpacked where it lies about its size', async () => {
    const bytes = await fixture('bomb.docx');
    // the size that the directory names for the second of its two entries
    const entry = bytes.indexOf('word/document.xml', bytes.lastIndexOf('PK\x01\x02')) - 46;
    bytes.writeUInt32LE(1000, entry + 24);
    const said = await cleanBytes(bytes);
    expect(said).toMatchObject({ verdict: 'not_cleanable', obstacle: 'too_large' });
  });
});

describe('plain text', () => {
  it.each(['', 'Doors are locked.\r\nEvery evening, in Ängelholm.\n'])(
    'has nothing to be found: %j',
    async (text) => {
      const said = await cleanBytes(Buffer.from(text));
      expect(said).toMatchObject({ kind: 'text', verdict: 'clean' });
    },
  );
});

describe('cleaning', () => {
  it('stops when it is cancelled, and tells a file that cannot be read from a broken one', async () => {
    const controller = new AbortController();
    controller.abort();
    const source = sourceOf(await fixture('photo.jpg'));
    await expect(cleanFile(source, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const gone = { size: 9, read: () => Promise.reject(new Error('gone')) };
    await expect(cleanFile(gone)).rejects.toMatchObject({ code: 'file_unreadable' });
  });

  it('gives a file that is read in any parts', async () => {
    const bytes = await fixture('photo.jpg');
    const source = { ...sourceOf(bytes), name: 'photo.jpg', type: 'image/jpeg', lastModified: 5 };
    const { pieces } = await cleanFile(source);
    const file = composedFile(source, pieces ?? []);
    const whole = letters(await file.read(0, file.size));
    await fc.assert(
      fc.asyncProperty(fc.nat(file.size), fc.nat(file.size), async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        expect(letters(await file.read(start, end))).toBe(whole.slice(start, end));
      }),
    );
  });

  it.each(planted)('%s, damaged anywhere, never throws and never grows', async (name) => {
    const original = await fixture(name);
    const damage = fc.record({
      end: fc.nat(original.length),
      changes: fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ end, changes }) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        const cleaned = await cleanBytes(bytes.subarray(0, end));
        expect(cleaned.bytes.length).toBeLessThanOrEqual(original.length + 4096);
      }),
      { numRuns: 60 },
    );
  });

  it('takes random bytes for what they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const { kind, verdict } = await cleanBytes(bytes);
        expect([kind === 'text', verdict]).not.toEqual([false, 'clean']);
      }),
    );
  });
});
