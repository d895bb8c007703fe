import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuditAnswer,
  Incidents,
  Members,
  randomBytes,
  toBase64,
  type Incident,
} from '../../crypto/private.js';
import { ask, type Answer } from '../support/api.js';
import {
  admitHandler,
  askAs,
  invite,
  join,
  makePerson,
  publish,
  recordOf,
  setUpDesk,
  signAdmission,
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

/*
 * Keys in wrong hands, as the server takes part in it: the account is closed at once, what it began
 * with others ends, and the clock of article 33 runs until somebody decides.
 */

let server: TestServer;
let clock: TestClock;
let desk: TestDesk;
let second: TestPerson;

beforeEach(async () => {
  clock = createTestClock();
  server = await startTestServer({ clock: clock.now });
  desk = await setUpDesk(server);
  second = await admitHandler(desk, 'olle');
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const newIncident = (account: string): Record<string, unknown> => ({
  id: toBase64(randomBytes(16)),
  account,
  since: null,
  knownAt: null,
  cause: 'passphrase_seen',
});

function open(
  by: TestPerson,
  account: string,
  change: Record<string, unknown> = {},
): Promise<Answer> {
  return askAs(desk, by, 'POST', '/api/desk/incidents', { ...newIncident(account), ...change });
}

async function incidents(by: TestPerson = desk.administrator): Promise<Incident[]> {
  return v.parse(Incidents, (await askAs(desk, by, 'GET', '/api/desk/incidents')).json).incidents;
}

async function only(): Promise<Incident> {
  const [incident, ...rest] = await incidents();
  if (incident === undefined || rest.length > 0) throw new Error('not one incident');
  return incident;
}

async function actions(): Promise<string[]> {
  const path = '/api/desk/audit?scope=organisation';
  const answer = await askAs(desk, desk.administrator, 'GET', path);
  return v
    .parse(AuditAnswer, answer.json)
    .entries.map(({ content }) => (JSON.parse(content ?? '{}') as { action: string }).action);
}

function recover(person: TestPerson): Promise<Answer> {
  const { name, recoveryProof: proof } = person;
  return ask(server, 'POST', '/api/desk/recovery', { json: { name, proof, code: null } });
}

function leave(person: TestPerson): Promise<Answer> {
  return publish(desk, (directory) => ({
    ...directory,
    readers: directory.readers.map((reader) =>
      (reader.record.id as string) === person.id ? { ...reader, state: 'left' as const } : reader,
    ),
  }));
}

describe('an account whose keys may be in wrong hands', () => {
  it('has no session any more, and opens to neither passphrase nor recovery kit', async () => {
    const kit = (await recover(second)).json as { token: string };
    expect(await open(desk.administrator, second.id)).toMatchObject({ status: 204 });
    const answers = [
      await askAs(desk, second, 'GET', '/api/desk/cases?state=open'),
      await askAs(desk, kit, 'PUT', '/api/desk/account/credentials', {
        proof: second.recoveryProof,
        credentials: second.credentials,
      }),
      await signIn(desk, second),
      await recover(second),
    ];
    expect(answers.map(({ status, code }) => `${String(status)} ${String(code)}`)).toEqual([
      '401 sign_in_needed',
      '401 sign_in_needed',
      '403 account_locked',
      '403 account_locked',
    ]);
    expect((await signIn(desk, { ...second, proof: toBase64(randomBytes(32)) })).code).toBe(
      'sign_in_refused',
    );
    expect((await only()).lock).toBe('locked');
    expect((await actions()).slice(-2)).toEqual(['incident_opened', 'account_locked']);
  });

  it('is closed by the person alone, or by an administrator', async () => {
    expect((await open(desk.handler, second.id)).code).toBe('forbidden');
    expect((await open(desk.handler, desk.administrator.id)).code).toBe('forbidden');
    expect(await incidents()).toEqual([]);
    expect((await open(second, second.id)).status).toBe(204);
    expect((await askAs(desk, second, 'GET', '/api/desk/members')).code).toBe('sign_in_needed');
    expect(await only()).toMatchObject({ account: second.id, openedBy: second.id });
  });

  it('takes with it what it began: invitations, and admissions that it vouched for', async () => {
    const begun = await invite(desk, second, 'Shown nora');
    const came = makePerson('maja', 'handler');
    const maja = recordOf(came, desk.channel);
    await join(desk, await invite(desk, second, maja.name), came, maja);
    const signed = makePerson('nils', 'handler');
    const nils = recordOf(signed, desk.channel);
    await join(desk, await invite(desk, desk.administrator, nils.name), signed, nils);
    await signAdmission(desk, nils, second);
    const other = makePerson('otto', 'handler');
    const otto = recordOf(other, desk.channel);
    await join(desk, await invite(desk, desk.administrator, otto.name), other, otto);
    await open(desk.administrator, second.id);
    const answer = await askAs(desk, desk.administrator, 'GET', '/api/desk/members');
    const { invitations, admissions, accounts } = v.parse(Members, answer.json);
    expect(invitations.map(({ id }) => id)).not.toContain(begun.id);
    expect(admissions.map(({ record }) => record.name)).toEqual(['Shown otto']);
    expect(accounts.map(({ name }) => name)).not.toContain('maja');
    expect((await signIn(desk, signed)).code).toBe('sign_in_refused');
    expect((await signIn(desk, other)).code).toBe('not_admitted');
    expect(await actions()).toContain('admissions_refused');
  });

  it('leaves the directory as everybody else does, and stays in the list', async () => {
    await open(desk.administrator, second.id);
    expect((await leave(second)).status).toBe(204);
    expect((await signIn(desk, second)).code).toBe('sign_in_refused');
    expect(await only()).toMatchObject({ account: second.id, lock: 'gone' });
  });

  it('opens again where the keys were safe after all, for an administrator', async () => {
    await open(desk.administrator, second.id);
    const path = `/api/desk/incidents/${(await only()).id}/lock`;
    expect((await askAs(desk, desk.handler, 'DELETE', path)).code).toBe('forbidden');
    expect((await askAs(desk, desk.administrator, 'DELETE', path)).status).toBe(204);
    expect((await signIn(desk, second)).status).toBe(201);
    expect((await askAs(desk, desk.administrator, 'DELETE', path)).code).toBe('account_state');
    expect(await actions()).toContain('account_unlocked');
    expect((await askAs(desk, desk.administrator, 'POST', path)).status).toBe(204);
    expect((await signIn(desk, second)).code).toBe('account_locked');
  });

  it('stays open where nobody else could go on, without its other sessions', async () => {
    await open(desk.administrator, second.id);
    const elsewhere = { ...desk.handler };
    await signIn(desk, elsewhere);
    expect((await open(desk.handler, desk.handler.id)).status).toBe(204);
    expect((await askAs(desk, elsewhere, 'GET', '/api/desk/members')).code).toBe('sign_in_needed');
    expect((await askAs(desk, desk.handler, 'GET', '/api/desk/members')).status).toBe(200);
    expect((await open(desk.administrator, desk.administrator.id)).status).toBe(204);
    const all = await incidents();
    expect(all.map(({ account, lock }) => [account, lock]).sort()).toEqual(
      [
        [second.id, 'locked'],
        [desk.handler.id, 'last'],
        [desk.administrator.id, 'last'],
      ].sort(),
    );
    const refused = async (account: string): Promise<string | null> => {
      const id = all.find((each) => each.account === account)?.id ?? '';
      return (await askAs(desk, desk.administrator, 'POST', `/api/desk/incidents/${id}/lock`)).code;
    };
    expect(await refused(desk.handler.id)).toBe('last_handler');
    expect(await refused(desk.administrator.id)).toBe('last_administrator');
    await admitHandler(desk, 'tove');
    expect(await refused(desk.handler.id)).toBeNull();
    expect((await signIn(desk, desk.handler)).code).toBe('account_locked');
  });

  it('may be one that has left; nobody, or somebody who waits, has none', async () => {
    await leave(second);
    expect((await open(desk.administrator, second.id)).status).toBe(204);
    expect((await only()).lock).toBe('gone');
    const waiting = makePerson('maja', 'handler');
    await join(desk, await invite(desk, desk.handler, 'Shown maja'), waiting);
    for (const id of [waiting.id, toBase64(randomBytes(16))]) {
      expect((await open(desk.administrator, id)).code).toBe('not_found');
    }
  });
});

describe('the clock of article 33', () => {
  const hour = 60 * 60_000;

  it('ends 72 hours after the moment at which it became known, to the second', async () => {
    const now = clock.now();
    await open(desk.administrator, second.id);
    expect(await only()).toMatchObject({
      knownAt: now.toISOString(),
      dueAt: new Date(now.getTime() + 72 * hour).toISOString(),
    });
  });

  it('can begin earlier, and not later', async () => {
    const now = clock.now().getTime();
    const earlier = new Date(now - 30 * hour).toISOString();
    const later = new Date(now + 1).toISOString();
    expect((await open(desk.administrator, second.id, { knownAt: later })).code).toBe('wrong_day');
    const since = { since: '2026-03-03' };
    expect((await open(desk.administrator, second.id, since)).code).toBe('wrong_day');
    const odd = { knownAt: '2026-03-02' };
    expect((await open(desk.administrator, second.id, odd)).code).toBe('malformed');
    expect(await incidents()).toEqual([]);
    expect((await signIn(desk, second)).status).toBe(201);
    const known = { knownAt: earlier, since: '2026-02-01' };
    await open(desk.administrator, second.id, known);
    expect(await only()).toMatchObject({
      ...known,
      dueAt: new Date(now + 42 * hour).toISOString(),
    });
  });

  it('shows to handlers too, until somebody writes down what was decided', async () => {
    await open(desk.administrator, second.id);
    const { id } = await only();
    expect((await incidents(desk.handler))[0]).toMatchObject({ id, authority: null });
    const put = (part: string, json: unknown): Promise<Answer> =>
      askAs(desk, desk.handler, 'PUT', `/api/desk/incidents/${id}/${part}`, json);
    const at = clock.now().toISOString();
    const later = new Date(clock.now().getTime() + hour).toISOString();
    const notified = { state: 'notified', at, reference: 'IMY-2026-1234' };
    expect((await put('authority', { ...notified, at: later })).code).toBe('wrong_day');
    expect((await put('authority', { ...notified, reference: 'We lost it' })).code).toBe(
      'malformed',
    );
    expect((await put('authority', notified)).status).toBe(204);
    expect((await put('subjects', { state: 'no_high_risk' })).status).toBe(204);
    expect(await only()).toMatchObject({
      authority: { decision: notified, by: desk.handler.id, setAt: at },
      subjects: { state: 'no_high_risk', by: desk.handler.id, setAt: at },
    });
    const reason = { state: 'not_needed', reason: 'unlikely_risk' };
    expect((await put('authority', reason)).status).toBe(204);
    expect((await only()).authority?.decision).toEqual(reason);
    expect((await actions()).slice(-3)).toEqual([
      'incident_notified',
      'incident_subjects',
      'incident_not_needed',
    ]);
  });

  it('starts once, however often the same is sent', async () => {
    const json = newIncident(second.id);
    const send = (body: unknown): Promise<Answer> =>
      askAs(desk, desk.administrator, 'POST', '/api/desk/incidents', body);
    await send(json);
    const before = await only();
    clock.set(new Date(clock.now().getTime() + hour / 3));
    expect((await send(json)).status).toBe(204);
    expect(await only()).toEqual(before);
    expect((await send({ ...json, account: desk.handler.id })).code).toBe('conflict');
  });

  it('tells nobody outside the desk of anything', async () => {
    await open(desk.administrator, second.id);
    expect((await ask(server, 'GET', '/api/desk/incidents')).code).toBe('sign_in_needed');
    const path = '/api/desk/incidents/AAAAAAAAAAAAAAAAAAAAAA/authority';
    const reason = { state: 'not_needed', reason: 'false_alarm' };
    expect((await askAs(desk, desk.handler, 'PUT', path, reason)).code).toBe('incident_not_found');
  });
});
