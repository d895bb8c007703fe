import { stat, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareInstallation, setUpLink } from '../../server/accounts/set-up.js';
import {
  newId,
  InstallationId,
  randomBytes,
  toBase64,
  type Day,
  type Directory,
  type SetUp,
} from '../../crypto/private.js';
import { ask, type Answer } from '../support/api.js';
import {
  installationOf,
  makePerson,
  makeSetUp,
  makeStamp,
  setUpDesk,
  setUpSecret,
  signIn,
} from '../support/desk.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer({ clock: createTestClock().now });
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

function send(secret: string, json: unknown): Promise<Answer> {
  return ask(server, 'POST', '/api/desk/set-up', { authorization: `Setup ${secret}`, json });
}

describe('the set-up link', () => {
  it('carries a secret of which only the hash is kept', async () => {
    const link = (await setUpLink(server.db, server.config)) ?? '';
    expect(link).toMatch(
      new RegExp(`^${server.config.publicAddress}/desk/en/set-up#[A-Za-z0-9_-]{43}$`),
    );
    const rows: unknown = await server.db('installation').select();
    expect(JSON.stringify(rows)).not.toContain(link.split('#')[1]);
  });

  it('is void once there is a newer one', async () => {
    const old = await setUpSecret(server);
    const secret = await setUpSecret(server);
    const { request } = await makeSetUp(await installationOf(server));
    expect((await send(old, request)).code).toBe('set_up_refused');
    expect((await send(secret, request)).status).toBe(204);
  });

  it('is no longer made after set-up', async () => {
    await setUpDesk(server);
    expect(await setUpLink(server.db, server.config)).toBeNull();
  });
});

describe('set-up', () => {
  it('makes the first directory and both accounts', async () => {
    expect((await ask(server, 'GET', '/api/directory')).code).toBe('not_set_up');
    const installation = await installationOf(server);
    const { request, administrator, handler } = await makeSetUp(installation);
    const answer = await send(await setUpSecret(server), request);
    expect(answer).toMatchObject({ status: 204, text: '' });
    const state = await ask(server, 'GET', '/api/desk/installation');
    expect(state.json).toEqual({ installation, state: 'ready' });
    const directory = await ask(server, 'GET', '/api/directory');
    const { maxFileBytes } = server.config;
    const shown = { directory: request.directory, stamps: [request.stamp], maxFileBytes };
    expect(directory.json).toEqual(shown);
    expect((await signIn({ server }, administrator)).json).toMatchObject({
      account: {
        id: administrator.id,
        part: 'administrator',
        oneTimeCode: false,
        memory: null,
        sendsMail: false,
      },
      timeZone: server.config.timeZone,
      vault: administrator.credentials.vault,
    });
    expect((await signIn({ server }, handler)).status).toBe(201);
  });

  it('happens once', async () => {
    const secret = await setUpSecret(server);
    const { request } = await makeSetUp(await installationOf(server));
    await send(secret, request);
    expect(await send(secret, request)).toMatchObject({ status: 409, code: 'already_set_up' });
  });

  it('needs the secret', async () => {
    const { request } = await makeSetUp(await installationOf(server));
    const without = await ask(server, 'POST', '/api/desk/set-up', { json: request });
    expect(without).toMatchObject({ status: 403, code: 'set_up_refused' });
    await setUpSecret(server);
    const wrong = await send(toBase64(randomBytes(32)), request);
    expect(wrong).toMatchObject({ status: 403, code: 'set_up_refused' });
  });

  const wrongDirectories: Record<string, (directory: Directory) => Directory> = {
    'of another installation': (directory) => ({
      ...directory,
      installation: newId(InstallationId),
    }),
    'that is not the first version': (directory) => ({ ...directory, version: 2 }),
    'that names one before it': (directory) => ({
      ...directory,
      previous: toBase64(randomBytes(32)) as Directory['previous'],
    }),
    'without readers': (directory) => ({ ...directory, readers: [] }),
    'without channels': (directory) => ({
      ...directory,
      channels: [],
      readers: directory.readers.map((reader) => ({
        ...reader,
        record: { ...reader.record, channels: [] },
      })),
    }),
    'whose handler has left': (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) => ({ ...reader, state: 'left' })),
    }),
    'whose handler another root admitted': (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) => ({
        ...reader,
        admission: { by: 'root', signature: toBase64(randomBytes(64)) },
      })),
    }),
    'whose administrator is not delegated': (directory) => ({
      ...directory,
      administrators: directory.administrators.map((one) => ({ ...one, serial: 2 })),
    }),
  };

  it.each(Object.entries(wrongDirectories))('refuses a directory %s', async (_, change) => {
    const { request } = await makeSetUp(await installationOf(server), { change });
    const answer = await send(await setUpSecret(server), request);
    expect(answer.status).toBe(400);
    expect(['wrong_directory', 'wrong_signature']).toContain(answer.code);
    expect(await server.db('accounts').select()).toEqual([]);
    expect(await server.db('directories').select()).toEqual([]);
  });

  it('refuses a channel that is published at once', async () => {
    const { request } = await makeSetUp(await installationOf(server), {
      change: (directory) => ({
        ...directory,
        channels: directory.channels.map((channel) => ({ ...channel, published: true })),
      }),
    });
    const answer = await send(await setUpSecret(server), request);
    expect(answer).toMatchObject({ status: 409, code: 'channel_not_ready' });
  });

  it('refuses accounts that are not those of the directory', async () => {
    const { request } = await makeSetUp(await installationOf(server));
    const secret = await setUpSecret(server);
    const other = makePerson('other', 'handler').id;
    for (const part of ['administrator', 'handler'] as const) {
      const changed = { ...request, [part]: { ...request[part], id: other } };
      expect((await send(secret, changed)).code).toBe('wrong_directory');
    }
  });

  it('refuses one name for two, and names in another spelling', async () => {
    const { request } = await makeSetUp(await installationOf(server));
    const secret = await setUpSecret(server);
    const named = (name: string): SetUp => ({ ...request, handler: { ...request.handler, name } });
    expect((await send(secret, named(request.administrator.name))).code).toBe('name_taken');
    for (const name of ['Hanna', ' hanna', 'han  na', 'hanna\u00a0b', 'ﬁa']) {
      expect((await send(secret, named(name))).code).toBe('malformed');
    }
    expect((await send(secret, named('hanna åberg'))).status).toBe(204);
  });

  it('refuses a directory and a stamp of another time', async () => {
    const installation = await installationOf(server);
    const secret = await setUpSecret(server);
    for (const day of ['2026-02-28', '2026-03-04'] as Day[]) {
      const { request } = await makeSetUp(installation, { day });
      expect((await send(secret, request)).code).toBe('wrong_day');
    }
    const { request, handler } = await makeSetUp(installation);
    const stamp = makeStamp(handler, request.directory, '2026-02-28' as Day);
    expect((await send(secret, { ...request, stamp })).code).toBe('wrong_day');
    const forged = { ...request.stamp, signature: toBase64(randomBytes(64)) };
    expect((await send(secret, { ...request, stamp: forged })).code).toBe('wrong_signature');
  });
});

