import type { PreviewOrder } from '../desk/preview-messages.js';

/** Kinds of sound by their first bytes: where they stand, what they are, and the kind. */
const KINDS: readonly [at: number, bytes: readonly number[], type: string][] = [
  [8, [0x57, 0x41, 0x56, 0x45], 'audio/wav'],
  [0, [0x4f, 0x67, 0x67, 0x53], 'audio/ogg'],
  [0, [0x66, 0x4c, 0x61, 0x43], 'audio/flac'],
  [0, [0x1a, 0x45, 0xdf, 0xa3], 'audio/webm'],
  [4, [0x66, 0x74, 0x79, 0x70], 'audio/mp4'],
  [0, [0x49, 0x44, 0x33], 'audio/mpeg'],
  [0, [0xff, 0xfb], 'audio/mpeg'],
  [0, [0xff, 0xf3], 'audio/mpeg'],
  [0, [0xff, 0xf1], 'audio/aac'],
];

/** The kind of sound that a file begins like; null for none that is known. */
export function soundType(bytes: Uint8Array): string | null {
  const found = KINDS.find(([at, wanted]) =>
    wanted.every((byte, index) => bytes[at + index] === byte),
  );
  return found?.[2] ?? null;
}

/**
 * Plays a sound in the browser's own player, by hand only and on no other device. Resolves when it
 * can be played; throws for anything else.
 */
export async function showSound(place: HTMLElement, { bytes, texts }: PreviewOrder): Promise<void> {
  const type = soundType(new Uint8Array(bytes));
  if (type === null) throw new Error('No sound');
  const player = new Audio();
  player.controls = true;
  player.preload = 'auto';
  player.disableRemotePlayback = true;
  // the frame lets nothing be saved; the desk does
  player.setAttribute('controlslist', 'nodownload noremoteplayback');
  player.setAttribute('aria-label', texts.name);
  await new Promise((resolve, reject) => {
    player.addEventListener('loadedmetadata', resolve);
    player.addEventListener('error', reject);
    player.src = URL.createObjectURL(new Blob([bytes], { type }));
  });
  place.append(player);
}
