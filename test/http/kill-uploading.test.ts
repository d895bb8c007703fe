import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { CHUNK_BYTES, UploadState, type Day } from '../../crypto/private.js';
import { createReporter } from '../../client/reporter.js';
import { ask } from '../support/api.js';
import { makeOrganisation, type TestOrganisation } from '../support/organisation.js';
import {
  prepareDatabase,
  randomMoment,
  startProcess,
  type ServerProcess,
} from '../support/process.js';
import { makeReport } from '../support/report.js';
import { temporaryFolder } from '../support/server.js';
import { makeUpload, putChunk, startUpload, type TestUpload } from '../support/upload.js';
import { expectSoundIn } from '../support/sound.js';

/** Chunks acknowledged in the whole run. */
let confirmed = 0;

const KILLS = 40;
const LANES = 4;

/** An upload as its maker knows it. */
interface Sent {
  upload: TestUpload;
  announced: boolean;
  acknowledged: Set<number>;
  /** Whether it was to be removed, and whether the server said it was. */
  cancelling: boolean;
  cancelled: boolean;
}

async function cancel(server: ServerProcess, upload: TestUpload) {
  const { authorization } = upload;
  return ask(server, 'DELETE', `/api/attachments/${upload.id}`, { authorization });
}

/** Sends files one after the other until the server is gone; some are cancelled half-way. */
async function uploadUntilKilled(server: ServerProcess): Promise<Sent[]> {
  const uploads: Sent[] = [];
  for (;;) {
    const upload = await makeUpload(randomInt(1, 4 * CHUNK_BYTES));
    const sent: Sent = {
      upload,
      announced: false,
      acknowledged: new Set(),
      cancelling: false,
      cancelled: false,
    };
    uploads.push(sent);
    try {
      expect((await startUpload(server, upload)).status).toBe(201);
      sent.announced = true;
      const order = [...upload.chunks.keys()].sort(() => randomInt(3) - 1);
      await Promise.all(
        order.map(async (index) => {
          expect((await putChunk(server, upload, index)).status).toBe(204);
          sent.acknowledged.add(index);
          confirmed += 1;
        }),
      );
      if (randomInt(3) > 0) continue;
      sent.cancelling = true;
      expect((await cancel(server, upload)).status).toBe(204);
      sent.cancelled = true;
    } catch (error) {
      // fetch says TypeError where the connection broke
      if (error instanceof TypeError) return uploads;
      throw error;
    }
  }
}

/** What the server has of an upload, null where it knows none. */
async function stored(server: ServerProcess, { id, authorization }: TestUpload) {
  const answer = await ask(server, 'GET', `/api/attachments/${id}`, { authorization });
  if (answer.status === 404) return null;
  return v.parse(UploadState, answer.json).stored;
}

/** Sends what is missing, and sees that it can all be taken up and read. */
async function finish(
  server: ServerProcess,
  organisation: TestOrganisation,
  { upload }: Sent,
): Promise<void> {
  expect((await startUpload(server, upload)).status).toBe(201);
  for (const index of upload.chunks.keys()) {
    expect((await putChunk(server, upload, index)).status).toBe(204);
  }
  const report = makeReport(organisation, { attachments: [upload.id] });
  expect((await ask(server, 'POST', '/api/cases', { json: report.request })).status).toBe(201);
  const authorization = `Case ${report.keys.lookupToken}`;
  for (const [index, sealed] of upload.chunks.entries()) {
    const address = `/api/case/attachments/${upload.id}/chunks/${String(index)}`;
    const { bytes } = await ask(server, 'GET', address, { authorization });
    expect(bytes.equals(sealed)).toBe(true);
  }
}

test(
  `chunks that were acknowledged are there after a kill, and the rest can be sent (${String(KILLS)} kills)`,
  { timeout: 300_000 },
  async () => {
    const organisation = await makeOrganisation();
    const dataFolder = await temporaryFolder();
    await prepareDatabase(dataFolder, organisation);
    let server = await startProcess({ dataFolder });
    let acknowledged = 0;
    let interrupted = 0;
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const lanes = Promise.all(Array.from({ length: LANES }, () => uploadUntilKilled(server)));
        await randomMoment(() => confirmed, 6);
        await server.kill();
        const uploads = (await lanes).flat();
        server = await startProcess({ dataFolder, port: server.port });
        for (const sent of uploads) {
          const found = await stored(server, sent.upload);
          acknowledged += sent.acknowledged.size;
          if (sent.cancelled) expect(found).toBeNull();
          else if (!sent.cancelling) {
            if (sent.announced) expect(found).not.toBeNull();
            for (const index of sent.acknowledged) expect(found).toContain(index);
          }
        }
        // those in the middle of something when the server went away
        for (const sent of uploads.filter(({ cancelled }) => !cancelled).slice(-LANES)) {
          interrupted += 1;
          if (sent.cancelling && (await stored(server, sent.upload)) !== null) {
            expect((await cancel(server, sent.upload)).status).toBe(204);
            expect(await stored(server, sent.upload)).toBeNull();
          }
          if (kill % 4 === 0) await finish(server, organisation, sent);
        }
      }
    } finally {
      await server.kill();
    }
    expect(acknowledged).toBeGreaterThan(KILLS);
    expect(interrupted).toBeGreaterThan(KILLS);
    try {
      await expectSoundIn(dataFolder);
    } finally {
      await rm(dataFolder, { recursive: true, force: true });
    }
  },
);

test(
  'a client sends its report and file to the end although the server is killed meanwhile',
  { timeout: 120_000 },
  async () => {
    const organisation = await makeOrganisation({
      day: new Date().toISOString().slice(0, 10) as Day,
    });
    const dataFolder = await temporaryFolder();
    await prepareDatabase(dataFolder, organisation);
    let server = await startProcess({ dataFolder });
    try {
      const today = () => new Date().toISOString().slice(0, 10) as Day;
      const reporter = createReporter({ address: server.url, fetch, today });
      const bytes = Buffer.alloc(24 * CHUNK_BYTES + 5, 'a long recording ');
      const source = {
        name: 'recording.wav',
        type: 'audio/wav',
        size: bytes.length,
        lastModified: 1,
        read: (start: number, end: number) => Promise.resolve(bytes.subarray(start, end)),
      };
      const words = await reporter.newCaseKey();
      const input = {
        words,
        channel: organisation.channel.id,
        language: 'en',
        category: 'fraud',
        relation: 'worker',
        text: 'Listen.',
        answers: {},
        leftOut: [],
      } as const;
      let sent = 0;
      const receipt = reporter.submit({ ...input, leftOut: [] }, [source], (progress) => {
        if (progress.step === 'file') sent = progress.sent;
      });
      for (const share of [0.2, 0.4, 0.8]) {
        while (sent < share * bytes.length) await wait(2);
        await server.kill();
        server = await startProcess({ dataFolder, port: server.port });
      }
      expect((await receipt).receivedOn).toBe(today());
      const opened = await reporter.open(words);
      const [file] = opened.entries.flatMap(({ content }) =>
        'files' in content ? content.files : [],
      );
      if (file === undefined) throw new Error('no file');
      const pieces: Uint8Array[] = [];
      for await (const piece of reporter.download(words, file, () => undefined)) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    } finally {
      await server.kill();
      await rm(dataFolder, { recursive: true, force: true });
    }
  },
);
