import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../client/api.js';
import { run } from '../../client/cli/run.js';
import { loadDirectory } from '../../client/directory.js';
import { createVisit } from '../../client/node/visit.js';
import { DirectoryAnswer, fromBase64, ReporterCase, toBase64 } from '../../crypto/private.js';
import { testDay } from '../support/desk.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { lies, type Lie } from '../support/lies.js';
import { startLiedCase, type LiedCase } from '../support/lied-case.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';
import { makeOrganisation } from '../support/organisation.js';
import { projectDist, temporaryFolder } from '../support/server.js';
import { createTestTerminal, type TestTerminal } from '../support/terminal.js';

// What the command-line client says to a person, and does not do, where the server lies.

let installation: Installation;
let lied: LiedCase;
let server: LyingServer;
let folder: string;
let keyFile: string;
/** Whether the server says that it has no directory. */
let withheld = false;

const GET_CASE = /^\/api\/case$/;
const DIRECTORY = /^\/api\/directory$/;

beforeAll(async () => {
  installation = await startInstallation();
  lied = await startLiedCase(installation);
  server = createLyingServer();
  folder = await temporaryFolder();
  keyFile = path.join(folder, 'key');
  await writeFile(keyFile, lied.words.join(' '));
}, 120_000);
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
  await rm(folder, { recursive: true, force: true });
});

async function casekey(
  args: readonly string[],
  input = '',
  days = 0,
): Promise<TestTerminal & { exit: number }> {
  const terminal = createTestTerminal({ input });
  const exit = await run([...args, '--address', installation.address], {
    terminal,
    network: () => ({
      fetch: (address, init) =>
        withheld && DIRECTORY.test(new URL(address).pathname)
          ? Promise.resolve(Response.json({ error: { code: 'not_set_up' } }, { status: 404 }))
          : server.fetch(address, init),
      visit: createVisit(),
    }),
    now: () => new Date(installation.clock.now().getTime() + days * 86_400_000),
    signal: new AbortController().signal,
    build: projectDist,
  });
  return { ...terminal, exit };
}

/** Opens the case and tries to write: what was said, and that nothing went out. */
async function opened(): Promise<TestTerminal & { exit: number }> {
  const shown = await casekey(['return', '--key-file', keyFile]);
  server.listen();
  const reply = await casekey(['reply', '--key-file', keyFile], 'Never to be sent');
  expect(reply.exit).toBe(5);
  expect(reply.said).toContain(shown.said.trim());
  expect(server.writes()).toEqual([]);
  return shown;
}

function named(means: Lie['means']): [string, Lie][] {
  return lies.filter((lie) => lie.means === means).map((lie) => [lie.name, lie]);
}

function tell(lie: Lie): void {
  server.lieAbout(ReporterCase, GET_CASE, (answer) => lied.toReporter(lie, answer));
}

describe('a case that is shown otherwise than it is', () => {
  it('is not, by an honest server', async () => {
    const { exit, said, printed } = await casekey(['return', '--key-file', keyFile]);
    expect([exit, said]).toEqual([0, '']);
    expect(printed).toContain('Thank you.');
  });

  it.each(named('stop'))('with %s is shown as far as it holds', async (_, lie) => {
    tell(lie);
    const { exit, said, printed } = await opened();
    expect(exit).toBe(5);
    expect(said).toContain(`The server handed out ${lie.words.program}`);
    expect(said).toContain(`(${lie.fault})`);
    expect(said).toContain('What is shown was checked');
    expect(said).toContain('Nothing can be written into this case');
    expect(said).toMatch(/keep your case key and tell the organisation another way/u);
    expect(printed).toContain('Something is wrong here.');
    expect(printed).not.toMatch(/Never written|Nobody said this|I close it/u);
  });

  it.each(named('new keys'))('with %s takes nothing until its keys are renewed', async (_, lie) => {
    tell(lie);
    const { exit, said } = await opened();
    expect(exit).toBe(5);
    expect(said).toContain(lie.words.program);
    expect(said).toContain(`(${lie.fault})`);
    expect(said).toMatch(/until a reader renews the keys|turn to an authority/u);
  });

  it.each(named('unreadable'))(
    'with %s shows all the others, and can be written in',
    async (_, lie) => {
      tell(lie);
      const { exit, said, printed } = await casekey(['return', '--key-file', keyFile]);
      expect([exit, said]).toEqual([0, '']);
      expect(printed).toContain(`${lie.words.program}: it was sealed wrongly`);
      expect(printed).toContain(lie.fault);
      expect(printed).toContain('Thank you.');
    },
  );

  it('of another key than was given is not shown at all', async () => {
    server.lieAbout(ReporterCase, GET_CASE, (answer) => ({
      ...answer,
      case: { ...answer.case, id: toBase64(fromBase64(answer.case.id).toReversed()) },
    }));
    const { exit, said, printed } = await opened();
    expect([exit, printed]).toEqual([5, '']);
    expect(said).toContain('another case than the one asked for (wrong_case_id)');
    expect(said).toContain('Nothing of it is shown');
  });

  it('in another form is not shown at all', async () => {
    server.lieAbout(ReporterCase, GET_CASE, (answer) => ({ ...answer, more: 1 }));
    const { exit, said, printed } = await opened();
    expect([exit, printed]).toEqual([5, '']);
    expect(said).toContain('does not speak this protocol');
  });
});

