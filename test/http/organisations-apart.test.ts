import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import http, { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import createKnex from 'knex';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../server/app.js';
import { watchConnections } from '../../server/http/connections.js';
import { createLog } from '../../server/log.js';
import { loadOrganisations } from '../../server/organisations.js';
import { startOrganisations, type RunningOrganisations } from '../../server/several.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
} from '../support/organisation.js';
import { makeReport } from '../support/report.js';
import { createTestClock, projectDist, temporaryFolder } from '../support/server.js';

/*
 * What goes wrong at one of several organisations, or is done to it, while the other is used: a start
 * that hangs or fails, a flood, a disk that is full, a database that somebody keeps locked.
 */

const clock = createTestClock();
const told: string[] = [];
const sockets: Socket[] = [];
let folder: string;
let running: RunningOrganisations;
let organisation: TestOrganisation;
let started: Promise<RunningOrganisations>;
/** Whether the last one can be made now. */
let whole = false;

interface Told {
  readonly status: number;
  readonly code: string | null;
}

/** Asks the process for the host of one of them. */
function ask(
  name: string,
  method: string,
  asked: string,
  json?: unknown,
  agent: http.Agent | false = false,
): Promise<Told> {
  const { port } = new URL(running.address);
  const body = json === undefined ? undefined : JSON.stringify(json);
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { host: `${name}.example`, ...type };
    const request = http.request(
      { host: '127.0.0.1', port, method, path: asked, headers, agent },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const code = /"code":"(\w+)"/.exec(text)?.[1] ?? null;
          resolve({ status: answer.statusCode ?? 0, code });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const report = (name: string): Promise<Told> =>
  ask(name, 'POST', '/api/cases', makeReport(organisation).request);

function served(name: string) {
  const found = running.served().find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not served`);
  return found;
}

/** A connection on which a body has begun whose last byte does not come. */
async function begin(name: string, bytes: number): Promise<Socket> {
  const socket = connect(Number(new URL(running.address).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = `POST /api/cases HTTP/1.1\r\nHost: ${name}.example\r\nContent-Type: application/json\r\n`;
  socket.write(`${head}Content-Length: ${String(bytes)}\r\n\r\n${' '.repeat(bytes - 1)}`);
  return socket;
}

/** Ends such a body; it is no report, which is said only where it was heard to its end. */
async function end(socket: Socket): Promise<string> {
  const answer = once(socket, 'data');
  socket.write('1');
  return String(await answer);
}

beforeAll(async () => {
  folder = await temporaryFolder();
  organisation = await makeOrganisation({ parts: ['handler', 'handler'] });
  const file = path.join(folder, 'organisations.json');
  const entries = ['slow', 'alfa', 'beta', 'broken'].map((name) => ({
    name,
    publicAddress: `http://${name}.example`,
    dataFolder: path.join(folder, name),
    calmReports: name === 'alfa' ? 3 : 100,
  }));
  await writeFile(file, JSON.stringify(entries));
  // whoever opens the first one's key waits until somebody writes it
  await mkdir(path.join(folder, 'slow'));
  await promisify(execFile)('mkfifo', [path.join(folder, 'slow', 'server.key')]);
  const list = await loadOrganisations({
    CASEKEY_ORGANISATIONS: file,
    CASEKEY_PORT: '0',
    UV_THREADPOOL_SIZE: '6',
  });
  const others = new Promise<void>((resolve) => {
    started = startOrganisations({
      organisations: list?.organisations ?? [],
      dist: projectDist,
      clock: clock.now,
      log: createLog(clock.now, () => undefined),
      chance: () => 0,
      connections: 40,
      capabilities: (context) => {
        if (context.config.dataFolder.endsWith('broken') && !whole) throw new Error('broken');
        return capabilitiesOf(context);
      },
      onServed: ({ name }) => {
        told.push(name);
        if (told.length === 2) resolve();
      },
    });
  });
  // that these two are told of while the first one waits is the test of it
  await others;
  told.push('the key comes');
  await writeFile(path.join(folder, 'slow', 'server.key'), 'A'.repeat(43));
  running = await started;
  for (const name of ['alfa', 'beta']) await installOrganisation(served(name).db, organisation);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an organisation whose start', () => {
  it('hangs keeps none of the others waiting', () => {
    expect(new Set(told.slice(0, 2))).toEqual(new Set(['alfa', 'beta']));
    expect(told.slice(2)).toEqual(['the key comes', 'slow']);
  });

  it('fails when all but its answers is there leaves its database closed, and can be tried again', async () => {
    expect(running.failed()).toMatchObject([{ name: 'broken', error: { message: 'broken' } }]);
    expect((await ask('broken', 'GET', '/en/')).status).toBe(503);
    whole = true;
    // a database that was left open would say that it has a server already
    await Promise.all([running.tryAgain(), running.tryAgain()]);
    expect(running.failed()).toEqual([]);
    // it is told of once, with the others at the start, so that its link can be made
    expect(told.filter((name) => name === 'broken')).toEqual(['broken']);
    expect((await ask('broken', 'GET', '/en/')).status).toBe(200);
  });
});

