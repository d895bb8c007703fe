import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BOX_OVERHEAD,
  CaseList,
  DeskCase,
  isEpochEntry,
  randomBytes,
  sealOwnKey,
  sealStatistics,
  toBase64,
  type Effect,
  type EntryContent,
  type HandlerAppend,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { ask, fingerprintOf, type Answer } from '../support/api.js';
import {
  contents,
  signedAnew,
  startCaseWork,
  type CaseWork,
  type WorkedCase,
} from '../support/casework.js';
import { askAs, signIn, type TestPerson } from '../support/desk.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';
import { statisticsWith } from '../support/figures.js';

const clock = createTestClock();
const today = '2026-03-02';

let server: TestServer;
let work: CaseWork;
let hanna: TestPerson;
let olle: TestPerson;

beforeAll(async () => {
  server = await startTestServer({ clock: clock.now });
  work = await startCaseWork(server);
  hanna = work.handler;
  olle = work.second;
});

afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

beforeEach(async () => {
  clock.set(`${today}T10:00:00Z`);
  for (const person of [hanna, olle, work.administrator]) await signIn(work, person);
});

async function rowOf({ id }: WorkedCase): Promise<Record<string, unknown>> {
  return (
    (await server.db('cases').where({ id }).first<Record<string, unknown> | undefined>()) ?? {}
  );
}

async function auditOf(found: WorkedCase): Promise<{ action: string; actor: string }[]> {
  const { audit_scope: scope } = await rowOf(found);
  const texts = await server
    .db('audit')
    .where({ scope: String(scope) })
    .orderBy('sequence')
    .pluck<string[]>('content');
  return texts.map((text) => JSON.parse(text) as { action: string; actor: string });
}

async function listed(person: TestPerson, query = ''): Promise<v.InferOutput<typeof CaseList>> {
  const answer = await askAs(work, person, 'GET', `/api/desk/cases${query}`);
  expect(answer.status).toBe(200);
  return v.parse(CaseList, answer.json);
}

/** Expects an error, and that nothing was stored. */
async function refuses(code: string, request: () => Promise<Answer>): Promise<void> {
  const before = await fingerprintOf(server.db);
  const answer = await request();
  expect(answer.code).toBe(code);
  // compared apart, so that a failure does not print a database
  expect((await fingerprintOf(server.db)) === before).toBe(true);
}

/** A report that its readers have opened today: opening it again changes nothing. */
async function openedReport(readers: readonly TestPerson[] = [hanna, olle]): Promise<WorkedCase> {
  const found = await work.report(readers);
  for (const reader of readers) await found.read(reader);
  return found;
}

function statisticsOf(
  readers: readonly TestPerson[],
  change: Partial<HandlerAppend['statistics'][number]> = {},
): HandlerAppend['statistics'] {
  return sealStatistics(
    statisticsWith(),
    work.channel.id,
    2026,
    readers.map(({ id, keys }) => ({ id, kem: toBase64(keys.kem.publicKey) })),
  ).map((record) => ({ ...record, ...change }));
}

const close = (found: WorkedCase, author = hanna): Promise<Answer> =>
  found.say(author, contents.closure, { statistics: statisticsOf([hanna, olle]) });

