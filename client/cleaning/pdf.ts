import type { Report } from './findings.js';
import type { FindingCode, Piece } from './models.js';
import { cleanDictionary, nameIn, textOf } from './pdf-entries.js';
import { openPdf, type PdfFile } from './pdf-file.js';
import { cleanStream } from './pdf-stream.js';
import { writeDictionary, writeValue, type Value } from './pdf-values.js';
import { pieceSize, sizeOf } from './pieces.js';
import { broken, bytesOf, latin1, type Reader } from './reader.js';
import { readXmp } from './xmp.js';

/**
 * PDF: written anew with the objects that its pages need, so that earlier revisions and what nothing
 * points to are gone. Streams are ranges of the original.
 */

const info: Readonly<Record<string, FindingCode>> = {
  Author: 'author',
  Creator: 'software',
  Producer: 'software',
  Title: 'title',
  Subject: 'title',
  Keywords: 'title',
  CreationDate: 'dates',
  ModDate: 'dates',
  Company: 'company',
};

async function readMetadata(file: PdfFile, id: number, report: Report): Promise<void> {
  const stream = await file.object(id);
  const bytes = stream === null ? null : await file.unpacked(stream).catch(() => null);
  readXmp(bytes === null ? '' : latin1(bytes.subarray(0, 1024 * 1024)), report.removed);
}

/** Everything that can be reached, cleaned, by the numbers it had. */
async function gather(file: PdfFile, root: number, report: Report): Promise<Map<number, Value>> {
  const found = new Map<number, Value>();
  /** What says more of others, which many may share. */
  const told = new Set<number>();
  const waiting = [root];
  const visit = async (value: Value): Promise<void> => {
    if (value.kind === 'reference') waiting.push(value.id);
    else if (value.kind === 'array') for (const item of value.items) await visit(item);
    else if (value.kind === 'dictionary' || value.kind === 'stream') {
      if (value.map.has('Metadata')) {
        const about = value.map.get('Metadata');
        const id = about?.kind === 'reference' ? about.id : 0;
        if (!told.has(id)) await readMetadata(file, id, report);
        told.add(id);
        value.map.delete('Metadata');
      }
      cleanDictionary(value.map, value.kind === 'stream', report);
      if (value.kind === 'stream') value.map.delete('Length');
      for (const item of value.map.values()) await visit(item);
    }
  };
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    const value = await file.object(id);
    if (value === null) continue;
    // whatever leads to it: it draws nothing
    if (value.kind === 'stream' && nameIn(value.map, 'Type') === 'Metadata') {
      report.removed.add('technical');
      continue;
    }
    found.set(id, value);
    await visit(value);
  }
  return found;
}

/** See above. */
export async function cleanPdf(reader: Reader, report: Report): Promise<Piece[]> {
  const bytes = await reader.bytes(0, reader.size);
  const file = await openPdf(bytes);
  const root = file.trailer.get('Root');
  if (root?.kind !== 'reference') throw broken();
  const about = file.trailer.get('Info');
  const facts = about?.kind === 'reference' ? await file.object(about.id) : null;
  if (facts?.kind === 'dictionary') {
    for (const [key, value] of facts.map)
      report.removed.add(info[key] ?? 'technical', textOf(value));
  }
  if (file.trailer.has('ID')) report.removed.add('ids');
  if (file.trailer.has('Prev')) report.removed.add('editing');

  const objects = await gather(file, root.id, report);
  const catalog = objects.get(root.id);
  if (catalog?.kind !== 'dictionary' || !catalog.map.has('Pages')) throw broken();
  const numbers = new Map([...objects.keys()].map((id, index) => [id, index + 1]));
  const number = (id: number): number => numbers.get(id) ?? 0;
  const pieces: Piece[] = [bytesOf('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')];
  const places: number[] = [];
  let at = sizeOf(pieces);
  const put = (piece: Piece): void => {
    pieces.push(piece);
    at += pieceSize(piece);
  };
  for (const [id, value] of objects) {
    places.push(at);
    put(bytesOf(`${String(number(id))} 0 obj\n`));
    if (value.kind !== 'stream') put(bytesOf(`${writeValue(value, number)}\nendobj\n`));
    else {
      const data = await cleanStream(file, reader, value, report);
      const length: Value = { kind: 'plain', raw: String(sizeOf(data)) };
      const map = new Map([...value.map, ['Length', length]]);
      put(bytesOf(`${writeDictionary(map, number)}\nstream\n`));
      for (const piece of data) put(piece);
      put(bytesOf('\nendstream\nendobj\n'));
    }
  }
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const size = String(places.length + 1);
  const trailer = `trailer\n<</Size ${size}/Root ${String(number(root.id))} 0 R>>`;
  const end = `startxref\n${String(at)}\n%%EOF\n`;
  put(bytesOf(`xref\n0 ${size}\n0000000000 65535 f \n${lines}${trailer}\n${end}`));
  return pieces;
}