describe('a flood at one organisation', () => {
  it('of attempts to set up uses up its own limit alone', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
    const tries = Array.from({ length: 241 }, () =>
      ask('alfa', 'POST', '/api/desk/set-up', {}, agent),
    );
    expect((await Promise.all(tries)).filter(({ status }) => status === 429)).toHaveLength(1);
    agent.destroy();
    expect((await ask('beta', 'POST', '/api/desk/set-up', {})).status).toBe(400);
  });

  it('of reports asks for work there alone', async () => {
    const codes: (string | null)[] = [];
    for (let count = 0; count < 4; count += 1) codes.push((await report('alfa')).code);
    expect(codes).toEqual([null, null, null, 'work_needed']);
    expect((await report('beta')).status).toBe(201);
  });

  it('of large bodies makes its own give way', async () => {
    const kept = await begin('beta', 2_400_000);
    const large: Socket[] = [];
    // a quarter of 64 MiB is there for each
    for (let count = 0; count < 12; count += 1) large.push(await begin('alfa', 2_400_000));
    const answers = large.map(async (socket) => String((await once(socket, 'data'))[0]));
    expect(await Promise.race(answers)).toMatch(/^HTTP\/1\.1 503[^]*"unavailable"/u);
    expect(await end(kept)).toMatch(/^HTTP\/1\.1 400[^]*"malformed"/u);
    for (const socket of large) socket.destroy();
  });

  it('of connections with slow requests closes its own first, though another’s is older', async () => {
    const kept = await begin('beta', 60_000);
    const slow: Socket[] = [];
    for (let count = 0; count < 60; count += 1) slow.push(await begin('alfa', 60_000));
    expect((await ask('beta', 'GET', '/en/')).status).toBe(200);
    expect(await end(kept)).toMatch(/^HTTP\/1\.1 400[^]*"malformed"/u);
    for (const socket of slow) socket.destroy();
  });

  it('of requests that wait for its answer leaves the others their share of connections', async () => {
    const server = createServer();
    const ownerOf = ({ headers }: http.IncomingMessage): unknown => headers.host;
    watchConnections(server, 6, { ownerOf, share: 0.5 }).serve(({ headers }, response) => {
      if (headers.host === 'beta') response.end('answered');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const to = async (host: string): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const heard = once(server, 'request');
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      if (host === 'alfa') await heard;
      return socket;
    };
    const waiting: Socket[] = [];
    for (let count = 0; count < 6; count += 1) waiting.push(await to('alfa'));
    const [answer] = (await once(await to('beta'), 'data')) as [Buffer];
    expect(String(answer)).toContain('answered');
    expect(waiting.filter(({ destroyed }) => !destroyed).length).toBeGreaterThan(4);
    server.close();
    server.closeAllConnections();
  });
});

describe('a database of one organisation', () => {
  const pragma = async (text: string): Promise<number> => {
    const [row] = await served('alfa').db.raw<Record<string, number>[]>(`pragma ${text}`);
    return Number(Object.values(row ?? {})[0]);
  };
  let day = 3;
  beforeEach(() => {
    // the work that was asked for there is forgotten
    clock.set(`2026-03-0${String(day)}T10:00:00Z`);
    day += 1;
  });

  it('for which the disk is full says so there, and the others take what comes', async () => {
    const most = await pragma('max_page_count');
    await pragma(`max_page_count = ${String(await pragma('page_count'))}`);
    expect(await report('alfa')).toEqual({ status: 507, code: 'storage_full' });
    expect((await report('beta')).status).toBe(201);
    await pragma(`max_page_count = ${String(most)}`);
    expect((await report('alfa')).status).toBe(201);
  });

  it('that somebody keeps locked says so there, and the others take what comes', async () => {
    const filename = served('alfa').config.database;
    const client = { client: 'sqlite3', connection: { filename }, useNullAsDefault: true };
    const other = createKnex(client);
    const lock = await other.transaction();
    await lock.raw('delete from jobs where name = ?', ['none']);
    await pragma('busy_timeout = 50');
    expect(await report('alfa')).toEqual({ status: 503, code: 'unavailable' });
    expect((await report('beta')).status).toBe(201);
    await lock.rollback();
    await other.destroy();
    expect((await report('alfa')).status).toBe(201);
  });
});