describe('opening a case', () => {
  it('gives all that a member may see', async () => {
    const found = await work.report();
    const answer = await found.read(hanna);
    expect(v.is(DeskCase, answer)).toBe(true);
    expect(answer.entries).toEqual(found.report.request.entries);
    expect(answer.grants.map(({ recipient }) => recipient)).toEqual([hanna.id]);
    expect(answer).toMatchObject({
      case: { id: found.id, practice: false, closedOn: null, purgeOn: null },
      reporter: found.report.keys.publicKeys,
      overview: found.report.request.overview,
      decisionBy: null,
      escalated: false,
      keys: [],
      readings: [],
      head: null,
    });
  });

  it('is told in the case’s own log, once a day for each handler', async () => {
    const found = await work.report();
    await found.read(hanna);
    await found.read(hanna);
    await found.read(olle);
    clock.addDays(1);
    await signIn(work, hanna);
    await found.read(hanna);
    const actors = (await auditOf(found)).map(({ action, actor }) => [action, actor]);
    expect(actors).toEqual([
      ['opened', hanna.id],
      ['opened', olle.id],
      ['opened', hanna.id],
    ]);
  });

  it('keeps keys and head of each handler apart, and replaces them', async () => {
    const found = await work.report();
    const opened = (person: TestPerson, json: unknown): Promise<Answer> =>
      askAs(work, person, 'PUT', `/api/desk/cases/${found.id}/opened`, json);
    const ownKey = (person: TestPerson) =>
      sealOwnKey(found.report.epoch, person.keys.own, person.id);
    const first = { keys: [ownKey(hanna)], head: toBase64(randomBytes(BOX_OVERHEAD + 256)) };
    expect((await opened(hanna, { ...first, through: 0 })).status).toBe(204);
    const second = { keys: [ownKey(hanna)], head: toBase64(randomBytes(BOX_OVERHEAD + 256)) };
    expect((await opened(hanna, { ...second, through: 0 })).status).toBe(204);
    expect(await found.read(hanna)).toMatchObject({ ...second, readings: [] });
    expect(await found.read(olle)).toMatchObject({ keys: [], head: null });
    const listing = (await listed(hanna)).cases.find(({ case: { id } }) => id === found.id);
    expect(listing).toMatchObject({ key: second.keys[0], head: second.head });
  });

  it('tells the reporter the day on which each entry was first read, and no other', async () => {
    const found = await work.report();
    const authorization = `Case ${found.report.keys.lookupToken}`;
    const readings = async (): Promise<unknown> => {
      const { json } = await ask(server, 'GET', '/api/case', { authorization });
      return (json as { readings: unknown }).readings;
    };
    const read = (person: TestPerson, through: number): Promise<Answer> =>
      askAs(work, person, 'PUT', `/api/desk/cases/${found.id}/opened`, {
        keys: [],
        head: null,
        through,
      });
    await read(hanna, 0);
    expect(await readings()).toEqual([]);
    await read(hanna, 2);
    clock.addDays(1);
    await signIn(work, olle);
    await read(olle, 2);
    // the epoch entry is nothing to read
    expect(await readings()).toEqual([{ sequence: 2, day: today }]);
  });

  it.each([
    ['an epoch that there is not', { epoch: 2 }, 0],
    ['a compartment without an epoch', { compartment: 'internal' }, 0],
    ['entries that there are not', {}, 3],
  ])('refuses to keep %s', async (_, change, through) => {
    const found = await work.report();
    const key = { ...sealOwnKey(found.report.epoch, hanna.keys.own, hanna.id), ...change };
    await refuses('malformed', () =>
      askAs(work, hanna, 'PUT', `/api/desk/cases/${found.id}/opened`, {
        keys: [key],
        head: null,
        through,
      }),
    );
  });
});

