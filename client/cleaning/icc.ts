import { bytesOf, isEqual, joined, viewOf } from './reader.js';

/**
 * Colour profiles. One that a screen or a scanner was measured by is that device's fingerprint, and
 * all carry texts and dates. So none is kept: where the primaries are those of a standard that is
 * wider than sRGB, a profile of our own, the same for everybody, takes its place; pictures without
 * one are taken for sRGB.
 */

type Triple = readonly [number, number, number];

interface Standard {
  primaries: readonly [Triple, Triple, Triple];
  /** Parameters of the tone curve: one is a plain power, five are those of sRGB. */
  curve: readonly number[];
}

const srgbCurve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];
/** Display P3 and Adobe RGB (1998), adapted to D50. */
const wide: readonly Standard[] = [
  {
    primaries: [
      [0.5151, 0.2412, -0.0011],
      [0.292, 0.6922, 0.0419],
      [0.1571, 0.0666, 0.7841],
    ],
    curve: srgbCurve,
  },
  {
    primaries: [
      [0.6097, 0.3111, 0.0195],
      [0.2053, 0.6257, 0.0609],
      [0.1492, 0.0632, 0.7446],
    ],
    curve: [563 / 256],
  },
];
/** From D65, which all of them have, to D50. */
const adaptation = [
  1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168,
];
const NEAR = 0.003;

function primariesOf(profile: Uint8Array): number[] | null {
  try {
    const view = viewOf(profile);
    const found: number[] = [];
    const count = Math.min(view.getUint32(128), 100);
    for (const name of [0x7258595a, 0x6758595a, 0x6258595a]) {
      for (let index = 0; index < count; index += 1) {
        const entry = 132 + index * 12;
        if (view.getUint32(entry) !== name) continue;
        const at = view.getUint32(entry + 4);
        for (const offset of [8, 12, 16]) found.push(view.getInt32(at + offset) / 65536);
      }
    }
    return found.length === 9 ? found : null;
  } catch {
    return null;
  }
}

function isNear(standard: Standard, found: readonly number[]): boolean {
  return standard.primaries.flat().every((value, at) => Math.abs(value - (found[at] ?? 9)) < NEAR);
}

function fixed(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, index) => {
    view.setInt32(index * 4, Math.round(value * 65536));
  });
  return bytes;
}

const words = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value);
  });
  return bytes;
};

function build({ primaries, curve }: Standard): Uint8Array {
  const [red, green, blue] = primaries;
  const xyz = (values: Triple): Uint8Array => joined(bytesOf('XYZ \0\0\0\0'), fixed(...values));
  // a text of one letter, in English: both texts must be there
  const text = joined(
    bytesOf('mluc\0\0\0\0'),
    words(1, 12),
    bytesOf('enUS'),
    words(2, 28),
    Uint8Array.of(0, 0x2d, 0, 0),
  );
  const kind = curve.length === 1 ? 0 : 3;
  const tone = joined(bytesOf('para\0\0\0\0'), Uint8Array.of(0, kind, 0, 0), fixed(...curve));
  const data: readonly [readonly string[], Uint8Array][] = [
    [['desc', 'cprt'], text],
    [['wtpt'], xyz([0.9642, 1, 0.8249])],
    [['chad'], joined(bytesOf('sf32\0\0\0\0'), fixed(...adaptation))],
    [['rXYZ'], xyz(red)],
    [['gXYZ'], xyz(green)],
    [['bXYZ'], xyz(blue)],
    [['rTRC', 'gTRC', 'bTRC'], tone],
  ];
  const count = data.reduce((sum, [names]) => sum + names.length, 0);
  let at = 132 + count * 12;
  const table: Uint8Array[] = [];
  for (const [names, bytes] of data) {
    for (const name of names) table.push(bytesOf(name), words(at, bytes.length));
    at += bytes.length;
  }
  const header = joined(
    words(at, 0, 0x04000000),
    bytesOf('mntrRGB XYZ '),
    new Uint8Array(12),
    bytesOf('acsp'),
    new Uint8Array(28),
    fixed(0.9642, 1, 0.8249),
    new Uint8Array(48),
    words(count),
  );
  return joined(header, ...table, ...data.map(([, bytes]) => bytes));
}

/** What stands for a colour profile: our own, or none; `isOwn` where it was that already. */
export function standardProfile(profile: Uint8Array): {
  profile: Uint8Array | null;
  isOwn: boolean;
} {
  const found = primariesOf(profile);
  const standard = found === null ? undefined : wide.find((each) => isNear(each, found));
  if (standard === undefined) return { profile: null, isOwn: false };
  const own = build(standard);
  return { profile: own, isOwn: isEqual(own, profile) };
}
