import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createPdfBudget } from '../../../client/cleaning/pdf-budget.js';
import { openPdf } from '../../../client/cleaning/pdf-file.js';
import { CannotClean } from '../../../client/cleaning/reader.js';
import {
  archiveOf,
  cleanBytes,
  fixture,
  letters,
  pdfOf,
  PLANTED,
  streamOf,
  unpacked,
} from '../../support/cleaning.js';

const pages = '<</Type/Pages/Kids[3 0 R]/Count 1>>';
const catalog = '<</Type/Catalog/Pages 2 0 R>>';
const page = (more: string): string =>
  `<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</I 4 0 R>>>>${more}>>`;
const image =
  '/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceRGB';

describe('a photo in a PDF', () => {
  it.each([
    ['named', '/Filter/DCTDecode', []],
    ['in a list of one', '/Filter[/DCTDecode]', []],
    ['in an object of its own', '/Filter 5 0 R', ['/DCTDecode']],
    ['in a list of its own', '/Filter 5 0 R', ['[6 0 R]', '/DCTDecode']],
  ])('is cleaned where its way of packing is %s', async (_, filter, more) => {
    const photo = await fixture('photo.jpg');
    const file = pdfOf([catalog, pages, page(''), streamOf(image + filter, photo), ...more]);
    const { bytes, ...said } = await cleanBytes(file);
    expect(said).toMatchObject({ kind: 'pdf', verdict: 'cleaned', left: [] });
    expect(letters(bytes)).not.toMatch(PLANTED);
    expect(letters(bytes)).toContain('\xff\xd8\xff');
  });

  it('is said to stay as it is where it is packed twice', async () => {
    const photo = deflateSync(await fixture('photo.jpg'));
    const entries = `${image}/Filter[/FlateDecode/DCTDecode]`;
    const { verdict, left } = await cleanBytes(
      pdfOf([catalog, pages, page(''), streamOf(entries, photo)]),
    );
    expect(verdict).toBe('partly');
    expect(left).toMatchObject([{ code: 'embedded' }]);
  });

  it.each(['Unknown', 'constructor'])(
    'is said to stay as it is where its way of packing is called %s',
    async (filter) => {
      const photo = await fixture('photo.jpg');
      const stream = streamOf(`${image}/Filter/${filter}`, photo);
      const { verdict, left } = await cleanBytes(pdfOf([catalog, pages, page(''), stream]));
      expect(verdict).toBe('partly');
      expect(left).toMatchObject([{ code: 'embedded' }]);
    },
  );

  it('of JPEG 2000 keeps its picture, and none of the boxes that say more', async () => {
    const box = (type: string, body: string): Buffer => {
      const whole = Buffer.from(`\0\0\0\0${type}${body}`, 'latin1');
      whole.writeUInt32BE(whole.length);
      return whole;
    };
    const photo = Buffer.concat([
      box('jP  ', '\r\n\x87\n'),
      box('ftyp', 'jp2 \0\0\0\0jp2 '),
      box('jp2h', 'header'),
      box('uuid', 'JpgTiffExif->JP2PLANTED'),
      box('xml ', '<x>PLANTED</x>'),
      box('jp2c', 'coded'),
    ]);
    const { bytes, verdict } = await cleanBytes(
      pdfOf([catalog, pages, page(''), streamOf(`${image}/Filter/JPXDecode`, photo)]),
    );
    expect(verdict).toBe('cleaned');
    expect(letters(bytes)).not.toMatch(PLANTED);
    expect(letters(bytes)).toContain('coded');
  });
});

