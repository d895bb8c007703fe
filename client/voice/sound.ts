import { VOICE_RATE } from './disguise.js';

/*
 * A recording is a WAV file of one channel, 16,000 samples a second, a byte each (G.711, μ-law):
 * a header that is the same for every recording of its length, and no place for anything else.
 * Telephones have sent voices so since 1972, and every browser plays it.
 */

const HEADER = 58;
const BIAS = 0x84;
const LARGEST = 32_635;

/** Bytes of a recording of so many seconds. */
export function soundBytes(seconds: number): number {
  return HEADER + seconds * VOICE_RATE;
}

/** Samples between -1 and 1 as bytes of μ-law. */
export function toMuLaw(samples: Float32Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const value = Math.max(-1, Math.min(1, sample)) * 32_767;
    const sign = value < 0 ? 0x80 : 0;
    const size = Math.min(LARGEST, Math.abs(Math.round(value))) + BIAS;
    const exponent = 31 - Math.clz32(size) - 7;
    const mantissa = (size >> (exponent + 3)) & 0x0f;
    return ~(sign | (exponent << 4) | mantissa) & 0xff;
  });
}

/** The samples again, between -1 and 1. */
export function fromMuLaw(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (byte) => {
    const inverted = ~byte & 0xff;
    const exponent = (inverted >> 4) & 0x07;
    const size = (((inverted & 0x0f) << 3) + BIAS) * 2 ** exponent - BIAS;
    return ((inverted & 0x80) === 0 ? size : -size) / 32_767;
  });
}

/** A whole WAV file of these runs of μ-law. */
export function wavOf(runs: readonly Uint8Array[]): Uint8Array {
  const size = runs.reduce((sum, run) => sum + run.length, 0);
  const padded = size + (size % 2);
  const file = new Uint8Array(HEADER + padded);
  const view = new DataView(file.buffer);
  const text = (at: number, letters: string): void => {
    for (let index = 0; index < letters.length; index += 1) {
      file[at + index] = letters.charCodeAt(index);
    }
  };
  text(0, 'RIFF');
  view.setUint32(4, HEADER - 8 + padded, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 18, true);
  // μ-law, one channel, a byte a sample
  view.setUint16(20, 7, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, VOICE_RATE, true);
  view.setUint32(28, VOICE_RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(38, 'fact');
  view.setUint32(42, 4, true);
  view.setUint32(46, size, true);
  text(50, 'data');
  view.setUint32(54, size, true);
  let at = HEADER;
  for (const run of runs) {
    file.set(run, at);
    at += run.length;
  }
  return file;
}
