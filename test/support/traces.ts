import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** A string that must not be found, with what it stands for. */
export interface Canary {
  readonly what: string;
  readonly bytes: readonly Buffer[];
}

/** The spellings in which a text could be stored: plain, UTF-16, hexadecimal, base64 at any offset. */
export function canary(what: string, text: string | Uint8Array): Canary {
  const plain = Buffer.from(text as string);
  const inner = [0, 1, 2].map((shift) => {
    // Base64 of a text inside another one: cut off the letters that its neighbours share.
    const base64 = Buffer.concat([Buffer.alloc(shift), plain]).toString('base64');
    const from = shift === 0 ? 0 : 4;
    return base64.slice(from, Math.floor(base64.replaceAll('=', '').length / 4) * 4 - 4);
  });
  const spellings = [
    plain.toString('hex'),
    plain.toString('hex').toUpperCase(),
    ...inner,
    ...inner.map((letters) => letters.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return {
    what,
    bytes: [
      plain,
      Buffer.from(plain.toString('utf8'), 'utf16le'),
      ...spellings.filter(({ length }) => length >= 12).map((letters) => Buffer.from(letters)),
    ],
  };
}

/** All files below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? filesBelow(file) : [file];
  });
}

/** Which canaries stand where: names of places and what was found, never the content. */
export function tracesIn(
  places: Readonly<Record<string, Buffer>>,
  canaries: readonly Canary[],
): string[] {
  return Object.entries(places).flatMap(([place, bytes]) =>
    canaries
      .filter((one) => one.bytes.some((sought) => bytes.includes(sought)))
      .map(({ what }) => `${what} in ${place}`),
  );
}

/** Every file below a folder as a place to search. */
export function placesBelow(folder: string): Record<string, Buffer> {
  return Object.fromEntries(
    filesBelow(folder).map((file) => [path.relative(folder, file), readFileSync(file)]),
  );
}
