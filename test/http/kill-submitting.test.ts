import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { ReporterCase, type Entry, type ReporterAppend } from '../../crypto/private.js';
import { openDatabase } from '../../server/database.js';
import { ask } from '../support/api.js';
import { makeOrganisation, type TestOrganisation } from '../support/organisation.js';
import {
  prepareDatabase,
  randomMoment,
  startProcess,
  type ServerProcess,
} from '../support/process.js';
import { makeMessage, makeReport, type TestReport } from '../support/report.js';
import { temporaryFolder } from '../support/server.js';
import { expectSound } from '../support/sound.js';

/** Requests acknowledged in the whole run. */
let confirmed = 0;

const KILLS = 40;
const WRITERS = 6;

/** A case as its reporter knows it: what the server said it has, and what it said nothing about. */
interface Sent {
  report: TestReport;
  acknowledged: Entry[];
  /** The request that got no answer. */
  open: { path: string; json: unknown; entries: Entry[] } | null;
}

/** Sends reports and messages one after the other until the server is gone. */
async function writeUntilKilled(server: ServerProcess, organisation: TestOrganisation) {
  const cases: Sent[] = [];
  for (;;) {
    const report = makeReport(organisation);
    const sent: Sent = { report, acknowledged: [], open: null };
    cases.push(sent);
    const steps = [
      { path: '/api/cases', json: report.request, entries: [...report.request.entries] },
    ] as NonNullable<Sent['open']>[];
    let last: Entry = report.request.entries[1];
    for (let message = 0; message < randomInt(3); message += 1) {
      const append: ReporterAppend = makeMessage(report, last);
      last = append.entry;
      steps.push({ path: '/api/case/entries', json: append, entries: [append.entry] });
    }
    for (const step of steps) {
      sent.open = step;
      try {
        const answer = await send(server, report, step);
        if (answer.status !== 201) throw new Error(`refused: ${answer.code ?? ''}`);
      } catch (error) {
        // fetch says TypeError where the connection broke
        if (error instanceof TypeError) return cases;
        throw error;
      }
      sent.acknowledged.push(...step.entries);
      sent.open = null;
      confirmed += 1;
    }
  }
}

function send(server: ServerProcess, report: TestReport, step: { path: string; json: unknown }) {
  const authorization = `Case ${report.keys.lookupToken}`;
  return ask(server, 'POST', step.path, { json: step.json, authorization });
}

async function storedEntries(server: ServerProcess, report: TestReport): Promise<Entry[]> {
  const authorization = `Case ${report.keys.lookupToken}`;
  const answer = await ask(server, 'GET', '/api/case', { authorization });
  if (answer.status === 404) return [];
  const found = v.parse(ReporterCase, answer.json);
  expect(found.grants).toHaveLength(1);
  return found.entries;
}

test(
  `what was acknowledged is there after a kill, and what was not is absent or whole (${String(KILLS)} kills)`,
  { timeout: 300_000 },
  async () => {
    const organisation = await makeOrganisation();
    const dataFolder = await temporaryFolder();
    await prepareDatabase(dataFolder, organisation);
    let server = await startProcess({ dataFolder });
    let acknowledged = 0;
    let unanswered = 0;
    const all: Sent[] = [];
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const writers = Array.from({ length: WRITERS }, () =>
          writeUntilKilled(server, organisation),
        );
        const results = Promise.all(writers);
        await randomMoment(() => confirmed, 8);
        await server.kill();
        const cases = (await results).flat();
        server = await startProcess({ dataFolder, port: server.port });
        for (const sent of cases) {
          const stored = await storedEntries(server, sent.report);
          const { open } = sent;
          if (open === null || stored.length === sent.acknowledged.length) {
            expect(stored).toEqual(sent.acknowledged);
          } else {
            expect(stored).toEqual([...sent.acknowledged, ...open.entries]);
          }
          acknowledged += sent.acknowledged.length;
          if (open === null) continue;
          unanswered += 1;
          const arrived = stored.length > sent.acknowledged.length;
          const again = await send(server, sent.report, open);
          // a report sent again is the same report; a message's place is taken by itself
          const taken = arrived && open.path === '/api/case/entries';
          expect(again.code).toBe(taken ? 'sequence_taken' : null);
          sent.acknowledged.push(...open.entries);
          expect(await storedEntries(server, sent.report)).toEqual(sent.acknowledged);
        }
        all.push(...cases);
      }
    } finally {
      await server.kill();
    }
    expect(acknowledged).toBeGreaterThan(KILLS);
    expect(unanswered).toBeGreaterThan(KILLS);
    await checkDatabase(dataFolder, organisation, all);
    await rm(dataFolder, { recursive: true, force: true });
  },
);

/** Every case is whole in every table, and there is nothing besides. */
async function checkDatabase(
  dataFolder: string,
  organisation: TestOrganisation,
  cases: readonly Sent[],
): Promise<void> {
  const database = path.join(dataFolder, 'casekey.sqlite');
  const db = await openDatabase({ database }, () => undefined);
  try {
    await expectSound(db);
    const readers = organisation.readers.length;
    const count = async (table: string): Promise<number> =>
      Number((await db(table).count<{ rows: number }[]>({ rows: '*' }).first())?.rows);
    expect(await count('cases')).toBe(cases.length);
    expect(await count('overviews')).toBe(cases.length);
    expect(await count('access')).toBe(cases.length * readers);
    expect(await count('grants')).toBe(cases.length * (readers + 1));
    expect(await count('entries')).toBe(
      cases.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    );
    const wrong: unknown[] = await db('cases')
      .whereRaw(
        'dialogue_sequence <> (select count(*) from entries where entries.case_id = cases.id)',
      )
      .select('id');
    expect(wrong).toEqual([]);
  } finally {
    await db.destroy();
  }
}
