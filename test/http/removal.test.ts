import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestFromReporter } from '../../client/casework/newest.js';
import type { Desk } from '../../client/handler.js';
import {
  type DisclosureEntry,
  HandlerAppend,
  isEpochEntry,
  recordHashOf,
  reporterKeys,
  type RecordHash,
} from '../../crypto/private.js';
import { composeRetention } from '../../server/tasks.js';
import { resignedBy } from '../support/case.js';
import { randomFile, silent } from '../support/fixtures.js';
import { searchRaw } from '../support/forensic.js';
import { altering, keysOf } from '../support/hostile.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * Two handlers agree to remove a closed case before its rule would: as its time is shorter, as it is
 * not needed any more, or as an archive took it over. The server learns that they agreed, and not why.
 */

let installation: Installation;
let words: string[];
let id: string;

const closure = { kind: 'closure', outcome: 'spam', text: 'Nothing to look at.' } as const;
const robin = { name: 'Robin Sand', reach: '', relation: '', text: '' };
const proposal = {
  kind: 'removal_proposal',
  id: null,
  ground: 'outcome',
  decidedBy: 'The head of legal',
  archive: '',
  reference: '',
  text: 'The outcome has a shorter time.',
} as const;

beforeAll(async () => {
  installation = await startInstallation();
  await installation.addCustodian('iris');
  ({ words } = await installation.report({}, [randomFile(90_000)]));
  id = reporterKeys(words).caseId;
  for (const to of ['City archive', 'City museum']) {
    const what = { what: 'The whole case', text: 'The act on archives demands it.' } as const;
    await installation.handlers[0].desk.talkIdentity(id, { basis: 'obligation', to, ...what });
  }
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

const desks = () => [installation.handlers[0].desk, installation.handlers[1].desk] as const;

async function nothingFurther(desk: Desk): Promise<void> {
  const { entries } = await desk.openCase(id);
  await desk.decideNothingFurther(id, '', newestFromReporter(entries));
}

/** Goes to a day; both handlers sign in anew. */
async function on(day: string): Promise<void> {
  installation.clock.set(`${day}T10:00:00Z`);
  for (const person of installation.handlers) {
    const desk = await installation.signIn(person);
    await desk.inbox('closed');
  }
}

async function purged(): Promise<number | undefined> {
  const { server, clock } = installation;
  const retention = composeRetention({ config: server.config, db: server.db, clock: clock.now });
  return (await retention.run())?.purged.cases;
}

/** The day of removal as the case at the desk and the reporter see it. */
async function shown(): Promise<Set<string | null>> {
  const opened = await desks()[1].openCase(id);
  expect(opened.warnings).toEqual([]);
  return new Set([opened.purgeOn, (await installation.newReporter().open(words)).purgeOn]);
}

/** Lets the server name a day that nobody agreed to, and expects a desk to find it. */
async function expectFound(day: string): Promise<void> {
  const { db } = installation.server;
  const row = db('cases').where({ id });
  await row.clone().update({ removal_day: day });
  const view = await desks()[1].openCase(id);
  expect([view.fault, view.writable]).toEqual(['wrong_facts', 'no']);
  await row.clone().update({ removal_day: null });
  expect((await desks()[1].openCase(id)).fault).toBeNull();
}

/** All that is sealed in the case, as the database holds it. */
async function sealedBytes(): Promise<Buffer[]> {
  const { db } = installation.server;
  const where = { case_id: id };
  const found = [
    await db('entries')
      .where({ ...where, form: 'sealed' })
      .pluck<Buffer[]>('body'),
    await db('grants').where(where).pluck<Buffer[]>('box'),
    await db('grants').where(where).pluck<Buffer[]>('kem'),
    await db('chunks')
      .join('attachments', 'attachments.id', 'chunks.attachment')
      .where(where)
      .pluck<Buffer[]>('chunks.data'),
    ...(await Promise.all(
      ['overviews', 'own_keys', 'heads'].map((table) =>
        db(table).where(where).pluck<Buffer[]>('box'),
      ),
    )),
  ];
  expect(found.every((each) => each.length > 0)).toBe(true);
  return found.flat();
}

/** The hash of the newest proposal. */
const proposed = (): Promise<never> => proposedAt(desks()[1]);

async function proposedAt(desk: Desk): Promise<never> {
  const { entries } = await desk.openCase(id);
  const found = entries.findLast(({ content }) => content.kind === 'removal_proposal');
  if (found === undefined) throw new Error('no proposal');
  return found.hash as never;
}

describe('removing a closed case', () => {
  it('needs a closed case, and another handler than the one who proposed it', async () => {
    const [hanna, harald] = desks();
    await expect(hanna.work(id, proposal)).rejects.toMatchObject({ code: 'case_open' });
    await hanna.reply(id, closure, [], silent);
    const of = 'A'.repeat(43) as never;
    await expect(harald.work(id, { kind: 'removal', of, received: '' })).rejects.toMatchObject({
      code: 'already_decided',
    });
    await hanna.work(id, proposal);
    await expect(
      hanna.work(id, { kind: 'removal', of: await proposed(), received: '' }),
    ).rejects.toMatchObject({ code: 'removal_unconfirmed' });
    expect(await shown()).toEqual(new Set(['2028-03-02']));
  });

  it('is told to everybody 30 days before, and the server is told nothing of why', async () => {
    const [hanna, harald] = desks();
    const view = await harald.work(id, { kind: 'removal', of: await proposed(), received: '' });
    expect(view.removal).toMatchObject({ proposal: { ground: 'outcome' }, agreedOn: '2026-03-02' });
    expect(await shown()).toEqual(new Set(['2026-04-01']));
    const log = (await hanna.auditOf(id)).map(({ action, details }) => [action, details]);
    expect(log).toContainEqual(['removal_proposed', {}]);
    expect(log).toContainEqual(['removal_agreed', {}]);
    const row: unknown = await installation.server.db('cases').where({ id }).first();
    expect(row).toMatchObject({ removal_day: '2026-04-01' });
  });

  it.each([
    ['a handler', () => desks()[0].work(id, { kind: 'removal_declined', text: '' })],
    [
      'a hold',
      () =>
        desks()[0].work(id, {
          kind: 'hold',
          ground: 'claim',
          reference: '',
          decidedBy: 'The board',
          scope: 'All of it.',
          review: '2026-09-01',
        }),
    ],
    ['what the reporter writes', () => installation.newReporter().send(words, 'More.', [], silent)],
    ['what the reporter says of themself', () => installation.newReporter().identify(words, robin)],
    ['reopening', () => desks()[0].reply(id, { kind: 'reopening', text: 'Anew.' }, [], silent)],
  ])('is undone by %s, and must be proposed anew', async (what, undo) => {
    const [hanna, harald] = desks();
    await undo();
    const view = await harald.openCase(id);
    expect(view.removal).toMatchObject({ proposal: null, agreedOn: null });
    expect(view.purgeOn === null || view.purgeOn > '2028-01-01').toBe(true);
    // of the identity the server alone knows; else no early day is believed, though two had agreed
    const isTold = view.purgeOn === null || what === 'what the reporter says of themself';
    if (!isTold) await expectFound('2026-04-01');
    if (what === 'a hold') await hanna.work(id, { kind: 'release', text: 'Over.' });
    if (what === 'what the reporter writes') await nothingFurther(hanna);
    if (what === 'reopening') await hanna.reply(id, closure, [], silent);
    const row: unknown = await installation.server.db('cases').where({ id }).first();
    expect(row).toMatchObject({ removal_by: null, removal_day: null });
    await hanna.work(id, proposal);
    const again = { kind: 'removal', of: await proposed(), received: '' } as const;
    await harald.work(id, again);
    expect(await shown()).toEqual(new Set(['2026-04-01']));
  });

  it('takes no proposal while the case is held', async () => {
    const [hanna] = desks();
    const restriction = { kind: 'restriction', id: null, ground: 'accuracy' } as const;
    await hanna.work(id, { ...restriction, text: 'Contested.', review: '2026-09-01' });
    await expect(hanna.work(id, proposal)).rejects.toMatchObject({ code: 'case_restricted' });
    await hanna.work(id, { kind: 'unrestriction', text: '' });
  });

  it('is refused by the word of somebody who does not know what the reporter wrote last, and no desk is shut by it', async () => {
    const [hanna, harald] = desks();
    const { entries } = await harald.openCase(id);
    const closed = entries.findLast(({ content }) => content.kind === 'closure')
      ?.hash as RecordHash;
    await installation.newReporter().send(words, 'Once more.', [], silent);
    await nothingFurther(hanna);
    const [, person] = installation.handlers;
    const { sig } = await keysOf(installation, person);
    const hostile = await installation.signIn(
      person,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) => resignedBy(sig.secretKey, entry, { seen: closed })),
      })),
    );
    const outdated = { code: 'removal_outdated' };
    await expect(hostile.work(id, proposal)).rejects.toMatchObject(outdated);
    await hanna.work(id, proposal);
    const agree = { kind: 'removal', of: await proposed(), received: '' } as const;
    await expect(hostile.work(id, agree)).rejects.toMatchObject(outdated);
    await installation.signIn(person);
    const view = await hanna.work(id, { kind: 'removal_declined', text: '' });
    expect(view).toMatchObject({ fault: null, writable: 'yes', removal: { proposal: null } });
  });

  it('takes the place of what was proposed, or agreed, before: nobody agrees to that any more', async () => {
    const [hanna, harald] = desks();
    await hanna.work(id, { ...proposal, text: 'The first words.' });
    const first = await proposed();
    await harald.work(id, { ...proposal, ground: 'not_needed', text: 'The second words.' });
    for (const desk of desks()) {
      expect((await desk.openCase(id)).removal).toMatchObject({
        proposal: { ground: 'not_needed', text: 'The second words.' },
        agreedOn: null,
      });
    }
    const agree = { kind: 'removal', received: '' } as const;
    const second = await proposed();
    await expect(hanna.work(id, { ...agree, of: first })).rejects.toMatchObject({
      code: 'already_decided',
    });
    // who proposed first may agree to what took its place, whose author may not
    await expect(harald.work(id, { ...agree, of: second })).rejects.toMatchObject({
      code: 'removal_unconfirmed',
    });
    await hanna.work(id, { ...agree, of: second });
    expect(await shown()).toEqual(new Set(['2026-04-01']));

    const { removal } = await hanna.work(id, { ...proposal, text: 'The third words.' });
    expect(removal).toMatchObject({ proposal: { text: 'The third words.' }, agreedOn: null });
    expect(await shown()).toEqual(new Set(['2028-03-02']));
    await expectFound('2026-04-01');
    await expect(harald.work(id, { ...agree, of: second })).rejects.toMatchObject({
      code: 'already_decided',
    });
    await harald.work(id, { kind: 'removal_declined', text: 'Not these either.' });
  });

  it('for an archive wants the whole case exported to it since, and the word of the archive', async () => {
    const [hanna, harald] = desks();
    const archive = { ...proposal, ground: 'archive', archive: 'City archive' } as const;
    await hanna.work(id, archive);
    const of = await proposed();
    const agree = { kind: 'removal', of, received: 'Letter 7' } as const;
    await expect(harald.work(id, agree)).rejects.toMatchObject({ code: 'export_missing' });
    const made = { kind: 'export', id: null, form: 'whole', text: 'For the archive' } as const;
    // what stays inside, or goes to somebody else, is with no such archive
    await hanna.work(id, { ...made, disclosure: null, state: 'made' });
    await expect(harald.work(id, agree)).rejects.toMatchObject({ code: 'export_missing' });
    const { identityTalks } = await hanna.openCase(id);
    const noticeTo = (recipient: string) => {
      const entry = identityTalks.find(({ to }) => to === recipient)?.id as never;
      return { basis: 'obligation', entry } as const;
    };
    const goTo = async (
      recipient: string,
      identity: NonNullable<DisclosureEntry['identity']>,
    ): Promise<void> => {
      const terms = { recipient, ground: 'The act on archives', scope: 'The whole case' } as const;
      const facts = { on: '2026-03-02', state: 'made', identity } as const;
      const disclosed = { kind: 'disclosure', id: null, ...terms, ...facts } as const;
      const whole = { ...made, disclosure: null, state: 'made' } as const;
      await hanna.recordExport(id, whole, disclosed);
    };
    await goTo('City museum', noticeTo('City museum'));
    await expect(harald.work(id, agree)).rejects.toMatchObject({ code: 'export_missing' });
    // nor is an archive a proceeding that a notice could jeopardise
    await goTo('City archive', { basis: 'jeopardy', text: 'They would object.' });
    await expect(harald.work(id, agree)).rejects.toMatchObject({ code: 'export_missing' });
    await goTo('City archive', noticeTo('City archive'));
    await expect(harald.work(id, { ...agree, received: ' ' })).rejects.toMatchObject({
      code: 'archive_receipt_missing',
    });
    await harald.work(id, agree);
    expect(await shown()).toEqual(new Set(['2026-04-01']));
  });

  it('removes it on the day that was shown, for good, and says in the log of operation that two agreed', async () => {
    await on('2026-03-31');
    expect(await purged()).toBe(0);
    const sealed = await sealedBytes();
    const { database } = installation.server.config;
    const live = searchRaw(database, sealed);
    expect(live.windowsFound(1)).toBeGreaterThan(0.9 * live.windows);
    await on('2026-04-01');
    expect(await purged()).toBe(1);
    // as with every purge: not a piece of it is left in the file or its journal
    expect(searchRaw(database, sealed).windowsFound(1)).toBe(0);
    await expect(installation.newReporter().open(words)).rejects.toMatchObject({
      code: 'case_not_found',
    });
    await installation.signIn(installation.administrator);
    const log = await installation.administrator.desk.audit();
    expect(log.find(({ action }) => action === 'purge')?.details).toMatchObject({
      rule: 'agreed_by_two',
      count: 1,
    });
  });
});