describe('a PDF', () => {
  const form = '/Type/XObject/Subtype/Form/BBox[0 0 9 9]';
  it.each([
    ['TeX’s word from where a figure came', form + '/PTEX.FileName(/home/PLANTED/figure.pdf)'],
    ['what TeX kept of a figure’s maker', form + '/PTEX.InfoDict<</Author(PLANTED)>>'],
    ['a print shop’s place of a picture', `${image}/OPI<</1.3<</F(PLANTED.tif)>>>>`],
    ['another picture instead', `${image}/Alternates[<</Image(PLANTED)>>]`],
    ['an entry of the maker’s own', `${image}/Scanner(PLANTED)`],
  ])('loses %s', async (_, entries) => {
    const file = pdfOf([catalog, pages, page(''), streamOf(entries, Buffer.from('q Q'))]);
    const { bytes, verdict } = await cleanBytes(file);
    expect(verdict).toBe('cleaned');
    expect(letters(bytes)).not.toMatch(PLANTED);
  });

  const link = (action: string): string =>
    `/Annots[<</Subtype/Link/Rect[0 0 1 1]/A<<${action}>>>>]`;
  const wide = Buffer.from('\ufefffile:///C:/Users/PLANTED', 'utf16le').swap16().toString('hex');
  it.each([
    ['a link to a file on the device', link('/S/URI/URI(file:///C:/Users/PLANTED/x.doc)')],
    ['one in escaped letters', link('/S/URI/URI(\\146ile:///PLANTED)')],
    ['one in numbers', link(`/S/URI/URI<${wide}>`)],
    ['a link into another document', link('/S/GoToR/F(/c/Users/PLANTED/y.pdf)/D[0/Fit]')],
    ['an entry of the page’s own', '/Device(PLANTED)'],
    ['a signature under another name', '/Seal<</ByteRange[0 1]/Name(PLANTED)>>'],
    ['the name of a file that was in it', '/VP[<</Type/Filespec/F(PLANTED)/EF<</F 4 0 R>>>>]'],
  ])('loses %s', async (_, entries) => {
    const file = pdfOf([catalog, pages, page(entries), streamOf(form, Buffer.from('q Q'))]);
    const { bytes, verdict } = await cleanBytes(file);
    expect(verdict).toBe('cleaned');
    const text = letters(bytes);
    expect(text).not.toMatch(PLANTED);
    expect(text).not.toContain(wide);
  });

  it('loses XMP that an entry of another name leads to', async () => {
    const xmp = streamOf('/Type/Metadata/Subtype/XML', Buffer.from('<x>PLANTED</x>'));
    const file = pdfOf([catalog, pages, page('/VP 5 0 R'), streamOf(form, Buffer.from('q')), xmp]);
    expect(letters((await cleanBytes(file)).bytes)).not.toMatch(PLANTED);
  });

  it('keeps links into the web', async () => {
    const entries = link('/S/URI/URI(https://example.org/a)');
    const file = pdfOf([catalog, pages, page(entries), streamOf(form, Buffer.from('q Q'))]);
    const { bytes, verdict } = await cleanBytes(file);
    expect(verdict).toBe('clean');
    expect(letters(bytes)).toContain('https://example.org/a');
  });
});

