import { describe, expect, it } from 'vitest';
import { cleanFile } from '../../../client/cleaning/clean.js';
import { VOICE_RATE } from '../../../client/voice/disguise.js';
import { fromMuLaw, soundBytes, toMuLaw, wavOf } from '../../../client/voice/sound.js';

describe('μ-law', () => {
  it('comes back nearly as it was', () => {
    for (const sample of [0, 0.001, -0.001, 0.1, -0.1, 0.5, 0.99, -0.99, 1, -1]) {
      const [back = NaN] = fromMuLaw(toMuLaw(Float32Array.of(sample)));
      expect(Math.abs(back - sample)).toBeLessThan(0.001 + Math.abs(sample) * 0.04);
    }
  });

  it('is the code that G.711 names', () => {
    // the quietest of either side, and the loudest
    expect([...toMuLaw(Float32Array.of(0, 1, -1))]).toEqual([0xff, 0x80, 0x00]);
    expect(
      [...fromMuLaw(Uint8Array.of(0xff, 0x80, 0x00))].map((x) => Math.round(x * 32_767)),
    ).toEqual([0, 32_124, -32_124]);
  });

  it('gives every code back as itself', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const again = toMuLaw(fromMuLaw(codes));
    // there are two zeros
    expect([...again].filter((code, at) => code !== at)).toEqual([0xff]);
  });

  it('takes what is too loud for as loud as can be', () => {
    expect(toMuLaw(Float32Array.of(3, -3))).toEqual(toMuLaw(Float32Array.of(1, -1)));
  });
});

describe('a recording as a file', () => {
  it('holds a header of fixed words, the sound, and nothing else', async () => {
    const runs = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)];
    const file = wavOf(runs);
    expect(file.length).toBe(soundBytes(5 / VOICE_RATE) + 1);
    expect([...file.subarray(58)]).toEqual([1, 2, 3, 4, 5, 0]);
    const source = {
      size: file.length,
      read: (start: number, end: number) => Promise.resolve(file.slice(start, end)),
    };
    const cleaned = await cleanFile(source);
    expect(cleaned).toMatchObject({ kind: 'wav', verdict: 'clean', removed: [], left: [] });
  });

  it('is the same for the same sound, whenever it was made', () => {
    const sound = toMuLaw(Float32Array.of(0.1, 0.2));
    expect(wavOf([sound])).toEqual(wavOf([sound.slice(0, 1), sound.slice(1)]));
  });

  it('is about a megabyte a minute', () => {
    expect(soundBytes(60)).toBeLessThan(1_000_000);
  });
});
