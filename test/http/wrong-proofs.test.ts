import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomBytes, toBase64 } from '../../crypto/private.js';
import { ask, type Answer } from '../support/api.js';
import { setUpDesk, type TestDesk, type TestPerson } from '../support/desk.js';
import {
  createTestClock,
  startTestServer,
  type TestClock,
  type TestServer,
} from '../support/server.js';

/*
 * Whoever knows a name and has no proof learns nothing and keeps nobody out. The server trusts a
 * proxy, so that a test can come from many addresses.
 */

let server: TestServer;
let clock: TestClock;
let desk: TestDesk;

beforeEach(async () => {
  clock = createTestClock();
  server = await startTestServer({
    clock: clock.now,
    env: { CASEKEY_TRUSTED_PROXIES: 'loopback' },
  });
  desk = await setUpDesk(server);
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const wrongProof = (): string => toBase64(randomBytes(32));
const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });

function tryToSignIn(name: string, proof: string, address = '198.51.100.1'): Promise<Answer> {
  const json = { name, proof, code: null };
  return ask(server, 'POST', '/api/desk/sessions', { json, headers: from(address) });
}

function tryToRecover(
  { name, recoveryProof: proof }: TestPerson,
  address = '198.51.100.1',
): Promise<Answer> {
  const json = { name, proof, code: null };
  return ask(server, 'POST', '/api/desk/recovery', { json, headers: from(address) });
}

/** The actions in the log of operation, oldest first. */
async function operations(): Promise<{ action: string; actor: unknown }[]> {
  const rows = await server
    .db<{ content: string }>('audit')
    .where('scope', 'operation')
    .orderBy('sequence')
    .select('content');
  return rows.map(({ content }) => JSON.parse(content) as { action: string; actor: unknown });
}

describe('wrong proofs', () => {
  it('answers unknown and known names alike when they were tried too often', async () => {
    const answers: Record<string, Answer[]> = { hanna: [], nobody: [] };
    for (const name of ['hanna', 'nobody']) {
      for (let count = 0; count < 22; count += 1) {
        answers[name]?.push(await tryToSignIn(name, wrongProof()));
      }
    }
    const shape = (list: Answer[] | undefined): unknown =>
      list?.map(({ status, text, headers }) => [status, text, headers.get('retry-after')]);
    expect(shape(answers['hanna'])).toEqual(shape(answers['nobody']));
    expect(answers['hanna']?.map(({ code }) => code)).toEqual([
      ...Array.from({ length: 20 }, () => 'sign_in_refused'),
      'too_many_attempts',
      'too_many_attempts',
    ]);
  });

  it('takes the right proof, and the kit, however many were wrong before', async () => {
    for (let count = 0; count < 25; count += 1) {
      await tryToSignIn('hanna', wrongProof());
      await tryToRecover({ ...desk.handler, recoveryProof: wrongProof() });
    }
    expect((await tryToSignIn('hanna', wrongProof())).code).toBe('too_many_attempts');
    expect((await tryToRecover({ ...desk.handler, recoveryProof: wrongProof() })).code).toBe(
      'too_many_attempts',
    );
    expect((await tryToRecover(desk.handler)).status).toBe(201);
    expect((await tryToSignIn('hanna', desk.handler.proof)).status).toBe(201);
    // which also ends the count of what was wrong from here
    expect((await tryToSignIn('hanna', wrongProof())).code).toBe('sign_in_refused');
  });

  it('counts wrong proofs of the passphrase and of the kit apart', async () => {
    for (let count = 0; count < 22; count += 1) await tryToSignIn('hanna', wrongProof());
    expect((await tryToRecover({ ...desk.handler, recoveryProof: wrongProof() })).code).toBe(
      'sign_in_refused',
    );
  });

  it('writes down that an account was tried often, and no name that is none', async () => {
    for (let count = 0; count < 20; count += 1) {
      await tryToSignIn('hanna', wrongProof());
      await tryToSignIn('some passphrase typed as a name', wrongProof());
    }
    await expect
      .poll(async () => (await operations()).map(({ action }) => action))
      .toContain('proofs_refused');
    const entries = await operations();
    expect(entries.filter(({ action }) => action === 'proofs_refused')).toMatchObject([
      { actor: null, details: { account: desk.handler.id } },
    ]);
    expect(JSON.stringify(entries)).not.toContain('passphrase');
  });

  it('counts attempts that come all at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => tryToSignIn('hanna', wrongProof())),
    );
    const refused = answers.filter(({ code }) => code === 'sign_in_refused');
    expect(refused).toHaveLength(20);
    const noted = async (): Promise<number> =>
      (await operations()).filter(({ action }) => action === 'proofs_refused').length;
    await expect.poll(noted).toBe(1);
  });

  it('from one address say nothing to another', async () => {
    for (let count = 0; count < 22; count += 1) await tryToSignIn('hanna', wrongProof());
    expect((await tryToSignIn('hanna', wrongProof())).code).toBe('too_many_attempts');
    expect((await tryToSignIn('hanna', wrongProof(), '198.51.100.2')).code).toBe('sign_in_refused');
    // addresses of the sixth version count by their network, which one customer has whole
    for (let count = 0; count < 22; count += 1) {
      await tryToSignIn('admin', wrongProof(), `2001:db8::${(count + 1).toString(16)}`);
    }
    expect((await tryToSignIn('admin', wrongProof(), '2001:db8::99')).code).toBe(
      'too_many_attempts',
    );
  });

  it('are forgotten once nothing came for a quarter of an hour', async () => {
    for (let count = 0; count < 22; count += 1) await tryToSignIn('hanna', wrongProof());
    clock.set(new Date(clock.now().getTime() + 14 * 60_000));
    expect((await tryToSignIn('hanna', wrongProof())).code).toBe('too_many_attempts');
    clock.set(new Date(clock.now().getTime() + 15 * 60_000));
    expect((await tryToSignIn('hanna', wrongProof())).code).toBe('sign_in_refused');
  });

  it('keep nobody out behind the one address that an onion service has', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `name ${index.toString()}`);
    for (const name of [...names, ...Array.from({ length: 30 }, () => 'hanna')]) {
      await tryToSignIn(name, wrongProof());
    }
    expect((await tryToSignIn('hanna', desk.handler.proof)).status).toBe(201);
    expect((await tryToRecover(desk.handler)).status).toBe(201);
  });

  it('leave no address behind', async () => {
    for (let count = 0; count < 22; count += 1) await tryToSignIn('hanna', wrongProof());
    const tables = ['accounts', 'sessions', 'audit', 'installation'];
    const stored = await Promise.all(tables.map((table) => server.db(table).select()));
    expect(JSON.stringify([stored, server.logged])).not.toContain('198.51.100');
  });
});
