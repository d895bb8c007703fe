import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import { createDesk, type Desk } from '../../client/handler.js';
import { createReporter } from '../../client/reporter.js';
import { dayOf, type PaperSecrets } from '../../crypto/private.js';
import { setUpLink } from '../../server/accounts/set-up.js';
import { ConfigError } from '../../server/config.js';
import { createLog } from '../../server/log.js';
import { loadOrganisations } from '../../server/organisations.js';
import { startOrganisations, type RunningOrganisations } from '../../server/several.js';
import { sendReport } from '../support/fixtures.js';
import { fillPath } from '../support/routes.js';
import { CASE_ROWS } from '../support/access-cases.js';
import { DESK_ROWS } from '../support/access-desk.js';
import { NO_SESSION } from '../support/access-row.js';
import { createTestClock, projectDist, temporaryFolder } from '../support/server.js';

const clock = createTestClock();
const logged: string[] = [];
const NAMES = ['alfa', 'beta', 'gamma'] as const;
/** What the first one's people showed at the desk. */
const tokens = new Set<string>();
let folder: string;
let running: RunningOrganisations;

/** Asks this process for one of the hosts, as a proxy in front of it does. */
function at(host: string): Fetch {
  return (input, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(input);
      const given = { ...headers, host };
      const shown = Object.entries(headers).find(([name]) => /^authorization$/i.test(name));
      if (host === 'alfa.example' && shown?.[1]?.startsWith('Desk ')) tokens.add(shown[1]);
      const request = http.request(
        `${running.address}${pathname}${search}`,
        { method, headers: given },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            const bytes = status === 204 ? null : Buffer.concat(parts);
            const told = Object.entries(answer.headersDistinct).map(
              ([name, values]): [string, string] => [name, values?.join(', ') ?? ''],
            );
            resolve(new Response(bytes, { status, headers: told }));
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}

const hostOf = (name: string): string => `${name}.example`;
const ask = (
  host: string,
  asked: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> =>
  at(host)(`http://${host}${asked}`, {
    method: 'GET',
    headers: {},
    ...init,
  } as Parameters<Fetch>[1]) as Promise<Response>;

function served(name: string) {
  const found = running.served().find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not served`);
  return found;
}

interface Organisation {
  administrator: Desk;
  handler: Desk;
  /** The handler's. */
  passphrase: string;
  words: string[];
  /** What was printed for the handler, and for the administrator. */
  paper: PaperSecrets;
  administratorPaper: PaperSecrets;
}

/** How clients reach one of the hosts, with passphrases stretched no more than they must. */
const connectionTo = (name: string, fetch = at(hostOf(name))) => ({
  address: `http://${hostOf(name)}`,
  fetch,
  now: clock.now,
  today: () => dayOf(clock.now()),
  stretch: 'least' as const,
});

/** Sets one up by its own link, and sends a practice report that its handler opens. */
async function setUp(name: string): Promise<Organisation> {
  const connection = connectionTo(name);
  const { db, config } = served(name);
  const secret = (await setUpLink(db, config))?.split('#')[1] ?? '';
  const wizard = createDesk(connection);
  const secrets = await wizard.prepareSetUp();
  await wizard.finishSetUp(secret, {
    organisation: { names: { en: `Company ${name}` }, country: 'SE' },
    languages: ['en'],
    channelNames: { en: `Channel ${name}` },
    texts: { en: 'Write to us.' },
    administrator: { name: 'anna' },
    handler: { name: `hanna of ${name}`, shownName: 'Hanna Handler', role: {} },
  });
  const [administrator, handler] = [createDesk(connection), createDesk(connection)];
  await administrator.signIn('anna', secrets.administrator.passphrase.join(' '));
  const passphrase = secrets.handler.passphrase.join(' ');
  await handler.signIn(`hanna of ${name}`, passphrase);
  await Promise.all([administrator.members(), handler.members()]);
  const reporter = createReporter(connection);
  const { channels } = await reporter.directory();
  const { words } = await sendReport(reporter, channels[0]?.id ?? '', {
    change: { text: `canary-of-${name}` },
  });
  return {
    administrator,
    handler,
    passphrase,
    words,
    paper: secrets.handler,
    administratorPaper: secrets.administrator,
  };
}

const made = new Map<string, Organisation>();
const of = (name: string): Organisation => {
  const found = made.get(name);
  if (found === undefined) throw new Error(`${name} was not set up`);
  return found;
};

beforeAll(async () => {
  folder = await temporaryFolder();
  // the third one's folder is a file: it cannot be opened
  await writeFile(path.join(folder, 'gamma'), '');
  const file = path.join(folder, 'organisations.json');
  const entries = NAMES.map((name) => ({
    name,
    publicAddress: `http://${hostOf(name)}`,
    dataFolder: path.join(folder, name),
    ...(name === 'alfa' ? { alsoAt: ['alfa.onion'] } : {}),
  }));
  // a fourth one's entry cannot be used
  const wrong = { name: 'delta', publicAddress: 'http://delta.example', colour: 'red' };
  await writeFile(file, JSON.stringify([wrong, ...entries]));
  const list = await loadOrganisations({
    CASEKEY_ORGANISATIONS: file,
    CASEKEY_PORT: '0',
    UV_THREADPOOL_SIZE: '6',
  });
  running = await startOrganisations({
    organisations: list?.organisations ?? [],
    refused: list?.refused ?? [],
    dist: projectDist,
    clock: clock.now,
    log: createLog(clock.now, (line) => logged.push(line)),
  });
  made.set('alfa', await setUp('alfa'));
  made.set('beta', await setUp('beta'));
});
afterAll(async () => {
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('several organisations in one process', () => {
  it('each have a directory, words and cases of their own', async () => {
    const [alfa, beta] = await Promise.all(
      NAMES.slice(0, 2).map((name) => of(name).handler.directory()),
    );
    expect(alfa?.organisation.names).toEqual({ en: 'Company alfa' });
    expect(beta?.organisation.names).toEqual({ en: 'Company beta' });
    expect(alfa?.fingerprint).not.toEqual(beta?.fingerprint);
    for (const name of ['alfa', 'beta']) {
      const { rows } = await of(name).handler.inbox('open');
      expect(rows.map(({ title }) => title)).toEqual([`canary-of-${name}`]);
    }
    expect((await ask('alfa.onion', '/api/directory')).status).toBe(200);
  });

  it('know nothing of each other’s case keys, accounts and sessions', async () => {
    const connection = connectionTo('beta');
    const { words } = of('alfa');
    await expect(createReporter(connection).open(words)).rejects.toMatchObject({
      code: 'case_not_found',
    });
    await expect(createDesk(connection).signIn('anna', 'a b c d e f g')).rejects.toMatchObject({
      code: 'sign_in_refused',
    });
  });

  it('answer every route to the other’s session as to nobody’s', async () => {
    const [row] = (await of('alfa').handler.inbox('open')).rows;
    const routes = [...DESK_ROWS, ...CASE_ROWS].filter(({ rest }) => rest === NO_SESSION);
    expect(routes.length).toBeGreaterThan(40);
    expect(tokens.size).toBeGreaterThan(1);
    for (const { route } of routes) {
      const [method = '', asked = ''] = route.split(' ');
      const filled = fillPath(asked.replace('/cases/:case', `/cases/${row?.id ?? ''}`));
      for (const authorization of tokens) {
        const answer = await ask('beta.example', filled, { method, headers: { authorization } });
        expect([route, answer.status]).toEqual([route, 401]);
      }
    }
  });

  it('leave nothing in each other’s files', async () => {
    const bytesOf = async (name: string): Promise<string> => {
      const files = await readdir(path.join(folder, name));
      const all = await Promise.all(
        files.map((each) => readFile(path.join(folder, name, each), 'latin1')),
      );
      return all.join('\n');
    };
    const [alfa, beta] = [await bytesOf('alfa'), await bytesOf('beta')];
    const own = await of('alfa').handler.directory();
    const [row] = (await of('alfa').handler.inbox('open')).rows;
    for (const secret of [own.hash, own.organisation.id, row?.id ?? '']) {
      expect(alfa).toContain(secret);
      expect(beta).not.toContain(secret);
    }
  });

  it('are told apart in the log by the word of the configuration alone', () => {
    const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      lines.every(({ organisation }) => [...NAMES, 'delta'].some((name) => name === organisation)),
    ).toBe(true);
    expect(logged.join('\n')).not.toMatch(/example|Company|canary/);
  });
});

describe('a host that is nobody’s', () => {
  it('gets one plain answer, whatever is asked, which names nobody', async () => {
    const pages = await Promise.all(
      ['/', '/en/', '/desk/en/', '/x'].map(async (asked) => {
        const answer = await ask('other.example', asked);
        return [answer.status, await answer.text()];
      }),
    );
    expect(new Set(pages.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(pages[0]).toEqual([421, 'There is nothing at this name.\n']);
    const data = await ask('127.0.0.1', '/api/directory');
    expect(await data.json()).toEqual({ error: { code: 'unknown_host' } });
    expect(data.headers.get('content-security-policy')).toContain('sandbox');
  });
});

describe('an organisation that cannot be opened', () => {
  it('says so at its host, while the others are served', async () => {
    expect(running.failed().map(({ name }) => name)).toEqual(['delta', 'gamma']);
    const answer = await ask('gamma.example', '/en/');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    expect((await ask('alfa.example', '/en/')).status).toBe(200);
    expect(logged.some((line) => line.includes('not available'))).toBe(true);
  });

  it('is served once it can be opened, with no other one stopped', async () => {
    await rm(path.join(folder, 'gamma'));
    await mkdir(path.join(folder, 'gamma'));
    await running.tryAgain();
    expect(running.failed().map(({ name }) => name)).toEqual(['delta']);
    expect((await ask('gamma.example', '/en/')).status).toBe(200);
    expect((await of('alfa').handler.inbox('open')).rows).toHaveLength(1);
  });
});

describe('an organisation whose entry in the list cannot be used', () => {
  it('says so at its host, to health checks and in the log, while the others are served', async () => {
    const [first] = running.failed();
    expect(first).toMatchObject({ name: 'delta', error: { name: 'ConfigError' } });
    expect(String(first?.error)).toContain('dataFolder of delta');
    for (const asked of ['/en/', '/api/health/ready']) {
      expect([asked, (await ask('DELTA.example', asked)).status]).toEqual([asked, 503]);
      expect([asked, (await ask('alfa.example', asked)).ok]).toEqual([asked, true]);
    }
    const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ organisation }) => organisation === 'delta')).toMatchObject([
      { event: 'not available', code: 'wrong_configuration' },
    ]);
  });
});

describe('one person’s words in two organisations', () => {
  const NAME = 'hanna of alfa';
  const invitation = async (): Promise<string> =>
    (await of('beta').handler.invite({ shownName: 'Hanna from Alfa', part: 'guest' })).fragment;

  it('open an account under new keys, and nothing that the servers keep is the same', async () => {
    const { paper, passphrase } = of('alfa');
    const joining = createDesk(connectionTo('beta'));
    const fragment = await invitation();
    const { words } = await joining.prepareJoining(paper);
    await joining.finishJoining(fragment, { name: NAME, role: {} });
    const { admissions } = await of('beta').handler.members();
    expect(admissions).toMatchObject([{ words, authentic: true }]);
    const fresh = createDesk(connectionTo('beta'));
    const waiting = { code: 'not_admitted' };
    await expect(fresh.signIn(NAME, passphrase)).rejects.toMatchObject(waiting);
    await expect(fresh.prepareRecovery(NAME, paper.recoveryWords)).rejects.toMatchObject(waiting);
    const [there, here] = await Promise.all(
      ['alfa', 'beta'].map((name) =>
        served(name)
          .db('accounts')
          .where('name', NAME)
          .first<Record<string, unknown>>('id', 'proof_hash', 'recovery_proof_hash'),
      ),
    );
    const values = [there, here].flatMap((row) => Object.values(row ?? {}));
    expect([values.length, new Set(values).size]).toEqual([6, 6]);
  });

  it('are refused for two accounts of one organisation', async () => {
    const { beta, alfa } = { beta: of('beta'), alfa: of('alfa') };
    const inUse = { code: 'words_in_use' };
    const second = createDesk(connectionTo('beta'));
    await second.prepareJoining(beta.paper);
    const input = { name: 'administrator too', role: {} };
    const fragment = await invitation();
    await expect(second.finishJoining(fragment, input)).rejects.toMatchObject(inUse);
    // nor by the name under which they already open an account
    const same = { ...input, name: 'hanna of beta' };
    await expect(second.finishJoining(fragment, same)).rejects.toMatchObject({
      code: 'name_taken',
    });
    await beta.handler.prepareChange(beta.passphrase, alfa.paper);
    await expect(beta.handler.finishChange()).rejects.toMatchObject(inUse);
  });

  it('can be changed at one desk for those of another', async () => {
    const { administrator, administratorPaper } = of('alfa');
    const { paper, handler } = of('beta');
    await administrator.prepareChange(administratorPaper.passphrase.join(' '), paper);
    await administrator.finishChange();
    const account = await createDesk(connectionTo('alfa')).signIn(
      'anna',
      paper.passphrase.join(' '),
    );
    expect(account.part).toBe('administrator');
    expect((await handler.inbox('open')).rows).toHaveLength(1);
  });

  it('are not shown to a server that says it is another one', async () => {
    let whose = 'alfa.example';
    const sent: string[] = [];
    const desk = createDesk(
      connectionTo('beta', (input, init) => {
        if (init.method !== 'GET') sent.push(input);
        const isAsked = input.endsWith('/api/desk/installation');
        return at(isAsked ? whose : 'beta.example')(input, init);
      }),
    );
    const wrong = { code: 'wrong_directory' };
    await expect(desk.installation()).rejects.toMatchObject(wrong);
    whose = 'beta.example';
    // what it said first is what counts
    await expect(desk.installation()).rejects.toMatchObject(wrong);
    await expect(desk.readInvitation(await invitation())).rejects.toMatchObject(wrong);
    expect(sent).toEqual([]);
    const honest = await createDesk(connectionTo('beta')).installation();
    expect(honest.organisation).toEqual({ en: 'Company beta' });
  });

  it('give nothing that counts at another one to a server with its id and an own root', async () => {
    const told = (await (await ask('alfa.example', '/api/desk/installation')).json()) as {
      installation: string;
    };
    const shown = new Map<string, string>();
    let signed: { directory: unknown; stamp: unknown } | null = null;
    const answers = (status: number, json: unknown) =>
      new Response(status === 204 ? null : JSON.stringify(json), { status });
    const lying: Fetch = (input, { body }) => {
      const { pathname } = new URL(input);
      const text = typeof body === 'string' ? body : '';
      if (pathname === '/api/desk/installation') {
        const state = signed === null ? 'empty' : 'ready';
        return Promise.resolve(answers(200, { ...told, state }));
      }
      if (pathname === '/api/directory') {
        const { directory, stamp } = signed ?? {};
        const answer = { directory, stamps: [stamp], maxFileBytes: 1 };
        return Promise.resolve(answers(200, answer));
      }
      if (pathname === '/api/desk/set-up') {
        signed = JSON.parse(text) as { directory: unknown; stamp: unknown };
        return Promise.resolve(answers(204, null));
      }
      shown.set(pathname, text);
      return Promise.resolve(answers(403, { error: { code: 'not_admitted' } }));
    };
    const wizard = createDesk(connectionTo('beta', lying));
    await wizard.prepareSetUp();
    await wizard.finishSetUp('secret', {
      organisation: { names: { en: 'Company beta' }, country: 'SE' },
      languages: ['en'],
      channelNames: { en: 'Channel' },
      texts: { en: 'Write to us.' },
      administrator: { name: 'anna' },
      handler: { name: 'x', shownName: 'X', role: {} },
    });
    const { paper, passphrase } = of('alfa');
    const use = async (fetch?: Fetch): Promise<[string, Desk]> => {
      const desk = createDesk(connectionTo('alfa', fetch));
      const { organisation } = await desk.installation();
      return [organisation?.en ?? '', desk];
    };
    const [name, desk] = await use(lying);
    expect(name).toBe('Company beta');
    const code = 'not_admitted';
    await expect(desk.signIn(NAME, passphrase)).rejects.toMatchObject({ code });
    await expect(desk.prepareRecovery(NAME, paper.recoveryWords)).rejects.toMatchObject({ code });
    expect([...shown.keys()]).toEqual(['/api/desk/sessions', '/api/desk/recovery']);
    const headers = { 'content-type': 'application/json' };
    for (const [asked, body] of shown) {
      const answer = await ask('alfa.example', asked, { method: 'POST', headers, body });
      expect([asked, answer.status]).toEqual([asked, 401]);
    }
    // what the same words give to the right one counts there
    const [, honest] = await use();
    await honest.signIn(NAME, passphrase);
    await honest.prepareRecovery(NAME, paper.recoveryWords);
    // and a desk that was shown the right one takes no other root for it
    let through = at('alfa.example');
    const [, turning] = await use((input, init) => through(input, init));
    through = lying;
    await expect(turning.installation()).rejects.toMatchObject({ code: 'wrong_directory' });
  });
});

describe('one organisation’s directory at another one’s host', () => {
  it('is found by the desk and by the page that saw the right one', async () => {
    let through = 'alfa.example';
    const lying: Fetch = (input, init) =>
      at(input.includes('/api/directory') ? through : 'alfa.example')(input, init);
    const connection = connectionTo('alfa', lying);
    const reporter = createReporter(connection);
    const desk = createDesk(connection);
    await desk.signIn('hanna of alfa', of('alfa').passphrase);
    await Promise.all([reporter.directory(), desk.inbox('open')]);
    through = 'beta.example';
    await expect(reporter.directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
    // of the same version, or an older one, but never what was signed here
    const found = {
      fault: expect.stringMatching(/^(wrong_directory|directory_rolled_back)$/) as string,
    };
    await expect(desk.directory()).rejects.toMatchObject(found);
    await expect(desk.inbox('open')).rejects.toMatchObject(found);
  });
});

describe('a list of organisations', () => {
  const load = async (
    entries: unknown,
    env: Record<string, string> = {},
  ): Promise<string | undefined> => {
    try {
      const { refused = [] } = (await list(entries, env)) ?? {};
      return refused.length === 0 ? undefined : refused.map(({ problem }) => problem).join('\n');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message;
    }
  };
  const list = async (
    entries: unknown,
    env: Record<string, string> = {},
  ): ReturnType<typeof loadOrganisations> => {
    const file = path.join(folder, 'list.json');
    await writeFile(file, JSON.stringify(entries));
    return loadOrganisations({ CASEKEY_ORGANISATIONS: file, UV_THREADPOOL_SIZE: '8', ...env });
  };
  const one = { name: 'one', publicAddress: 'https://one.example', dataFolder: '/srv/one' };
  const two = { name: 'two', publicAddress: 'https://two.example', dataFolder: '/srv/two' };

  it('is absent for a single one', async () => {
    expect(await loadOrganisations({})).toBeNull();
  });

  it('gives each its own host, folder, database and key', async () => {
    expect(await load([one, two])).toBeUndefined();
    expect(await load([one, { ...two, publicAddress: one.publicAddress }])).toContain('host');
    expect(await load([one, { ...two, dataFolder: one.dataFolder }])).toContain('twice');
    expect(await load([one, { ...two, serverKey: '/srv/one/server.key' }])).toContain('twice');
    expect(await load([one, { ...two, alsoAt: ['ONE.example'] }])).toContain('host one.example');
    expect(await load([one], { CASEKEY_DATA_FOLDER: '/srv' })).toContain('CASEKEY_DATA_FOLDER');
  });

  it('leaves out who is wrong, and all who have something in common', async () => {
    const three = { name: 'three', publicAddress: 'https://three.example', dataFolder: '/srv/3' };
    const namesOf = async (...entries: unknown[]): Promise<string[][]> => {
      const { organisations = [], refused = [] } = (await list(entries)) ?? {};
      return [organisations, refused].map((all) => all.map(({ name }) => name));
    };
    expect(await namesOf(one, { ...two, mailHour: 77 })).toEqual([['one'], ['two']]);
    expect(await namesOf({ ...two, name: 'Två' }, one)).toEqual([['one'], ['entry 1']]);
    const shared = [['three'], ['one', 'two']];
    for (const key of ['publicAddress', 'dataFolder'] as const) {
      expect(await namesOf(one, { ...two, [key]: one[key] }, three)).toEqual(shared);
    }
    expect(await namesOf(one, { ...two, name: 'one' }, three)).toEqual([['three'], ['one', 'one']]);
    // a host that a wrong entry claims as well may be meant for that one
    const claims = { ...two, mailHour: 77, alsoAt: ['one.example'] };
    expect(await namesOf(one, claims, three)).toEqual([['three'], ['one', 'two']]);
  });

  it('says what is wrong with which', async () => {
    expect(await load([])).toContain('no list');
    expect(await load([{ ...one, name: 'Företag' }])).toContain('name');
    expect(await load([{ ...one, port: 1 }])).toContain('port of one');
    expect(await load([{ ...one, mailHour: 77 }])).toContain('mailHour of one');
    expect(await load([{ ...one, colour: 'red' }])).toContain('colour of one');
    expect(await load([one, two], { UV_THREADPOOL_SIZE: '3' })).toContain('at least 4');
  });
});
