import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../server/app.js';
import { randomBytes, toBase64 } from '../../crypto/private.js';
import { ask } from '../support/api.js';
import {
  admitHandler,
  invite,
  join,
  makePerson,
  recordOf,
  setUpDesk,
  signIn,
  type TestDesk,
  type TestPerson,
} from '../support/desk.js';
import { fillPath, routesOf, type Route } from '../support/routes.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let desk: TestDesk;
let routes: readonly Route[] = [];
const tokens: Record<string, string> = {};

/** The token that a recovery kit gives. */
async function recoveryToken(person: TestPerson): Promise<string> {
  const { name, recoveryProof: proof } = person;
  const answer = await ask(server, 'POST', '/api/desk/recovery', {
    json: { name, proof, code: null },
  });
  return (answer.json as { token: string }).token;
}

beforeAll(async () => {
  server = await startTestServer({
    clock: createTestClock().now,
    capabilities: (context) => {
      const capabilities = capabilitiesOf(context);
      routes = routesOf(capabilities);
      return capabilities;
    },
  });
  desk = await setUpDesk(server);
  const left = await admitHandler(desk, 'lena');
  const waiting = makePerson('maja', 'handler');
  const record = recordOf(waiting, desk.channel);
  const invitation = await invite(desk, desk.administrator, record.name);
  await join(desk, invitation, waiting, record);
  await signIn(desk, waiting);
  const signedOut = { ...left };
  await ask(server, 'DELETE', '/api/desk/sessions', { authorization: `Desk ${left.token}` });
  tokens['nobody'] = '';
  tokens['a stranger'] = `Desk ${toBase64(randomBytes(32))}`;
  tokens['a reporter'] = `Case ${toBase64(randomBytes(32))}`;
  tokens['who signed out'] = `Desk ${signedOut.token}`;
  tokens['who waits for admission'] = `Desk ${waiting.token}`;
  tokens['who holds an invitation'] = `Invitation ${invitation.token}`;
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

describe('every route of the desk', () => {
  it('asks for a session, but for those that cannot', () => {
    const open = routes.filter(({ path, guard }) => path.startsWith('/api/desk') && guard === null);
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'GET /api/desk/administrator',
      'GET /api/desk/installation',
      'GET /api/desk/invitations/:id',
      'POST /api/desk/administrator',
      'POST /api/desk/ceremony/paper',
      'POST /api/desk/ceremony/paper/cases/:id',
      'POST /api/desk/ceremony/paper/cases/:id/epochs',
      'POST /api/desk/invitations/:id/join',
      'POST /api/desk/recovery',
      'POST /api/desk/sessions',
      'POST /api/desk/set-up',
    ]);
  });

  it('is for administrators or handlers as this table says', () => {
    const only = (part: 'administrator' | 'handler' | 'custodian'): string[] =>
      routes
        .filter(({ guard }) => guard?.parts.length === 1 && guard.parts[0] === part)
        .map(({ method, path }) => `${method} ${path}`)
        .sort();
    expect(only('administrator')).toEqual([
      'DELETE /api/desk/incidents/:id/lock',
      'DELETE /api/desk/rosters/:channel',
      'GET /api/desk/receipt-key',
      'POST /api/desk/admissions',
      'POST /api/desk/directories',
      'POST /api/desk/incidents/:id/lock',
      'POST /api/desk/receipt-key',
      'POST /api/desk/retention/preview',
      'PUT /api/desk/handbook',
      'PUT /api/desk/rosters/:channel',
    ]);
    expect(only('custodian').filter((route) => !route.includes('/custody'))).toEqual([]);
    expect(only('handler').filter((route) => !route.includes('/cases'))).toEqual(
      expect.arrayContaining(['PUT /api/desk/admissions/:id/signature', 'PUT /api/desk/stamp']),
    );
    const cases = routes.filter(({ path }) => path.startsWith('/api/desk/cases'));
    for (const { guard } of cases) expect(guard?.parts).toEqual(['handler']);
  });

  it('refuses whoever has no session', async () => {
    const guarded = routes.filter(({ guard }) => guard !== null);
    expect(guarded.length).toBeGreaterThan(15);
    for (const [who, authorization] of Object.entries(tokens)) {
      for (const { method, path } of guarded) {
        const answer = await ask(server, method, fillPath(path), { authorization });
        expect([who, method, path, answer.status, answer.code]).toEqual([
          who,
          method,
          path,
          401,
          'sign_in_needed',
        ]);
      }
    }
  });

  it('refuses the part that has no business there, and lets the other in', async () => {
    for (const { method, path, guard } of routes) {
      if (guard === null || path === '/api/desk/sessions') continue;
      for (const person of [desk.administrator, desk.handler]) {
        const authorization = `Desk ${person.token}`;
        const answer = await ask(server, method, fillPath(path), { authorization });
        const refused = answer.code === 'forbidden' || answer.status === 401;
        const seen = [method, path, person.part, refused];
        expect(seen).toEqual([method, path, person.part, !guard.parts.includes(person.part)]);
      }
    }
  });

  it('opens nothing but new credentials to the token of a recovery', async () => {
    const authorization = `Desk ${await recoveryToken(desk.handler)}`;
    const open: string[] = [];
    for (const { method, path, guard } of routes) {
      if (guard === null) continue;
      const answer = await ask(server, method, fillPath(path), { authorization });
      if (answer.status !== 401) open.push(`${method} ${path}`);
    }
    expect(open).toEqual(['PUT /api/desk/account/credentials']);
  });
});
