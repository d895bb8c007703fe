import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { CaseId, reporterKeys, toBase64 } from '../../crypto/private.js';
import { reporterBytes } from '../../server/records/service.js';
import { ask } from '../support/api.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

// The reporter's identity: sealed for custodians, asked for with a reason, opened on the record.

const robin = { name: 'Robin Sand', reach: 'robin@example.org', relation: 'Temp', text: '' };
const reason = 'The inspectorate wants to hear a witness.';

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let iris: InstallationPerson;
let words: string[];
let id: string;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
  iris = await installation.addCustodian('iris');
  ({ words } = await installation.report({ identity: robin }));
  id = reporterKeys(words).caseId;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** What a custodian was asked in a case and has not answered. */
async function openRequest(who: InstallationPerson, caseId: string): Promise<string> {
  const rows = await who.desk.custodyRequests();
  const row = rows.find((each) => each.caseId === caseId && each.answeredOn === null);
  if (row === undefined) throw new Error('nothing was asked');
  return row.request;
}

describe('an identity that a reporter seals', () => {
  it('goes from the reporter through the custodian to those who asked, and the reporter sees it', async () => {
    const reporter = installation.newReporter();
    expect((await reporter.open(words)).identity).toMatchObject({
      custodians: ['iris Custodian'],
      given: robin,
      others: false,
    });
    expect(await iris.desk.custodyRequests()).toEqual([]);
    const asked = await hanna.desk.askIdentity(id, ['name', 'reach'], reason);
    expect(asked.identity).toMatchObject({
      custodians: [{ name: 'iris Custodian' }],
      onlyOneself: false,
      requests: [{ by: 'Hanna Handler', state: 'waiting', reason, answer: null }],
    });
    const [row] = await iris.desk.custodyRequests();
    expect(row?.question).toMatchObject({ by: 'Hanna Handler', fields: ['name', 'reach'], reason });
    // nothing is on record yet
    const before = await installation.newReporter().open(words);
    expect(before.entries.map(({ content }) => content.kind)).toEqual(['report']);

    const request = row?.request ?? '';
    const { identity } = await iris.desk.openIdentity(id, request);
    expect(identity).toMatchObject(robin);
    const seen = await reporter.open(words);
    expect(seen.entries.at(-1)).toMatchObject({
      author: { side: 'reader', name: 'iris Custodian' },
      content: { kind: 'identity_opening', reason, fields: ['name', 'reach'], askedBy: hanna.id },
    });
    expect((await hanna.desk.openCase(id)).identity.requests[0]?.state).toBe('opened');

    await iris.desk.passOnIdentity(id, request, ['name']);
    for (const handler of [hanna, harald]) {
      const { requests } = (await handler.desk.openCase(id)).identity;
      expect(requests[0]).toMatchObject({
        state: 'given',
        answer: {
          by: 'iris Custodian',
          identity: { name: 'Robin Sand', reach: null, relation: null, text: null },
        },
      });
    }
    // what is still the newest opens again without another entry
    await iris.desk.openIdentity(id, request);
    expect((await reporter.open(words)).entries).toHaveLength(2);
  });

  it('is told apart from no identity neither by sizes nor by entries', async () => {
    const { words: without } = await installation.report();
    const rows = async (of: readonly string[]): Promise<unknown> => {
      const { caseId } = reporterKeys(of);
      const { db } = installation.server;
      const entries: unknown = await db('entries')
        .where({ case_id: caseId, compartment: 'identity' })
        .whereIn('sequence', [1, 2])
        .orderBy('sequence')
        .select(db.raw('sequence, form, author, length(body) as bytes, length(header) as header'));
      const grants: unknown = await db('grants')
        .where({ case_id: caseId, compartment: 'identity' })
        .count({ count: '*' });
      return { entries, grants };
    };
    expect(await rows(without)).toEqual(await rows(words));
    expect((await installation.newReporter().open(without)).identity.given).toBeNull();
  });

  it('can be given later, corrected and withdrawn, and each opening is of what stands then', async () => {
    const { words: later } = await installation.report();
    const caseId = reporterKeys(later).caseId;
    const reporter = installation.newReporter();
    await hanna.desk.askIdentity(caseId, ['name'], 'First.');
    const request = await openRequest(iris, caseId);
    expect(await iris.desk.openIdentity(caseId, request)).toEqual({ identity: null });
    const given = await reporter.identify(later, robin);
    expect(given.identity.given).toMatchObject(robin);
    await reporter.identify(later, { ...robin, name: 'Robin Berg' });
    // what came after the opening needs another one
    const second = await iris.desk.openIdentity(caseId, request);
    expect(second.identity?.name).toBe('Robin Berg');
    await iris.desk.passOnIdentity(caseId, request, ['name', 'reach']);
    const { requests } = (await hanna.desk.openCase(caseId)).identity;
    // no more than was asked for
    expect(requests[0]?.answer?.identity).toEqual({
      name: 'Robin Berg',
      reach: null,
      relation: null,
      text: null,
    });
    const withdrawn = await reporter.identify(later, null);
    expect(withdrawn.identity.given).toBeNull();
    expect(withdrawn.entries.filter(({ compartment }) => compartment === 'identity')).toHaveLength(
      2,
    );
  });

  it('is refused with a reason that handlers read, and answered once', async () => {
    await harald.desk.askIdentity(id, ['text'], 'Curious.');
    const request = await openRequest(iris, id);
    await iris.desk.refuseIdentity(id, request, 'No need was named.');
    const { requests } = (await hanna.desk.openCase(id)).identity;
    const refused = requests.find((each) => each.id === request);
    expect(refused).toMatchObject({ state: 'refused', answer: { reason: 'No need was named.' } });
    await expect(iris.desk.refuseIdentity(id, request, 'Again.')).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('and nothing else of a case is given out as long as the case is restricted', async () => {
    const { words: own } = await installation.report({ identity: robin });
    const caseId = reporterKeys(own).caseId;
    await hanna.desk.askIdentity(caseId, ['name'], reason);
    const request = await openRequest(iris, caseId);
    await iris.desk.openIdentity(caseId, request);
    const restriction = { kind: 'restriction', id: null, ground: 'accuracy' } as const;
    await hanna.desk.work(caseId, { ...restriction, text: 'Disputed.', review: '2030-01-01' });
    const refused = { code: 'case_restricted' };
    await expect(harald.desk.askIdentity(caseId, ['name'], reason)).rejects.toMatchObject(refused);
    await expect(iris.desk.passOnIdentity(caseId, request, ['name'])).rejects.toMatchObject(
      refused,
    );
    await installation.newReporter().identify(own, { ...robin, name: 'Robin Berg' });
    await expect(iris.desk.openIdentity(caseId, request)).rejects.toMatchObject(refused);
    const terms = { until: '2030-01-01', write: false, save: false };
    const guest = toBase64(new Uint8Array(16));
    await expect(hanna.desk.grantGuest(caseId, guest, terms)).rejects.toMatchObject(refused);
    const extract = { kind: 'person_extract', id: null, person: guest, givenOn: null } as const;
    await expect(
      hanna.desk.work(caseId, { ...extract, text: 'They said so.' }),
    ).rejects.toMatchObject(refused);
    await hanna.desk.work(caseId, { kind: 'unrestriction', text: 'It was right.' });
    await iris.desk.openIdentity(caseId, request);
    await iris.desk.passOnIdentity(caseId, request, ['name']);
    const { requests } = (await hanna.desk.openCase(caseId)).identity;
    expect(requests[0]).toMatchObject({
      state: 'given',
      answer: { identity: { name: 'Robin Berg' } },
    });
  });

  it('leaves the inbox as it was, and no decision is asked for where the case is closed', async () => {
    const { words: closed } = await installation.report();
    const caseId = reporterKeys(closed).caseId;
    await hanna.desk.openCase(caseId);
    await hanna.desk.reply(
      caseId,
      { kind: 'closure', outcome: 'minor', text: 'Closed.' },
      [],
      () => undefined,
    );
    await installation.newReporter().identify(closed, robin);
    const row = (await hanna.desk.inbox('closed')).rows.find((each) => each.id === caseId);
    expect(row).toMatchObject({ unread: false, decisionBy: null });
  });
});

describe('telling somebody outside who the reporter is', () => {
  const disclosure = {
    kind: 'disclosure',
    id: null,
    recipient: 'Police',
    ground: 'Criminal investigation',
    scope: 'The name',
    on: '2026-03-02',
    state: 'made',
  } as const;
  const talk = { to: 'Police', what: 'The name', text: 'They want to hear you.' };

  it('rests on the reporter’s consent, for as long as it stands', async () => {
    const reporter = installation.newReporter();
    const asked = await hanna.desk.talkIdentity(id, { basis: 'consent', ...talk });
    const { id: entry = '', hash = '' } = asked.identityTalks[0] ?? {};
    const tell = () =>
      hanna.desk.work(id, { ...disclosure, identity: { basis: 'consent', entry } });
    const refused = { code: 'identity_without_basis' };
    await expect(tell()).rejects.toMatchObject(refused);
    const seen = await reporter.consent(words, hash, 'refuse');
    const said = seen.entries.filter(({ compartment }) => compartment === 'dialogue');
    expect(said.at(-1)?.content).toMatchObject({ kind: 'consent', answer: 'refuse' });
    await expect(tell()).rejects.toMatchObject(refused);
    await reporter.consent(words, hash, 'agree');
    const elsewhere = hanna.desk.work(id, {
      ...disclosure,
      recipient: 'The newspaper',
      identity: { basis: 'consent', entry },
    });
    await expect(elsewhere).rejects.toMatchObject(refused);
    const { disclosures } = await tell();
    expect(disclosures).toMatchObject([{ identity: { basis: 'consent', entry } }]);
    await reporter.consent(words, hash, 'withdraw');
    await expect(tell()).rejects.toMatchObject(refused);
    // what went out before can be described better, and goes to nobody else and on no other day
    const [made] = disclosures;
    const correct = (change: Partial<Record<'recipient' | 'scope' | 'on', string>>) =>
      hanna.desk.work(id, { ...disclosure, ...made, ...change });
    const corrected = await correct({ scope: 'The name and the department' });
    expect(corrected.disclosures).toMatchObject([{ scope: 'The name and the department' }]);
    await expect(correct({ on: '2026-03-01' })).rejects.toMatchObject(refused);
    await expect(correct({ recipient: 'The newspaper' })).rejects.toMatchObject(refused);
    const { identityTalks } = await harald.desk.openCase(id);
    expect(identityTalks).toMatchObject([
      { id: entry, to: 'Police', answer: { answer: 'withdraw' } },
    ]);
  });

  it('rests on the law, after the reporter was told why, or with the reason why not', async () => {
    const told = await hanna.desk.talkIdentity(id, { basis: 'obligation', ...talk });
    const entry = told.identityTalks.find(({ basis }) => basis === 'obligation')?.id ?? '';
    // a notice is no question: it cannot be agreed to, nor a question be taken for a notice
    const swapped = hanna.desk.work(id, { ...disclosure, identity: { basis: 'consent', entry } });
    await expect(swapped).rejects.toMatchObject({ code: 'identity_without_basis' });
    await hanna.desk.work(id, { ...disclosure, identity: { basis: 'obligation', entry } });
    const reasoned = { basis: 'jeopardy', text: 'Evidence could be destroyed.' } as const;
    const { disclosures } = await hanna.desk.work(id, { ...disclosure, identity: reasoned });
    expect(disclosures.map(({ identity }) => identity?.basis)).toContain('jeopardy');
  });
});

describe('the server', () => {
  it('gives a custodian nothing of the identity before an opening is on record', async () => {
    const { words: fresh } = await installation.report({ identity: robin });
    const caseId = reporterKeys(fresh).caseId;
    const token = await signInToken(iris);
    const read = () =>
      ask(installation.server, 'GET', `/api/desk/custody/${caseId}`, {
        authorization: `Desk ${token}`,
      });
    // nobody asked: the case is not there
    expect((await read()).status).toBe(404);
    await hanna.desk.askIdentity(caseId, ['name'], reason);
    const before = await read();
    expect(before.json).toMatchObject({ entries: [], newest: { sequence: 2 } });
    await iris.desk.openIdentity(caseId, await openRequest(iris, caseId));
    expect(((await read()).json as { entries: unknown[] }).entries).toHaveLength(3);
  });

  it('counts the identity in how large a case is that it hands to its reporter', async () => {
    const { db } = installation.server;
    const [row] = await db('entries')
      .where({ case_id: id })
      .whereNot('compartment', 'internal')
      .select<{ bytes: number }[]>(db.raw('sum(length(body)) as bytes'));
    expect(await reporterBytes(db, v.parse(CaseId, id))).toBe(row?.bytes);
  });

  it('keeps neither name nor reason in the open', async () => {
    const tables = ['entries', 'identity_requests', 'identity_questions', 'audit', 'cases'];
    for (const table of tables) {
      const text = JSON.stringify(await installation.server.db(table).select());
      for (const secret of [robin.name, robin.reach, reason]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(toBase64(new TextEncoder().encode(secret)));
      }
    }
  });

  it('hands a handler nothing that the identity is sealed under', async () => {
    const rows: unknown[] = await installation.server
      .db('grants')
      .where('compartment', 'identity')
      .whereNotIn('recipient', ['reporter', iris.id]);
    expect(rows).toEqual([]);
  });
});

describe('custodians who come and go', () => {
  it('are sealed to once the reporter sends it again, and those who left are not', async () => {
    const { words: own } = await installation.report({ identity: robin });
    const caseId = reporterKeys(own).caseId;
    const ines = await installation.addCustodian('ines');
    await installation.administrator.desk.remove(iris.id);
    const reporter = installation.newReporter();
    expect((await reporter.open(own)).identity).toMatchObject({
      custodians: ['ines Custodian'],
      others: true,
    });
    expect((await hanna.desk.openCase(caseId)).identity.custodians).toEqual([]);
    await expect(hanna.desk.askIdentity(caseId, ['name'], reason)).rejects.toMatchObject({
      code: 'no_custodian',
    });
    expect((await reporter.identify(own, robin)).identity.others).toBe(false);
    await hanna.desk.askIdentity(caseId, ['name'], reason);
    const opened = await ines.desk.openIdentity(caseId, await openRequest(ines, caseId));
    expect(opened.identity).toMatchObject(robin);
  });

  it('can be left out, and then nothing can be given or asked', async () => {
    const { readers } = (await installation.newReporter().directory()).channels[0] ?? {
      readers: [],
    };
    const leftOut = readers.filter(({ part }) => part === 'custodian').map((each) => each.id);
    expect(leftOut).toHaveLength(1);
    const { words: own } = await installation.report({ leftOut });
    const reporter = installation.newReporter();
    expect((await reporter.open(own)).identity.custodians).toEqual([]);
    await expect(reporter.identify(own, robin)).rejects.toMatchObject({ code: 'no_custodian' });
  });
});

describe('somebody who asked and left', () => {
  it('is told nothing more, although the case is still sealed to that person', async () => {
    const { words: own } = await installation.report({ identity: robin });
    const caseId = reporterKeys(own).caseId;
    const irma = await installation.addCustodian('irma');
    const reporter = installation.newReporter();
    await reporter.identify(own, robin);
    await harald.desk.askIdentity(caseId, ['name'], reason);
    await harald.desk.askIdentity(caseId, ['reach'], reason);
    const { requests } = (await harald.desk.openCase(caseId)).identity;
    // a request that this desk has not shown yet is answered by nobody
    await expect(irma.desk.openIdentity(caseId, requests.at(-1)?.id ?? '')).rejects.toMatchObject({
      code: 'proposal_changed',
    });
    const request = await openRequest(irma, caseId);
    await irma.desk.openIdentity(caseId, request);
    await installation.administrator.desk.remove(harald.id);
    await expect(irma.desk.passOnIdentity(caseId, request, ['name'])).rejects.toMatchObject({
      code: 'not_a_reader',
    });
    const rows = await irma.desk.custodyRequests();
    const other = rows.find((each) => each.caseId === caseId && each.request !== request);
    await expect(irma.desk.openIdentity(caseId, other?.request ?? '')).rejects.toMatchObject({
      code: 'not_a_reader',
    });
    await irma.desk.refuseIdentity(caseId, request, 'Whoever asked has left.');
    expect((await reporter.open(own)).entries).toHaveLength(2);
  });
});

async function signInToken(person: InstallationPerson): Promise<string> {
  let token = '';
  const desk = installation.newDesk(async (input, init) => {
    const answer = await fetch(input, init);
    if (input.endsWith('/api/desk/sessions')) {
      token = ((await answer.clone().json()) as { token: string }).token;
    }
    return answer;
  });
  await desk.signIn(person.name, person.passphrase);
  return token;
}
