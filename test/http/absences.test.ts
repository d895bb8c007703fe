import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AbsencesAnswer } from '../../crypto/private.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';

const silent = (): void => undefined;
let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('a handler who is away', () => {
  it('is told to colleagues with the substitute, and to nobody any more who is back', async () => {
    const [hanna, harald] = installation.handlers;
    const absence = { from: '2026-03-02', until: '2026-03-09', substitute: harald.id };
    expect(await harald.desk.absences()).toEqual([]);
    await hanna.desk.setAbsence(absence);
    const rows = () =>
      installation.server.db<{ box: Buffer }>('absences').select<{ box: Buffer }[]>('box');
    const [away] = await rows();
    expect(await harald.desk.absences()).toEqual([{ reader: hanna.id, ...absence }]);
    expect(await installation.administrator.desk.absences()).toEqual([]);
    expect(await hanna.desk.setAbsence(null)).toEqual([]);
    expect(await harald.desk.absences()).toEqual([]);
    // nothing of it tells the server which of both was said
    const [back] = await rows();
    expect(back?.box.length).toBe(away?.box.length);
  });

  it('names days that follow, and another handler of the channel', async () => {
    const [hanna, harald] = installation.handlers;
    const days = { from: '2026-03-02', until: '2026-03-09' };
    const wrong = [
      { from: '2026-03-09', until: '2026-03-02', substitute: harald.id },
      { ...days, substitute: hanna.id },
      { ...days, substitute: installation.administrator.id },
    ];
    for (const absence of wrong) {
      await expect(hanna.desk.setAbsence(absence)).rejects.toMatchObject({ code: 'malformed' });
    }
  });

  it('is not believed of somebody who did not sign it', async () => {
    const [hanna, harald] = installation.handlers;
    await hanna.desk.setAbsence({ from: '2026-03-02', until: '2026-03-09', substitute: null });
    const server = createLyingServer();
    server.lieAbout(AbsencesAnswer, /^\/api\/desk\/absences/, ({ absences }) => ({
      absences: absences.map((each) => ({ ...each, reader: harald.id as typeof each.reader })),
    }));
    const desk = await installation.signIn(harald, server.fetch);
    expect(await desk.absences()).toEqual([]);
    await installation.signIn(harald);
    expect(await harald.desk.absences()).toHaveLength(1);
  });

  it('is asked to give access to cases that the substitute cannot open, which nothing else gives', async () => {
    const [hanna, harald] = installation.handlers;
    const covered = await installation.report({ text: 'A case of both.' });
    await installation.report({ text: 'A case of one.' });
    await installation.report({ text: 'A case without the other.', leftOut: [harald.id] });
    await installation.report({ text: 'A case of nobody.' });
    expect(covered.receivedOn).toBe('2026-03-02');
    const { rows } = await hanna.desk.inbox('open');
    const idOf = (title: string): string => rows.find((row) => row.title === title)?.id ?? '';
    for (const title of ['A case of both.', 'A case of one.', 'A case without the other.']) {
      const readers = [hanna.id];
      await hanna.desk.work(idOf(title), { kind: 'responsible', readers, text: '' });
    }
    await hanna.desk.revoke(idOf('A case of one.'), harald.id);
    // whoever could open it but the one who goes is away from it already
    await hanna.desk.revoke(idOf('A case of nobody.'), harald.id);
    await hanna.desk.setAbsence({ from: '2026-03-02', until: '2026-03-09', substitute: harald.id });
    const seen = async (): Promise<string[]> =>
      (await harald.desk.inbox('open')).rows.flatMap(({ title, practice }) =>
        practice ? [] : title,
      );
    expect(await seen()).toEqual(['A case of both.']);
    const missing = await hanna.desk.uncovered(harald.id, silent);
    expect(missing.map(({ title, giving }) => [title, giving]).sort()).toEqual([
      ['A case of nobody.', 'possible'],
      ['A case of one.', 'possible'],
      ['A case without the other.', 'refused'],
    ]);
    const result = await hanna.desk.cover(
      harald.id,
      missing.map(({ id }) => id),
      silent,
    );
    // whom the reporter left out is given nothing, whatever is asked
    expect(result).toEqual({
      changed: 2,
      failed: [{ id: idOf('A case without the other.'), code: 'not_grantable' }],
    });
    expect((await seen()).sort()).toEqual([
      'A case of both.',
      'A case of nobody.',
      'A case of one.',
    ]);
    expect(await hanna.desk.uncovered(harald.id, silent)).toHaveLength(1);
  });

  it('answers for the cases of others who went, and that nobody else reads', async () => {
    const [hanna, harald] = installation.handlers;
    const bo = await installation.addHandler('bo', 'Bo Handler');
    const cilla = await installation.addHandler('cilla', 'Cilla Handler');
    const titles = ['Of a conflict.', 'Taken off.', 'Given back.', 'Of a leaver.', 'Of who stays.'];
    for (const text of titles) {
      await installation.report({ text, leftOut: [harald.id] });
    }
    const { rows } = await hanna.desk.inbox('open');
    const idOf = (title: string): string => rows.find((row) => row.title === title)?.id ?? '';
    const [conflict, taken, returned, leaver, stays] = titles.map(idOf) as [
      string,
      string,
      string,
      string,
      string,
    ];
    for (const id of [conflict, taken, returned, leaver, stays]) {
      await hanna.desk.revoke(id, cilla.id);
      await hanna.desk.work(id, { kind: 'responsible', readers: [bo.id], text: '' });
    }
    const found = async (): Promise<string[]> =>
      (await hanna.desk.uncovered(cilla.id, silent))
        .map(({ title }) => title)
        .filter((title) => titles.includes(title))
        .sort();
    expect(await found()).toEqual([]);
    await bo.desk.recuse(conflict);
    await hanna.desk.revoke(taken, bo.id);
    await hanna.desk.revoke(returned, bo.id);
    expect(await found()).toEqual(['Given back.', 'Of a conflict.', 'Taken off.']);
    // who is let in again reads it, and answers for nothing before somebody says so
    await hanna.desk.grant(returned, bo.id);
    expect(await found()).toEqual(['Of a conflict.', 'Taken off.']);
    expect((await hanna.desk.openCase(returned)).work.responsible).toEqual([]);
    // nor does who cannot sign in keep a case from being found
    const { desk } = installation.administrator;
    const lost = { since: null, knownAt: null, cause: 'device_lost' } as const;
    await desk.openIncident({ account: bo.id, ...lost });
    expect(await found()).toEqual([...titles].sort());
    const incident = (await desk.incidents()).find(({ account }) => account === bo.id);
    await desk.unlockAccount(incident?.id ?? '');
    expect(await found()).toEqual(['Of a conflict.', 'Taken off.']);
    await desk.remove(bo.id);
    expect(await found()).toEqual([...titles].sort());
    // the reason is told where the directory tells it to everybody, and nowhere else
    const givings = async (): Promise<string[]> =>
      (await hanna.desk.uncovered(cilla.id, silent)).flatMap(({ title, giving }) =>
        titles.includes(title) ? giving : [],
      );
    expect(new Set(await givings())).toEqual(new Set(['possible']));
    const { version } = await desk.directory();
    await desk.proposeRoster(installation.channel, [hanna.id, harald.id], version);
    const [proposal] = await hanna.desk.rosters();
    if (proposal === undefined) throw new Error('nothing is proposed');
    await hanna.desk.signRoster(proposal);
    await desk.signRoster(proposal);
    expect(new Set(await givings())).toEqual(new Set(['other_channel']));
  });

  it('leaves nothing behind after leaving the organisation', async () => {
    const [, harald] = installation.handlers;
    await harald.desk.setAbsence({ from: '2026-03-02', until: '2026-03-09', substitute: null });
    await installation.administrator.desk.remove(harald.id);
    const { db } = installation.server;
    expect(await db('absences').where({ reader: harald.id })).toEqual([]);
    const keys = await db('absence_keys')
      .where({ reader: harald.id })
      .orWhere({ recipient: harald.id });
    expect(keys).toEqual([]);
  });
});
