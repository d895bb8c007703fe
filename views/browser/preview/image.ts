import type { PreviewOrder } from '../desk/preview-messages.js';

/** First bytes by which picture formats are known; vector formats, which can hold scripts, are not among them. */
const MARKS: readonly [type: string, at: number, bytes: readonly number[]][] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['image/avif', 4, [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69]],
  ['image/bmp', 0, [0x42, 0x4d]],
];

/** Shows a picture, known by its first bytes. Throws for anything else. */
export async function showImage(place: HTMLElement, { bytes, texts }: PreviewOrder): Promise<void> {
  const start = new Uint8Array(bytes, 0, Math.min(16, bytes.byteLength));
  const type = MARKS.find(([, at, mark]) =>
    mark.every((byte, index) => start[at + index] === byte),
  );
  if (type === undefined) throw new Error('no picture');
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes], { type: type[0] }));
  image.alt = texts.image;
  await image.decode();
  place.append(image);
}
