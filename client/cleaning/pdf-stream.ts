import { fileBoxes } from './boxes.js';
import type { Report } from './findings.js';
import { cleanJpeg } from './jpeg.js';
import type { Piece } from './models.js';
import type { PdfFile } from './pdf-file.js';
import type { Dictionary, Value } from './pdf-values.js';
import { merged } from './pieces.js';
import { CannotClean, createReader, isAt, type Reader } from './reader.js';

/** What a picture of JPEG 2000 is drawn from; makers put boxes of XML and of their own besides. */
const drawn = ['jP  ', 'ftyp', 'rreq', 'jp2h', 'jp2c'];

/** The ways in which a stream is packed, the outermost first. */
async function filtersOf(file: PdfFile, map: Dictionary): Promise<string[]> {
  const resolved = async (value: Value | undefined): Promise<Value | null | undefined> =>
    value?.kind === 'reference' ? file.object(value.id) : value;
  const filter = await resolved(map.get('Filter'));
  const items = filter?.kind === 'array' ? filter.items : [filter ?? undefined];
  const names = await Promise.all(items.map(resolved));
  return names.flatMap((each) => (each?.kind === 'name' ? [each.name] : []));
}

async function cleanJpeg2000(reader: Reader, { removed }: Report): Promise<Piece[]> {
  const head = await reader.bytes(0, Math.min(reader.size, 12));
  // the coded data alone, without boxes around it
  if (!isAt(head, 4, 'jP  ')) return [{ start: 0, end: reader.size }];
  const boxes = await fileBoxes(reader);
  const goes = boxes.filter(({ type }) => !drawn.includes(type));
  for (const { type } of goes) removed.add('technical', type);
  const kept = boxes.filter(({ type }) => drawn.includes(type));
  return kept.map(({ start, end }) => ({ start, end }));
}

const pictures = { DCTDecode: cleanJpeg, DCT: cleanJpeg, JPXDecode: cleanJpeg2000 } as const;

/** Ways of packing that are no pictures with details of their own (ISO 32000-1, table 6). */
const plain: ReadonlySet<string> = new Set([
  ...['FlateDecode', 'LZWDecode', 'ASCII85Decode', 'ASCIIHexDecode', 'RunLengthDecode'],
  ...['CCITTFaxDecode', 'JBIG2Decode', 'Crypt', 'Fl', 'LZW', 'A85', 'AHx', 'RL', 'CCF'],
]);

/** The bytes of a stream: a photo in a page carries what photos carry, and is cleaned of it. */
export async function cleanStream(
  file: PdfFile,
  reader: Reader,
  { map, data }: { map: Dictionary; data: { start: number; end: number } },
  report: Report,
): Promise<Piece[]> {
  const filters = await filtersOf(file, map);
  const name = filters.find((each) => Object.hasOwn(pictures, each));
  if (name === undefined) {
    // whoever packed it so may have packed a photo
    if (!filters.every((each) => plain.has(each))) report.left.add('embedded');
    return [data];
  }
  const read = (start: number, end: number): Promise<Uint8Array> =>
    reader.bytes(data.start + start, data.start + end);
  try {
    // packed once more, so that it cannot be looked into here
    if (filters.length > 1) throw new CannotClean('unknown');
    const clean = pictures[name as keyof typeof pictures];
    const pieces = await clean(createReader({ size: data.end - data.start, read }), report);
    return merged(pieces).map((piece) =>
      'start' in piece ? { start: piece.start + data.start, end: piece.end + data.start } : piece,
    );
  } catch (error) {
    if (!(error instanceof CannotClean)) throw error;
    report.left.add('embedded');
    return [data];
  }
}
