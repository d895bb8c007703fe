import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import type { CaseworkInput } from '../../client/casework/input.js';
import type { DataRequestInput } from '../../client/desk/recording.js';
import type { HandlerCaseView } from '../../client/models.js';
import type { CreateCase, HandlerAppend } from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { allTypes } from '../support/questions.js';
import { canary, placesBelow, tracesIn } from '../support/traces.js';

// Requests about data that belong to no case: written down as cases of their own, which the server
// cannot tell from reports, and which count as none.

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
/** Handlers who came since. */
const joined: InstallationPerson[] = [];
const sent: { authorized: boolean; request: CreateCase }[] = [];
const appended: HandlerAppend[] = [];
const typed = new Map<string, string>();

/** A unique text, looked for at the end in everything that the server keeps. */
function unique(what: string): string {
  const text = `${what} ${randomUUID()}`;
  typed.set(what, text);
  return text;
}

const overhearing: Fetch = (address, init) => {
  if (init.method === 'POST' && address.endsWith('/api/cases')) {
    const authorized = new Headers(init.headers).has('Authorization');
    sent.push({ authorized, request: JSON.parse(String(init.body)) as CreateCase });
  }
  if (init.method === 'POST' && address.endsWith('/entries')) {
    appended.push(JSON.parse(String(init.body)) as HandlerAppend);
  }
  return fetch(address, init);
};

async function asked(change: Partial<DataRequestInput> = {}): Promise<string> {
  const input: DataRequestInput = {
    words: await hanna.desk.newCallerKey(),
    channel: installation.channel,
    language: 'en',
    right: 'access',
    name: unique('Kim Berg'),
    identified: '',
    receivedOn: '2026-02-20',
    text: unique('Do you hold data on me?'),
    leftOut: [],
    shown: [...installation.handlers, ...joined].map(({ id }) => id),
    ...change,
  };
  return (await hanna.desk.recordDataRequest(input, silent)).id;
}

function onlyRequest({ requests }: HandlerCaseView): HandlerCaseView['requests'][number] {
  const [request, ...others] = requests;
  if (request === undefined || others.length > 0) throw new Error('not one request');
  return request;
}

type Answer = Extract<CaseworkInput, { kind: 'request_answered' }>;

/** Answers the request that a case is. */
async function answer(id: string, change: Partial<Answer> = {}): Promise<HandlerCaseView> {
  const { id: request } = onlyRequest(await hanna.desk.openCase(id));
  const kind = 'request_answered' as const;
  const given = {
    answer: 'nothing_given',
    on: '2026-03-02',
    text: '',
    toldOfRemedies: true,
  } as const;
  return hanna.desk.work(id, { kind, request, ...given, ...change });
}

const close = (
  id: string,
  outcome: Extract<Parameters<typeof hanna.desk.reply>[1], { kind: 'closure' }>['outcome'],
) => hanna.desk.reply(id, { kind: 'closure', outcome, text: 'Answered by letter.' }, [], silent);

