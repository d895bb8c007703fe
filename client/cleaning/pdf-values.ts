import { broken, bytesOf, isAt, latin1 } from './reader.js';

/** Values of PDF as they are written, and the reading and writing of them. */

export type Dictionary = Map<string, Value>;
export type Value =
  /** A number, a truth, nothing, or a string: kept as it was written. */
  | { kind: 'plain'; raw: string }
  | { kind: 'name'; name: string }
  | { kind: 'reference'; id: number }
  | { kind: 'array'; items: Value[] }
  | { kind: 'dictionary'; map: Dictionary }
  /** Its bytes lie in the file, or are our own. */
  | { kind: 'stream'; map: Dictionary; data: { start: number; end: number } };

const DEPTH = 100;
const isSpace = (byte: number | undefined): boolean =>
  byte === 32 || byte === 10 || byte === 13 || byte === 9 || byte === 12 || byte === 0;
const delimiters = new Set(bytesOf('()<>[]{}/%'));

/** Reads values from bytes, one after the other. */
export class ValueReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Past spaces and remarks. */
  skip(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === 0x25) {
        while (this.at < this.bytes.length && ![10, 13].includes(this.bytes[this.at] ?? 10)) {
          this.at += 1;
        }
      } else if (!isSpace(byte)) return;
      else this.at += 1;
    }
  }

  /** Whether this word comes next; then it is taken. */
  takes(word: string): boolean {
    this.skip();
    if (!isAt(this.bytes, this.at, word)) return false;
    this.at += word.length;
    return true;
  }

  /** Letters up to a space or a sign. */
  word(): string {
    const from = this.at;
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] ?? 32;
      if (isSpace(byte) || delimiters.has(byte)) break;
      this.at += 1;
    }
    return latin1(this.bytes.subarray(from, this.at));
  }

  /** A whole number. Throws CannotClean where none stands. */
  number(): number {
    this.skip();
    const word = this.word();
    if (!/^\d{1,15}$/u.test(word)) throw broken();
    return Number(word);
  }

  value(depth = 0): Value {
    if (depth > DEPTH) throw broken();
    this.skip();
    if (this.takes('<<')) return { kind: 'dictionary', map: this.#entries(depth) };
    if (this.takes('[')) {
      const items: Value[] = [];
      while (!this.takes(']')) items.push(this.value(depth + 1));
      return { kind: 'array', items };
    }
    if (this.takes('/')) return { kind: 'name', name: this.#name() };
    if (isAt(this.bytes, this.at, '(')) return { kind: 'plain', raw: this.#text() };
    if (isAt(this.bytes, this.at, '<')) {
      const end = this.bytes.indexOf(0x3e, this.at);
      if (end < 0) throw broken();
      const raw = latin1(this.bytes.subarray(this.at, end + 1));
      this.at = end + 1;
      return { kind: 'plain', raw };
    }
    const raw = this.word();
    if (raw === '') throw broken();
    return this.#reference(raw) ?? { kind: 'plain', raw };
  }

  #entries(depth: number): Dictionary {
    const map: Dictionary = new Map();
    while (!this.takes('>>')) {
      if (!this.takes('/')) throw broken();
      const name = this.#name();
      map.set(name, this.value(depth + 1));
    }
    return map;
  }

  #name(): string {
    return this.word().replace(/#([0-9a-f]{2})/giu, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }

  #text(): string {
    const from = this.at;
    let open = 0;
    for (; this.at < this.bytes.length; this.at += 1) {
      const byte = this.bytes[this.at];
      if (byte === 0x5c) this.at += 1;
      else if (byte === 0x28) open += 1;
      else if (byte === 0x29) {
        open -= 1;
        if (open === 0) {
          this.at += 1;
          return latin1(this.bytes.subarray(from, this.at));
        }
      }
    }
    throw broken();
  }

  #reference(first: string): Value | null {
    if (!/^\d{1,10}$/u.test(first)) return null;
    const back = this.at;
    this.skip();
    if (/^\d{1,5}$/u.test(this.word()) && this.takes('R')) {
      const next = this.bytes[this.at];
      if (next === undefined || isSpace(next) || delimiters.has(next)) {
        return { kind: 'reference', id: Number(first) };
      }
    }
    this.at = back;
    return null;
  }
}

function written(name: string): string {
  return `/${name.replace(/[^!-~]|[#()<>[\]{}/%]/gu, (letter) => {
    const code = letter.charCodeAt(0).toString(16).padStart(2, '0');
    return `#${code}`;
  })}`;
}

/** A dictionary as it is written; `number` gives references their new numbers. */
export function writeDictionary(map: Dictionary, number: (id: number) => number): string {
  const entries = [...map].map(([name, value]) => `${written(name)} ${writeValue(value, number)}`);
  return `<<${entries.join('\n')}>>`;
}

/** A value as it is written; of a stream, its dictionary. */
export function writeValue(value: Value, number: (id: number) => number): string {
  switch (value.kind) {
    case 'plain':
      return value.raw;
    case 'name':
      return written(value.name);
    case 'reference': {
      const id = number(value.id);
      return id === 0 ? 'null' : `${String(id)} 0 R`;
    }
    case 'array':
      return `[${value.items.map((item) => writeValue(item, number)).join(' ')}]`;
    case 'dictionary':
    case 'stream':
      return writeDictionary(value.map, number);
  }
}
