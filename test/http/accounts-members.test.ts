import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChannelId,
  Members,
  newId,
  OrganisationId,
  randomBytes,
  toBase64,
  type Directory,
  type ReaderRecord,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { ask, type Answer } from '../support/api.js';
import {
  admissionBy,
  admitHandler,
  admittedReader,
  askAs,
  invite,
  join,
  makePerson,
  nextDirectory,
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

async function members(person: TestPerson): Promise<v.InferOutput<typeof Members>> {
  return v.parse(Members, (await askAs(desk, person, 'GET', '/api/desk/members')).json);
}

function read(invitation: { id: string; token: string }): Promise<Answer> {
  const authorization = `Invitation ${invitation.token}`;
  return ask(server, 'GET', `/api/desk/invitations/${invitation.id}`, { authorization });
}

/** Somebody who joined by the administrator's invitation and waits. */
async function joined(name: string): Promise<{ person: TestPerson; record: ReaderRecord }> {
  const person = makePerson(name, 'handler');
  const record = recordOf(person, desk.channel);
  const invitation = await invite(desk, desk.administrator, record.name);
  expect((await join(desk, invitation, person, record)).status).toBe(204);
  return { person, record };
}

const withReader =
  (reader: Directory['readers'][number]) =>
  (directory: Directory): Directory => ({
    ...directory,
    readers: [...directory.readers, reader],
  });

describe('an invitation', () => {
  it('shows its holder who is invited to what', async () => {
    const invitation = await invite(desk, desk.handler, 'Legal');
    expect(invitation.answer.status).toBe(204);
    expect((await read(invitation)).json).toMatchObject({
      installation: desk.installation,
      shownName: 'Legal',
      channel: desk.channel.id,
    });
  });

  it('answers alike when it is unknown, withdrawn, too old or shown with a wrong token', async () => {
    const withdrawn = await invite(desk, desk.handler, 'Legal');
    const path = `/api/desk/invitations/${withdrawn.id}`;
    expect((await askAs(desk, desk.handler, 'DELETE', path)).status).toBe(204);
    const old = await invite(desk, desk.handler, 'Legal');
    const wrong = { ...old, token: toBase64(randomBytes(32)) };
    const answers = [
      await read(wrong),
      await read({ ...old, token: '' }),
      await read(withdrawn),
      await read({ id: toBase64(randomBytes(16)), token: old.token }),
      await join(desk, wrong, makePerson('lena', 'handler')),
    ];
    clock.addDays(14);
    expect((await read(old)).status).toBe(200);
    clock.addDays(1);
    answers.push(await read(old), await join(desk, old, makePerson('lena', 'handler')));
    for (const { status, text } of answers) {
      expect([status, text]).toEqual([404, '{"error":{"code":"invitation_not_found"}}']);
    }
  });

  it('lets one person join, once', async () => {
    const person = makePerson('lena', 'handler');
    const record = recordOf(person, desk.channel);
    const invitation = await invite(desk, desk.administrator, record.name);
    const others = ['maja', 'nils'].map((name) => makePerson(name, 'handler'));
    const answers = await Promise.all(
      [person, ...others].map((one) =>
        join(desk, invitation, one, { ...recordOf(one, desk.channel), name: record.name }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
    expect((await read(invitation)).code).toBe('invitation_not_found');
  });

  it('is withdrawn by whoever made it or an administrator', async () => {
    const own = await invite(desk, desk.administrator, 'Legal');
    const path = `/api/desk/invitations/${own.id}`;
    expect((await askAs(desk, desk.handler, 'DELETE', path)).code).toBe('forbidden');
    expect((await askAs(desk, desk.administrator, 'DELETE', path)).status).toBe(204);
    expect((await askAs(desk, desk.administrator, 'DELETE', path)).code).toBe(
      'invitation_not_found',
    );
    const foreign = await invite(desk, desk.handler, 'Legal');
    const other = `/api/desk/invitations/${foreign.id}`;
    expect((await askAs(desk, desk.administrator, 'DELETE', other)).status).toBe(204);
  });

  it('is for a channel there is, under an id of its own', async () => {
    const { id } = await invite(desk, desk.handler, 'Legal');
    const body = {
      id,
      tokenHash: toBase64(randomBytes(32)),
      sealedSecret: toBase64(randomBytes(105)),
      shownName: 'Legal',
      channel: desk.channel.id,
      part: 'handler',
      replaces: null,
    };
    const send = (json: unknown): Promise<Answer> =>
      askAs(desk, desk.handler, 'POST', '/api/desk/invitations', json);
    expect((await send(body)).code).toBe('conflict');
    const elsewhere = { ...body, id: toBase64(randomBytes(16)), channel: newId(ChannelId) };
    expect((await send(elsewhere)).code).toBe('wrong_record');
  });
});

describe('joining', () => {
  it('makes an account that cannot sign in before admission', async () => {
    const { person, record } = await joined('lena');
    expect(await signIn(desk, person)).toMatchObject({ status: 403, code: 'not_admitted' });
    const wrong = await signIn(desk, { ...person, proof: toBase64(randomBytes(32)) });
    expect(wrong.code).toBe('sign_in_refused');
    const list = await members(desk.handler);
    expect(list.accounts).toContainEqual({
      id: person.id,
      name: 'lena',
      part: 'handler',
      state: 'joined',
    });
    expect(list.invitations).toEqual([]);
    expect(list.admissions.map((one) => one.record)).toEqual([record]);
  });

  it('shows the sealed secret to the inviter alone', async () => {
    await joined('lena');
    const sealed = async (person: TestPerson): Promise<unknown> =>
      (await members(person)).admissions[0]?.invitation?.sealedSecret;
    expect(await sealed(desk.administrator)).toEqual(expect.any(String));
    expect(await sealed(desk.handler)).toBeNull();
  });

  it('refuses names that are taken or in another spelling', async () => {
    const person = makePerson('lena', 'handler');
    const record = recordOf(person, desk.channel);
    const invitation = await invite(desk, desk.administrator, record.name);
    const named = (name: string): Promise<Answer> =>
      join(desk, invitation, { ...person, name }, record);
    expect((await named('hanna')).code).toBe('name_taken');
    expect((await named('Lena')).code).toBe('malformed');
    expect((await named('lena')).status).toBe(204);
  });

  it('refuses a record that is not what was invited', async () => {
    const person = makePerson('lena', 'handler');
    const record = recordOf(person, desk.channel);
    const invitation = await invite(desk, desk.administrator, record.name);
    const wrong: Partial<ReaderRecord>[] = [
      { part: 'recovery_officer' },
      { name: 'Somebody else' },
      { channels: [] },
      { channels: [newId(ChannelId)] },
      { channels: [desk.channel.id, desk.channel.id] },
      { organisation: newId(OrganisationId) },
      // bytes that are no key: whatever is sealed to all readers would fail
      { kem: toBase64(new Uint8Array(1216).fill(255)) },
      { id: desk.handler.id as ReaderRecord['id'] },
      { id: desk.administrator.id as ReaderRecord['id'] },
    ];
    for (const change of wrong) {
      const answer = await join(desk, invitation, person, { ...record, ...change });
      expect(answer).toMatchObject({ status: 400, code: 'wrong_record' });
    }
    expect(await server.db('admissions').select()).toEqual([]);
    expect(await server.db('accounts').select()).toHaveLength(2);
  });
});

describe('an admission', () => {
  it('takes a handler and an administrator, and opens the account', async () => {
    const { person, record } = await joined('lena');
    const reader = admittedReader(desk, record);
    // the handler's half must be left here by the handler
    expect((await publish(desk, withReader(reader))).code).toBe('admission_missing');
    expect((await signAdmission(desk, record)).status).toBe(204);
    expect((await members(desk.administrator)).admissions[0]).toMatchObject({
      handler: desk.handler.id,
      handlerSignature: admissionBy(desk, desk.handler, record),
    });
    expect((await publish(desk, withReader(reader))).status).toBe(204);
    expect((await signIn(desk, person)).json).toMatchObject({
      account: { id: person.id, part: 'handler' },
    });
    expect((await members(desk.handler)).admissions).toEqual([]);
    expect(await server.db('invitations').select()).toEqual([]);
  });

  it('refuses a signature that is not of this handler over this record', async () => {
    const { person, record } = await joined('lena');
    const other = recordOf(makePerson('maja', 'handler'), desk.channel);
    const path = `/api/desk/admissions/${record.id}/signature`;
    for (const signature of [
      toBase64(randomBytes(64)),
      admissionBy(desk, desk.administrator, record),
      admissionBy(desk, person, record),
      admissionBy(desk, desk.handler, other),
      admissionBy(desk, desk.handler, { ...record, name: 'Shown otherwise' }),
    ]) {
      const answer = await askAs(desk, desk.handler, 'PUT', path, { signature });
      expect(answer).toMatchObject({ status: 400, code: 'wrong_signature' });
    }
    expect((await signAdmission(desk, other)).code).toBe('admission_not_found');
  });

  it('refuses halves that do not hold, whoever publishes them', async () => {
    const { record } = await joined('lena');
    await signAdmission(desk, record);
    const good = admittedReader(desk, record);
    if (good.admission.by !== 'two') throw new Error('two signatures');
    const stranger = makePerson('maja', 'handler');
    const forged = [
      { ...good.admission, handlerSignature: admissionBy(desk, stranger, record) },
      { ...good.admission, administratorSignature: admissionBy(desk, desk.handler, record) },
      { ...good.admission, handler: record.id },
      { ...good.admission, administrator: desk.handler.id as typeof good.admission.administrator },
      { by: 'root', signature: admissionBy(desk, desk.administrator, record) } as const,
    ];
    for (const admission of forged) {
      const answer = await publish(desk, withReader({ ...good, admission }));
      expect(answer).toMatchObject({ status: 400, code: 'wrong_directory' });
    }
    const changed = { ...record, name: 'Shown otherwise' };
    const other = await publish(desk, withReader(admittedReader(desk, changed)));
    expect(other).toMatchObject({ status: 409, code: 'admission_missing' });
  });

  it('refuses a reader whom nobody invited', async () => {
    const stranger = makePerson('maja', 'handler');
    const reader = admittedReader(desk, recordOf(stranger, desk.channel));
    expect((await publish(desk, withReader(reader))).code).toBe('admission_missing');
  });

  it('cannot be signed by a handler who has left, nor stand on such a signature', async () => {
    const leaving = await admitHandler(desk, 'lena');
    const { record } = await joined('maja');
    expect((await signAdmission(desk, record, leaving)).status).toBe(204);
    const left = await publish(desk, (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        reader.record.id === leaving.id ? { ...reader, state: 'left' } : reader,
      ),
    }));
    expect(left.status).toBe(204);
    expect((await signAdmission(desk, record, leaving)).code).toBe('sign_in_needed');
    const answer = await publish(desk, withReader(admittedReader(desk, record, leaving)));
    expect(answer).toMatchObject({ status: 400, code: 'wrong_directory' });
    expect((await members(desk.handler)).admissions[0]).toMatchObject({
      handler: null,
      handlerSignature: null,
    });
  });

  it('ends with its account and invitation when it is refused', async () => {
    const { person, record } = await joined('lena');
    const path = `/api/desk/admissions/${record.id}`;
    expect((await askAs(desk, desk.handler, 'DELETE', path)).status).toBe(204);
    expect((await askAs(desk, desk.handler, 'DELETE', path)).code).toBe('admission_not_found');
    expect((await signIn(desk, person)).code).toBe('sign_in_refused');
    expect((await members(desk.handler)).accounts).toHaveLength(2);
    expect(await server.db('invitations').select()).toEqual([]);
  });

  it('does not end the account of somebody who was admitted', async () => {
    const admitted = await admitHandler(desk, 'lena');
    const path = `/api/desk/admissions/${admitted.id}`;
    expect((await askAs(desk, desk.handler, 'DELETE', path)).code).toBe('admission_not_found');
    expect((await signIn(desk, admitted)).status).toBe(201);
  });
});

describe('a recovery officer', () => {
  it('is proposed by an administrator, signed by a handler, and gets no account', async () => {
    const officer = makePerson('paper', 'handler');
    const record = recordOf(officer, desk.channel, { part: 'recovery_officer' });
    const propose = (person: TestPerson, json: unknown): Promise<Answer> =>
      askAs(desk, person, 'POST', '/api/desk/admissions', json);
    expect((await propose(desk.handler, { record })).code).toBe('forbidden');
    const handler = { record: { ...record, part: 'handler' } };
    expect((await propose(desk.administrator, handler)).code).toBe('wrong_record');
    const keyless = { record: { ...record, kem: toBase64(new Uint8Array(1216).fill(255)) } };
    expect((await propose(desk.administrator, keyless)).code).toBe('wrong_record');
    expect((await propose(desk.administrator, { record })).status).toBe(204);
    expect((await propose(desk.administrator, { record })).code).toBe('wrong_record');
    expect((await members(desk.handler)).admissions).toMatchObject([{ record, invitation: null }]);
    await signAdmission(desk, record);
    expect((await publish(desk, withReader(admittedReader(desk, record)))).status).toBe(204);
    expect((await members(desk.handler)).accounts).toHaveLength(2);
    expect((await signIn(desk, officer)).code).toBe('sign_in_refused');
  });
});

describe('leaving', () => {
  const leave =
    (person: TestPerson) =>
    (directory: Directory): Directory => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        reader.record.id === person.id ? { ...reader, state: 'left' } : reader,
      ),
    });

  it('ends sessions, secrets and invitations of the account', async () => {
    const leaving = await admitHandler(desk, 'lena');
    const invitation = await invite(desk, leaving, 'Legal');
    expect((await publish(desk, leave(leaving))).status).toBe(204);
    expect((await askAs(desk, leaving, 'GET', '/api/desk/members')).code).toBe('sign_in_needed');
    expect((await signIn(desk, leaving)).code).toBe('sign_in_refused');
    expect((await read(invitation)).code).toBe('invitation_not_found');
    const row: unknown = await server.db('accounts').where('id', leaving.id).first();
    expect(row).toMatchObject({ state: 'removed', proof_hash: '', memory: null, mail: null });
    expect(JSON.stringify(row)).not.toContain(leaving.credentials.proofHash);
    expect((await members(desk.handler)).accounts).toContainEqual({
      id: leaving.id,
      name: 'lena',
      part: 'handler',
      state: 'removed',
    });
  });

  it('frees the name for somebody else', async () => {
    await publish(desk, leave(await admitHandler(desk, 'lena')));
    const again = await admitHandler(desk, 'lena');
    expect((await signIn(desk, again)).status).toBe(201);
  });

  it('is refused to the last handler and the last administrator', async () => {
    expect((await publish(desk, leave(desk.handler))).code).toBe('last_handler');
    const directory = await nextDirectory(desk, (before) => ({
      ...before,
      administrators: before.administrators.map((one) => ({ ...one, state: 'revoked' })),
    }));
    const answer = await askAs(desk, desk.administrator, 'POST', '/api/desk/directories', {
      directory,
    });
    // a directory is signed by an administrator who acts, so the last one cannot sign this
    expect(answer.code).toBe('wrong_directory');
  });

  it('is for good', async () => {
    const leaving = await admitHandler(desk, 'lena');
    await publish(desk, leave(leaving));
    const back = await publish(desk, (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) => ({ ...reader, state: 'active' })),
    }));
    expect(back.code).toBe('wrong_directory');
  });
});
