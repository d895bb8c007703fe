import type { ChannelView, DirectoryView } from '../../../client/models.js';
import { copyTemplate, part, write } from './dom.js';
import { channelAddress, linkWithRoot } from './first-steps.js';
import { qrPicture } from './qr.js';
import { fillWords } from './words.js';

/**
 * One A4 page for a wall: address, QR code and the eight words, in a language of the channel. The
 * QR code carries the root whole, which the eight words abbreviate.
 */
export function posterElement(
  directory: DirectoryView,
  channel: ChannelView,
  language: string,
): HTMLElement {
  const poster = copyTemplate(`poster-${language}`);
  const address = channelAddress(directory, channel.id, language);
  const names = directory.organisation.names;
  write(poster, 'organisation', names[language] ?? Object.values(names)[0] ?? '');
  write(poster, 'channel', channel.names[language] ?? Object.values(channel.names)[0] ?? '');
  write(poster, 'address', address.replace(/^https?:\/\//, ''));
  fillWords(part(poster, 'words'), directory.fingerprint);
  const place = part(poster, 'qr');
  place.replaceChildren(qrPicture(linkWithRoot(directory, address), place.dataset['label'] ?? ''));
  return poster;
}
