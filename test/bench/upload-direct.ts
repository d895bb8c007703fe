import { randomBytes } from 'node:crypto';
import { AttachmentId, CHUNK_BYTES, CHUNK_OVERHEAD, newId, ready } from '../../crypto/private.js';
import { insertAttachment, insertChunk } from '../../server/attachments/store.js';
import { openBenchDatabase } from './database.js';
import { serveTasks } from './process.js';

/** How many chunk rows to write, and where. */
export interface DirectChunksTask {
  folder: string;
  chunks: number;
}

// Writes chunk rows by the server's own statement, one transaction each, with nothing before them.
serveTasks(async ({ folder, chunks }: DirectChunksTask): Promise<number> => {
  await ready();
  const db = await openBenchDatabase(folder);
  try {
    const attachment = newId(AttachmentId);
    await insertAttachment(db, {
      id: attachment,
      case_id: null,
      compartment: null,
      size: chunks * CHUNK_BYTES,
      chunks,
      day: '2026-01-01',
    });
    const data = Array.from({ length: 16 }, () => randomBytes(CHUNK_BYTES + CHUNK_OVERHEAD));
    const hash = randomBytes(32);
    const started = performance.now();
    for (let position = 0; position < chunks; position += 1) {
      const sealed = data[position % data.length] ?? hash;
      await insertChunk(db, { attachment, position, hash, data: sealed });
    }
    return (performance.now() - started) / 1000;
  } finally {
    await db.destroy();
  }
});