describe('agreeing to a removal', () => {
  const reported = async (leftOut: string[] = []): Promise<string> => {
    const report = await installation.report({ leftOut });
    id = reporterKeys(report.words).caseId;
    return id;
  };
  const agree = async (desk: Desk) =>
    desk.work(id, { kind: 'removal', of: await proposedAt(desk), received: '' });

  it('is offered to those from whom the server takes it', async () => {
    await on('2026-04-02');
    const [hanna, harald] = desks();
    const byTwo = await reported();
    await hanna.reply(byTwo, closure, [], silent);
    expect((await hanna.work(byTwo, proposal)).agreesToRemoval).toBe(false);
    expect((await harald.openCase(byTwo)).agreesToRemoval).toBe(true);

    // who was taken off before there were notes could read the conversation
    const taken = await reported();
    await hanna.revoke(taken, installation.handlers[1].id);
    await hanna.reply(taken, closure, [], silent);
    expect(await hanna.work(taken, proposal)).toMatchObject({
      erasesAlone: { internal: 'always' },
      agreesToRemoval: false,
    });
    await expect(agree(hanna)).rejects.toMatchObject({ code: 'removal_unconfirmed' });

    const alone = await reported([installation.handlers[1].id]);
    await hanna.reply(alone, closure, [], silent);
    expect((await hanna.work(alone, proposal)).agreesToRemoval).toBe(true);
    expect((await agree(hanna)).removal.agreedOn).toBe('2026-04-02');
  });
});

