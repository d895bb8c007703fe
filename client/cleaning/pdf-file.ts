import { inflate } from './inflate.js';
import { createPdfBudget, type PdfBudget } from './pdf-budget.js';
import { ValueReader, type Dictionary, type Value } from './pdf-values.js';
import { broken, CannotClean, isAt, latin1 } from './reader.js';

/** The objects of a PDF, found by its tables as they stand last: earlier revisions count for nothing. */

/** Where an object lies: in the file, or packed with others. */
type Place = { at: number } | { pack: number; index: number } | null;

export interface PdfFile {
  trailer: Dictionary;
  /** The object of a number; null where there is none. Throws CannotClean where it is damaged. */
  object(id: number): Promise<Value | null>;
  /** The unpacked bytes of a stream that is packed in the one usual way; null in others. */
  unpacked(stream: Value): Promise<Uint8Array | null>;
}

const MOST_OBJECTS = 2_000_000;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_TABLES = 500;
/** What the usual way of packing makes of a byte at most. */
const MOST_RATIO = 1032;
/** Bytes of one number in a packed table; makers write up to eight. */
const MOST_WIDTH = 8;

function whole(value: Value | undefined): number | null {
  return value?.kind === 'plain' && /^\d{1,15}$/u.test(value.raw) ? Number(value.raw) : null;
}

/** Undoes the prediction that tables of places are packed with. */
function unpredicted(bytes: Uint8Array, columns: number): Uint8Array {
  const rows = Math.floor(bytes.length / (columns + 1));
  const result = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const kind = bytes[row * (columns + 1)] ?? 0;
    if (kind !== 0 && kind !== 2) throw broken();
    for (let column = 0; column < columns; column += 1) {
      const above = row === 0 || kind === 0 ? 0 : (result[(row - 1) * columns + column] ?? 0);
      const own = bytes[row * (columns + 1) + 1 + column] ?? 0;
      result[row * columns + column] = (own + above) & 255;
    }
  }
  return result;
}

/**
 * Opens a PDF. Throws CannotClean `broken` or `encrypted`.
 *
 * @param budget in place of the file's own, for tests.
 */
