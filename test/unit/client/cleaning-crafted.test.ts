import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
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

describe('an Office document', () => {
  const contentTypes = '<Types></Types>';
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
