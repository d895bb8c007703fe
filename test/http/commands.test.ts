import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, dayOf } from '../../crypto/public.js';
import { systemClock } from '../../server/clock.js';
import { leaseOf } from '../../server/jobs/lease.js';
import { RETENTION_JOB } from '../../server/retention/service.js';
import { ask, type Answer } from '../support/api.js';
import { askAs, setUpDesk } from '../support/desk.js';
import { installOrganisation } from '../support/organisation.js';
import { makeTestStore, type TestStore } from '../support/retention.js';
import { fillCase } from '../support/rows.js';
import { projectDist, startTestServer, temporaryFolder } from '../support/server.js';

interface Ended {
  code: number;
  output: string;
  errors: string;
}

let store: TestStore;

beforeEach(async () => {
  store = await makeTestStore();
});

afterEach(async () => {
  await store.stop();
});

/** Runs a command of the build, as cron does. */
async function run(
  name: string,
  options: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  const file = path.join(projectDist, 'server/commands', `${name}.js`);
  const { database, dataFolder } = store.config;
  const settings = { CASEKEY_DATA_FOLDER: dataFolder, CASEKEY_DATABASE: database, ...env };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, ...options], {
      env: settings,
    });
    return { code: 0, output: stdout, errors: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout, errors: stderr };
  }
}

const cases = async (): Promise<number> => (await store.db('cases').pluck('id')).length;

describe('the purge as a command', () => {
  it('counts what is due in a dry run, and then removes it', async () => {
    const longAgo = addDays(dayOf(new Date(), 'UTC'), -1000);
    await fillCase(store.db, store.organisation, { closedDay: longAgo });
    await fillCase(store.db, store.organisation, { closedDay: longAgo, practice: true });
    await fillCase(store.db, store.organisation);
    expect(await run('purge', ['--dry-run'])).toEqual({
      code: 0,
      output: 'Due in Reports: cases 1, practice cases 1\n',
      errors: '',
    });
    expect(await cases()).toBe(3);
    const { code, output } = await run('purge');
    expect([code, output]).toEqual([
      0,
      'Purged: cases 1, practice cases 1\n' +
        'Reopened because nobody decided: 0\n' +
        'Abandoned uploads removed: 0\n',
    ]);
    expect(await cases()).toBe(1);
    expect((await run('purge', ['--dry-run'])).output).toBe('Nothing is due.\n');
  });

  it('counts by a shorter term only 90 days after the server took it', async () => {
    const day = dayOf(new Date(), 'UTC');
    await fillCase(store.db, store.organisation, { closedDay: addDays(day, -500) });
    const shorter = store.organisation.next((directory) => ({
      ...directory,
      channels: directory.channels.map((channel) => ({ ...channel, retentionMonths: 12 })),
    }));
    await installOrganisation(store.db, shorter, addDays(day, -80));
    expect((await run('purge', ['--dry-run'])).output).toBe('Nothing is due.\n');
    await store
      .db('directories')
      .where({ version: 2 })
      .update({ day: addDays(day, -90) });
    expect((await run('purge', ['--dry-run'])).output).toBe(
      'Due in Reports: cases 1, practice cases 0\n',
    );
  });

  it('leaves the work to a purge that is running', async () => {
    await leaseOf(store.db, systemClock, RETENTION_JOB);
    expect(await run('purge')).toMatchObject({ code: 75, output: '' });
  });

  it('says how it is used, whatever else is wrong, and repeats nothing that was typed', async () => {
    for (const name of ['purge', 'verify-audit', 'administrator-link']) {
      for (const flag of ['--help', '-h']) {
        const { code, output, errors } = await run(name, [flag], { CASEKEY_PURGE_HOUR: '25' });
        expect([code, errors]).toEqual([0, '']);
        expect(output).toContain(`npm run ${name}`);
        expect(output).toContain('Exit codes: 0');
      }
      const wrong = await run(name, ['anchor-basket-candle']);
      expect([wrong.code, wrong.output]).toEqual([64, '']);
      expect(wrong.errors).toContain(`npm run ${name}`);
      expect(wrong.errors).not.toContain('anchor');
    }
  });

  it('says what is wrong with its use, its configuration and its database', async () => {
    expect(await run('purge', ['--dry'])).toMatchObject({ code: 64 });
    const wrong = await run('purge', [], { CASEKEY_PURGE_HOUR: '25' });
    expect(wrong).toMatchObject({ code: 1, output: '' });
    expect(wrong.errors).toContain('CASEKEY_PURGE_HOUR');
    const folder = await temporaryFolder();
    const missing = path.join(folder, 'none.sqlite');
    const none = await run('purge', [], { CASEKEY_DATABASE: missing });
    expect(none).toMatchObject({ code: 1, output: '' });
    expect(none.errors).toContain('no database');
    expect(existsSync(missing)).toBe(false);
    await mkdir(missing);
    const broken = await run('purge', [], { CASEKEY_DATABASE: missing });
    expect(broken.code).toBe(1);
    expect(broken.errors).not.toContain(missing);
    await rm(folder, { recursive: true });
  });
});