describe("the server's key", () => {
  it('is made at the first start, for the server alone, and is not in the database', async () => {
    await setUpDesk(server);
    const file = path.join(server.dataFolder, 'server.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = (await readFile(file, 'utf8')).trim();
    const database = await readFile(server.config.database);
    const journal = await readFile(`${server.config.database}-wal`);
    for (const bytes of [database, journal]) {
      expect(bytes.includes(text)).toBe(false);
      expect(bytes.includes(Buffer.from(text, 'base64url'))).toBe(false);
    }
  });

  it('keeps vaults from whoever has the database alone', async () => {
    const desk = await setUpDesk(server);
    const journal = await readFile(`${server.config.database}-wal`);
    for (const { credentials } of [desk.administrator, desk.handler]) {
      expect(journal.includes(credentials.proofHash)).toBe(true);
      for (const vault of [credentials.vault, credentials.recoveryVault]) {
        expect(journal.includes(vault)).toBe(false);
        expect(journal.includes(Buffer.from(vault, 'base64url'))).toBe(false);
      }
    }
  });

  it('is not made anew once there are accounts, and must be the right one', async () => {
    await setUpDesk(server);
    const clock = createTestClock().now;
    const elsewhere = path.join(server.dataFolder, 'other.key');
    await expect(
      prepareInstallation(server.db, { ...server.config, serverKey: elsewhere }, clock),
    ).rejects.toThrow(/missing/);
    const fresh = await startTestServer();
    const other = { ...server.config, serverKey: fresh.config.serverKey };
    await expect(prepareInstallation(server.db, other, clock)).rejects.toThrow(/not the key/);
    await fresh.stop();
    await rm(elsewhere, { force: true });
  });
});
