import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { attachmentHash, checkHashes, openChunk, sealChunk } from '../../../crypto/attachment.js';
import { fromBase64, toBase64 } from '../../../crypto/bytes.js';
import { chunkHash } from '../../../crypto/chunk-hash.js';
import { AttachmentId, newId } from '../../../crypto/ids.js';
import { paddedAttachmentSize } from '../../../crypto/padding.js';
import { randomBytes, ready } from '../../../crypto/sodium.js';
import { attachmentIdOf, tokenHash } from '../../../crypto/tokens.js';
import { CHUNK_BYTES, CHUNK_OVERHEAD, chunkCount } from '../../../crypto/wire/attachments.js';
import { faultOf, laterFaultOf } from './faults.js';

beforeAll(ready);

interface Sealed {
  id: AttachmentId;
  key: Uint8Array;
  file: Uint8Array;
  chunks: Uint8Array[];
  hashes: Uint8Array[];
}

async function seal(file: Uint8Array): Promise<Sealed> {
  const id = newId(AttachmentId);
  const key = randomBytes(32);
  const size = paddedAttachmentSize(file.length);
  const chunks = Array.from({ length: chunkCount(size) }, (_, index) => {
    const part = file.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    return sealChunk(key, id, size, index, part);
  });
  return { id, key, file, chunks, hashes: await Promise.all(chunks.map(chunkHash)) };
}

function open({ id, key, file, hashes, chunks }: Sealed, index: number): Promise<Uint8Array> {
  return openChunk(key, id, file.length, hashes, index, chunks[index] ?? new Uint8Array(0));
}

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
}

describe('the id of an attachment', () => {
  it('comes from the hash of its upload token, and from no other', () => {
    const token = 'TU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2w';
    expect(attachmentIdOf(tokenHash('upload', token))).toBe('e3JPEpNM0rgCr4Lo6nruGA');
    expect(attachmentIdOf(tokenHash('lookup', token))).not.toBe('e3JPEpNM0rgCr4Lo6nruGA');
    expect(attachmentIdOf(token)).not.toBe('e3JPEpNM0rgCr4Lo6nruGA');
  });
});

