import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  admissionFields,
  delegationFields,
  newId,
  randomBytes,
  ReaderId,
  sign,
  signingKeys,
  toBase64,
  type AccountId,
  type Administrator,
  type Appoint,
  type Day,
  type Directory,
  type SigningKeys,
} from '../../crypto/private.js';
import { administratorLink } from '../../server/accounts/appointing.js';
import { ask, type Answer } from '../support/api.js';
import {
  askAs,
  invite,
  makePerson,
  makeTestCredentials,
  newestDirectory,
  nextDirectory,
  recordOf,
  setUpDesk,
  signIn,
  type TestDesk,
  type TestPerson,
} from '../support/desk.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

/*
 * What the server takes with a link and the root: one administrator in the place of all others, and
 * nothing besides.
 */

const clock = createTestClock();
let server: TestServer;
let desk: TestDesk;
let clara: TestPerson;
let secret: string;

beforeEach(async () => {
  server = await startTestServer({ clock: clock.now });
  desk = await setUpDesk(server);
  clara = makePerson('clara', 'administrator');
  const link = await administratorLink({ db: server.db, clock: clock.now, config: server.config });
  secret = link?.split('#')[1] ?? '';
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

/** An administrator of the next version whom this root signed. */
function byRoot(person: TestPerson, serial: number, root: SigningKeys = desk.root): Administrator {
  const record = {
    id: person.id as AccountId,
    organisation: desk.channel.organisation,
    serial,
    kem: toBase64(person.keys.kem.publicKey),
    sig: toBase64(person.keys.sig.publicKey),
  };
  const fields = delegationFields(desk.installation, record);
  const signature = toBase64(sign(root.secretKey, 'delegation', ...fields));
  return { ...record, delegation: { by: 'root', signature }, state: 'active' };
}

/** The version as it has to be. */
function inPlaceOfAll(directory: Directory): Directory {
  const gone = directory.administrators.map((each): Administrator => ({
    ...each,
    state: 'revoked',
  }));
  return { ...directory, administrators: [...gone, byRoot(clara, 2)] };
}

async function send(
  change: (directory: Directory) => Directory,
  more: Partial<Appoint> & { signer?: TestPerson } = {},
): Promise<Answer> {
  const { signer = clara, ...rest } = more;
  const directory = await nextDirectory(desk, change, signer);
  const json = { directory, name: clara.name, credentials: clara.credentials, ...rest };
  return ask(server, 'POST', '/api/desk/administrator', { authorization: `Setup ${secret}`, json });
}

/** A reader let in as `admission` says. */
function withReader(
  directory: Directory,
  admissionOf: (
    fields: ReturnType<typeof admissionFields>,
  ) => Directory['readers'][number]['admission'],
): Directory {
  const record = {
    ...recordOf(makePerson('mallory', 'handler'), desk.channel),
    id: newId(ReaderId),
  };
  const admission = admissionOf(admissionFields(desk.installation, record));
  return { ...directory, readers: [...directory.readers, { record, admission, state: 'active' }] };
}

const wrong: Record<string, (directory: Directory) => Directory> = {
  'keeps an administrator who was there': (directory) => ({
    ...inPlaceOfAll(directory),
    administrators: [...directory.administrators, byRoot(clara, 2)],
  }),
  'drops one who was there': (directory) => ({
    ...inPlaceOfAll(directory),
    administrators: [byRoot(clara, 2)],
  }),
  'brings two': (directory) => ({
    ...inPlaceOfAll(directory),
    administrators: [
      ...inPlaceOfAll(directory).administrators,
      byRoot(makePerson('dora', 'administrator'), 3),
    ],
  }),
  'another root signed': (directory) => ({
    ...inPlaceOfAll(directory),
    administrators: [
      ...inPlaceOfAll(directory).administrators.slice(0, -1),
      byRoot(clara, 2, signingKeys(randomBytes(32))),
    ],
  }),
  'renames the organisation': (directory) => ({
    ...inPlaceOfAll(directory),
    organisations: directory.organisations.map((each) => ({ ...each, names: { en: 'Other' } })),
  }),
  'puts another root in its place': (directory) => ({
    ...inPlaceOfAll(directory),
    organisations: directory.organisations.map((each) => ({
      ...each,
      root: toBase64(signingKeys(randomBytes(32)).publicKey),
    })),
  }),
  'keeps cases for another time': (directory) => ({
    ...inPlaceOfAll(directory),
    channels: directory.channels.map((channel) => ({ ...channel, retentionMonths: 1 })),
  }),
  'names a key for receipts': (directory) => ({
    ...inPlaceOfAll(directory),
    receiptKeys: [{ sig: toBase64(signingKeys(randomBytes(32)).publicKey), until: null }],
  }),
  'lets a reader in by the root': (directory) =>
    withReader(inPlaceOfAll(directory), (fields) => ({
      by: 'root',
      signature: toBase64(sign(desk.root.secretKey, 'admission', ...fields)),
    })),
  'lets a reader in by the new one and a handler': (directory) =>
    withReader(inPlaceOfAll(directory), (fields) => ({
      by: 'two',
      administrator: clara.id as AccountId,
      administratorSignature: toBase64(sign(clara.keys.sig.secretKey, 'admission', ...fields)),
      handler: desk.handler.id as ReaderId,
      handlerSignature: toBase64(sign(desk.handler.keys.sig.secretKey, 'admission', ...fields)),
    })),
};

describe('with link and root, a version', () => {
  it.each(Object.entries(wrong))('that %s is refused', async (_, change) => {
    const link = await server.db('installation').select();
    const answer = await send(change);
    expect([answer.status, answer.code]).toEqual([400, 'wrong_directory']);
    expect(await server.db('accounts').pluck('name')).not.toContain('clara');
    expect((await newestDirectory(desk)).directory.version).toBe(1);
    expect(await server.db('installation').select()).toEqual(link);
    expect((await askAs(desk, desk.administrator, 'GET', '/api/desk/members')).status).toBe(200);
    // what is refused is in the way of nothing
    expect((await send(inPlaceOfAll)).status).toBe(204);
  });

  it('is signed by the new one, the next, of today, and leaves the handlers', async () => {
    const keeping = (directory: Directory): Directory => ({
      ...directory,
      administrators: [...directory.administrators, byRoot(clara, 2)],
    });
    const signer = desk.administrator;
    expect((await send(keeping, { signer })).code).toBe('wrong_directory');
    expect((await send(inPlaceOfAll, { signer })).code).toBe('wrong_directory');
    const later = (directory: Directory): Directory => ({ ...inPlaceOfAll(directory), version: 3 });
    expect((await send(later)).code).toBe('directory_conflict');
    const old = { date: '2026-02-20' as Day };
    expect((await send((directory) => ({ ...inPlaceOfAll(directory), ...old }))).code).toBe(
      'wrong_day',
    );
    const nobodyReads = (directory: Directory): Directory => ({
      ...inPlaceOfAll(directory),
      readers: directory.readers.map((reader) => ({ ...reader, state: 'left' })),
    });
    expect((await send(nobodyReads)).code).toBe('last_handler');
    const other = { previous: toBase64(randomBytes(32)) as Directory['previous'] };
    expect((await send((directory) => ({ ...inPlaceOfAll(directory), ...other }))).code).toBe(
      'wrong_directory',
    );
  });

  it('makes no account with a name or kit that somebody has, or under a number that waits', async () => {
    const { handler } = desk;
    expect((await send(inPlaceOfAll, { name: handler.name })).code).toBe('name_taken');
    expect((await send(inPlaceOfAll, { name: 'Clara' })).code).toBe('malformed');
    const { recoveryProofHash } = handler.credentials;
    const credentials = { ...makeTestCredentials().credentials, recoveryProofHash };
    expect((await send(inPlaceOfAll, { credentials })).code).toBe('words_in_use');
    const eve = makePerson('eve', 'administrator');
    const invitation = await invite(desk, desk.administrator, 'Eve', null, 'administrator');
    const { id, organisation, serial, kem, sig } = byRoot(eve, 2);
    const record = { id, organisation, serial, kem, sig, part: 'administrator', name: 'Eve' };
    const joined = await ask(server, 'POST', `/api/desk/invitations/${invitation.id}/join`, {
      authorization: `Invitation ${invitation.token}`,
      json: {
        name: eve.name,
        credentials: eve.credentials,
        record,
        authenticator: toBase64(randomBytes(32)),
      },
    });
    expect(joined.status).toBe(204);
    expect((await send(inPlaceOfAll)).code).toBe('wrong_record');
  });

  it('opens the account, ends the sessions of those before, and is void then', async () => {
    const { administrator } = desk;
    expect((await send(inPlaceOfAll)).status).toBe(204);
    expect((await askAs(desk, administrator, 'GET', '/api/desk/members')).code).toBe(
      'sign_in_needed',
    );
    expect((await signIn(desk, administrator)).code).toBe('sign_in_refused');
    expect((await signIn(desk, clara)).status).toBe(201);
    expect((await send(inPlaceOfAll)).code).toBe('administrator_link_refused');
    const stamps: unknown[] = await server.db('stamps').select();
    expect(stamps).toEqual([]);
  });

  it('is taken by this way alone, and from nobody without the secret', async () => {
    const directory = await nextDirectory(
      desk,
      (before) => ({
        ...before,
        administrators: [...before.administrators, byRoot(clara, 2)],
      }),
      desk.administrator,
    );
    const published = await askAs(desk, desk.administrator, 'POST', '/api/desk/directories', {
      directory,
    });
    expect(published.code).toBe('wrong_directory');
    const right = secret;
    for (secret of [toBase64(randomBytes(32)), '']) {
      expect(await send(inPlaceOfAll)).toMatchObject({
        status: 403,
        code: 'administrator_link_refused',
      });
    }
    secret = right;
    clock.addDays(1);
    expect((await send(inPlaceOfAll)).code).toBe('administrator_link_refused');
    clock.addDays(-1);
    expect((await send(inPlaceOfAll)).status).toBe(204);
  });
});
