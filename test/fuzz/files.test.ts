import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AttachmentId,
  auditContentHash,
  AuditEntry,
  auditHash,
  checkHashes,
  concat,
  FileReference,
  firstBrokenLink,
  newId,
  openChunk,
  ready,
  toBase64,
  toJsonBytes,
} from '../../crypto/private.js';
import {
  changedBytes,
  changedDocument,
  changes,
  faultOf,
  fuzz,
  FUZZ_TIMEOUT,
} from '../support/fuzz.js';
import { makeUpload, type TestUpload } from '../support/upload.js';

let upload: TestUpload;

beforeAll(async () => {
  await ready();
  upload = await makeUpload(5000);
});

describe('a file that somebody changed on its way', { timeout: FUZZ_TIMEOUT }, () => {
  const fileWith = (change: object): FileReference =>
    v.parse(FileReference, {
      attachment: upload.id,
      key: toBase64(upload.key),
      hash: upload.hash,
      chunks: upload.chunks.length,
      name: 'x',
      type: 'x',
      size: 5000,
      ...change,
    });

  it('gives its own bytes, or ends with a fault', async () => {
    const [chunk = new Uint8Array()] = upload.chunks;
    const list = concat(...upload.hashes);
    const input = fc.record({
      chunk: changes(2),
      list: changes(1),
      size: fc.oneof(fc.constant(5000), fc.nat(70_000), fc.maxSafeNat()),
      index: fc.oneof(fc.constant(0), fc.nat(3)),
      claimed: fc.boolean(),
    });
    await fuzz(input, 300, async (given) => {
      const file = fileWith({ size: given.size });
      const sealed = changedBytes(chunk, given.chunk);
      const changed = changedBytes(list, given.list);
      const opened: Uint8Array[] = [];
      const fault = await faultOf(async () => {
        const hashes = given.claimed
          ? upload.hashes
          : checkHashes(file.attachment, file.size, file.hash, changed);
        const { attachment: id, size } = file;
        opened.push(await openChunk(upload.key, id, size, hashes, given.index, sealed));
      });
      const same = Buffer.compare(sealed, chunk) === 0 && given.index === 0;
      if (fault === null) expect([same, given.size >= 5000]).toEqual([true, true]);
      for (const { length } of opened) expect(length).toBeLessThanOrEqual(65_536);
      expect([null, 'wrong_chunk', 'wrong_manifest', 'does_not_open', 'malformed']).toContain(
        fault,
      );
    });
  });

  it('is known by a reference that is one, or is none', async () => {
    const honest = fileWith({ attachment: newId(AttachmentId) });
    await fuzz(changes(), 500, (list) => {
      const result = v.safeParse(FileReference, changedDocument(honest, list));
      if (result.success) expect(toJsonBytes(result.output).length).toBeLessThan(2000);
    });
  });
});

describe('a log that somebody changed', { timeout: FUZZ_TIMEOUT }, () => {
  it('is whole, or broken at one of its places', async () => {
    const entries: AuditEntry[] = [];
    for (let sequence = 1; sequence <= 4; sequence += 1) {
      const salt = 'A'.repeat(22);
      const content =
        sequence === 2 ? null : `{"at":"2026-03-02T10:00:00.000Z","n":${String(sequence)}}`;
      const contentHash = auditContentHash(content ?? '', salt);
      const previous = entries.at(-1)?.hash ?? null;
      const link = { scope: 'organisation', sequence, previous, contentHash };
      const kept = content === null ? null : salt;
      entries.push({ ...link, content, salt: kept, hash: auditHash(link) });
    }
    expect(firstBrokenLink(entries)).toBeNull();
    await fuzz(changes(), 800, (list) => {
      const result = v.safeParse(v.array(AuditEntry), changedDocument(entries, list));
      if (!result.success) return;
      const broken = firstBrokenLink(result.output);
      if (broken !== null) {
        expect(broken).toBeGreaterThan(0);
        expect(broken).toBeLessThanOrEqual(result.output.length);
        return;
      }
      // what holds is the beginning of it; a content may be erased with its salt
      const erased = result.output.map((entry, index) =>
        entry.content === null
          ? entries[index] && { ...entries[index], content: null, salt: null }
          : entry,
      );
      expect(result.output).toEqual(erased);
      const begun = JSON.stringify(result.output.map(({ hash }) => hash)).slice(0, -1);
      expect(JSON.stringify(entries.map(({ hash }) => hash)).startsWith(begun)).toBe(true);
    });
  });
});
