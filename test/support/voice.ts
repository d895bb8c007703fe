/** A voice that was made, not spoken: pulses of one pitch through the resonances of vowels. */

/** The first three resonances of five vowels, in hertz (Peterson and Barney 1952, men, rounded). */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
] as const;
/** Seconds of one syllable, its silence included. */
const SYLLABLE = 0.25;

/** Samples between -1 and 1 at `rate` a second: a vowel every quarter second, with a pause after it. */
export function madeVoice(pitch: number, seconds: number, rate: number): Float32Array {
  const out = new Float32Array(Math.round(seconds * rate));
  // two samples of memory for each resonance
  const memory = [0, 0, 0, 0, 0, 0];
  let phase = 0;
  for (let at = 0; at < out.length; at += 1) {
    const time = at / rate;
    const vowel = VOWELS[Math.floor(time / SYLLABLE) % VOWELS.length] ?? VOWELS[0];
    const place = (time % SYLLABLE) / SYLLABLE;
    const loudness = place < 0.8 ? Math.sin((Math.PI * place) / 0.8) : 0;
    phase += pitch / rate;
    const isPulse = phase >= 1;
    if (isPulse) phase -= 1;
    let sample = isPulse ? 1 : 0;
    vowel.forEach((frequency, index) => {
      const radius = Math.exp((-Math.PI * 90) / rate);
      const turn = 2 * radius * Math.cos((2 * Math.PI * frequency) / rate);
      const [first = 0, second = 0] = [memory[2 * index], memory[2 * index + 1]];
      const next = sample * (1 - radius) * 4 + turn * first - radius ** 2 * second;
      memory[2 * index + 1] = first;
      memory[2 * index] = next;
      sample = next;
    });
    out[at] = sample * loudness;
  }
  let peak = 1e-9;
  for (const sample of out) peak = Math.max(peak, Math.abs(sample));
  return out.map((sample) => (0.7 * sample) / peak);
}

/**
 * How much a sound repeats itself after the time of one period of `pitch`: near 1 for a voice of that
 * pitch, near 0 for noise. The median over pieces of a tenth of a second that are not silent.
 */
export function periodicity(sound: Float32Array, pitch: number, rate: number): number {
  const lag = Math.round(rate / pitch);
  const size = Math.round(rate / 10);
  const found: number[] = [];
  for (let start = 0; start + size + lag <= sound.length; start += size) {
    let [product, first, second] = [0, 0, 0];
    for (let at = start; at < start + size; at += 1) {
      const [one = 0, other = 0] = [sound[at], sound[at + lag]];
      product += one * other;
      first += one * one;
      second += other * other;
    }
    if (first / size > 1e-5) found.push(product / Math.sqrt(first * second + 1e-12));
  }
  return found.sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0;
}

/**
 * How much stronger a sound is at the first `count` multiples of `pitch` than halfway between them, in
 * decibels.
 */
export function harmonics(sound: Float32Array, pitch: number, rate: number, count = 12): number {
  const power = (frequency: number): number => {
    const size = Math.round(rate / 5);
    let sum = 0;
    for (let start = 0; start + size <= sound.length; start += size) {
      let [real, imaginary] = [0, 0];
      for (let at = 0; at < size; at += 1) {
        const shape = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size);
        const angle = (2 * Math.PI * frequency * at) / rate;
        real += (sound[start + at] ?? 0) * shape * Math.cos(angle);
        imaginary += (sound[start + at] ?? 0) * shape * Math.sin(angle);
      }
      sum += real ** 2 + imaginary ** 2;
    }
    return sum;
  };
  let [on, between] = [0, 0];
  for (let number = 2; number <= count; number += 1) {
    on += Math.log10(power(number * pitch));
    // on both sides, since a spectrum slopes
    between += Math.log10(power((number - 0.5) * pitch)) / 2;
    between += Math.log10(power((number + 0.5) * pitch)) / 2;
  }
  return (10 * (on - between)) / (count - 1);
}

/** The loudness of a sound in pieces of a fiftieth of a second. */
export function loudness(sound: Float32Array, rate: number): number[] {
  const size = Math.round(rate / 50);
  return Array.from({ length: Math.floor(sound.length / size) }, (_, piece) => {
    const part = sound.subarray(piece * size, (piece + 1) * size);
    return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / size);
  });
}

/** The correlation of two rows of numbers, from -1 to 1, as long as the shorter is. */
export function correlation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const length = Math.min(one.length, other.length);
  const mean = (row: ArrayLike<number>): number => {
    let sum = 0;
    for (let at = 0; at < length; at += 1) sum += row[at] ?? 0;
    return sum / length;
  };
  const [first, second] = [mean(one), mean(other)];
  let [product, squares, others] = [0, 0, 0];
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [(one[at] ?? 0) - first, (other[at] ?? 0) - second];
    product += a * b;
    squares += a * a;
    others += b * b;
  }
  return product / Math.sqrt(squares * others);
}

/** A WAV file of samples, 16 bits each, one channel. */
export function plainWav(samples: Float32Array, rate: number): Buffer {
  const file = Buffer.alloc(44 + 2 * samples.length);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + 2 * samples.length, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, index) => {
    file.writeInt16LE(Math.round(32_767 * Math.max(-1, Math.min(1, sample))), 44 + 2 * index);
  });
  return file;
}
