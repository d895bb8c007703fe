import { describe, expect, it } from 'vitest';
import { lookAtPicture } from '../../views/browser/preview/picture-size.js';
import { fixture } from '../support/cleaning.js';

const look = (bytes: Uint8Array) => lookAtPicture(Uint8Array.from(bytes).buffer);

/** A bitmap of nothing but its head. */
function bitmap(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(54);
  bytes.write('BM');
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  return bytes;
}

/** The head of a WebP without losses, or in the simple form. */
function webp(type: 'VP8L' | 'VP8 ', width: number, height: number): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.write(`RIFF    WEBP${type}`);
  if (type === 'VP8L') bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
  else {
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  }
  return bytes;
}

/** A picture of ours that says to be larger than it is. */
async function swollen(name: string, swell: (bytes: Buffer) => void): Promise<Buffer> {
  const bytes = Buffer.from(await fixture(name));
  swell(bytes);
  return bytes;
}

const after = (bytes: Buffer, text: string): number => bytes.indexOf(text, 0, 'latin1');

describe('a picture', () => {
  it.each([
    ['picture.png', 'image/png'],
    ['photo.jpg', 'image/jpeg'],
    ['picture.gif', 'image/gif'],
    ['picture.webp', 'image/webp'],
    ['picture.avif', 'image/avif'],
  ])('of usual size is shown: %s', async (name, type) => {
    expect(look(await fixture(name))).toEqual({ type, isTooLarge: false });
  });

  it('as large as phones make them is shown, one point more than can be is not', () => {
    expect(look(bitmap(8160, -6120))).toEqual({ type: 'image/bmp', isTooLarge: false });
    expect(look(bitmap(8192, 8192)).isTooLarge).toBe(false);
    expect(look(bitmap(8192, 8193)).isTooLarge).toBe(true);
    expect(look(webp('VP8L', 8192, 8192)).isTooLarge).toBe(false);
    expect(look(webp('VP8 ', 8192, 8192)).isTooLarge).toBe(false);
  });

  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['PNG', () => swollen('picture.png', (bytes) => bytes.writeUInt32BE(2 ** 31 - 1, 16))],
    [
      'JPEG',
      () =>
        swollen('photo.jpg', (bytes) => {
          const frame = bytes.lastIndexOf('\xff\xc0', undefined, 'latin1');
          bytes.writeUInt32BE(0xffffffff, frame + 5);
        }),
    ],
    ['GIF', () => swollen('picture.gif', (bytes) => bytes.writeUInt32LE(0xffffffff, 6))],
    [
      'GIF, by the first picture on its screen',
      () => {
        const bytes = Buffer.alloc(32);
        bytes.write('GIF89a');
        bytes.writeUInt32LE(0x00100010, 6);
        // a remark comes first
        bytes.set([0x21, 0xfe, 2, 65, 65, 0, 0x2c], 13);
        bytes.writeUInt32LE(0xffffffff, 24);
        return bytes;
      },
    ],
    ['WebP', () => swollen('picture.webp', (bytes) => bytes.fill(0xff, 24, 30))],
    ['WebP without losses', () => webp('VP8L', 16_384, 16_384)],
    ['WebP in the simple form', () => webp('VP8 ', 16_383, 16_383)],
    [
      'AVIF',
      () =>
        swollen('picture.avif', (bytes) => bytes.writeUInt32BE(2 ** 31, after(bytes, 'ispe') + 8)),
    ],
    [
      'AVIF, by its film',
      () => {
        const bytes = Buffer.alloc(64);
        bytes.writeUInt32BE(16, 0);
        bytes.write('ftypavis', 4);
        bytes.writeUInt32BE(48, 16);
        bytes.write('moovav01', 20);
        bytes.writeUInt32BE(0xffffffff, 24 + 28);
        return bytes;
      },
    ],
    ['BMP', () => bitmap(1, -(2 ** 31))],
    [
      'JPEG that goes over its points without end',
      async () =>
        Buffer.concat([await fixture('photo.jpg'), Buffer.alloc(400, '\xff\xda', 'latin1')]),
    ],
  ])('that asks for too much memory is told by its head alone: %s', async (_, make) => {
    expect(look(await make()).isTooLarge).toBe(true);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a drawing that can hold scripts', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a PNG that ends in its head', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a JPEG without a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2])],
    ['a GIF without a picture', Buffer.from(`GIF89a${'\0'.repeat(40)}`)],
    ['an AVIF that does not say', Buffer.from('\0\0\0\x10ftypavif\0\0\0\0')],
  ])('is not shown where it does not say how large it is: %s', (_, bytes) => {
    expect(() => look(bytes)).toThrow();
  });
});
