import type { PreviewOrder } from '../desk/preview-messages.js';
import { lookAtPicture } from './picture-size.js';

/**
 * Shows a picture, known by its first bytes. Throws for anything else.
 *
 * @returns false where it would take more memory than a desk can be asked for; then nothing of it was
 * decoded.
 */
export async function showImage(
  place: HTMLElement,
  { bytes, texts }: PreviewOrder,
): Promise<boolean> {
  const { type, isTooLarge } = lookAtPicture(bytes);
  if (isTooLarge) return false;
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes], { type }));
  image.alt = texts.name;
  await image.decode();
  place.append(image);
  return true;
}