describe('writing in a case', () => {
  it('stores an entry and moves the case to the top of the list', async () => {
    const older = await work.report();
    clock.addDays(3);
    await signIn(work, hanna);
    await work.report();
    clock.addDays(1);
    await signIn(work, hanna);
    expect((await older.say(hanna, contents.reply)).status).toBe(201);
    expect((await listed(hanna)).cases[0]?.case.id).toBe(older.id);
    expect((await older.read(hanna)).entries).toHaveLength(3);
    const log = await auditOf(older);
    expect(log.at(-1)).toMatchObject({
      action: 'entry_added',
      actor: hanna.id,
      details: { compartment: 'dialogue', sequence: 3 },
    });
  });

  it('keeps notes where no reporter sees or counts them', async () => {
    const found = await work.report();
    const authorization = `Case ${found.report.keys.lookupToken}`;
    const before = await ask(server, 'GET', '/api/case', { authorization });
    expect((await found.say(hanna, contents.note)).status).toBe(201);
    expect((await found.say(olle, contents.note)).status).toBe(201);
    const after = await ask(server, 'GET', '/api/case', { authorization });
    expect(after.text).toBe(before.text);
    expect((await found.read(olle)).entries).toHaveLength(5);
    expect((await auditOf(found)).map(({ action }) => action)).toEqual([
      'opened',
      'access_changed',
      'entry_added',
      'opened',
      'entry_added',
    ]);
  });

  it('closes a case with its statistics, and tells the reporter when it goes', async () => {
    const found = await work.report();
    expect((await close(found)).status).toBe(201);
    expect(await rowOf(found)).toMatchObject({ closed_day: today, escalated: 0 });
    const authorization = `Case ${found.report.keys.lookupToken}`;
    const { json } = await ask(server, 'GET', '/api/case', { authorization });
    expect(json).toMatchObject({ case: { closedOn: today, purgeOn: '2028-03-02' } });
    expect((await listed(hanna)).cases.some(({ case: { id } }) => id === found.id)).toBe(false);
    const closed = await listed(hanna, '?state=closed');
    expect(closed.cases.find(({ case: { id } }) => id === found.id)).toMatchObject({
      case: { closedOn: today, purgeOn: '2028-03-02' },
    });
    const actions = (await auditOf(found)).map(({ action }) => action);
    expect(actions.slice(-2)).toEqual(['entry_added', 'closed']);
    const rows = await server.db('statistics').where('channel', work.channel.id).select();
    const names = Object.keys((rows[0] ?? {}) as object).sort();
    expect(names).toEqual(['box', 'channel', 'id', 'kem', 'recipient', 'year']);
  });

  it('takes nothing to the reporter in a closed case, but notes and changes of access', async () => {
    const found = await work.report();
    await close(found);
    await refuses('case_closed', () => found.say(hanna, contents.reply));
    await refuses('case_closed', () => found.say(hanna, contents.feedback));
    await refuses('case_closed', () => found.say(hanna, contents.closure));
    expect((await found.say(olle, contents.note)).status).toBe(201);
    const draft = (await found.draft(hanna)).rotate('dialogue', [hanna]);
    draft.rotate('internal', [hanna]);
    const { request } = draft;
    const answer = await found.append(hanna, { ...request, overview: draft.overview('internal') });
    expect(answer.status).toBe(201);
    expect(await rowOf(found)).toMatchObject({ closed_day: today });
  });

  it('reopens a closed case', async () => {
    const found = await work.report();
    await close(found);
    await server.db('cases').where('id', found.id).update({ decision_due_day: '2026-03-20' });
    expect((await found.say(olle, contents.reopening)).status).toBe(201);
    expect(await rowOf(found)).toMatchObject({
      closed_day: null,
      decision_due_day: null,
      escalated: 0,
    });
    expect((await found.say(olle, contents.reply)).status).toBe(201);
    expect((await auditOf(found)).some(({ action }) => action === 'reopened')).toBe(true);
  });

  it('leaves a case closed although its reporter wrote, when a handler decides so', async () => {
    const found = await work.report();
    await close(found);
    await server.db('cases').where('id', found.id).update({ decision_due_day: '2026-03-20' });
    expect((await found.read(hanna)).decisionBy).toBe('2026-03-20');
    const answer = await found.say(hanna, contents.decision);
    expect(answer.status).toBe(201);
    expect(await rowOf(found)).toMatchObject({ closed_day: today, decision_due_day: null });
    expect((await auditOf(found)).at(-1)).toMatchObject({ action: 'nothing_further' });
  });

  it('takes a case that the clock reopened like any open one', async () => {
    const found = await work.report();
    await server.db('cases').where('id', found.id).update({ escalated: 1 });
    expect((await found.read(hanna)).escalated).toBe(true);
    expect((await close(found)).status).toBe(201);
    expect(await rowOf(found)).toMatchObject({ closed_day: today, escalated: 0 });
  });

  it('changes the title alone, without moving the case', async () => {
    const found = await work.report();
    await server.db('cases').where('id', found.id).update({ active_day: '2026-01-01' });
    const overview = (await found.draft(hanna)).overview();
    expect((await found.append(hanna, { overview })).status).toBe(201);
    expect((await found.read(hanna)).overview).toEqual(overview);
    expect(await rowOf(found)).toMatchObject({ active_day: '2026-01-01' });
    expect((await auditOf(found)).at(-1)).toMatchObject({ action: 'overview_changed' });
  });

  it('takes a reader off, and brings one in', async () => {
    const found = await work.report([hanna]);
    expect((await askAs(work, olle, 'GET', `/api/desk/cases/${found.id}`)).status).toBe(404);
    const both = (await found.draft(hanna)).rotate('dialogue', [hanna, olle]);
    await found.append(hanna, { ...both.request, overview: both.overview() });
    expect((await found.read(olle)).entries).toHaveLength(3);
    const one = (await found.draft(olle)).rotate('dialogue', [olle]);
    await found.append(olle, { ...one.request, overview: one.overview() });
    expect((await askAs(work, hanna, 'GET', `/api/desk/cases/${found.id}`)).status).toBe(404);
    expect(
      (await auditOf(found)).filter(({ action }) => action === 'access_changed'),
    ).toMatchObject([
      { actor: hanna.id, details: { compartment: 'dialogue', epoch: 2 } },
      { actor: olle.id, details: { compartment: 'dialogue', epoch: 3 } },
    ]);
  });

  it('lets the first of two writers win, and the second try again', async () => {
    const found = await work.report();
    const [one, two] = [await found.draft(hanna), await found.draft(olle)];
    one.say(contents.reply);
    two.say(contents.reply);
    expect((await found.append(hanna, one.request)).status).toBe(201);
    await refuses('sequence_taken', () => found.append(olle, two.request));
    expect((await found.say(olle, contents.reply)).status).toBe(201);
  });
});

