import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemo, type Demo } from '../../client/demo/run.js';
import { createDesk, type Desk } from '../../client/handler.js';
import type { CaseRow } from '../../client/models.js';
import { createReporter } from '../../client/reporter.js';
import { acknowledgementDay, addDays, type Day, dayOf, feedbackDay } from '../../crypto/private.js';
import { projectDist } from '../support/server.js';

const today = dayOf(new Date());
let other: Server;
let taken: number;
const said: string[] = [];
let demo: Demo;
let maja: Desk;
let tobias: Desk;
let open: CaseRow[];
let closed: CaseRow[];

beforeAll(async () => {
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  taken = (other.address() as AddressInfo).port;
  demo = await startDemo({
    dist: projectDist,
    port: taken,
    insist: false,
    say: (line) => said.push(line),
  });
  const deskOf = async (name: 'maja' | 'tobias'): Promise<Desk> => {
    const desk = createDesk({
      address: demo.address,
      fetch: (input, init) => fetch(input, init),
      now: () => new Date(),
      stretch: 'least',
    });
    await desk.signIn(name, demo.handlers[name].passphrase);
    return desk;
  };
  maja = await deskOf('maja');
  tobias = await deskOf('tobias');
  open = (await maja.inbox('open')).rows.filter(({ practice }) => !practice);
  closed = (await maja.inbox('closed')).rows;
}, 120_000);

afterAll(async () => {
  await demo.stop();
  other.close();
});

/** Runs the demo as `npm run demo` does, until it ends by itself. */
async function runDemo(port: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const program = path.join(projectDist, 'client', 'demo.js');
  const env = { PATH: process.env['PATH'], CASEKEY_PORT: port };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: unknown; stdout: string; stderr: string };
  }
}

describe('the demo', () => {
  it('runs elsewhere where its usual port is taken, and says so', () => {
    expect(said[0]).toBe(
      `Port ${String(taken)} is taken by another program, so any free one is used.`,
    );
    expect(new URL(demo.address).port).not.toBe(String(taken));
  });

  it('does not start elsewhere than at a port that was asked for', async () => {
    const { code, stdout, stderr } = await runDemo(String(taken));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `The demo cannot start: Port ${String(taken)} is taken: another program listens there. ` +
        'Set CASEKEY_PORT to another.\n',
    );
  });

  it('names a port that is none', async () => {
    const { code, stdout, stderr } = await runDemo('eighty');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('CASEKEY_PORT');
  });

  it('has a dozen cases, each of which verifies', async () => {
    expect(open.length + closed.length).toBe(demo.cases);
    expect(demo.cases).toBeGreaterThanOrEqual(12);
    for (const row of [...open, ...closed]) {
      const view = await maja.openCase(row.id);
      expect(view.warnings).toEqual([]);
      expect(view.fault).toBeNull();
    }
    expect((await maja.verifyAudit()).findings).toEqual([]);
  });

  it('has cases that are new, overdue, answered, closed, and asking for a decision', () => {
    const isNew = (row: CaseRow): boolean => row.unread && row.acknowledgedOn === null;
    expect(open.filter(isNew).length).toBeGreaterThanOrEqual(4);
    expect(
      open.some((row) => isNew(row) && acknowledgementDay(row.receivedOn as Day) < today),
    ).toBe(true);
    expect(open.some((row) => row.unread && row.acknowledgedOn !== null)).toBe(true);
    expect(open.some((row) => row.feedbackOn !== null)).toBe(true);
    const soon = (row: CaseRow): boolean =>
      row.feedbackOn === null &&
      feedbackDay(row.receivedOn as Day) >= today &&
      feedbackDay(row.receivedOn as Day) <= addDays(today, 10);
    expect(open.some((row) => row.acknowledgedOn !== null && soon(row))).toBe(true);
    expect(closed.map(({ outcome }) => outcome).sort()).toEqual([
      'substantiated',
      'substantiated',
      'unsubstantiated',
      'withdrawn',
    ]);
    expect(closed.some(({ decisionBy }) => decisionBy !== null && decisionBy > today)).toBe(true);
    const purges = closed.map(({ purgeOn }) => purgeOn ?? '').sort();
    expect(purges[0] !== undefined && purges[0] > today).toBe(true);
    expect(purges[0] !== undefined && purges[0] < addDays(today, 60)).toBe(true);
  });

  it('keeps one case from the handler whom its reporter left out', async () => {
    const { rows } = await tobias.inbox('open');
    const his = rows.filter(({ practice }) => !practice);
    expect(his).toHaveLength(open.length - 1);
  });

  it('gives a case key that opens the conversation with its files', async () => {
    const reporter = createReporter({
      address: demo.address,
      fetch: (input, init) => fetch(input, init),
      today: () => today,
    });
    const view = await reporter.open(demo.caseKey);
    expect(view.warnings).toEqual([]);
    expect(view.entries.length).toBeGreaterThan(5);
    const files = view.entries.flatMap(({ content }) => ('files' in content ? content.files : []));
    expect(files.map(({ type }) => type)).toEqual(['text/plain', 'image/png']);
    const [, picture] = files;
    if (picture === undefined) throw new Error('there is no picture');
    const pieces: Uint8Array[] = [];
    for await (const piece of reporter.download(demo.caseKey, picture, () => undefined)) {
      pieces.push(piece);
    }
    expect(Buffer.concat(pieces).subarray(1, 4).toString()).toBe('PNG');
  });

  it('leaves nothing behind', async () => {
    const { dataFolder } = demo;
    expect(existsSync(dataFolder)).toBe(true);
    await demo.stop();
    expect(existsSync(dataFolder)).toBe(false);
    demo.stop = () => Promise.resolve();
  });
});
