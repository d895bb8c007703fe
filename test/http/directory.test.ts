import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChannelId,
  newId,
  OrganisationId,
  randomBytes,
  RetentionAnswer,
  type RetentionRule,
  sign,
  signingKeys,
  toBase64,
  type Channel,
  type Day,
  type Directory,
} from '../../crypto/private.js';
import { ask, type Answer } from '../support/api.js';
import {
  admitHandler,
  askAs,
  makeStamp,
  newestDirectory,
  nextDirectory,
  publish,
  setUpDesk,
  signDirectory,
  signIn,
  testDay,
  type TestDesk,
  type TestPerson,
} from '../support/desk.js';
import { fillCase } from '../support/rows.js';
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

const withChannel =
  (change: Partial<Channel>) =>
  (directory: Directory): Directory => ({
    ...directory,
    channels: directory.channels.map((channel) => ({ ...channel, ...change })),
  });

const dated =
  (date: string) =>
  (directory: Directory): Directory => ({ ...directory, date: date as Day });

/** The actions about directories in the log, oldest first. */
async function logged(): Promise<unknown[]> {
  const rows = await server
    .db<{ content: string }>('audit')
    .where('scope', 'organisation')
    .orderBy('sequence')
    .select('content');
  return rows.map(({ content }) => {
    const { action, actor, details } = JSON.parse(content) as Record<string, unknown>;
    return { action, actor, details };
  });
}

/** A practice case of the channel, which a reader has opened or not. */
async function practiceCase(options: { read: boolean; practice?: boolean }): Promise<void> {
  const id = toBase64(randomBytes(32));
  await server.db('cases').insert({
    id,
    organisation: desk.channel.organisation,
    channel: desk.channel.id,
    country: 'SE',
    practice: options.practice === false ? 0 : 1,
    creation_hash: '',
    reporter_kem: Buffer.alloc(0),
    reporter_sig: Buffer.alloc(0),
    received_day: testDay,
    active_day: testDay,
    escalated: 0,
    purging: 0,
    audit_scope: toBase64(randomBytes(16)),
    dialogue_sequence: 2,
    dialogue_epoch: 1,
    internal_sequence: 0,
    identity_sequence: 0,
    identity_epoch: 0,
    internal_epoch: 0,
    reporter_sequence: 2,
  });
  if (options.read) await server.db('readings').insert({ case_id: id, sequence: 2, day: testDay });
}