describe('the audit log, checked by a command', () => {
  it('holds, also after a purge, and not once an entry was changed', async () => {
    const closedDay = addDays(dayOf(new Date(), 'UTC'), -1000);
    await fillCase(store.db, store.organisation, { closedDay });
    const { scope } = await fillCase(store.db, store.organisation);
    await run('purge');
    expect(await run('verify-audit')).toEqual({
      code: 0,
      output: '7 entries in 3 chains, 0 chains broken\n0 signed heads compared, 0 contradictions\n',
      errors: '',
    });
    await store.db('audit').where({ scope, sequence: 2 }).update({ content: '{}' });
    expect(await run('verify-audit')).toEqual({
      code: 1,
      output: `Broken: chain ${scope}, entry 2\n7 entries in 3 chains, 1 chains broken\n0 signed heads compared, 0 contradictions\n`,
      errors: '',
    });
  });
});

describe('a link for an administrator by the root', () => {
  it('prints one, of which a hash is kept, and tells it in the log', async () => {
    const server = await startTestServer();
    try {
      const { dataFolder: folder, config, db } = server;
      const env = {
        CASEKEY_DATA_FOLDER: folder,
        CASEKEY_DATABASE: config.database,
        CASEKEY_PUBLIC_ADDRESS: 'https://north.example.org',
      };
      const before = await run('administrator-link', [], env);
      expect([before.code, before.output]).toEqual([1, '']);
      expect(before.errors).toContain('Nothing is set up yet');
      expect(await db('audit').select()).toEqual([]);
      const desk = await setUpDesk(server, dayOf(new Date(), 'UTC'));

      // beside the server that has the database
      const { code, output } = await run('administrator-link', [], env);
      expect(code).toBe(0);
      expect(output).toMatch(
        /^https:\/\/north\.example\.org\/desk\/en\/administrator#[\w-]{43}\n$/,
      );
      const secret = output.trim().split('#')[1] ?? '';
      const read = (authorization: string): Promise<Answer> =>
        ask(server, 'GET', '/api/desk/administrator', { authorization });
      expect((await read(`Setup ${secret}`)).status).toBe(200);
      expect(JSON.stringify(await db('installation').select())).not.toContain(secret);
      const log = await askAs(
        desk,
        desk.handler,
        'GET',
        '/api/desk/audit?scope=organisation&after=0',
      );
      expect(log.text).toContain('administrator_link_made');

      const newer = await run('administrator-link', [], env);
      expect((await read(`Setup ${secret}`)).code).toBe('administrator_link_refused');
      expect((await read(`Setup ${newer.output.trim().split('#')[1] ?? ''}`)).status).toBe(200);
      expect(server.faults).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
