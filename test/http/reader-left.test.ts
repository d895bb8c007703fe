import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import { CreateCase, reporterKeys, type VerifiedDirectory } from '../../crypto/private.js';
import { createAudit } from '../../server/audit/service.js';
import { createDirectories } from '../../server/directory/versions.js';
import { createReports } from '../../server/reports/service.js';
import { composeRetention } from '../../server/tasks.js';
import { searchRaw } from '../support/forensic.js';
import { sendReport, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { calmWork, endlessStorage } from '../support/limits.js';

/*
 * A handler leaves the organisation while cases go on. Nobody has to think of it: what the server
 * kept for that person alone goes at once, whoever writes next takes the one who left off, and what
 * is written from then on is under new keys.
 */

let installation: Installation;
/** Cases that the one who leaves could read: untouched, with notes, answered, until taken off. */
let cases: Record<'fresh' | 'noted' | 'answered' | 'closing' | 'taken', string[]>;
/** What was kept for the one who leaves, and for everybody else. */
let leaver: Kept;
let others: Kept;
/** Of a report that leaves out everybody but the one who leaves. */
let alone: string[];
/** A report to the one who leaves that was on its way, and the directory that it was made by. */
let underWay: CreateCase;
let directoryBefore: VerifiedDirectory | null;

const idOf = (name: keyof typeof cases): string => reporterKeys(cases[name]).caseId;

beforeAll(async () => {
  installation = await startInstallation();
  const report = async (): Promise<string[]> => (await installation.report()).words;
  cases = {
    fresh: await report(),
    noted: await report(),
    answered: await report(),
    closing: await report(),
    taken: await report(),
  };
  const [hanna, harald] = installation.handlers;
  alone = (await installation.report({ leftOut: [hanna.id] })).words;
  await harald.desk.openCase(idOf('taken'));
  await hanna.desk.revoke(idOf('taken'), harald.id);
  await harald.desk.note(idOf('noted'), 'Mine to look at.', [], silent);
  await harald.desk.reply(
    idOf('answered'),
    { kind: 'acknowledgement', text: 'Received.' },
    [],
    silent,
  );
  await hanna.desk.openCase(idOf('answered'));
  underWay = await makeReport();
  directoryBefore = await createDirectories().newest(installation.server.db);
  leaver = await keptFor((reader) => reader === harald.id);
  others = await keptFor((reader) => reader !== harald.id);
  // who holds cases alone is taken out only where the keys may be in wrong hands
  await installation.administrator.desk.openIncident({
    account: harald.id,
    since: null,
    knownAt: null,
    cause: 'device_lost',
  });
  await installation.administrator.desk.remove(harald.id);
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

type Row = Record<string, unknown>;
type Kept = Record<'access' | 'grants' | 'own_keys' | 'heads' | 'openings', Row[]>;

/** All rows that are kept for somebody alone, of those whom `who` chooses. */
async function keptFor(who: (reader: unknown) => boolean): Promise<Kept> {
  const rows = async (table: keyof Kept): Promise<Row[]> => {
    const all = await installation.server.db<Row>(table).select();
    const keyOf = ({ reader, case_id, compartment, epoch, recipient }: Row): string =>
      JSON.stringify([case_id, reader, recipient, compartment, epoch]);
    return all
      .filter((row) => who(row['reader'] ?? row['recipient']))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  };
  return {
    access: await rows('access'),
    grants: await rows('grants'),
    own_keys: await rows('own_keys'),
    heads: await rows('heads'),
    openings: await rows('openings'),
  };
}

/** A report as its client sends it, which does not arrive. */
async function makeReport(): Promise<CreateCase> {
  let made: CreateCase | undefined;
  const keeping: Fetch = async (input, init) => {
    if (!input.endsWith('/api/cases')) return fetch(input, init);
    made = v.parse(CreateCase, JSON.parse(typeof init.body === 'string' ? init.body : '{}'));
    return new Response(JSON.stringify({ receivedOn: '2026-03-02' }), { status: 201 });
  };
  await sendReport(installation.newReporter(keeping), installation.channel);
  if (made === undefined) throw new Error('no report was sent');
  return made;
}

async function readersOf(name: keyof typeof cases): Promise<string[]> {
  const view = await installation.newReporter().open(cases[name]);
  expect(view.warnings).toEqual([]);
  const newest = view.access.findLast(({ compartment }) => compartment === 'dialogue');
  return newest?.readers.map((reader) => reader.name) ?? [];
}

describe('what is kept for a handler who left', () => {
  it('is gone at once, also of cases from which that person was taken off before', async () => {
    const [, harald] = installation.handlers;
    const taken = idOf('taken');
    expect(leaver.grants.map(({ case_id }) => case_id)).toContain(taken);
    expect(leaver.access.map(({ case_id }) => case_id)).not.toContain(taken);
    for (const rows of Object.values(leaver)) expect(rows).not.toEqual([]);
    expect(await keptFor((reader) => reader === harald.id)).toEqual({
      access: [],
      grants: [],
      own_keys: [],
      heads: [],
      openings: [],
    });
  });

  it('was kept for nobody else: all that others need is there', async () => {
    const [, harald] = installation.handlers;
    expect(others.grants.some(({ recipient }) => recipient === 'reporter')).toBe(true);
    expect(await keptFor((reader) => reader !== harald.id)).toEqual(others);
    const { broken } = await createAudit({ clock: installation.clock.now }).verifyAll(
      installation.server.db,
    );
    expect(broken).toEqual([]);
  });

  it('stands nowhere in the file any more after the next night', async () => {
    const { config, db } = installation.server;
    const sealed = [...leaver.grants, ...leaver.own_keys, ...leaver.heads].flatMap(({ kem, box }) =>
      [kem, box].filter((bytes) => Buffer.isBuffer(bytes)),
    );
    const night = await composeRetention({ config, db, clock: installation.clock.now }).run();
    expect(night).toMatchObject({ complete: true });
    const search = searchRaw(config.database, sealed);
    expect(search.windows).toBeGreaterThan(100);
    expect(search.windowsFound(1)).toBe(0);
  });

  it('does not come with a report that was checked before the person left', async () => {
    const { db } = installation.server;
    const [, harald] = installation.handlers;
    const directories = createDirectories();
    const reports = createReports({
      db,
      today: () => '2026-03-02' as never,
      timeZone: 'Europe/Stockholm',
      directories: {
        newest: (handle) =>
          handle === db ? Promise.resolve(directoryBefore) : directories.newest(handle),
        has: (handle, version, hash) => directories.has(handle, version, hash),
      },
      bindAttachments: () => Promise.resolve(),
      readPurgeOn: () => Promise.resolve(() => null),
      storage: endlessStorage,
      work: calmWork,
      pace: { add: () => 1, clear: () => undefined },
      receiptKey: () => null,
    });
    await expect(reports.create(underWay, null)).rejects.toMatchObject({ code: 'member_unknown' });
    expect(await db('grants').where('recipient', harald.id)).toEqual([]);
  });
});

describe('after a handler left', () => {
  it('no case is wrong, and the next thing written takes that reader off', async () => {
    const [{ desk }] = installation.handlers;
    for (const name of ['fresh', 'noted', 'answered'] as const) {
      expect(await desk.openCase(idOf(name))).toMatchObject({ fault: null });
      expect(await readersOf(name)).toEqual(['Hanna Handler', 'Harald Handler']);
    }
    await desk.reply(idOf('fresh'), { kind: 'acknowledgement', text: 'Received.' }, [], silent);
    await desk.note(idOf('noted'), 'Now mine.', [], silent);
    await desk.rename(idOf('answered'), 'Invoices');
    for (const name of ['fresh', 'noted', 'answered'] as const) {
      expect(await readersOf(name)).toEqual(['Hanna Handler']);
      const view = await desk.openCase(idOf(name));
      expect(view).toMatchObject({ fault: null, warnings: [] });
      expect(view.readers.map((reader) => reader.name)).toEqual(['Hanna Handler']);
    }
    expect((await desk.openCase(idOf('answered'))).title).toBe('Invoices');
    expect((await desk.inbox('open')).rows.every((row) => row.fault === null)).toBe(true);
  });

  it('a case can be closed, with figures sealed to those who stay', async () => {
    const [hanna] = installation.handlers;
    const id = idOf('closing');
    const closure = {
      kind: 'closure',
      outcome: 'unsubstantiated',
      text: 'Nothing found.',
    } as const;
    await hanna.desk.reply(id, closure, [], silent);
    expect(await readersOf('closing')).toEqual(['Hanna Handler']);
    const rows = await installation.server
      .db('statistics')
      .select<{ recipient: string }[]>('recipient');
    expect(rows.map(({ recipient }) => recipient)).toEqual([hanna.id]);
    await hanna.desk.reply(id, { kind: 'reopening', text: 'Something new.' }, [], silent);
    expect(await hanna.desk.openCase(id)).toMatchObject({ state: 'open', fault: null });
  });

  it('a reporter whose only reader that was is told that nobody reads', async () => {
    const view = await installation.newReporter().open(alone);
    expect(view.warnings).toEqual([{ code: 'nobody_reads' }]);
    const other = await installation.newReporter().open(cases.fresh);
    expect(other.warnings).toEqual([]);
  });

  it('new reports are not for that reader', async () => {
    const { words } = await installation.report();
    cases['fresh'] = words;
    expect(await readersOf('fresh')).toEqual(['Hanna Handler']);
  });
});
