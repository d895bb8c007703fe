import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDisguise, disguiseBytes, VOICE_RATE } from '../../../client/voice/disguise.js';
import { createFourier } from '../../../client/voice/fourier.js';
import { correlation, harmonics, loudness, madeVoice, periodicity } from '../../support/voice.js';

const SECONDS = 3;

/** The same draw in each run of these tests. */
const drawn = (label = ''): Uint8Array =>
  new Uint8Array(
    createHash('shake256', { outputLength: disguiseBytes(SECONDS) })
      .update(label)
      .digest(),
  );

/** A voice as the microphone hands it over, and what the disguise makes of it. */
function disguised(voice: Float32Array, rate: number, random = drawn(), block = 128): Float32Array {
  const disguise = createDisguise(rate, random);
  const samples: number[] = [];
  for (let at = 0; at < voice.length; at += block) {
    for (const sample of disguise.push(voice.subarray(at, at + block))) samples.push(sample);
  }
  disguise.wipe();
  return Float32Array.from(samples);
}

/** The loudness of three parts of the spectrum over time, as listeners tell sounds apart by. */
function envelopes(sound: Float32Array, rate: number): number[][] {
  const size = Math.round(rate / 15);
  const fourier = createFourier(2 ** Math.ceil(Math.log2(size)));
  const parts: number[][] = [[], [], []];
  for (let start = 0; start + size <= sound.length; start += size) {
    const real = new Float32Array(fourier.length);
    const imaginary = new Float32Array(fourier.length);
    for (let at = 0; at < size; at += 1) {
      const shape = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size);
      real[at] = (sound[start + at] ?? 0) * shape;
    }
    fourier.transform(real, imaginary);
    const edges = [100, 600, 1500, 4000];
    parts.forEach((row, part) => {
      let sum = 0;
      for (let bin = 0; bin < fourier.length / 2; bin += 1) {
        const frequency = (bin * rate) / fourier.length;
        if (frequency < (edges[part] ?? 0) || frequency >= (edges[part + 1] ?? 0)) continue;
        sum += (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
      }
      row.push(Math.sqrt(sum));
    });
  }
  return parts;
}

const voices = [
  [95, 48_000],
  [120, 48_000],
  [220, 44_100],
  [300, 16_000],
] as const;