describe('a list of readers', () => {
  const report = (...more: string[]): Promise<TestTerminal & { exit: number }> =>
    casekey(
      ['report', '--yes', '--key-file', path.join(folder, `new-${String(Math.random())}`), ...more],
      'The pump was never inspected.',
    );

  it('that the organisation did not sign takes no report, and opens nothing', async () => {
    server.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => ({
      ...answer,
      directory: { ...answer.directory, signature: toBase64(new Uint8Array(64)) },
    }));
    server.listen();
    const sent = await report();
    expect(sent.exit).toBe(5);
    expect(sent.said).toContain('a list of readers that is not the one the organisation signed');
    expect(sent.said).toContain('nothing was sent');
    expect(server.writes()).toEqual([]);
    const shown = await opened();
    expect(shown.said).toContain('(wrong_directory)');
    expect(shown.printed).toBe('');
  });

  it('that is kept back opens no case, and says what that means', async () => {
    withheld = true;
    const { exit, said, printed } = await opened();
    withheld = false;
    expect([exit, printed]).toEqual([5, '']);
    expect(said).toContain('but not the list of its readers, so nobody can tell who wrote in it');
  });

  it('exchanged after its eight words were compared takes no report', async () => {
    const api = createApi({ address: installation.address, fetch });
    const { directory } = await loadDirectory(api, testDay);
    const twin = await makeOrganisation({ like: directory });
    let asked = 0;
    server.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => {
      asked += 1;
      return asked === 1 ? answer : { ...answer, directory: twin.signed, stamps: [twin.stamp] };
    });
    server.listen();
    const sent = await report('--fingerprint', installation.fingerprint.join(' '));
    expect(sent.exit).toBe(5);
    expect(sent.said).toContain('(wrong_directory)');
    expect(server.writes()).toEqual([]);
  });

  it('that nobody confirmed for 90 days takes no report', async () => {
    server.listen();
    const sent = await casekey(
      ['report', '--yes', '--key-file', path.join(folder, 'late')],
      'The pump was never inspected.',
      91,
    );
    expect(sent.exit).toBe(5);
    expect(sent.said).toContain('for over 90 days, so nothing is sealed to them');
    expect(server.writes()).toEqual([]);
    const shown = await casekey(['return', '--key-file', keyFile], '', 31);
    expect([shown.exit, shown.said]).toEqual([0, expect.stringContaining('for over 30 days')]);
  });
});

describe('a file', () => {
  it.each([
    ['with another content', /\/chunks\/0$/u, 'wrong_chunk', 'a part of a file'],
    ['with another list of its parts', /\/hashes$/u, 'wrong_manifest', 'a file that is not'],
  ])('%s is not kept', async (_, place, code, said) => {
    const out = path.join(folder, code);
    await mkdir(out);
    server.lieInBytes(place, (bytes) => bytes.with(40 % bytes.length, (bytes[40] ?? 0) ^ 1));
    const read = await casekey(['read', '--key-file', keyFile, '--out', out]);
    expect(read.exit).toBe(5);
    expect(read.said).toContain(said);
    expect(read.said).toContain(`(${code}). Nothing of this file was kept.`);
    expect(await readdir(out)).toEqual([]);
  });
});
