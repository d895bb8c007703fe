import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CaseList, DeskCase, ReporterCase, reporterKeys } from '../../crypto/private.js';
import type { Desk } from '../../client/handler.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';

// Whose act a case follows: that of its channel when the report was made, whatever the channel follows
// later, and whatever the server says.

let world: Installation;
let desk: Desk;
/** Cases from before and after the channel went from Sweden to Spain. */
let before: string[];
let after: string[];
const server = createLyingServer();

const idOf = (words: readonly string[]): string => reporterKeys(words).caseId;

/** What the server names, and what else of the case is wrong then, with `country` in its mouth. */
async function openedWith(country: string): Promise<{ country: string; warnings: string[] }> {
  server.lieAbout(DeskCase, /^\/api\/desk\/cases\/[^/?]+$/, (answer) => ({
    ...answer,
    case: { ...answer.case, country },
  }));
  const view = await desk.openCase(idOf(before));
  return { country: view.country, warnings: view.warnings.map(({ code }) => code) };
}

beforeAll(async () => {
  world = await startInstallation();
  const [hanna] = world.handlers;
  ({ words: before } = await world.report());
  await world.administrator.desk.updateChannel(world.channel, { country: 'ES' });
  ({ words: after } = await world.report());
  desk = await world.signIn(hanna, server.fetch);
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(world.server.faults).toEqual([]);
  await world.stop();
});

it('is the country of then in lists, in the opened case and for the reporter', async () => {
  expect((await desk.directory()).channels[0]?.country).toBe('ES');
  const { rows } = await desk.inbox('open');
  const listed = new Map(rows.map(({ id, country }) => [id, country]));
  for (const [words, country] of [
    [before, 'SE'],
    [after, 'ES'],
  ] as const) {
    expect(listed.get(idOf(words))).toBe(country);
    expect(await desk.openCase(idOf(words))).toMatchObject({ country, warnings: [] });
    expect(await world.newReporter().open(words)).toMatchObject({ country, warnings: [] });
  }
});

it('is what the reporter’s own key signed, where the server names another to a handler', async () => {
  expect(await openedWith('ES')).toEqual({ country: 'SE', warnings: ['wrong_facts'] });
  expect(await openedWith('SE')).toEqual({ country: 'SE', warnings: [] });
});

it('is the server’s word in a list, as its days are, until the case is opened', async () => {
  server.lieAbout(CaseList, /^\/api\/desk\/cases\?/, (answer) => ({
    ...answer,
    cases: answer.cases.map((each) => ({ ...each, case: { ...each.case, country: 'NO' } })),
  }));
  const { rows } = await desk.inbox('open');
  expect(new Set(rows.map(({ country }) => country))).toEqual(new Set(['NO']));
  expect((await desk.openCase(idOf(after))).country).toBe('ES');
});

it('cannot be another to a reporter who is shown the directory of the report', async () => {
  server.lieAbout(ReporterCase, /^\/api\/case$/, (answer) => ({
    ...answer,
    case: { ...answer.case, country: 'NO' },
  }));
  const view = await world.newReporter(server.fetch).open(after);
  expect(view).toMatchObject({
    country: 'ES',
    writable: 'no',
    warnings: [{ code: 'wrong_facts' }],
  });
});

it('orders what is due first in the list, where the act has fewer days for a meeting', async () => {
  const task = { kind: 'task', id: null, name: 'Ask', due: '2026-03-12', reader: null } as const;
  const listed = async (words: readonly string[]): Promise<unknown> => {
    const { rows } = await desk.inbox('open');
    return rows.find(({ id }) => id === idOf(words))?.due;
  };
  for (const words of [before, after]) {
    await desk.work(idOf(words), { ...task, state: 'open' });
    const ask = { kind: 'meeting_request', id: null, form: 'phone', text: '' } as const;
    await world.newReporter().say(words, ask);
    expect(await listed(words)).toMatchObject({ what: 'task', by: '2026-03-12' });
    await desk.openCase(idOf(words));
  }
  const asked = { what: 'meeting', by: '2026-03-09', from: '2026-03-02' };
  expect(await listed(before)).toMatchObject({ what: 'task' });
  expect(await listed(after)).toEqual(asked);
  await desk.work(idOf(after), { kind: 'labels', labels: ['north'] });
  expect(await listed(after)).toEqual(asked);
});