describe('a disguised voice', () => {
  it.each(voices)('has nothing left of a pitch of %i Hz, heard at %i a second', (pitch, rate) => {
    const voice = madeVoice(pitch, SECONDS, rate);
    expect(periodicity(voice, pitch, rate)).toBeGreaterThan(0.9);
    expect(harmonics(voice, pitch, rate)).toBeGreaterThan(20);
    const sound = disguised(voice, rate);
    expect(Math.abs(periodicity(sound, pitch, VOICE_RATE))).toBeLessThan(0.2);
    expect(Math.abs(harmonics(sound, pitch, VOICE_RATE))).toBeLessThan(4);
  });

  it('repeats itself as little at the pitch of the one who spoke as at that of another', () => {
    const [low, high] = [120, 220].map((pitch) =>
      disguised(madeVoice(pitch, SECONDS, 48_000), 48_000),
    );
    for (const sound of [low, high]) {
      for (const pitch of [120, 220]) {
        expect(Math.abs(periodicity(sound ?? new Float32Array(), pitch, VOICE_RATE))).toBeLessThan(
          0.2,
        );
      }
    }
  });

  it('does not beat with the pitch either', () => {
    const rate = 16_000;
    const beat = (sound: Float32Array, pitch: number): number => {
      // the loudness from one thousandth of a second to the next, which beats with a voice's pulses
      const size = rate / 1000;
      const row = Float32Array.from({ length: Math.floor(sound.length / size) }, (_, at) =>
        sound.subarray(at * size, (at + 1) * size).reduce((sum, each) => sum + Math.abs(each), 0),
      );
      // without what syllables do, which is slower
      const fast = row.map((each, at) => {
        const near = row.subarray(Math.max(0, at - 10), at + 10);
        return each - near.reduce((sum, other) => sum + other, 0) / near.length;
      });
      return periodicity(fast, pitch, 1000);
    };
    const voice = madeVoice(100, SECONDS, rate);
    expect(beat(voice, 100)).toBeGreaterThan(0.7);
    expect(beat(disguised(voice, rate), 100)).toBeLessThan(0.4);
  });

  it.each(voices)(
    'can still be understood: loudness and spectrum follow (%i Hz)',
    (pitch, rate) => {
      const voice = madeVoice(pitch, SECONDS, rate);
      const sound = disguised(voice, rate);
      expect(correlation(loudness(voice, rate), loudness(sound, VOICE_RATE))).toBeGreaterThan(0.85);
      const after = envelopes(sound, VOICE_RATE);
      envelopes(voice, rate).forEach((row, part) => {
        expect(correlation(row, after[part] ?? [])).toBeGreaterThan(0.5);
      });
    },
  );

  it('lasts as long as what was said, and is as loud', () => {
    for (const rate of [16_000, 44_100, 48_000]) {
      const voice = madeVoice(150, SECONDS, rate);
      const sound = disguised(voice, rate);
      expect(sound.length / VOICE_RATE).toBeGreaterThan(SECONDS - 0.05);
      expect(sound.length / VOICE_RATE).toBeLessThanOrEqual(SECONDS);
      const power = (each: Float32Array): number =>
        each.reduce((sum, sample) => sum + sample * sample, 0) / each.length;
      const decibels = 10 * Math.log10(power(sound) / power(voice));
      expect(Math.abs(decibels)).toBeLessThan(5);
    }
  });

  it('knows nothing of the waves but their strength: turned over, they give the same', () => {
    const voice = madeVoice(120, 1, VOICE_RATE);
    expect(
      disguised(
        voice.map((sample) => -sample),
        VOICE_RATE,
      ),
    ).toEqual(disguised(voice, VOICE_RATE));
  });

  it('is made of other noise: no stretch of it is one of the input', () => {
    const noise = new Uint8Array(createHash('shake256', { outputLength: 16_000 }).digest());
    const hiss = Float32Array.from(noise, (byte) => byte / 300 - 0.425);
    const sound = disguised(hiss, VOICE_RATE);
    let most = 0;
    const size = 640;
    for (let at = 2000; at < sound.length - 2 * size; at += 3201) {
      const stretch = sound.subarray(at, at + size);
      for (let start = at - 600; start <= at + 600; start += 1) {
        const found = correlation(stretch, hiss.subarray(start, start + size));
        most = Math.max(most, Math.abs(found));
      }
    }
    expect(most).toBeLessThan(0.3);
  });

  it('is another each time, and the same only from the same draw', () => {
    const voice = madeVoice(120, 1, VOICE_RATE);
    const first = disguised(voice, VOICE_RATE);
    expect(disguised(voice, VOICE_RATE)).toEqual(first);
    // in other blocks too
    expect(disguised(voice, VOICE_RATE, drawn(), 1000)).toEqual(first);
    const other = disguised(voice, VOICE_RATE, drawn('other'));
    expect(Math.abs(correlation(first, other))).toBeLessThan(0.1);
  });

  it('moves the resonances by other amounts each time', () => {
    const rate = 16_000;
    // one vowel's resonance at 1,000 Hz
    const hiss = Float32Array.from(
      { length: rate },
      (_, at) => Math.sin((2 * Math.PI * 1000 * at) / rate) * 0.3,
    );
    const middles = Array.from({ length: 12 }, (_, number) => {
      const sound = disguised(hiss, rate, drawn(String(number)));
      const size = 8192;
      const fourier = createFourier(size);
      const [real, imaginary] = [sound.slice(2000, 2000 + size), new Float32Array(size)];
      fourier.transform(real, imaginary);
      let [sum, weight] = [0, 0];
      for (let bin = 1; bin < size / 2; bin += 1) {
        const power = (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
        sum += power * ((bin * rate) / size);
        weight += power;
      }
      return sum / weight;
    });
    expect(Math.max(...middles) / Math.min(...middles)).toBeGreaterThan(1.05);
  });

  it('is silent where nobody speaks', () => {
    const faint = Float32Array.from({ length: 8000 }, () => (Math.random() - 0.5) * 1e-4);
    expect(disguised(faint, 16_000).every((sample) => sample === 0)).toBe(true);
  });
});

describe('what was heard and drawn', () => {
  it('is overwritten at the end, and nothing more comes out', () => {
    const random = new Uint8Array(randomBytes(disguiseBytes(SECONDS)));
    const disguise = createDisguise(48_000, random);
    disguise.push(madeVoice(120, 1, 48_000));
    disguise.wipe();
    expect(random.every((byte) => byte === 0)).toBe(true);
    expect(disguise.push(madeVoice(120, 1, 48_000))).toHaveLength(0);
  });

  it('is used up as it is drawn, and lasts as long as the recording may', () => {
    const random = new Uint8Array(disguiseBytes(40)).fill(255);
    // as many as a browser draws at once
    expect(disguiseBytes(600)).toBeLessThan(65_536);
    const disguise = createDisguise(16_000, random);
    disguise.push(new Float32Array(16_000 * 40));
    expect(random.findIndex((byte) => byte !== 0)).toBeGreaterThan(disguiseBytes(36));
    expect(random.at(-1)).toBe(255);
  });
});

describe('createFourier', () => {
  it('finds a tone where it is, and gives back what it took', () => {
    const fourier = createFourier(64);
    const real = Float32Array.from({ length: 64 }, (_, at) =>
      Math.cos((2 * Math.PI * 5 * at) / 64),
    );
    const imaginary = new Float32Array(64);
    const before = real.slice();
    fourier.transform(real, imaginary);
    expect(real[5]).toBeCloseTo(32, 4);
    expect(real[6]).toBeCloseTo(0, 4);
    fourier.transform(imaginary, real);
    real.forEach((sample, at) => {
      expect(sample / 64).toBeCloseTo(before[at] ?? 0, 5);
    });
  });

  it('refuses a length that is no power of two', () => {
    expect(() => createFourier(48)).toThrow(RangeError);
  });
});
