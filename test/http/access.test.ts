import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../server/app.js';
import { ASKERS, makeAccessWorld, type AccessWorld, type Asker } from '../support/access.js';
import { CASE_ROWS } from '../support/access-cases.js';
import { DESK_ROWS } from '../support/access-desk.js';
import { expectedOf, type AccessRow } from '../support/access-row.js';
import { ask, type Answer } from '../support/api.js';
import { askAs, signIn } from '../support/desk.js';
import { routesOf, type Route } from '../support/routes.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

/** Every route of the API, and what each asker is told there. */
const ROWS: readonly AccessRow[] = [...DESK_ROWS, ...CASE_ROWS];

let server: TestServer;
let world: AccessWorld;
let routes: readonly Route[] = [];

beforeAll(async () => {
  const clock = createTestClock();
  server = await startTestServer({
    clock: clock.now,
    capabilities: (context) => {
      const capabilities = capabilitiesOf(context);
      routes = routesOf(capabilities);
      return capabilities;
    },
  });
  // what the server does by itself once a day, it would do in the midst of a comparison
  await server.scheduler.tick();
  world = await makeAccessWorld(server, clock);
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await world.close();
  await server.stop();
});

const methodOf = ({ route }: AccessRow): string => route.split(' ')[0] ?? '';
const titleOf = ({ route, about }: AccessRow): string => [route, about].filter(Boolean).join(', ');
const told = ({ status, code }: Answer): string => [status, code].filter(Boolean).join(' ');

/** Asks as somebody, and whether that stored anything. */
async function askOnce(
  row: AccessRow,
  asker: Asker,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ answer: Answer; changed: boolean }> {
  const { path, json, bytes } = await row.request(world);
  const authorization = await world.authorization(asker);
  const before = await world.version();
  const answer = await ask(server, methodOf(row), path, {
    ...(json === undefined ? {} : { json }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(authorization === '' ? {} : { authorization }),
    headers,
  });
  return { answer, changed: (await world.version()) !== before };
}

it('every route of the API has its row, and every row its route', () => {
  const known = routes.map(({ method, path }) => `${method} ${path}`);
  expect([...new Set<string>(ROWS.map(({ route }) => route))].sort()).toEqual(known.sort());
});

describe('each who asks is told what the table says, and stores nothing where refused', () => {
  // where a row ended everybody's session, the next one signs them all in again
  it.each(ROWS.map((row) => ({ title: titleOf(row), row })))(
    '$title',
    async ({ row }) => {
      const answers: Partial<Record<Asker, string>> = {};
      const expected: Partial<Record<Asker, string>> = {};
      for (const asker of ASKERS) {
        const { answer, changed } = await askOnce(row, asker);
        answers[asker] = told(answer);
        if (answer.status >= 400 && changed) answers[asker] += ', but stored something';
        expected[asker] = expectedOf(row, asker);
      }
      expect(answers).toEqual(expected);
    },
    90_000,
  );

  it('which sees whatever is stored', async () => {
    for (const route of ['POST /api/desk/invitations', 'PUT /api/desk/account/memory']) {
      const row = ROWS.find((each) => each.route === route);
      expect(row && (await askOnce(row, 'member')).changed).toBe(true);
    }
  });
});

describe('a page of another site', () => {
  const foreign = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none' },
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
  ];

  it('can change nothing, not even with the right of whoever may', async () => {
    const changing = ROWS.filter((row) => methodOf(row) !== 'GET');
    expect(changing.length).toBeGreaterThan(20);
    for (const row of changing) {
      const [able = 'nobody'] = Object.keys(row.answers) as Asker[];
      for (const headers of foreign) {
        const { answer, changed } = await askOnce(row, able, headers);
        expect([titleOf(row), headers, told(answer), changed]).toEqual([
          titleOf(row),
          headers,
          '403 cross_site',
          false,
        ]);
      }
    }
  });

  it('can sign nobody out', async () => {
    const { member } = world.people;
    await signIn(world.work, member);
    const authorization = `Desk ${member.token}`;
    for (const headers of foreign) {
      const answer = await ask(server, 'DELETE', '/api/desk/sessions', { authorization, headers });
      expect(told(answer)).toBe('403 cross_site');
    }
    expect((await askAs(world.work, member, 'GET', '/api/desk/members')).status).toBe(200);
  });

  it('finds no other method that changes something', async () => {
    for (const row of ROWS) {
      const { path } = await row.request(world);
      const authorization = await world.authorization('member');
      const before = await world.version();
      for (const method of ['HEAD', 'OPTIONS', 'PATCH', 'PROPFIND']) {
        const answer = await ask(server, method, path, { authorization });
        expect([method, path, answer.status < 500]).toEqual([method, path, true]);
      }
      expect([path, await world.version()]).toEqual([path, before]);
    }
  });
});

describe('a case', () => {
  it('is in no answer to whoever cannot read it', async () => {
    const { found, file, auditScope } = world;
    const traces = [found.id, file.id, auditScope, found.report.keys.lookupToken];
    const strangers = ASKERS.filter((asker) => !['member', 'guest', 'reporter'].includes(asker));
    for (const row of ROWS.filter((each) => methodOf(each) === 'GET')) {
      for (const asker of strangers) {
        const { answer } = await askOnce(row, asker);
        // whoever is asked for its identity has to know in which case
        const hidden = asker === 'custodian' ? traces.slice(1) : traces;
        const seen = hidden.filter((trace) => answer.text.includes(trace));
        expect([titleOf(row), asker, seen]).toEqual([titleOf(row), asker, []]);
      }
    }
  });
});

describe('a session', () => {
  it('is another after every sign-in, whatever token was shown before', async () => {
    const { member } = world.people;
    const tokens = new Set<string>();
    for (const authorization of [
      '',
      `Desk ${member.token}`,
      await world.authorization('recovery'),
    ]) {
      const { name, proof } = member;
      const answer = await ask(server, 'POST', '/api/desk/sessions', {
        json: { name, proof, code: null },
        authorization,
      });
      tokens.add((answer.json as { token: string }).token);
    }
    tokens.add(member.token);
    expect(tokens.size).toBe(4);
  });
});
