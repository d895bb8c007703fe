import { spawn, type ChildProcess } from 'node:child_process';
import { access, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Day, InstallationId } from '../../crypto/private.js';
import { ask } from '../support/api.js';
import { makeSetUp } from '../support/desk.js';
import { projectDist, temporaryFolder } from '../support/server.js';

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

const folders: string[] = [];
const running: Run[] = [];

afterEach(async () => {
  for (const { child, exit } of running.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  return folder;
}

/** Starts the built server as `npm start` does, with nothing of this process's environment. */
async function start(env: Record<string, string>, where?: string): Promise<Run> {
  const folder = where ?? (await newFolder());
  let output = '';
  const child = spawn(process.execPath, [path.join(projectDist, 'server/main.js')], {
    cwd: folder,
    env: { CASEKEY_PORT: '0', ...env },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  // once all that it printed was read too
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const run = { child, output: () => output, exit };
  running.push(run);
  return run;
}

/** What a run printed in the place of the pattern's group, once it has. */
async function printed(run: Run, pattern: RegExp): Promise<string> {
  for (;;) {
    const [, found] = pattern.exec(run.output()) ?? [];
    if (found !== undefined) return found;
    if (run.child.exitCode !== null) throw new Error(run.output());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const readyAddress = (run: Run): Promise<string> => printed(run, /Casekey is ready at (\S+)/u);

describe('the server', () => {
  it('says where it is, answers, and stops when told to', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const run = await start({});
      const address = await readyAddress(run);
      expect(address).toMatch(/^http:\/\/localhost:\d+$/);
      expect((await fetch(`${address}/`)).status).toBe(200);
      run.child.kill(signal);
      expect(await run.exit).toBe(0);
    }
  });

  it('stops at once with a message that names a wrong value', async () => {
    const run = await start({ CASEKEY_PORT: 'http', CASEKEY_MAIL_HOUR: '25' });
    expect(await run.exit).toBe(1);
    expect(run.output()).toBe(
      'The configuration cannot be used:\n' +
        'CASEKEY_PORT: must be a whole number from 0 to 65535\n' +
        'CASEKEY_MAIL_HOUR: must be a whole number from 0 to 23\n',
    );
  });

  it('says when its port is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const run = await start({ CASEKEY_PORT: port });
    expect(await run.exit).toBe(1);
    expect(run.output()).toContain(`Casekey could not start: port ${port} is taken`);
    expect(run.output()).toContain('CASEKEY_PORT');
    blocker.close();
  });

  it('names the setting to look at when something else stands in the way', async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    const file = path.join(folder, 'letter.txt');
    await writeFile(file, 'Dear all, this is no database. '.repeat(20));
    const cases: [Record<string, string>, string][] = [
      [{ CASEKEY_DATA_FOLDER: file }, 'CASEKEY_DATA_FOLDER'],
      [{ CASEKEY_DATABASE: file }, 'CASEKEY_DATABASE'],
      [{ CASEKEY_HOST: '192.0.2.1' }, 'CASEKEY_HOST'],
    ];
    for (const [env, setting] of cases) {
      const run = await start(env);
      expect(await run.exit).toBe(1);
      expect(run.output()).toMatch(new RegExp(`Casekey could not start: .*${setting}`));
    }
  });

  it('says that its folder cannot be made, instead of trying for ever', async () => {
    for (const env of [
      { CASEKEY_DATA_FOLDER: '/proc/casekey/data' },
      { CASEKEY_SERVER_KEY: '/proc/casekey/server.key' },
    ]) {
      const run = await start(env);
      expect(await run.exit).toBe(1);
      expect(run.output()).toMatch(/could not start: \/proc\/casekey cannot be made .*CASEKEY_/u);
    }
  });

  it('runs once on a database, and again as soon as the other was ended, even in the middle', async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    const env = { CASEKEY_DATA_FOLDER: folder };
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const first = await start(env);
      const address = await readyAddress(first);
      const second = await start(env);
      expect(await second.exit).toBe(1);
      expect(second.output()).toContain('could not start: another Casekey runs on');
      expect(second.output()).toContain('CASEKEY_DATABASE');
      // the first goes on as if nothing had been
      expect((await fetch(`${address}/api/health/live`)).status).toBe(204);
      first.child.kill(signal);
      await first.exit;
      const third = await start(env);
      await readyAddress(third);
      third.child.kill('SIGTERM');
      expect(await third.exit).toBe(0);
    }
  });

  it('shares its database with the commands beside it', async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    await readyAddress(await start({ CASEKEY_DATA_FOLDER: folder }));
    const command = spawn(
      process.execPath,
      [path.join(projectDist, 'server/commands/verify-audit.js')],
      { env: { CASEKEY_DATA_FOLDER: folder }, stdio: 'ignore' },
    );
    expect(await new Promise((resolve) => command.once('exit', resolve))).toBe(0);
  });

  it('prints a link for the set-up that ends with the next start, and with the set-up for good', async () => {
    const folder = await newFolder();
    const secretOf = (run: Run): Promise<string> =>
      printed(run, /Set it up at \S+\/desk\/en\/set-up#([\w-]{43}) \(once/u);
    const stop = async (run: Run): Promise<void> => {
      run.child.kill('SIGTERM');
      expect(await run.exit).toBe(0);
    };
    const first = await start({}, folder);
    const old = await secretOf(first);
    await stop(first);
    const second = await start({}, folder);
    const secret = await secretOf(second);
    const send = async (server: { url: string }, own: string): Promise<number | string | null> => {
      const { json } = await ask(server, 'GET', '/api/desk/installation');
      const { installation } = json as { installation: InstallationId };
      const day = new Date().toISOString().slice(0, 10) as Day;
      const { request } = await makeSetUp(installation, { day });
      const options = { authorization: `Setup ${own}`, json: request };
      const { status, code } = await ask(server, 'POST', '/api/desk/set-up', options);
      return code ?? status;
    };
    const server = { url: await readyAddress(second) };
    expect(await send(server, old)).toBe('set_up_refused');
    expect(await send(server, secret)).toBe(204);
    // whoever finds it in a journal later
    expect(await send(server, secret)).toBe('already_set_up');
    await stop(second);
    const third = await start({}, folder);
    const again = { url: await readyAddress(third) };
    expect(await send(again, secret)).toBe('already_set_up');
    // all that is printed is printed before it stops
    await stop(third);
    expect(third.output()).not.toContain('set-up');
  });

  it('makes its data folder where it was started, for its own user', async () => {
    const run = await start({});
    await readyAddress(run);
    const [folder = ''] = folders;
    await access(path.join(folder, 'data/casekey.sqlite'));
  });
});