describe('what a handler may not write', () => {
  it.each([
    ['nothing at all', {}],
    ['a state beside its entries', { state: 'close' }],
    ['files without an entry', { attachments: [toBase64(new Uint8Array(16))] }],
    ['too many entries', { entries: Array(5).fill({}) }],
    ['another field', { more: 1 }],
  ])('refuses %s', async (_, request) => {
    const found = await openedReport();
    await refuses('malformed', () => found.append(hanna, request as Partial<HandlerAppend>));
  });

  it('refuses to close or reopen by a note', async () => {
    const found = await openedReport();
    const withEffect = async (content: EntryContent, effect: Effect): Promise<Answer> => {
      const { request } = (await found.draft(hanna)).say(content);
      const entries = request.entries.map((entry) =>
        isEpochEntry(entry) ? entry : signedAnew(entry, { effect }, hanna.keys.sig.secretKey),
      );
      return found.append(hanna, { ...request, entries });
    };
    await found.say(hanna, contents.note);
    await refuses('wrong_effect', () => withEffect(contents.note, 'close'));
    await close(found);
    await refuses('wrong_effect', () => withEffect(contents.note, 'reopen'));
  });

  it('refuses to close and decide at once', async () => {
    const found = await openedReport();
    await found.say(hanna, contents.note);
    const draft = (await found.draft(hanna)).say(contents.closure).say(contents.decision);
    await refuses('malformed', () => found.append(hanna, draft.request));
  });

  it('refuses notes for others than those who read the dialogue', async () => {
    for (const readers of [[hanna], [olle]]) {
      const found = await openedReport();
      const draft = (await found.draft(hanna)).rotate('internal', readers);
      await refuses('wrong_members', () => found.append(hanna, draft.request));
    }
    const found = await openedReport();
    await found.say(hanna, contents.note);
    const one = (await found.draft(hanna)).rotate('dialogue', [hanna]);
    await refuses('wrong_members', () => found.append(hanna, one.request));
  });

  it('refuses to reopen, or leave closed, what is open', async () => {
    const found = await openedReport();
    await refuses('case_open', () => found.say(hanna, contents.reopening));
    await refuses('case_open', () => found.say(hanna, contents.decision));
  });

  it('refuses an epoch that leaves a reader without the key of the overview', async () => {
    const found = await openedReport([hanna]);
    const draft = (await found.draft(hanna)).rotate('dialogue', [hanna, olle]);
    await refuses('overview_missing', () => found.append(hanna, draft.request));
    const notes = (await found.draft(hanna)).rotate('internal', [hanna]);
    expect(notes.request.entries).toHaveLength(1);
    const overview = notes.overview('internal');
    expect((await found.append(hanna, { ...notes.request, overview })).status).toBe(201);
  });

  it.each([
    ['another channel', { channel: toBase64(new Uint8Array(16)) }],
    ['another year', { year: 2024 }],
    ['a stranger', { recipient: toBase64(new Uint8Array(16)) }],
  ])('refuses statistics of %s', async (_, change) => {
    const found = await openedReport();
    const statistics = statisticsOf([hanna], change as object);
    await refuses('wrong_statistics', () => found.say(hanna, contents.closure, { statistics }));
  });

  it('refuses statistics to somebody who was left out, twice, used before, under one id for two, or without a closure', async () => {
    const found = await openedReport([hanna]);
    const closing = (statistics: HandlerAppend['statistics']) => () =>
      found.say(hanna, contents.closure, { statistics });
    await refuses('wrong_statistics', closing(statisticsOf([hanna, olle])));
    const [record] = statisticsOf([hanna]);
    if (record === undefined) throw new Error('no record');
    await refuses('wrong_statistics', closing([record, record]));
    const both = await openedReport();
    const shared = statisticsOf([hanna, olle], { id: record.id });
    await refuses('wrong_statistics', () =>
      both.say(hanna, contents.closure, { statistics: shared }),
    );
    await refuses('wrong_statistics', () =>
      found.say(hanna, contents.reply, { statistics: [record] }),
    );
    const other = await openedReport();
    await other.say(hanna, contents.closure, { statistics: [record] });
    await refuses('wrong_statistics', closing([record]));
  });

  it('refuses the statistics of a practice case', async () => {
    const found = await openedReport();
    await server.db('cases').where('id', found.id).update({ practice: 1 });
    await refuses('wrong_statistics', () => close(found));
    expect((await found.say(hanna, contents.closure)).status).toBe(201);
    expect((await found.read(hanna)).case).toMatchObject({ purgeOn: '2026-04-01' });
  });

  it('is for handlers who are signed in', async () => {
    const found = await work.report();
    for (const [method, path] of routesOf(found.id)) {
      const stranger = await ask(server, method, path, { authorization: 'Desk nobody' });
      expect([stranger.status, stranger.code], path).toEqual([401, 'sign_in_needed']);
      const administrator = await askAs(work, work.administrator, method, path);
      expect([administrator.status, administrator.code], path).toEqual([403, 'forbidden']);
    }
  });
});

