/** A transform between a run of samples and its frequencies, for one length. */
export interface Fourier {
  readonly length: number;
  /** In place, without scaling. The inverse is the same with the two parts swapped. */
  transform(real: Float32Array, imaginary: Float32Array): void;
}

/**
 * The discrete Fourier transform, radix 2, in the textbook form (Cooley and Tukey 1965).
 *
 * @param length a power of two.
 * @throws RangeError for another length.
 */
export function createFourier(length: number): Fourier {
  if (length < 2 || (length & (length - 1)) !== 0) throw new RangeError('No power of two');
  const half = length / 2;
  const cosines = Float32Array.from({ length: half }, (_, k) =>
    Math.cos((2 * Math.PI * k) / length),
  );
  const sines = Float32Array.from(
    { length: half },
    (_, k) => -Math.sin((2 * Math.PI * k) / length),
  );
  const swap = (part: Float32Array, a: number, b: number): void => {
    const kept = part[a] ?? 0;
    part[a] = part[b] ?? 0;
    part[b] = kept;
  };

  return {
    length,
    transform(real, imaginary) {
      for (let at = 1, mirror = 0; at < length; at += 1) {
        let bit = half;
        for (; (mirror & bit) !== 0; bit >>= 1) mirror ^= bit;
        mirror ^= bit;
        if (at < mirror) {
          swap(real, at, mirror);
          swap(imaginary, at, mirror);
        }
      }
      for (let size = 2; size <= length; size *= 2) {
        const step = length / size;
        for (let start = 0; start < length; start += size) {
          for (let k = 0; k < size / 2; k += 1) {
            const even = start + k;
            const odd = even + size / 2;
            const cosine = cosines[k * step] ?? 0;
            const sine = sines[k * step] ?? 0;
            const [x = 0, y = 0] = [real[odd], imaginary[odd]];
            const turnedReal = x * cosine - y * sine;
            const turnedImaginary = x * sine + y * cosine;
            real[odd] = (real[even] ?? 0) - turnedReal;
            imaginary[odd] = (imaginary[even] ?? 0) - turnedImaginary;
            real[even] = (real[even] ?? 0) + turnedReal;
            imaginary[even] = (imaginary[even] ?? 0) + turnedImaginary;
          }
        }
      }
    },
  };
}