describe('who proposed a removal', () => {
  /** A closed case that the second handler proposes to remove. */
  const proposedCase = async (): Promise<string> => {
    const [hanna, harald] = desks();
    const { words: key } = await installation.report();
    const made = reporterKeys(key).caseId;
    await hanna.reply(made, closure, [], silent);
    await harald.work(made, proposal);
    expect((await hanna.openCase(made)).agreesToRemoval).toBe(true);
    return made;
  };
  /** What the server answers to a note of the first handler that is signed as agreeing. */
  const sendAgreement = async (made: string): Promise<unknown> => {
    const [person] = installation.handlers;
    const { sig } = await keysOf(installation, person);
    const hostile = await installation.signIn(
      person,
      altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) =>
          isEpochEntry(entry) ? entry : resignedBy(sig.secretKey, entry, { effect: 'remove' }),
        ),
      })),
    );
    const answer = await hostile.note(made, 'Agreed.', [], silent).then(
      () => 'taken',
      (error: unknown) => (error as { code?: string }).code,
    );
    await installation.signIn(person);
    return answer;
  };
  const expectEnded = async (made: string): Promise<void> => {
    const view = await desks()[0].openCase(made);
    expect(view).toMatchObject({
      agreesToRemoval: false,
      removal: { proposal: null, agreedOn: null },
      warnings: [],
    });
    const row: unknown = await installation.server.db('cases').where({ id: made }).first();
    expect(row).toMatchObject({ removal_by: null, removal_day: null });
    expect(await sendAgreement(made)).toBe('removal_unconfirmed');
    expect((await desks()[0].openCase(made)).warnings).toEqual([]);
  };

  it('proposes it no more once a colleague took them off, also when they read it again', async () => {
    const [hanna] = desks();
    const [, { id: harald }] = installation.handlers;
    const made = await proposedCase();
    await hanna.revoke(made, harald);
    await expectEnded(made);
    await hanna.grant(made, harald);
    await expectEnded(made);
  });

  it('proposes it no more where the one who agrees takes them off with the same request', async () => {
    const made = await proposedCase();
    const [person, { id: harald }] = installation.handlers;
    const { sig } = await keysOf(installation, person);
    // new keys without the other, and behind them an entry that says "removed"
    let epochs: HandlerAppend | undefined;
    const first = altering('POST', /\/entries$/, HandlerAppend, (request) => {
      epochs = request;
      return { ...request, entries: [], grants: [], overview: null };
    });
    const stopped = await installation.signIn(person, first);
    await expect(stopped.revoke(made, harald)).rejects.toMatchObject({ code: 'malformed' });
    const dropped = epochs?.entries.find(({ header }) => header.compartment === 'internal');
    if (epochs === undefined || dropped === undefined) throw new Error('no new keys');
    const { entries, ...rest } = epochs;
    const second = altering('POST', /\/entries$/, HandlerAppend, (request) => ({
      ...rest,
      entries: [
        ...entries,
        ...request.entries.map((entry) =>
          isEpochEntry(entry)
            ? entry
            : resignedBy(sig.secretKey, entry, {
                effect: 'remove',
                epoch: dropped.header.epoch,
                commitment: dropped.header.commitment,
                sequence: dropped.header.sequence + 1,
                previous: recordHashOf(dropped),
                seen: dropped.header.seen,
              }),
        ),
      ],
    }));
    const hostile = await installation.signIn(person, second);
    await expect(hostile.note(made, 'Agreed.', [], silent)).rejects.toMatchObject({
      code: 'removal_unconfirmed',
    });
    await installation.signIn(person);
    const row: unknown = await installation.server.db('cases').where({ id: made }).first();
    expect(row).toMatchObject({ removal_by: harald, removal_day: null });
  });

  it('proposes it no more once the account is closed, also when it is opened again', async () => {
    const made = await proposedCase();
    const [, harald] = installation.handlers;
    await installation.signIn(installation.administrator);
    const { desk } = installation.administrator;
    const about = { since: null, knownAt: null, cause: 'account_used' } as const;
    await desk.openIncident({ account: harald.id, ...about });
    await expectEnded(made);
    const [incident] = await desk.incidents();
    await desk.unlockAccount(incident?.id ?? '');
    await installation.signIn(harald);
    await expectEnded(made);
  });

  it('proposes it no more once they left the organisation', async () => {
    const made = await proposedCase();
    const [, harald] = installation.handlers;
    await installation.signIn(installation.administrator);
    await installation.administrator.desk.remove(harald.id);
    await expectEnded(made);
  });
});
