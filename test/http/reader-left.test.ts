import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';

/*
 * A handler leaves the organisation while cases go on. Nobody has to think of it: whoever writes
 * next takes the one who left off, and what is written from then on is under new keys.
 */

let installation: Installation;
/** Cases that the one who leaves could read: untouched, with notes, answered. */
let cases: Record<'fresh' | 'noted' | 'answered' | 'closing', string[]>;

const idOf = (name: keyof typeof cases): string => reporterKeys(cases[name]).caseId;

beforeAll(async () => {
  installation = await startInstallation();
  const report = async (): Promise<string[]> => (await installation.report()).words;
  cases = {
    fresh: await report(),
    noted: await report(),
    answered: await report(),
    closing: await report(),
  };
  const [hanna, harald] = installation.handlers;
  await harald.desk.note(idOf('noted'), 'Mine to look at.', [], silent);
  await harald.desk.reply(
    idOf('answered'),
    { kind: 'acknowledgement', text: 'Received.' },
    [],
    silent,
  );
  await hanna.desk.openCase(idOf('answered'));
  await installation.administrator.desk.remove(harald.id);
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function readersOf(name: keyof typeof cases): Promise<string[]> {
  const view = await installation.newReporter().open(cases[name]);
  expect(view.warnings).toEqual([]);
  const newest = view.access.findLast(({ compartment }) => compartment === 'dialogue');
  return newest?.readers.map((reader) => reader.name) ?? [];
}

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

  it('new reports are not for that reader', async () => {
    const { words } = await installation.report();
    cases['fresh'] = words;
    expect(await readersOf('fresh')).toEqual(['Hanna Handler']);
  });
});