describe('the next version', () => {
  it('comes into force, and every version stays', async () => {
    const first = await newestDirectory(desk);
    const answer = await publish(desk, withChannel({ names: { en: 'Speak up' } }));
    expect(answer).toMatchObject({ status: 204, text: '' });
    const { signed, directory } = await newestDirectory(desk);
    expect(directory.version).toBe(2);
    expect(directory.channels[0]?.names).toEqual({ en: 'Speak up' });
    const versions = async (after: string): Promise<unknown> =>
      (await askAs(desk, desk.handler, 'GET', `/api/desk/directories${after}`)).json;
    expect(await versions('')).toEqual({ directories: [first.signed, signed] });
    expect(await versions('?after=1')).toEqual({ directories: [signed] });
    expect(await versions('?after=2')).toEqual({ directories: [] });
    const wrong = await askAs(desk, desk.handler, 'GET', '/api/desk/directories?after=x');
    expect(wrong.code).toBe('malformed');
  });

  it('can be sent again when its answer was lost', async () => {
    const directory = await nextDirectory(desk, withChannel({ retentionMonths: 12 }));
    const send = (): Promise<Answer> =>
      askAs(desk, desk.administrator, 'POST', '/api/desk/directories', { directory });
    expect((await send()).status).toBe(204);
    expect((await send()).status).toBe(204);
    expect(await server.db('directories').select()).toHaveLength(2);
  });

  it('loses to one that came first', async () => {
    const directories = [
      await nextDirectory(desk, withChannel({ retentionMonths: 12 })),
      await nextDirectory(desk, withChannel({ retentionMonths: 36 })),
    ];
    const answers = await Promise.all(
      directories.map((directory) =>
        askAs(desk, desk.administrator, 'POST', '/api/desk/directories', { directory }),
      ),
    );
    expect(answers.map(({ status, code }) => [status, code]).sort()).toEqual([
      [204, null],
      [409, 'directory_conflict'],
    ]);
  });

  it('refuses an older version, as after a rollback', async () => {
    const first = await newestDirectory(desk);
    await publish(desk, withChannel({ retentionMonths: 12 }));
    const answer = await askAs(desk, desk.administrator, 'POST', '/api/desk/directories', {
      directory: first.signed,
    });
    expect(answer.code).toBe('directory_conflict');
    expect((await newestDirectory(desk)).directory.version).toBe(2);
  });

  it('is signed by the administrator who sends it', async () => {
    const { directory } = await newestDirectory(desk);
    const next: Directory = { ...directory, version: 2 };
    const send = (signed: unknown): Promise<Answer> =>
      askAs(desk, desk.administrator, 'POST', '/api/desk/directories', { directory: signed });
    expect((await send(signDirectory(desk.handler, next))).code).toBe('wrong_directory');
    const good = await nextDirectory(desk, (same) => same);
    const stranger = sign(signingKeys(randomBytes(32)).secretKey, 'directory', randomBytes(8));
    expect((await send({ ...good, signature: toBase64(stranger) })).code).toBe('wrong_directory');
    expect((await send({ ...good, document: `${good.document}A` })).code).toBe('malformed');
    expect((await send({ ...good, document: toBase64(randomBytes(40)) })).code).toBe('malformed');
  });

  const refused: Record<string, (directory: Directory) => Directory> = {
    'names another version before it': (directory) => ({
      ...directory,
      previous: toBase64(randomBytes(32)) as Directory['previous'],
    }),
    'skips a version': (directory) => ({ ...directory, version: directory.version + 1 }),
    'has another root': (directory) => ({
      ...directory,
      organisations: directory.organisations.map((one) => ({
        ...one,
        root: toBase64(signingKeys(randomBytes(32)).publicKey),
      })),
    }),
    'drops a reader': (directory) => ({ ...directory, readers: [] }),
    "changes a reader's keys": (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) => ({
        ...reader,
        record: { ...reader.record, sig: toBase64(randomBytes(32)) },
      })),
    }),
    'drops a channel': (directory) => ({
      ...directory,
      channels: directory.channels.map((channel) => ({ ...channel, id: newId(ChannelId) })),
    }),
    'drops the administrator': (directory) => ({ ...directory, administrators: [] }),
    'adds an organisation': (directory) => ({
      ...directory,
      organisations: [
        ...directory.organisations,
        {
          id: newId(OrganisationId),
          names: {},
          country: 'SE',
          root: toBase64(signingKeys(randomBytes(32)).publicKey),
        },
      ],
    }),
  };

  it.each(Object.entries(refused))('is refused when it %s', async (_, change) => {
    const answer = await publish(desk, change);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(['wrong_directory', 'directory_conflict']).toContain(answer.code);
    expect((await newestDirectory(desk)).directory.version).toBe(1);
  });

  it('is of these days, and not before the version before it', async () => {
    expect((await publish(desk, dated('2026-02-28'))).code).toBe('wrong_day');
    expect((await publish(desk, dated('2026-03-04'))).code).toBe('wrong_day');
    // yesterday is near enough for a client's clock, yet before the first version
    expect((await publish(desk, dated('2026-03-01'))).code).toBe('wrong_day');
    clock.addDays(1);
    await signIn(desk, desk.administrator);
    expect((await publish(desk, dated('2026-03-02'))).status).toBe(204);
  });

  it('leaves what it changed in the log', async () => {
    const other = await admitHandler(desk, 'lena');
    await publish(desk, withChannel({ retentionMonths: 12, names: { en: 'Speak up' } }));
    await publish(desk, (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        reader.record.id === other.id ? { ...reader, state: 'left' } : reader,
      ),
    }));
    const actor = desk.administrator.id;
    const channel = desk.channel.id;
    const handler = desk.handler.id;
    expect((await logged()).slice(4)).toEqual([
      { action: 'directory_published', actor, details: { version: 2 } },
      {
        action: 'reader_admitted',
        actor,
        details: { version: 2, reader: other.id, part: 'handler', handler },
      },
      { action: 'directory_published', actor, details: { version: 3 } },
      {
        action: 'channel_changed',
        actor,
        details: {
          version: 3,
          channel,
          fields: 'names retentionMonths',
          monthsBefore: 24,
          months: 12,
        },
      },
      { action: 'directory_published', actor, details: { version: 4 } },
      { action: 'reader_left', actor, details: { version: 4, reader: other.id } },
    ]);
  });
});