beforeAll(async () => {
  installation = await startInstallation({ through: overhearing });
  [hanna, harald] = installation.handlers;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('a request about data that belongs to no case', () => {
  it('has its own due date alone, and stands in lists as what it is before anybody opened it', async () => {
    const id = await asked();
    const listed = (await harald.desk.inbox('open')).rows.find((row) => row.id === id);
    const facts = { dataRequest: true, receivedOn: '2026-02-20', fault: null };
    const due = { what: 'request', by: '2026-03-20', from: '2026-02-20' };
    expect(listed).toMatchObject({ ...facts, due, acknowledgedOn: null });
    const view = await harald.desk.openCase(id);
    expect(view).toMatchObject({ ...facts, due, warnings: [], requestOutcome: null });
    expect(view.origin).toMatchObject({ made: 'handler', way: 'data_request', key: 'not_kept' });
    expect(onlyRequest(view)).toMatchObject({
      right: 'access',
      by: 'named',
      name: typed.get('Kim Berg'),
      text: typed.get('Do you hold data on me?'),
      due: '2026-03-20',
      answer: null,
    });
    expect(view.dates.map(({ what }) => what)).toEqual(['request']);
  });

  it('is corrected, extended and refused with reasons alone', async () => {
    const id = await asked();
    const { id: request } = onlyRequest(await hanna.desk.openCase(id));
    const extended = {
      kind: 'request_extended',
      request,
      on: '2026-03-02',
      text: 'Many.',
    } as const;
    expect(onlyRequest(await hanna.desk.work(id, extended)).due).toBe('2026-05-20');
    const bare = { answer: 'refused', text: ' ', toldOfRemedies: true } as const;
    const told = { code: 'refused_without_reasons' };
    await expect(answer(id, bare)).rejects.toMatchObject(told);
    const untold = { answer: 'refused', text: 'Not theirs.', toldOfRemedies: false } as const;
    await expect(answer(id, untold)).rejects.toMatchObject(told);
    await expect(answer(id, { toldOfRemedies: false })).rejects.toMatchObject(told);
    expect(onlyRequest(await harald.desk.openCase(id)).answer).toBeNull();
    const refused = await answer(id, { ...untold, toldOfRemedies: true });
    expect(onlyRequest(refused).answer).toMatchObject({ answer: 'refused', text: 'Not theirs.' });
    expect(refused.requestOutcome).toBe('request_refused');
  });

  it('is kept from whom it leaves out, and sealed to nobody who was not shown', async () => {
    const id = await asked({ leftOut: [harald.id] });
    await expect(harald.desk.openCase(id)).rejects.toMatchObject({ code: 'case_not_found' });
    await expect(asked({ shown: [hanna.id] })).rejects.toMatchObject({ code: 'new_readers' });
    await expect(asked({ name: '' })).rejects.toMatchObject({ code: 'malformed' });
    await expect(asked({ receivedOn: '2999-01-01' })).rejects.toMatchObject({
      code: 'receipt_in_future',
    });
  });

  it('ends as it was answered, and as nothing else; no report ends so', async () => {
    const id = await asked();
    await expect(close(id, 'request_granted')).rejects.toMatchObject({ code: 'request_waits' });
    await answer(id);
    for (const other of ['request_granted', 'unsubstantiated', 'spam'] as const) {
      await expect(close(id, other)).rejects.toMatchObject({ code: 'wrong_ending' });
    }
    const order = { do: 'close', outcome: 'spam', text: 'Not a report.', note: '' } as const;
    const bulk = await hanna.desk.workOnChosen([id], order, silent);
    expect(bulk.failed).toEqual([{ id, code: 'wrong_ending' }]);
    expect(await close(id, 'request_nothing_given')).toMatchObject({
      state: 'closed',
      outcome: 'request_nothing_given',
      warnings: [],
    });
    const late = answer(id, { answer: 'granted', toldOfRemedies: false });
    await expect(late).rejects.toMatchObject({ code: 'request_closed' });
    const reopening = { kind: 'reopening', text: 'The answer was mistaken.' } as const;
    await hanna.desk.reply(id, reopening, [], silent);
    const granted = await answer(id, { answer: 'granted', toldOfRemedies: false });
    expect(granted.requestOutcome).toBe('request_granted');
    expect(await close(id, 'request_granted')).toMatchObject({ outcome: 'request_granted' });
    const { words } = await installation.report();
    const report = await installation.newReporter().open(words);
    await expect(close(report.id, 'request_refused')).rejects.toMatchObject({
      code: 'wrong_ending',
    });
  });
});

describe('the server', () => {
  const sizes = ({ request }: (typeof sent)[number]) => ({
    fields: Object.keys(request),
    entries: request.entries.map((entry) =>
      'body' in entry ? entry.body.length : entry.ciphertext.length,
    ),
    overview: request.overview.box.length,
    grants: request.grants.length,
  });

  it('gets of a request what it gets of a report, with the channel’s own questions as well', async () => {
    for (const questionnaire of [null, allTypes]) {
      await installation.administrator.desk.updateChannel(installation.channel, { questionnaire });
      await asked();
      const form = questionnaire && { questions: questionnaire, answers: [] };
      await installation.report({ text: 'Somebody takes money.', answers: {}, form });
      const [request, report] = sent.slice(-2);
      if (request === undefined || report === undefined) throw new Error('nothing was sent');
      expect(request.authorized).toBe(false);
      expect(sizes(request)).toEqual(sizes(report));
    }
    await installation.administrator.desk.updateChannel(installation.channel, {
      questionnaire: null,
    });
  });

  it('sees as many records of the year at a closing as of a report, of which none counts', async () => {
    const closing = async (end: () => Promise<unknown>) => {
      await end();
      const last = appended.filter(({ statistics }) => statistics.length > 0).at(-1);
      return last?.statistics.map(({ box, recipient, year }) => [box.length, recipient, year]);
    };
    const before = await hanna.desk.figures(null, silent);
    const id = await asked();
    const open = await hanna.desk.figures(null, silent);
    expect(open).toEqual(before);
    await answer(id);
    const ofRequest = await closing(() => close(id, 'request_nothing_given'));
    // opened, closed and opened again it counts as little
    await hanna.desk.reply(id, { kind: 'reopening', text: 'Once more.' }, [], silent);
    await close(id, 'request_nothing_given');
    expect(await hanna.desk.figures(null, silent)).toEqual(before);
    expect(await harald.desk.figures(null, silent)).toEqual(before);
    const { words } = await installation.report();
    const report = await installation.newReporter().open(words);
    const ofReport = await closing(() => close(report.id, 'minor'));
    expect(ofRequest).toHaveLength(2);
    expect(ofRequest).toEqual(ofReport);
  });
});

describe('a request that turns out to be about a case', () => {
  const found = async (person: InstallationPerson, name: string) =>
    (await person.desk.dataRequests(silent)).requests.filter(
      ({ request }) => request.name === name,
    );

  it('goes on there with its day and extension, and stands once in the register', async () => {
    const name = unique('Robin Sand');
    const id = await asked({ name });
    const { id: request } = onlyRequest(await hanna.desk.openCase(id));
    await hanna.desk.work(id, {
      kind: 'request_extended',
      request,
      on: '2026-03-01',
      text: 'Many.',
    });
    expect(await found(harald, name)).toMatchObject([{ caseId: id, own: true }]);
    const { words } = await installation.report();
    const { id: to } = await installation.newReporter().open(words);
    const moved = await hanna.desk.moveRequest(id, request, to);
    expect(moved).toMatchObject({ requestOutcome: 'request_moved' });
    expect(moved.dates.filter(({ doneOn }) => doneOn === null)).toEqual([]);
    expect(await found(harald, name)).toMatchObject([
      { caseId: to, own: false, request: { id: request, due: '2026-05-20', state: 'made' } },
    ]);
    expect((await harald.desk.openCase(to)).work.links).toEqual([
      { caseId: id, relation: 'same_matter' },
    ]);
    await expect(hanna.desk.moveRequest(id, request, to)).rejects.toMatchObject({
      code: 'request_settled',
    });
    expect(await close(id, 'request_moved')).toMatchObject({ state: 'closed' });
  });

  it('names no case that somebody who reads the request does not read', async () => {
    const name = unique('Alex Lund');
    const id = await asked({ name });
    const { id: request } = onlyRequest(await hanna.desk.openCase(id));
    const { words } = await installation.report({ leftOut: [harald.id] });
    const { id: to } = await installation.newReporter().open(words);
    const told = { code: 'would_reveal_case' };
    await expect(hanna.desk.moveRequest(id, request, to)).rejects.toMatchObject(told);
    const link = { kind: 'link', relation: 'same_matter', state: 'linked' } as const;
    await expect(hanna.desk.work(id, { ...link, case: to })).rejects.toMatchObject(told);
    expect((await hanna.desk.openCase(to)).requests).toEqual([]);
    // the other way round tells the others nothing
    const linked = await hanna.desk.work(to, { ...link, case: id });
    expect(linked.work.links).toEqual([{ caseId: id, relation: 'same_matter' }]);
    expect((await harald.desk.openCase(id)).work.links).toEqual([]);
  });

  it('goes to nobody who was left out of it', async () => {
    const id = await asked({ name: unique('Uma Ek'), leftOut: [harald.id] });
    const { id: request } = onlyRequest(await hanna.desk.openCase(id));
    const { words } = await installation.report();
    const { id: to } = await installation.newReporter().open(words);
    await expect(hanna.desk.moveRequest(id, request, to)).rejects.toMatchObject({
      code: 'would_tell_left_out',
    });
    expect((await harald.desk.openCase(to)).requests).toEqual([]);
  });
});

describe('a request that names a case', () => {
  const link = { kind: 'link', relation: 'same_matter', state: 'linked' } as const;
  const told = { code: 'request_names_case' };
  let olav: InstallationPerson;

  /** A request that links to a case which all read who read the request. */
  async function naming(name: string): Promise<{ id: string; to: string }> {
    const id = await asked({ name: unique(name) });
    const { words } = await installation.report();
    const { id: to } = await installation.newReporter().open(words);
    await hanna.desk.work(id, { ...link, case: to });
    return { id, to };
  }

  async function lockOut({ id: account }: InstallationPerson): Promise<void> {
    const lost = { since: null, knownAt: null, cause: 'device_lost' } as const;
    await installation.administrator.desk.openIncident({ account, ...lost });
  }

  async function unlock(person: InstallationPerson): Promise<void> {
    const { desk } = installation.administrator;
    const incident = (await desk.incidents()).find(({ account }) => account === person.id);
    await desk.unlockAccount(incident?.id ?? '');
    await installation.signIn(person);
  }

  it('lets nobody else in once it names a case, but to leave it with a reader', async () => {
    const { id, to } = await naming('Vera Dal');
    olav = await installation.addHandler('olav', 'Olav Handler');
    joined.push(olav);
    await expect(hanna.desk.grant(id, olav.id)).rejects.toMatchObject(told);
    // who comes later would still read that it was there
    await hanna.desk.work(id, { ...link, case: to, state: 'unlinked' });
    await expect(hanna.desk.grant(id, olav.id)).rejects.toMatchObject(told);
    await hanna.desk.revoke(id, harald.id);
    await hanna.desk.grant(id, olav.id);
    await expect(olav.desk.openCase(id)).resolves.toMatchObject({ id });
  });

  it('is left with a reader where nobody else who reads it can sign in, by whatever way', async () => {
    const ways = new Map<string, (id: string) => Promise<unknown>>([
      ['access', (id) => hanna.desk.grant(id, olav.id)],
      ['handover', (id) => hanna.desk.handOver([{ id, to: [olav.id] }], silent)],
      ['absence', (id) => hanna.desk.cover(olav.id, [id], silent)],
    ]);
    const ids = new Map<string, string>();
    for (const [way, give] of ways) {
      const { id } = await naming(`Request by ${way}`);
      await hanna.desk.revoke(id, olav.id);
      const refused = await give(id).catch((error: unknown) => ({ failed: [error] }));
      expect(refused).toMatchObject({ failed: [told] });
      ids.set(way, id);
    }
    await lockOut(harald);
    for (const [way, give] of ways) {
      const id = ids.get(way) ?? '';
      await give(id);
      await expect(olav.desk.openCase(id)).resolves.toMatchObject({ id });
    }
    await unlock(harald);
  });

  it('goes back to whoever had it and returns under new keys, by the same rule', async () => {
    const { id } = await naming('Request had before');
    await lockOut(olav);
    await installation.administrator.desk.remove(olav.id);
    const back = await installation.add('handler', 'olav2', 'Olav Handler', olav.id);
    joined.push(back);
    const { failed } = await hanna.desk.giveBack(back.id, silent);
    expect(failed).toContainEqual({ id, ...told });
    await lockOut(harald);
    expect((await hanna.desk.giveBack(back.id, silent)).failed).toEqual([]);
    await expect(back.desk.openCase(id)).resolves.toMatchObject({ id });
    await unlock(harald);
  });
});

describe('what was written down', () => {
  it('lies nowhere where the server could read it', () => {
    const places = {
      ...placesBelow(installation.server.dataFolder),
      log: Buffer.from(installation.server.logged.join('\n')),
    };
    const canaries = [...typed].map(([what, text]) => canary(what, text));
    expect(canaries.length).toBeGreaterThan(3);
    expect(tracesIn(places, canaries)).toEqual([]);
  });

  it('goes by the rule of its channel once it is closed', async () => {
    const id = await asked({ receivedOn: '2026-03-01' });
    await answer(id);
    const { purgeOn } = await close(id, 'request_nothing_given');
    expect(purgeOn).toBe('2028-03-02');
    const { server, clock } = installation;
    clock.set('2028-03-02T03:00:00Z');
    const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
    await retention.run();
    expect(await server.db('cases').where('id', id)).toEqual([]);
    expect(await server.db('entries').where('case_id', id)).toEqual([]);
  });
});