describe('a sealed file', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3_000_000])(
    'of %d bytes opens to its bytes, chunk by chunk',
    async (length) => {
      const sealed = await seal(bytesOf(length));
      const parts = await Promise.all(sealed.chunks.map((_, index) => open(sealed, index)));
      expect(Buffer.compare(Buffer.concat(parts), sealed.file)).toBe(0);
      const list = Uint8Array.from(Buffer.concat(sealed.hashes));
      const expected = attachmentHash(sealed.id, sealed.hashes);
      expect(checkHashes(sealed.id, length, expected, list)).toEqual(sealed.hashes);
    },
  );

  it('can be sealed into memory used before, where it fits', async () => {
    const id = newId(AttachmentId);
    const key = randomBytes(32);
    const file = bytesOf(CHUNK_BYTES + 10);
    const size = paddedAttachmentSize(file.length);
    const memory = new Uint8Array(CHUNK_BYTES + CHUNK_OVERHEAD).fill(0xff);
    const chunks = [0, 1].map((index) => {
      const part = file.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      const sealed = sealChunk(key, id, size, index, part, memory);
      expect(sealed.buffer).toBe(memory.buffer);
      return sealed.slice();
    });
    const hashes = await Promise.all(chunks.map(chunkHash));
    const sealed = { id, key, file, chunks, hashes };
    const parts = await Promise.all(chunks.map((_, index) => open(sealed, index)));
    expect(Buffer.compare(Buffer.concat(parts), file)).toBe(0);
    const small = new Uint8Array(10);
    const elsewhere = sealChunk(key, id, size, 0, file.slice(0, CHUNK_BYTES), small);
    expect(elsewhere).toHaveLength(CHUNK_BYTES + CHUNK_OVERHEAD);
    expect(small).toEqual(new Uint8Array(10));
  });

  it('shows only its size class', async () => {
    const files = await Promise.all([1, 100, 65_536].map((length) => seal(bytesOf(length))));
    const sizes = files.map(({ chunks }) => chunks[0]?.length);
    expect(new Set(sizes).size).toBe(1);
  });

  it('refuses a chunk with any byte changed, longer or shorter', async () => {
    const sealed = await seal(bytesOf(1000));
    const [chunk] = sealed.chunks;
    if (chunk === undefined) throw new Error('one chunk');
    const refused = (other: Uint8Array): Promise<unknown> =>
      laterFaultOf(open({ ...sealed, chunks: [other] }, 0));
    await fc.assert(
      fc.asyncProperty(fc.nat(chunk.length * 8 - 1), async (bit) => {
        const flipped = chunk.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await refused(flipped)).toBe('wrong_chunk');
      }),
    );
    expect(await refused(chunk.slice(0, -1))).toBe('wrong_chunk');
    expect(await refused(Uint8Array.from([...chunk, 0]))).toBe('wrong_chunk');
    expect(await refused(new Uint8Array(0))).toBe('wrong_chunk');
  });

  it('refuses chunks in another order, twice, or of another file', async () => {
    const sealed = await seal(bytesOf(2 * CHUNK_BYTES));
    const { chunks, hashes } = sealed;
    const [first, second] = chunks;
    if (first === undefined || second === undefined) throw new Error('two chunks');
    expect(await laterFaultOf(open({ ...sealed, chunks: [second, first] }, 0))).toBe('wrong_chunk');
    expect(await laterFaultOf(open({ ...sealed, chunks: [first, first] }, 1))).toBe('wrong_chunk');
    // also where the list was swapped with them
    const swapped = { ...sealed, chunks: [second, first], hashes: hashes.toReversed() };
    expect(await laterFaultOf(open(swapped, 0))).toBe('does_not_open');
    const other = await seal(bytesOf(2 * CHUNK_BYTES));
    const mixed = { ...sealed, chunks: other.chunks, hashes: other.hashes };
    expect(await laterFaultOf(open(mixed, 0))).toBe('does_not_open');
    expect(await laterFaultOf(open({ ...sealed, id: newId(AttachmentId) }, 0))).toBe(
      'does_not_open',
    );
  });

  it('refuses a first chunk handed out as the last one', async () => {
    const sealed = await seal(bytesOf(2 * CHUNK_BYTES));
    const cut = { ...sealed, file: bytesOf(CHUNK_BYTES), hashes: sealed.hashes.slice(0, 1) };
    expect(await laterFaultOf(open(cut, 0))).toBe('does_not_open');
  });

  it('refuses padding that is not zero', async () => {
    const sealed = await seal(bytesOf(1000));
    const shorter = { ...sealed, file: sealed.file.slice(0, 900) };
    expect(await laterFaultOf(open(shorter, 0))).toBe('malformed');
  });

  it('refuses a list of other hashes', async () => {
    const sealed = await seal(bytesOf(2 * CHUNK_BYTES));
    const list = Uint8Array.from(Buffer.concat(sealed.hashes));
    const expected = attachmentHash(sealed.id, sealed.hashes);
    const check = (
      change: Partial<{ id: AttachmentId; size: number; hash: string; list: Uint8Array }>,
    ) =>
      faultOf(() =>
        checkHashes(
          change.id ?? sealed.id,
          change.size ?? sealed.file.length,
          change.hash ?? expected,
          change.list ?? list,
        ),
      );
    const flipped = list.slice();
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    expect(check({ list: flipped })).toBe('wrong_manifest');
    expect(check({ list: list.slice(0, 32) })).toBe('wrong_manifest');
    expect(check({ list: new Uint8Array(0) })).toBe('wrong_manifest');
    expect(check({ id: newId(AttachmentId) })).toBe('wrong_manifest');
    expect(check({ size: 5 * CHUNK_BYTES })).toBe('wrong_manifest');
    expect(check({ hash: toBase64(randomBytes(32)) })).toBe('wrong_manifest');
    // a size beyond all is no reason to allocate it
    expect(check({ size: Number.MAX_SAFE_INTEGER })).toBe('wrong_manifest');
    expect(fromBase64(expected)).toHaveLength(32);
  });
});