describe('a version in which somebody left', () => {
  const kept = async (reader: string): Promise<number> => {
    const tables = [
      ['access', 'reader'],
      ['grants', 'recipient'],
      ['own_keys', 'reader'],
      ['heads', 'reader'],
    ] as const;
    let rows = 0;
    for (const [table, column] of tables) {
      rows += (await server.db(table).where(column, reader).pluck('case_id')).length;
    }
    return rows;
  };

  it('takes away what is kept for that reader, or nothing where it is refused', async () => {
    const other = await admitHandler(desk, 'lena');
    const { channel } = desk;
    const { organisation } = channel;
    const readers = [desk.handler, other].map(({ id }) => ({ record: { id } }));
    await fillCase(server.db, { organisation: { id: organisation }, channel, readers });
    const before = [await kept(desk.handler.id), await kept(other.id)];
    expect(before).toEqual([4, 4]);
    const leaving = (directory: Directory): Directory => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        reader.record.id === other.id ? { ...reader, state: 'left' } : reader,
      ),
    });
    const refused = await publish(desk, (directory) =>
      withChannel({ published: true })(leaving(directory)),
    );
    expect(refused.code).toBe('channel_not_ready');
    expect([await kept(desk.handler.id), await kept(other.id)]).toEqual(before);
    expect((await publish(desk, leaving)).status).toBe(204);
    expect([await kept(desk.handler.id), await kept(other.id)]).toEqual([4, 0]);
  });
});

describe('the time that closed cases are kept', () => {
  const set = (retentionMonths: number, date?: string): Promise<Answer> =>
    publish(desk, (directory) =>
      withChannel({ retentionMonths })(date === undefined ? directory : dated(date)(directory)),
    );
  const terms = async (person: TestPerson): Promise<unknown> => {
    await signIn(desk, person);
    const { json } = await askAs(desk, person, 'GET', '/api/desk/retention');
    return v.parse(RetentionAnswer, json);
  };
  const atMost = (months: number): RetentionRule => ({
    clauses: [{ kind: 'at_most', months, anchor: 'closure' }],
    wins: null,
  });
  const shown = (shorterFrom: string, ...all: [number[], string | null][]): unknown => ({
    shorterFrom,
    channels: [
      {
        channel: desk.channel.id,
        terms: all.map(([months, from]) => ({ rules: months.map(atMost), from })),
      },
    ],
    waits: null,
  });

  it('is told to everybody at the desk, with the day from which a shorter one counts', async () => {
    expect(await terms(desk.handler)).toEqual(shown('2026-05-31', [[24], null]));
    await set(12);
    const both: [number[], string | null][] = [
      [[24, 12], null],
      [[12], '2026-05-31'],
    ];
    expect(await terms(desk.handler)).toEqual(shown('2026-05-31', ...both));
    clock.addDays(89);
    expect(await terms(desk.administrator)).toEqual(shown('2026-08-28', ...both));
    clock.addDays(1);
    expect(await terms(desk.administrator)).toEqual(shown('2026-08-29', [[12], null]));
    expect((await set(36, '2026-05-31')).status).toBe(204);
    expect(await terms(desk.handler)).toEqual(
      shown('2026-08-29', [[12, 36], null], [[36], '2026-08-29']),
    );
  });

  it('counts from the day on which the server took it, whatever the document says', async () => {
    clock.addDays(1);
    await signIn(desk, desk.administrator);
    expect((await set(12, '2026-03-02')).status).toBe(204);
    expect((await newestDirectory(desk)).directory.date).toBe('2026-03-02');
    expect(await terms(desk.handler)).toEqual(
      shown('2026-06-01', [[24, 12], null], [[12], '2026-06-01']),
    );
  });

  it('is not made to count sooner by a clock that was set back', async () => {
    clock.addDays(1);
    await signIn(desk, desk.administrator);
    await publish(desk, dated('2026-03-03'));
    clock.addDays(-1);
    await set(12, '2026-03-03');
    expect(await terms(desk.handler)).toEqual(
      shown('2026-05-31', [[24, 12], null], [[12], '2026-06-01']),
    );
  });

  it('is nothing for others', async () => {
    expect((await ask(server, 'GET', '/api/desk/retention')).code).toBe('sign_in_needed');
  });
});