function routesOf(id: string): [string, string, unknown?][] {
  const file = toBase64(new Uint8Array(16));
  return [
    ['GET', `/api/desk/cases/${id}`],
    ['PUT', `/api/desk/cases/${id}/opened`, { keys: [], head: null, through: 0 }],
    ['GET', `/api/desk/cases/${id}/attachments/${file}/hashes`],
    ['GET', `/api/desk/cases/${id}/attachments/${file}/chunks/0`],
  ];
}

describe('for somebody without access', () => {
  /** Everything of an answer but the moment. */
  function everything({ status, text, headers }: Answer): unknown {
    return [status, text, [...headers].filter(([name]) => name !== 'date')];
  }

  async function answersTo(found: WorkedCase, id: string, person: TestPerson): Promise<unknown[]> {
    const { request } = (await found.draft(hanna)).say(contents.reply);
    const routes = [...routesOf(id), ['POST', `/api/desk/cases/${id}/entries`, request] as const];
    const answers = [];
    for (const [method, path, json] of routes) {
      const answer = await askAs(work, person, method, path, json);
      expect([answer.status, answer.code]).toEqual([404, 'case_not_found']);
      answers.push(everything(answer));
    }
    return answers;
  }

  it('every route answers as for a case that never was, by the byte', async () => {
    const kept = await work.report([hanna]);
    const unknown = await answersTo(kept, toBase64(randomBytes(32)), olle);
    expect(await answersTo(kept, 'x', olle)).toEqual(unknown);

    expect(await answersTo(kept, kept.id, olle), 'left out').toEqual(unknown);

    const revoked = await work.report();
    const draft = (await revoked.draft(hanna)).rotate('dialogue', [hanna]);
    await revoked.append(hanna, { ...draft.request, overview: draft.overview() });
    expect(await answersTo(revoked, revoked.id, olle), 'taken off').toEqual(unknown);

    const purged = await work.report();
    await server.db('cases').where('id', purged.id).update({ purging: 1 });
    expect(await answersTo(kept, purged.id, olle), 'being purged').toEqual(unknown);
  });

  it('the list, the log and every other answer stay as they were, by the byte', async () => {
    const paths = [
      '/api/desk/cases',
      '/api/desk/cases?state=closed',
      '/api/desk/audit',
      '/api/desk/readiness',
      '/api/desk/members',
    ];
    const all = async (): Promise<unknown[]> => {
      const answers = [];
      for (const path of paths) answers.push(everything(await askAs(work, olle, 'GET', path)));
      return answers;
    };
    const before = await all();
    const found = await work.report([hanna]);
    await found.read(hanna);
    await found.say(hanna, contents.note);
    await found.say(hanna, contents.closure, { statistics: statisticsOf([hanna]) });
    expect(await all()).toEqual(before);
  });
});