describe('a PDF that is made to cost much', () => {
  const many = 200;
  const stuff = 'x'.repeat(1000);
  const first = 3;
  /** A PDF whose pages lead to all of these. */
  const leadingTo = (objects: readonly (string | Uint8Array)[]): Uint8Array => {
    const kids = objects.map((_, index) => `${String(first + index)} 0 R`).join(' ');
    return pdfOf([catalog, `<</Type/Pages/Kids[${kids}]>>`, ...objects]);
  };
  const manyTimes = (object: (index: number) => string): string[] =>
    Array.from({ length: many }, (_, index) => object(index));
  /** One with a packed table alone. */
  const withTable = (entries: string): Uint8Array =>
    Buffer.from(
      `%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 9/Root 1 0 R/Length 4${entries}>>\nstream\nabcd\n` +
        'endstream\nendobj\nstartxref\n9\n%%EOF\n',
    );
  const last = `${stuff}\nendstream`;

  it.each([
    [
      'false lengths that end at one far word',
      leadingTo([...manyTimes(() => `<</Length 1>>\nstream\n${stuff}`), last]),
    ],
    [
      'lengths that end at one far word',
      leadingTo([
        ...manyTimes((index) => {
          // so far from here to the word
          const rest = (many - index) * 1100 - 90;
          const head = `<</Length ${String(rest).padStart(6, '0')}>>\nstream\n`;
          const frame = `${String(first + index)} 0 obj\n\nendobj\n`.length;
          return head + 'x'.repeat(1100 - frame - head.length);
        }),
        `${' '.repeat(1000)}endstream`,
      ]),
    ],
    [
      'texts that hold the objects after them',
      leadingTo([...manyTimes(() => `(${stuff}`), ')'.repeat(many)]),
    ],
    [
      'one heavy object that says all lengths',
      leadingTo([
        `(${stuff.repeat(100)})`,
        ...manyTimes(() => `<</Length ${String(first)} 0 R>>\nstream\n${stuff}\nendstream`),
      ]),
    ],
    ['a table that says the same again', withTable(`/W[0 0 0]/Index[${'0 99999 '.repeat(5000)}]`)],
    ['a table of endless numbers', withTable('/W[999999999999999 1 1]')],
  ])('is called broken: %s', async (_, file) => {
    expect(await cleanBytes(file)).toMatchObject({ verdict: 'not_cleanable', obstacle: 'broken' });
  });

  it('is searched for the ends of its streams a few times over at most', async () => {
    const file = leadingTo([...manyTimes(() => `<</Length 1>>\nstream\n${stuff}`), last]);
    let searched = 0;
    const bytes = Uint8Array.from(file);
    bytes.indexOf = (value, from = 0) => {
      const found = Uint8Array.prototype.indexOf.call(bytes, value, from);
      searched += (found < 0 ? bytes.length : found) - from;
      return found;
    };
    const opened = await openPdf(bytes);
    await expect(
      (async () => {
        for (let id = first; id < first + many; id += 1) await opened.object(id);
      })(),
    ).rejects.toMatchObject({ obstacle: 'broken' });
    expect(searched).toBeGreaterThan(file.length);
    expect(searched).toBeLessThan(8 * file.length);
  });

  it('and one whose lengths are wrong by mistake is cleaned, each byte read once or twice', async () => {
    const file = leadingTo(
      manyTimes(() => `<</Length 9/Author(PLANTED)>>\nstream\n${stuff}\nendstream`),
    );
    const budget = createPdfBudget(file.length);
    const opened = await openPdf(file, budget);
    for (let id = 1; id < first + many; id += 1) await opened.object(id);
    expect(budget.spent).toBeLessThan(2 * file.length);
    expect((await cleanBytes(file)).verdict).not.toBe('not_cleanable');
  });

  it('is not unpacked beyond what anybody writes', async () => {
    const bomb = deflateSync(Buffer.alloc(1024 * 1024));
    const about = (index: number): string => `<</Metadata ${String(first + many + index)} 0 R>>`;
    const bombs = manyTimes(() => '').map(() =>
      streamOf('/Type/Metadata/Filter/FlateDecode', bomb.subarray(0, -1)),
    );
    const file = leadingTo([...manyTimes(about), ...bombs]);
    const opened = await openPdf(file, createPdfBudget(file.length, 8 * 1024 * 1024));
    let unpackedOnes = 0;
    for (let id = first + many; id < first + 2 * many; id += 1) {
      const stream = await opened.object(id);
      if (stream === null) throw new Error('no stream');
      const obstacle = await opened.unpacked(stream).catch((error: unknown) => error);
      if (obstacle instanceof CannotClean) break;
      unpackedOnes += 1;
    }
    expect(unpackedOnes).toBeLessThan(10);
  });
});

const contentTypes = '<Types></Types>';

describe('an Office document', () => {
  const rel = (target: string): string =>
    `<Relationships><Relationship Id="a" Target="${target}" TargetMode="External"/></Relationships>`;
  it.each([
    ['the moments of remarks', 'word/commentsExtensible.xml', '<c w16cex:dateUtc="PLANTED"/>'],
    [
      'where letters took their addresses',
      'word/settings.xml',
      '<w:mailMerge><w:connectString w:val="PLANTED"/></w:mailMerge>',
    ],
    ['those addresses', 'word/recipientData.xml', '<w:recipients a="PLANTED"/>'],
    [
      'the file name of a picture',
      'word/document.xml',
      '<pic:cNvPr id="0" name="PLANTED scan.JPG" descr="C:\\Users\\PLANTED\\scan.jpg"/>',
    ],
    ['the name of an older picture', 'word/document.xml', '<v:imagedata o:title="PLANTED"/>'],
    [
      'the file name of a slide’s picture',
      'ppt/slides/slide1.xml',
      '<p:cNvPr descr="PLANTED.png"/>',
    ],
    [
      'a field’s place on the device',
      'word/document.xml',
      '<w:instrText> INCLUDEPICTURE "C:\\\\Users\\\\PLANTED\\\\a.png" </w:instrText>',
    ],
    [
      'the name before a remark',
      'xl/comments1.xml',
      '<author>PLANTED</author><text><t xml:space="preserve">PLANTED:</t></text>',
    ],
    ['the number of a version', 'xl/workbook.xml', '<xr:revisionPtr documentId="PLANTED"/>'],
    ['what an add-in noted', 'ppt/tags/tag1.xml', '<p:tag name="USER" val="PLANTED"/>'],
    ['facts under capital letters', 'DocProps/Core.xml', '<dc:creator>PLANTED</dc:creator>'],
    [
      'facts as libraries write them',
      'package/services/metadata/core-properties/1.psmdcp',
      '<?xml version="1.0"?><dc:creator>PLANTED</dc:creator>',
    ],
    ['data of a form', 'customXml/data.xml', '<x>PLANTED</x>'],
    ['a link beside the document', 'word/_rels/document.xml.rels', rel('../PLANTED/a.xlsx')],
    ['a link to a folder', 'word/_rels/document.xml.rels', rel('FILE:///C:/PLANTED')],
  ])('loses %s', async (_, name, text) => {
    const file = await archiveOf({ '[Content_Types].xml': contentTypes, [name]: text });
    const { bytes, ...said } = await cleanBytes(file);
    expect(said).toMatchObject({ kind: 'office', verdict: 'cleaned', left: [] });
    expect(await unpacked(bytes)).not.toMatch(PLANTED);
    expect((await cleanBytes(bytes)).verdict).toBe('clean');
  });

  it('is said to be cleaned in part where it has parts that nobody knows', async () => {
    const file = await archiveOf({
      '[Content_Types].xml': contentTypes,
      'customUI/customUI.xml': '<x who="PLANTED"/>',
    });
    expect(await cleanBytes(file)).toMatchObject({
      verdict: 'partly',
      left: [{ code: 'embedded' }],
    });
  });

  it('keeps links into the web, formats and alternative texts', async () => {
    const file = await archiveOf({
      '[Content_Types].xml': contentTypes,
      'word/_rels/document.xml.rels': rel('https://example.org/home/a'),
      'word/document.xml': '<wp:docPr id="1" name="Picture 1" descr="A door with a chain"/>',
      'xl/styles.xml': '<numFmt formatCode="h:\\ mm"/>',
    });
    expect(await cleanBytes(file)).toMatchObject({ verdict: 'clean', removed: [], left: [] });
  });
});