describe('publishing a channel', () => {
  const open = (): Promise<Answer> => publish(desk, withChannel({ published: true }));
  const readiness = async (): Promise<unknown> =>
    (await askAs(desk, desk.handler, 'GET', '/api/desk/readiness')).json;

  it('needs two readers and a practice report that was read', async () => {
    const channel = desk.channel.id;
    expect(await readiness()).toEqual({ channels: [{ channel, readers: 1, practiceRead: false }] });
    expect(await open()).toMatchObject({ status: 409, code: 'channel_not_ready' });
    await admitHandler(desk, 'lena');
    expect((await open()).code).toBe('channel_not_ready');
    await practiceCase({ read: false });
    expect((await open()).code).toBe('channel_not_ready');
    await practiceCase({ read: true, practice: false });
    expect((await open()).code).toBe('channel_not_ready');
    await practiceCase({ read: true });
    expect(await readiness()).toEqual({ channels: [{ channel, readers: 2, practiceRead: true }] });
    expect((await open()).status).toBe(204);
    expect(await logged()).toContainEqual({
      action: 'channel_published',
      actor: desk.administrator.id,
      details: { version: 3, channel },
    });
  });

  it('is not undone when a reader leaves, as long as a handler stays', async () => {
    const other = await admitHandler(desk, 'lena');
    await practiceCase({ read: true });
    await open();
    const answer = await publish(desk, (directory) => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        reader.record.id === other.id ? { ...reader, state: 'left' } : reader,
      ),
    }));
    expect(answer.status).toBe(204);
    expect((await publish(desk, withChannel({ published: false }))).status).toBe(204);
    expect((await open()).code).toBe('channel_not_ready');
  });
});

describe('a stamp', () => {
  const put = async (
    person: TestPerson,
    options: { by?: TestPerson; day?: string } = {},
  ): Promise<Answer> => {
    const { signed } = await newestDirectory(desk);
    const day = (options.day ?? testDay) as Day;
    const stamp = makeStamp(options.by ?? person, signed, day);
    return askAs(desk, person, 'PUT', '/api/desk/stamp', { stamp });
  };
  const stamps = async (): Promise<unknown[]> =>
    ((await ask(server, 'GET', '/api/directory')).json as { stamps: unknown[] }).stamps;

  it('is kept in the place of the one before, one for each handler', async () => {
    const other = await admitHandler(desk, 'lena');
    expect(await stamps()).toEqual([]);
    await put(desk.handler);
    await put(other);
    clock.addDays(1);
    await signIn(desk, desk.handler);
    expect((await put(desk.handler, { day: '2026-03-03' })).status).toBe(204);
    expect(await stamps()).toHaveLength(2);
    expect(await stamps()).toContainEqual(
      expect.objectContaining({ reader: desk.handler.id, day: '2026-03-03' }),
    );
  });

  it('is of a handler, for the newest version, of today or yesterday', async () => {
    const other = await admitHandler(desk, 'lena');
    expect((await put(desk.administrator)).code).toBe('forbidden');
    expect((await put(desk.handler, { by: other })).code).toBe('forbidden');
    expect((await put(desk.handler, { day: '2026-03-01' })).status).toBe(204);
    expect((await put(desk.handler, { day: '2026-02-28' })).code).toBe('wrong_day');
    expect((await put(desk.handler, { day: '2026-03-04' })).code).toBe('wrong_day');
    const { signed } = await newestDirectory(desk);
    const stamp = makeStamp(desk.handler, signed, testDay);
    const send = (change: object): Promise<Answer> =>
      askAs(desk, desk.handler, 'PUT', '/api/desk/stamp', { stamp: { ...stamp, ...change } });
    expect((await send({ signature: toBase64(randomBytes(64)) })).code).toBe('wrong_signature');
    expect((await send({ day: '2026-03-01' })).code).toBe('wrong_signature');
    expect((await send({ hash: toBase64(randomBytes(32)) })).code).toBe('directory_conflict');
    await publish(desk, (same) => same);
    expect((await send({})).code).toBe('directory_conflict');
  });
});
