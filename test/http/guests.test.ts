import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GuestCase,
  type GuestTerms,
  type GuestList,
  openGrant,
  reporterKeys,
  type SealedEntry,
  utf8,
} from '../../crypto/private.js';
import type * as v from 'valibot';
import type { Fetch } from '../../client/api.js';
import type { Answer } from '../support/api.js';
import {
  at,
  contents,
  startCaseWork,
  type CaseWork,
  type WorkedCase,
} from '../support/casework.js';
import { admitReader, askAs, signIn, type TestPerson } from '../support/desk.js';
import { fileOf } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

// Somebody from outside the organisation reads one case until a day, and nothing else.

const secrecy = 'I keep it secret.';

describe('a case that a handler grants to somebody from outside', () => {
  let installation: Installation;
  let hanna: InstallationPerson;
  let harald: InstallationPerson;
  let lara: InstallationPerson;

  beforeAll(async () => {
    installation = await startInstallation();
    [hanna, harald] = installation.handlers;
    lara = await installation.add('guest', 'lara', 'Lara Lawyer');
  });
  afterAll(async () => {
    expect(installation.server.faults).toEqual([]);
    await installation.stop();
  });

  it('is read once secrecy is accepted on the record, written in as the grant allows, and ends', async () => {
    const { words } = await installation.report();
    const id = reporterKeys(words).caseId;
    expect(await lara.desk.guestCases()).toEqual([]);
    // no report is sealed to a guest
    const [first] = (await installation.newReporter().open(words)).access;
    expect(first?.readers.map(({ name }) => name)).toEqual(['Hanna Handler', 'Harald Handler']);

    await hanna.desk.note(id, 'Ask Lara about the contract.', [], () => undefined);
    const terms = { until: '2026-03-20', write: false, save: false };
    const granted = await hanna.desk.grantGuest(id, lara.id, terms);
    expect(granted.readers.at(-1)).toMatchObject({
      name: 'Lara Lawyer',
      part: 'guest',
      guest: terms,
    });
    expect(granted.grantableGuests).toEqual([]);
    const seen = await installation.newReporter().open(words);
    expect(seen.access.at(-1)?.readers.at(-1)).toMatchObject({ name: 'Lara Lawyer', guest: terms });

    const [row] = await lara.desk.guestCases();
    expect(row).toMatchObject({ id, accepted: false, ...terms });
    await expect(lara.desk.openGuestCase(id)).rejects.toMatchObject({
      code: 'secrecy_not_accepted',
    });
    const shown = await lara.desk.grantedTerms(id);
    expect(shown).toEqual(terms);
    // what is restricted is given to nobody anew
    const restriction = { kind: 'restriction', id: null, ground: 'accuracy' } as const;
    await hanna.desk.work(id, { ...restriction, text: 'Disputed.', review: '2026-03-15' });
    await expect(lara.desk.acceptSecrecy(id, shown, secrecy)).rejects.toMatchObject({
      code: 'case_restricted',
    });
    await hanna.desk.work(id, { kind: 'unrestriction', text: 'It was right.' });
    const { data } = await lara.desk.acceptSecrecy(id, shown, secrecy);
    expect(data.entries.at(-1)?.content).toMatchObject({ until: terms.until, text: secrecy });
    expect(data.entries.map(({ content }) => content.kind)).toEqual([
      ...['report', 'note', 'restriction', 'unrestriction', 'secrecy'],
    ]);
    expect(data.warnings).toEqual([]);
    await expect(lara.desk.guestNote(id, 'A note.', [], () => undefined)).rejects.toMatchObject({
      code: 'read_only',
    });

    // the day and the rights are changed by granting it again; what was accepted stands
    const more = { until: '2026-03-25', write: true, save: true };
    expect((await harald.desk.grantGuest(id, lara.id, more)).readers.at(-1)?.guest).toEqual(more);
    const file = fileOf(utf8('A draft of the answer.'), { name: 'draft.txt' });
    await lara.desk.guestNote(id, 'The contract is void.', [file], () => undefined);
    const noted = (await harald.desk.openCase(id)).entries.at(-1);
    expect(noted).toMatchObject({
      author: { name: 'Lara Lawyer', outside: true },
      content: { kind: 'note', text: 'The contract is void.' },
    });

    installation.clock.set('2026-03-26T08:00:00.000Z');
    await installation.signIn(lara);
    expect(await lara.desk.guestCases()).toEqual([]);
    await expect(lara.desk.openGuestCase(id)).rejects.toMatchObject({ code: 'case_not_found' });
    await installation.signIn(hanna);
    const after = await hanna.desk.openCase(id);
    expect(after.readers.map(({ name }) => name)).toEqual(['Hanna Handler', 'Harald Handler']);
    const told = (await installation.newReporter().open(words)).access;
    expect(told.at(-1)?.readers).toHaveLength(2);
    expect(told.at(-2)?.readers).toHaveLength(3);
  });

  it('is accepted under the terms that were shown, and under no others', async () => {
    const { words } = await installation.report();
    const id = reporterKeys(words).caseId;
    await installation.signIn(hanna);
    const { desk: guest } = lara;
    await installation.signIn(lara);
    const terms = { until: '2026-04-20', write: false, save: false };
    const changes = [
      { until: '2026-04-21' },
      { write: true },
      { save: true },
      { until: '2026-04-01' },
    ];
    for (const change of changes) {
      await hanna.desk.grantGuest(id, lara.id, terms);
      const shown = await guest.grantedTerms(id);
      await hanna.desk.grantGuest(id, lara.id, { ...terms, ...change });
      await expect(guest.acceptSecrecy(id, shown, secrecy)).rejects.toMatchObject({
        code: 'terms_changed',
      });
      await expect(guest.openGuestCase(id)).rejects.toMatchObject({ code: 'secrecy_not_accepted' });
    }
    const { terms: held } = await guest.acceptSecrecy(id, await guest.grantedTerms(id), secrecy);
    expect(held).toEqual({ ...terms, until: '2026-04-01' });
  });

  it('is never granted to whom the reporter left out', async () => {
    const { words } = await installation.report({ leftOut: [lara.id] });
    const id = reporterKeys(words).caseId;
    await installation.signIn(hanna);
    const terms = { until: '2027-01-01', write: true, save: true };
    expect((await hanna.desk.openCase(id)).grantableGuests).toEqual([]);
    await expect(hanna.desk.grantGuest(id, lara.id, terms)).rejects.toMatchObject({
      code: 'not_grantable',
    });
  });

  it('is never granted to who was left out, or declared a conflict, as a handler before', async () => {
    const cases = [
      await installation.report({ leftOut: [harald.id] }),
      await installation.report(),
      await installation.report(),
    ].map(({ words }) => reporterKeys(words).caseId);
    const [leftOut = '', conflict = '', free = ''] = cases;
    await installation.signIn(harald);
    await harald.desk.recuse(conflict);
    const administrator = await installation.signIn(installation.administrator);
    await administrator.remove(harald.id);
    const back = await installation.add('guest', 'harry', 'Harry', harald.id);
    const named = async (id: string): Promise<string[]> =>
      (await hanna.desk.openCase(id)).grantableGuests.map(({ name }) => name);
    expect(await named(leftOut)).toEqual(['Lara Lawyer']);
    expect(await named(conflict)).toEqual(['Lara Lawyer']);
    expect(await named(free)).toEqual(['Lara Lawyer', 'Harry']);
    const terms = { until: '2027-01-01', write: true, save: true };
    for (const id of [leftOut, conflict]) {
      await expect(hanna.desk.grantGuest(id, back.id, terms)).rejects.toMatchObject({
        code: 'not_grantable',
      });
    }
    // a guest takes no handler's place
    expect(await hanna.desk.successorOf(harald.id)).toBeNull();
  });

  it('is given to no guest anew and to none for longer while it is restricted, and its keys change all the same', async () => {
    const { db } = installation.server;
    const id = reporterKeys((await installation.report()).words).caseId;
    const terms = { until: '2026-12-20', write: false, save: false };
    // what the handler's client does not know of, the server does
    const restricting: Fetch = async (input, init) => {
      if (init.method !== 'POST' || !input.endsWith('/entries')) return fetch(input, init);
      await db('cases').where({ id }).update({ restricted: 1 });
      const answer = await fetch(input, init);
      await db('cases').where({ id }).update({ restricted: 0 });
      return answer;
    };
    const unaware = await installation.signIn(hanna, restricting);
    const refused = { code: 'case_restricted' };
    await expect(unaware.grantGuest(id, lara.id, terms)).rejects.toMatchObject(refused);
    await installation.signIn(hanna);
    await hanna.desk.grantGuest(id, lara.id, terms);
    const again = await installation.signIn(hanna, restricting);
    for (const more of [{ until: '2026-12-21' }, { write: true }, { save: true }]) {
      const longer = again.grantGuest(id, lara.id, { ...terms, ...more });
      await expect(longer).rejects.toMatchObject(refused);
    }
    const shorter = { ...terms, until: '2026-12-12' };
    expect((await again.grantGuest(id, lara.id, shorter)).readers.at(-1)?.guest).toEqual(shorter);
    expect((await again.renew(id)).warnings).toEqual([]);
    await installation.signIn(hanna);
  });
});

