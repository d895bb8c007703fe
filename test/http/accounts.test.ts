import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomBytes, toBase64 } from '../../crypto/private.js';
import { ask, type Answer } from '../support/api.js';
import {
  askAs,
  codeOf,
  makePerson,
  makeTestCredentials,
  setUpDesk,
  signIn,
  type TestDesk,
  type TestPerson,
} from '../support/desk.js';
import {
  createTestClock,
  startTestServer,
  type TestClock,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let clock: TestClock;
let desk: TestDesk;

beforeEach(async () => {
  clock = createTestClock();
  server = await startTestServer({ clock: clock.now });
  desk = await setUpDesk(server);
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const minutes = (count: number): void => {
  clock.set(new Date(clock.now().getTime() + count * 60_000));
};

function tryToSignIn(name: string, proof: string, code: string | null = null): Promise<Answer> {
  return ask(server, 'POST', '/api/desk/sessions', { json: { name, proof, code } });
}

function recover(person: TestPerson, code: string | null = null): Promise<Answer> {
  const { name, recoveryProof: proof } = person;
  return ask(server, 'POST', '/api/desk/recovery', { json: { name, proof, code } });
}

const wrongProof = (): string => toBase64(randomBytes(32));

/** The actions in a scope of the log, oldest first. */
async function actionsIn(scope: string): Promise<{ action: string; actor: unknown }[]> {
  const rows = await server
    .db<{ content: string }>('audit')
    .where('scope', scope)
    .orderBy('sequence')
    .select('content');
  return rows.map(({ content }) => JSON.parse(content) as { action: string; actor: unknown });
}

/** Switches one-time codes on. Answers the secret. */
async function switchCodesOn(person: TestPerson): Promise<string> {
  const started = await askAs(desk, person, 'POST', '/api/desk/account/one-time-code');
  const { secret } = started.json as { secret: string };
  const code = codeOf(secret, clock.now());
  const confirmed = await askAs(desk, person, 'PUT', '/api/desk/account/one-time-code', { code });
  expect(confirmed.status).toBe(204);
  return secret;
}

describe('signing in', () => {
  it('answers the vault as it was left', async () => {
    const answer = await signIn(desk, desk.handler);
    expect(answer.json).toMatchObject({
      vault: desk.handler.credentials.vault,
      account: { id: desk.handler.id, name: 'hanna', part: 'handler', mail: null },
    });
  });

  it('answers an unknown name and a wrong proof in the same bytes', async () => {
    const unknown = await tryToSignIn('nobody', wrongProof());
    const wrong = await tryToSignIn('hanna', wrongProof());
    const recovery = await tryToSignIn('hanna', desk.handler.recoveryProof);
    expect(unknown).toMatchObject({ status: 401, text: '{"error":{"code":"sign_in_refused"}}' });
    const headersOf = ({ headers }: Answer): [string, string][] =>
      [...headers].filter(([name]) => name !== 'date');
    for (const answer of [wrong, recovery]) {
      expect(answer.status).toBe(unknown.status);
      expect(answer.text).toBe(unknown.text);
      expect(headersOf(answer)).toEqual(headersOf(unknown));
    }
  });

  it('asks the database the same for an unknown name and a wrong proof', async () => {
    const statements: string[] = [];
    server.db.on('query', ({ sql }: { sql: string }) => statements.push(sql));
    await tryToSignIn('nobody', wrongProof());
    const unknown = statements.splice(0);
    await tryToSignIn('hanna', wrongProof());
    expect(unknown).toHaveLength(1);
    expect(statements).toEqual(unknown);
  });

  it('refuses what is not a proof', async () => {
    for (const proof of ['', 'A', wrongProof().slice(1), `${'A'.repeat(42)}B`, null]) {
      const answer = await ask(server, 'POST', '/api/desk/sessions', {
        json: { name: 'hanna', proof, code: null },
      });
      expect(answer).toMatchObject({ status: 400, code: 'malformed' });
    }
  });

  it('keeps no token, and no proof', async () => {
    const stored = JSON.stringify([
      await server.db('sessions').select(),
      await server.db('accounts').select(),
      await server.db('audit').select(),
    ]);
    expect(stored).not.toContain(desk.handler.token);
    expect(stored).not.toContain(desk.handler.proof);
    expect(stored).not.toContain(desk.handler.recoveryProof);
  });
});

describe('a session', () => {
  const isOpen = async (person: TestPerson): Promise<boolean> => {
    const answer = await askAs(desk, person, 'GET', '/api/desk/members');
    if (answer.status !== 200)
      expect(answer).toMatchObject({ status: 401, code: 'sign_in_needed' });
    return answer.status === 200;
  };

  it('ends after 30 idle minutes', async () => {
    minutes(29);
    expect(await isOpen(desk.handler)).toBe(true);
    minutes(29);
    expect(await isOpen(desk.handler)).toBe(true);
    minutes(30);
    expect(await isOpen(desk.handler)).toBe(false);
  });

  it('ends after 12 hours at most', async () => {
    for (let passed = 0; passed < 12 * 60 - 20; passed += 20) {
      minutes(20);
      expect(await isOpen(desk.handler)).toBe(true);
    }
    minutes(20);
    expect(await isOpen(desk.handler)).toBe(false);
  });

  it('ends at signing out, and only that one', async () => {
    const other = { ...desk.handler };
    await signIn(desk, desk.handler);
    const answer = await askAs(desk, desk.handler, 'DELETE', '/api/desk/sessions');
    expect(answer.status).toBe(204);
    expect(await isOpen(desk.handler)).toBe(false);
    expect(await isOpen(other)).toBe(true);
  });

  it('is one of twenty at most: beyond, the one that was not used for longest ends', async () => {
    const used = { ...desk.handler };
    const idle = { ...desk.handler };
    for (let count = 1; count < 20; count += 1) {
      minutes(1);
      await signIn(desk, count === 1 ? idle : desk.handler);
    }
    expect(await isOpen(used)).toBe(true);
    await recover(desk.handler);
    expect(await server.db('sessions').where('account', desk.handler.id)).toHaveLength(21);
    await signIn(desk, desk.handler);
    expect(await server.db('sessions').where('account', desk.handler.id)).toHaveLength(21);
    expect(await isOpen(idle)).toBe(false);
    expect(await isOpen(used)).toBe(true);
    expect(await isOpen(desk.handler)).toBe(true);
    expect((await askAs(desk, desk.administrator, 'GET', '/api/desk/members')).status).toBe(200);
  });

  it('is named by a token of the right kind alone', async () => {
    const { token } = desk.handler;
    for (const authorization of [
      '',
      'Desk',
      `Bearer ${token}`,
      `desk ${token}`,
      `Case ${token}`,
      `Desk ${token}=`,
      `Desk ${wrongProof()}`,
      `Desk ${desk.handler.proof}`,
    ]) {
      const answer = await ask(server, 'GET', '/api/desk/members', { authorization });
      expect(answer).toMatchObject({ status: 401, code: 'sign_in_needed' });
    }
  });
});

describe('changing credentials', () => {
  it('needs the present proof, and ends every other session', async () => {
    const elsewhere = { ...desk.handler };
    await signIn(desk, desk.handler);
    const fresh = makeTestCredentials();
    const change = (proof: string): Promise<Answer> =>
      askAs(desk, desk.handler, 'PUT', '/api/desk/account/credentials', {
        proof,
        credentials: fresh.credentials,
      });
    for (const proof of [wrongProof(), desk.handler.recoveryProof, fresh.proof]) {
      expect(await change(proof)).toMatchObject({ status: 401, code: 'sign_in_refused' });
    }
    expect((await askAs(desk, elsewhere, 'GET', '/api/desk/members')).status).toBe(200);
    expect((await change(desk.handler.proof)).status).toBe(204);
    expect((await askAs(desk, elsewhere, 'GET', '/api/desk/members')).status).toBe(401);
    expect((await askAs(desk, desk.handler, 'GET', '/api/desk/members')).status).toBe(200);
    expect((await signIn(desk, desk.handler)).code).toBe('sign_in_refused');
    expect((await recover(desk.handler)).code).toBe('sign_in_refused');
    const changed = { ...desk.handler, ...fresh };
    expect((await signIn(desk, changed)).json).toMatchObject({ vault: fresh.credentials.vault });
  });

  it('leaves other accounts alone', async () => {
    const { proof } = desk.handler;
    const { credentials } = makeTestCredentials();
    await askAs(desk, desk.handler, 'PUT', '/api/desk/account/credentials', { proof, credentials });
    expect((await askAs(desk, desk.administrator, 'GET', '/api/desk/members')).status).toBe(200);
    expect((await signIn(desk, desk.administrator)).status).toBe(201);
  });

  it('can be tried only so often', async () => {
    const codes: (string | null)[] = [];
    for (let count = 0; count < 21; count += 1) {
      const { credentials } = makeTestCredentials();
      const json = { proof: wrongProof(), credentials };
      codes.push(
        (await askAs(desk, desk.handler, 'PUT', '/api/desk/account/credentials', json)).code,
      );
    }
    expect(codes.at(-1)).toBe('too_many_attempts');
  });
});

describe('recovery', () => {
  it('answers the copy of the vault and a token for new credentials alone', async () => {
    const open = { ...desk.handler };
    const answer = await recover(desk.handler);
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      account: { id: desk.handler.id, name: 'hanna', part: 'handler' },
      vault: desk.handler.credentials.recoveryVault,
    });
    const recovering = { token: (answer.json as { token: string }).token };
    for (const [method, path] of [
      ['GET', '/api/desk/members'],
      ['GET', '/api/desk/audit'],
      ['DELETE', '/api/desk/sessions'],
      ['POST', '/api/desk/account/one-time-code'],
    ] as const) {
      expect((await askAs(desk, recovering, method, path)).code).toBe('sign_in_needed');
    }
    const fresh = makeTestCredentials();
    const put = (proof: string): Promise<Answer> =>
      askAs(desk, recovering, 'PUT', '/api/desk/account/credentials', {
        proof,
        credentials: fresh.credentials,
      });
    // the passphrase's proof is not what this token was given for
    expect((await put(desk.handler.proof)).code).toBe('sign_in_refused');
    expect((await put(desk.handler.recoveryProof)).status).toBe(204);
    expect((await put(desk.handler.recoveryProof)).code).toBe('sign_in_needed');
    expect((await askAs(desk, open, 'GET', '/api/desk/members')).code).toBe('sign_in_needed');
    expect((await signIn(desk, { ...desk.handler, ...fresh })).status).toBe(201);
  });

  it('answers unknown names and wrong proofs in the same bytes', async () => {
    const unknown = await recover(makePerson('nobody', 'handler'));
    const wrong = await recover({ ...desk.handler, recoveryProof: wrongProof() });
    const passphrase = await recover({ ...desk.handler, recoveryProof: desk.handler.proof });
    expect(unknown).toMatchObject({ status: 401, code: 'sign_in_refused' });
    expect([wrong.text, passphrase.text]).toEqual([unknown.text, unknown.text]);
  });

  it('asks for the one-time code that is on', async () => {
    const secret = await switchCodesOn(desk.handler);
    expect((await recover(desk.handler)).code).toBe('one_time_code_needed');
    minutes(2);
    expect((await recover(desk.handler, codeOf(secret, clock.now()))).status).toBe(201);
  });
});

describe('one-time codes', () => {
  it('are asked for only after the right proof', async () => {
    await switchCodesOn(desk.handler);
    expect((await tryToSignIn('hanna', wrongProof())).code).toBe('sign_in_refused');
    expect(await signIn(desk, desk.handler)).toMatchObject({
      status: 401,
      code: 'one_time_code_needed',
    });
  });

  it('are taken once, and none older than one that was taken', async () => {
    const secret = await switchCodesOn(desk.handler);
    const used = codeOf(secret, clock.now());
    expect((await signIn(desk, desk.handler, used)).code).toBe('sign_in_refused');
    minutes(2);
    const before = codeOf(secret, new Date(clock.now().getTime() - 30_000));
    const now = codeOf(secret, clock.now());
    expect((await signIn(desk, desk.handler, now)).status).toBe(201);
    for (const code of [now, before, used]) {
      expect((await signIn(desk, desk.handler, code)).code).toBe('sign_in_refused');
    }
  });

  it('are taken once even when they come twice at once', async () => {
    const secret = await switchCodesOn(desk.handler);
    minutes(2);
    const code = codeOf(secret, clock.now());
    const { name, proof } = desk.handler;
    const answers = await Promise.all([1, 2, 3].map(() => tryToSignIn(name, proof, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
  });

  it('cannot be guessed without end, not even with the right proof in between', async () => {
    const secret = await switchCodesOn(desk.handler);
    minutes(2);
    const right = codeOf(secret, clock.now());
    const wrong = right === '000000' ? '000001' : '000000';
    const codes: (string | null)[] = [];
    for (let count = 0; count < 11; count += 1) {
      codes.push((await signIn(desk, desk.handler, wrong)).code);
      await signIn(desk, desk.handler);
    }
    expect(codes.at(-1)).toBe('too_many_attempts');
    expect((await signIn(desk, desk.handler, right)).code).toBe('too_many_attempts');
    await expect
      .poll(async () => (await actionsIn('operation')).at(-1))
      .toMatchObject({ action: 'locked_out', details: { account: desk.handler.id } });
  });

  it('count only once confirmed', async () => {
    await askAs(desk, desk.handler, 'POST', '/api/desk/account/one-time-code');
    const wrong = await askAs(desk, desk.handler, 'PUT', '/api/desk/account/one-time-code', {
      code: '000000',
    });
    expect(wrong).toMatchObject({ status: 403, code: 'one_time_code_wrong' });
    expect((await signIn(desk, desk.handler)).json).toMatchObject({
      account: { oneTimeCode: false },
    });
  });

  it('cannot be started anew while they are on, and stop only with a code', async () => {
    const path = '/api/desk/account/one-time-code';
    const nothing = await askAs(desk, desk.handler, 'DELETE', path, { code: '000000' });
    expect(nothing).toMatchObject({ status: 409, code: 'one_time_code_state' });
    const secret = await switchCodesOn(desk.handler);
    expect((await askAs(desk, desk.handler, 'POST', path)).code).toBe('one_time_code_state');
    const used = codeOf(secret, clock.now());
    const stop = (code: string): Promise<Answer> =>
      askAs(desk, desk.handler, 'DELETE', path, { code });
    expect((await stop(used)).code).toBe('one_time_code_wrong');
    minutes(1);
    expect((await stop(codeOf(secret, clock.now()))).status).toBe(204);
    expect((await signIn(desk, desk.handler)).status).toBe(201);
  });

  it('come from a secret that is stored wrapped', async () => {
    const secret = await switchCodesOn(desk.handler);
    const row = await server
      .db<{ id: string; one_time_secret: Buffer }>('accounts')
      .where('id', desk.handler.id)
      .first('one_time_secret');
    expect(row?.one_time_secret.toString('latin1')).not.toContain(secret);
    expect(row?.one_time_secret).toHaveLength(20 + 1 + 12 + 16);
  });
});

describe('an account', () => {
  it('keeps the sealed memory of its desk', async () => {
    const memory = toBase64(randomBytes(200));
    const answer = await askAs(desk, desk.handler, 'PUT', '/api/desk/account/memory', { memory });
    expect(answer.status).toBe(204);
    expect((await signIn(desk, desk.handler)).json).toMatchObject({ account: { memory } });
    expect((await signIn(desk, desk.administrator)).json).toMatchObject({
      account: { memory: null },
    });
  });

  it('sets and removes where its mail goes', async () => {
    const set = (mail: unknown): Promise<Answer> =>
      askAs(desk, desk.handler, 'PUT', '/api/desk/account/mail', { mail });
    expect((await set('hanna@example.org')).status).toBe(204);
    expect((await signIn(desk, desk.handler)).json).toMatchObject({
      account: { mail: 'hanna@example.org' },
    });
    for (const wrong of ['hanna', 'a@b\r\nBcc: c@example.org', 'a@b.se, c@d.se', 7]) {
      expect((await set(wrong)).code).toBe('malformed');
    }
    expect((await set(null)).status).toBe(204);
    expect((await signIn(desk, desk.handler)).json).toMatchObject({ account: { mail: null } });
  });

  it('leaves its doings in the log', async () => {
    await switchCodesOn(desk.handler);
    await askAs(desk, desk.handler, 'PUT', '/api/desk/account/mail', { mail: 'h@example.org' });
    await askAs(desk, desk.handler, 'DELETE', '/api/desk/sessions');
    await recover(desk.administrator);
    const entries = await actionsIn('operation');
    expect(entries).toMatchObject([
      { action: 'signed_in', actor: desk.administrator.id },
      { action: 'signed_in', actor: desk.handler.id },
      { action: 'one_time_code_on', actor: desk.handler.id },
      { action: 'mail_set', actor: desk.handler.id },
      { action: 'signed_out', actor: desk.handler.id },
      { action: 'recovery_kit_used', actor: desk.administrator.id },
    ]);
    expect(JSON.stringify(entries)).not.toContain('h@example.org');
  });
});