export async function openPdf(
  bytes: Uint8Array,
  budget: PdfBudget = createPdfBudget(bytes.length),
): Promise<PdfFile> {
  const places = new Map<number, Place>();
  const packs = new Map<number, Value[]>();
  let trailer: Dictionary | null = null;

  /** An object that lies in the file. `length` finds the length of a stream where it lies apart. */
  const readAt = async (at: number, id: number | null, depth: number): Promise<Value> => {
    const reader = new ValueReader(bytes, at);
    const number = reader.number();
    reader.number();
    if (!reader.takes('obj') || (id !== null && number !== id)) throw broken();
    const value = reader.value();
    const isStream = value.kind === 'dictionary' && reader.takes('stream');
    budget.spend(reader.at - at);
    if (!isStream) return value;
    if (bytes[reader.at] === 13) reader.at += 1;
    if (bytes[reader.at] === 10) reader.at += 1;
    const start = reader.at;
    let length = value.map.get('Length');
    if (length?.kind === 'reference' && depth < 2) {
      length = (await object(length.id, depth + 1)) ?? undefined;
    }
    const said = whole(length);
    let end = said === null ? Infinity : start + said;
    const tail = new ValueReader(bytes, Math.min(end, bytes.length));
    const isRight = end <= bytes.length && tail.takes('endstream');
    budget.spend(Math.max(0, tail.at - end));
    if (!isRight) {
      // a wrong length: up to the word that ends it
      end = start;
      while (end >= 0 && !isAt(bytes, end, 'endstream')) end = bytes.indexOf(0x65, end + 1);
      if (end < 0) throw broken();
    }
    // also what was not searched: streams that lie over one another are written as often
    budget.spend(end - start);
    return { kind: 'stream', map: value.map, data: { start, end } };
  };

  const unpacked = async (stream: Value): Promise<Uint8Array | null> => {
    if (stream.kind !== 'stream') return null;
    const data = bytes.subarray(stream.data.start, stream.data.end);
    let filter = stream.map.get('Filter');
    if (filter?.kind === 'array' && filter.items.length === 1) [filter] = filter.items;
    if (filter === undefined) {
      budget.spend(data.length);
      return data;
    }
    if (filter.kind !== 'name' || filter.name !== 'FlateDecode') return null;
    const most = Math.min(MOST_BYTES, budget.left);
    const plain = await inflate(data, 'deflate', most).catch((error: unknown) => {
      // how far it came is not known
      budget.unpacked(Math.min(most, data.length * MOST_RATIO));
      throw error;
    });
    budget.unpacked(plain.length);
    let parameters = stream.map.get('DecodeParms');
    if (parameters?.kind === 'array') [parameters] = parameters.items;
    if (parameters?.kind !== 'dictionary') return plain;
    const predictor = whole(parameters.map.get('Predictor')) ?? 1;
    if (predictor === 1) return plain;
    if (predictor < 10) return null;
    return unpredicted(plain, whole(parameters.map.get('Columns')) ?? 1);
  };

  const packOf = async (id: number, depth: number): Promise<Value[]> => {
    const known = packs.get(id);
    if (known !== undefined) return known;
    const stream = await object(id, depth + 1);
    const plain = stream === null ? null : await unpacked(stream);
    if (stream?.kind !== 'stream' || plain === null) throw broken();
    const count = whole(stream.map.get('N')) ?? 0;
    const first = whole(stream.map.get('First')) ?? 0;
    if (count > MOST_OBJECTS) throw broken();
    const table = new ValueReader(plain, 0);
    const values: Value[] = [];
    for (let index = 0; index < count; index += 1) {
      table.number();
      const from = first + table.number();
      const own = new ValueReader(plain, from);
      values.push(own.value());
      budget.spend(own.at - from);
    }
    packs.set(id, values);
    return values;
  };

  const object = async (id: number, depth = 0): Promise<Value | null> => {
    const place = places.get(id);
    if (place === undefined || place === null) return null;
    if (depth > 3) throw broken();
    if ('at' in place) return readAt(place.at, id, depth);
    return (await packOf(place.pack, depth))[place.index] ?? null;
  };

  const note = (id: number, place: Place): void => {
    if (!places.has(id)) places.set(id, place);
    if (places.size > MOST_OBJECTS) throw new CannotClean('too_large');
  };

  const table = (reader: ValueReader): Dictionary => {
    while (!reader.takes('trailer')) {
      const first = reader.number();
      const count = reader.number();
      for (let index = 0; index < count; index += 1) {
        const at = reader.number();
        reader.number();
        reader.skip();
        note(first + index, reader.word() === 'n' ? { at } : null);
        budget.spend(1);
      }
    }
    const value = reader.value();
    if (value.kind !== 'dictionary') throw broken();
    return value.map;
  };

  const packedTable = async (at: number): Promise<Dictionary> => {
    const stream = await readAt(at, null, 0);
    const plain = await unpacked(stream);
    if (stream.kind !== 'stream' || plain === null) throw broken();
    const list = (name: string): number[] => {
      const value = stream.map.get(name);
      return value?.kind === 'array' ? value.items.map((item) => whole(item) ?? 0) : [];
    };
    const [typeSize = 0, firstSize = 0, secondSize = 0] = list('W');
    if (Math.max(typeSize, firstSize, secondSize) > MOST_WIDTH) throw broken();
    const sections = list('Index');
    if (sections.length === 0) sections.push(0, whole(stream.map.get('Size')) ?? 0);
    let position = 0;
    const field = (size: number): number => {
      let value = 0;
      for (let index = 0; index < size; index += 1) {
        value = value * 256 + (plain[position + index] ?? 0);
      }
      position += size;
      return value;
    };
    for (let section = 0; section + 1 < sections.length; section += 2) {
      const [first = 0, count = 0] = sections.slice(section, section + 2);
      for (let index = 0; index < count && position < plain.length; index += 1) {
        const type = typeSize === 0 ? 1 : field(typeSize);
        const [one, two] = [field(firstSize), field(secondSize)];
        budget.spend(1);
        note(
          first + index,
          type === 1 ? { at: one } : type === 2 ? { pack: one, index: two } : null,
        );
      }
    }
    return stream.map;
  };

  const tail = latin1(bytes.subarray(Math.max(0, bytes.length - 2048)));
  let next = Number(/startxref\s+(\d+)\s+%%EOF\s*$/u.exec(tail)?.[1] ?? Number.NaN);
  const seen = new Set<number>();
  while (Number.isInteger(next) && !seen.has(next)) {
    if (seen.size > MOST_TABLES || next >= bytes.length) throw broken();
    seen.add(next);
    const reader = new ValueReader(bytes, next);
    const map = reader.takes('xref') ? table(reader) : await packedTable(next);
    budget.spend(reader.at - next);
    if (map.has('Encrypt')) throw new CannotClean('encrypted');
    const hidden = whole(map.get('XRefStm'));
    if (hidden !== null) await packedTable(hidden);
    trailer ??= map;
    next = whole(map.get('Prev')) ?? Number.NaN;
  }
  if (trailer === null) throw broken();
  return { trailer, object: (id) => object(id), unpacked };
}