describe('a guest with an altered client', () => {
  let server: TestServer;
  let work: CaseWork;
  let found: WorkedCase;
  let guest: TestPerson;
  const clock = createTestClock();
  const terms = { until: '2026-03-20', write: true, save: false } as GuestTerms;
  const sworn = { kind: 'secrecy', at, until: terms.until, text: secrecy } as const;

  beforeAll(async () => {
    server = await startTestServer({ clock: clock.now });
    work = await startCaseWork(server);
    guest = await admitReader(work, 'lara', 'guest');
    await signIn(work, work.handler);
    found = await work.report();
    expect((await grantTo(terms)).status).toBe(201);
  });
  afterAll(async () => {
    expect(server.faults).toEqual([]);
    await server.stop();
  });

  async function grantTo(guestTerms?: GuestTerms, others = [work.handler]): Promise<Answer> {
    const member = { id: guest.id, ...(guestTerms && { guest: guestTerms }) };
    const draft = await found.draft(work.handler);
    draft.rotate('dialogue', [...others, member]).rotate('internal', [...others, member]);
    return found.append(work.handler, {
      ...draft.request,
      overview: draft.overview('internal'),
    });
  }

  async function write(
    content: Parameters<Awaited<ReturnType<WorkedCase['draft']>>['say']>[0],
    erasing?: Parameters<Awaited<ReturnType<WorkedCase['draft']>>['say']>[1],
  ): Promise<string> {
    const draft = await found.draft(guest, work.handler);
    const [entry] = draft.say(content, erasing).request.entries as SealedEntry[];
    const path = `/api/desk/guest/cases/${found.id}/entries`;
    const answer = await askAs(work, guest, 'POST', path, { entry, attachments: [] });
    return answer.status === 201 ? 'taken' : (answer.code ?? '');
  }

  const ask = (path: string): Promise<Answer> => askAs(work, guest, 'GET', `/api/desk/${path}`);

  it('gets no ciphertext of the case before an entry says that it is kept secret', async () => {
    const answer = await ask(`guest/cases/${found.id}`);
    const { opened, epochs, grants } = answer.json as GuestCase;
    expect(opened).toBeNull();
    const { entries, overview } = await found.read(work.handler);
    const sealed = entries.flatMap((entry) => ('ciphertext' in entry ? [entry.ciphertext] : []));
    expect(sealed.length).toBeGreaterThan(0);
    for (const each of [...sealed, overview.box]) expect(answer.text).not.toContain(each);
    // the keys are there, and open nothing yet
    expect(grants).toHaveLength(2);
    const [grant] = grants;
    const commitment = epochs.findLast(({ header }) => header.compartment === grant?.compartment)
      ?.header.commitment;
    if (grant === undefined || commitment === undefined) throw new Error('no grant');
    const { compartment, epoch } = grant;
    openGrant(grant, { case: found.id, compartment, epoch }, commitment, guest.keys.kem);
    const list = await ask('guest/cases');
    expect((list.json as v.InferOutput<typeof GuestList>).cases).toMatchObject([
      { accepted: false },
    ]);
    const file = await ask(`guest/cases/${found.id}/attachments/AAAAAAAAAAAAAAAAAAAAAA/hashes`);
    expect(file.code).toBe('secrecy_not_accepted');
    expect(await write(contents.note)).toBe('secrecy_not_accepted');
  });

  it('writes notes behind that, and nothing else', async () => {
    expect(await write(sworn)).toBe('taken');
    expect((await ask(`guest/cases/${found.id}`)).json).toMatchObject({ opened: {} });
    expect(await write(contents.note)).toBe('taken');
    expect(await write(contents.reply)).toBe('wrong_compartment');
    expect(await write(contents.closure)).toBe('wrong_compartment');
    expect(await write(contents.hold)).toBe('wrong_effect');
    expect(await write(contents.restriction)).toBe('wrong_effect');
    const { entries } = await found.read(work.handler);
    const record = entries.findLast(({ header }) => header.compartment === 'internal')?.header;
    if (record === undefined) throw new Error('no note');
    const erases = {
      entries: [{ sequence: record.sequence, hash: 'A'.repeat(43) as never }],
      files: [],
      remains: null,
    };
    const erasing = { compartment: 'internal', erases } as const;
    expect(await write(contents.erasureProposal, erasing)).toBe('wrong_effect');
    expect(await write(contents.erasure, erasing)).toBe('wrong_effect');
  });

  it('grants nobody anything, and reaches no route of handlers', async () => {
    const draft = await found.draft(guest, work.handler);
    const members = [work.handler, work.second, { id: guest.id, guest: terms }];
    const [dialogue, internal] = draft.rotate('dialogue', members).rotate('internal', members)
      .request.entries;
    const path = `/api/desk/guest/cases/${found.id}/entries`;
    for (const entry of [dialogue, internal]) {
      const answer = await askAs(work, guest, 'POST', path, { entry, attachments: [] });
      expect(answer.code).toBe('malformed');
    }
    expect((await found.append(guest, draft.request)).code).toBe('forbidden');
    // the keys in the making were never taken
    found = await work.report();
    expect((await grantTo(terms)).status).toBe(201);
    expect(await write(sworn)).toBe('taken');
  });

  it('is granted by nobody without terms, in a first epoch, or as the last who reads', async () => {
    expect((await grantTo()).code).toBe('wrong_members');
    found = await work.report();
    expect((await grantTo(terms, [])).code).toBe('wrong_members');
    found = await work.report();
    const draft = await found.draft(work.handler);
    const more = { ...terms, until: '2027-01-01' as GuestTerms['until'] };
    draft
      .rotate('dialogue', [work.handler, { id: guest.id, guest: terms }])
      .rotate('internal', [work.handler, { id: guest.id, guest: more }]);
    const request = { ...draft.request, overview: draft.overview('internal') };
    expect((await found.append(work.handler, request)).code).toBe('wrong_members');
    await expect(work.report([work.handler, guest])).rejects.toThrow('wrong_members');
  });

  it('writes nothing where the grant is for reading', async () => {
    found = await work.report();
    expect((await grantTo({ ...terms, write: false })).status).toBe(201);
    expect(await write(sworn)).toBe('taken');
    expect(await write(contents.note)).toBe('not_a_member');
  });

  it('gets nothing from the day after the last, without anybody doing anything', async () => {
    const path = `guest/cases/${found.id}`;
    clock.set('2026-03-20T21:00:00.000Z');
    await signIn(work, guest);
    expect((await ask(path)).status).toBe(200);
    clock.set('2026-03-21T00:30:00.000Z');
    await signIn(work, guest);
    await signIn(work, work.handler);
    expect((await ask(path)).code).toBe('case_not_found');
    expect((await ask('guest/cases')).json).toEqual({ cases: [] });
    expect((await ask(`${path}/attachments/AAAAAAAAAAAAAAAAAAAAAA/hashes`)).code).toBe(
      'case_not_found',
    );
    expect(await write(contents.note)).toBe('case_not_found');
    // handlers read on
    expect((await found.read(work.handler)).entries.length).toBeGreaterThan(0);
  });
});