describe('an archive whose entries lie over one another', () => {
  it('cannot be cleaned, and is not written once for each', async () => {
    const picture = 'x'.repeat(5000);
    const bytes = Buffer.from(
      await archiveOf({
        '[Content_Types].xml': contentTypes,
        'word/media/1.png': picture,
        'word/media/2.png': '',
        'word/media/3.png': '',
      }),
    );
    expect((await cleanBytes(bytes)).verdict).toBe('clean');
    const [first = 0, ...others] = ['1', '2', '3'].map(
      (number) => bytes.lastIndexOf(`word/media/${number}.png`) - 46,
    );
    for (const other of others) {
      // check sum, sizes and place
      bytes.copy(bytes, other + 16, first + 16, first + 28);
      bytes.copy(bytes, other + 42, first + 42, first + 46);
    }
    expect(await cleanBytes(bytes)).toMatchObject({ verdict: 'not_cleanable' });
  });
});

describe('an OpenDocument', () => {
  it('loses links to places on the device and the numbers of its sittings', async () => {
    const file = await archiveOf({
      mimetype: 'application/vnd.oasis.opendocument.text',
      'content.xml':
        '<a xlink:href="file:///home/PLANTED/a.ods"/><b xlink:href="../PLANTED/b.ods"/>' +
        '<c xlink:href="Pictures/1.png"/>',
      'settings.xml':
        '<config:config-item config:name="Rsid" config:type="int">1234567</config:config-item>',
    });
    const { bytes, verdict } = await cleanBytes(file);
    expect(verdict).toBe('cleaned');
    const text = await unpacked(bytes);
    expect(text).not.toMatch(/PLANTED|1234567/u);
    expect(text).toContain('Pictures/1.png');
    expect((await cleanBytes(bytes)).verdict).toBe('clean');
  });
});

describe('a recording that was cut off', () => {
  it('loses the tag into which its last frame reaches', async () => {
    const whole = (await cleanBytes(await fixture('recording.mp3'))).bytes;
    const tag = Buffer.alloc(128);
    tag.write('TAGPLANTED');
    const { bytes } = await cleanBytes(Buffer.concat([whole.subarray(0, -40), tag]));
    expect(letters(bytes)).not.toMatch(PLANTED);
    expect(bytes.length).toBe(whole.length - 40);
  });
});

describe('a photo as phones store it', () => {
  it('loses the moment that stands among its properties', async () => {
    const photo = await fixture('photo.heic');
    const at = photo.indexOf('pixi') - 4;
    // in the place of one that nothing here needs
    photo.write('crtt', at + 4);
    const { bytes, removed } = await cleanBytes(photo);
    expect(removed.map(({ code }) => code)).toContain('technical');
    expect(letters(bytes)).not.toContain('crtt');
    expect(letters(bytes.subarray(at + 4, at + 8))).toBe('free');
  });
});
