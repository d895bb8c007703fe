import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemo, type Demo } from '../../client/demo/run.js';
import { createDesk, type Desk } from '../../client/handler.js';
import type { CaseRow } from '../../client/models.js';
import { createReporter } from '../../client/reporter.js';
import { addDays, dayOf } from '../../crypto/private.js';
import { projectDist } from '../support/server.js';

const today = dayOf(new Date());
let demo: Demo;
let maja: Desk;
let tobias: Desk;
let open: CaseRow[];
let closed: CaseRow[];

beforeAll(async () => {
  demo = await startDemo({ dist: projectDist, port: 0, say: () => undefined });
  const deskOf = async (name: 'maja' | 'tobias'): Promise<Desk> => {
    const desk = createDesk({
      address: demo.address,
      fetch: (input, init) => fetch(input, init),
      now: () => new Date(),
      stretch: 'least',
    });
    await desk.signIn(name, demo.handlers[name].passphrase);
    return desk;
  };
  maja = await deskOf('maja');
  tobias = await deskOf('tobias');
  open = (await maja.inbox('open')).rows.filter(({ practice }) => !practice);
  closed = (await maja.inbox('closed')).rows;
}, 120_000);

afterAll(async () => {
  await demo.stop();
});

describe('the demo', () => {
  it('has a dozen cases, each of which verifies', async () => {
    expect(open.length + closed.length).toBe(demo.cases);
    expect(demo.cases).toBeGreaterThanOrEqual(12);
    for (const row of [...open, ...closed]) {
      const view = await maja.openCase(row.id);
      expect(view.warnings).toEqual([]);
      expect(view.fault).toBeNull();
    }
    expect((await maja.verifyAudit()).broken).toEqual([]);
  });

  it('has cases that are new, overdue, answered, closed, and asking for a decision', () => {
    const isNew = (row: CaseRow): boolean => row.unread && row.acknowledgedOn === null;
    expect(open.filter(isNew).length).toBeGreaterThanOrEqual(4);
    expect(open.some((row) => isNew(row) && row.acknowledgementBy < today)).toBe(true);
    expect(open.some((row) => row.unread && row.acknowledgedOn !== null)).toBe(true);
    expect(open.some((row) => row.feedbackOn !== null)).toBe(true);
    const soon = (row: CaseRow): boolean =>
      row.feedbackOn === null && row.feedbackBy >= today && row.feedbackBy <= addDays(today, 10);
    expect(open.some((row) => row.acknowledgedOn !== null && soon(row))).toBe(true);
    expect(closed.map(({ outcome }) => outcome).sort()).toEqual([
      'substantiated',
      'substantiated',
      'unsubstantiated',
      'withdrawn',
    ]);
    expect(closed.some(({ decisionBy }) => decisionBy !== null && decisionBy > today)).toBe(true);
    const purges = closed.map(({ purgeOn }) => purgeOn ?? '').sort();
    expect(purges[0] !== undefined && purges[0] > today).toBe(true);
    expect(purges[0] !== undefined && purges[0] < addDays(today, 60)).toBe(true);
  });

  it('keeps one case from the handler whom its reporter left out', async () => {
    const { rows } = await tobias.inbox('open');
    const his = rows.filter(({ practice }) => !practice);
    expect(his).toHaveLength(open.length - 1);
  });

  it('gives a case key that opens the conversation with its files', async () => {
    const reporter = createReporter({
      address: demo.address,
      fetch: (input, init) => fetch(input, init),
      today: () => today,
    });
    const view = await reporter.open(demo.caseKey);
    expect(view.warnings).toEqual([]);
    expect(view.entries.length).toBeGreaterThan(5);
    const files = view.entries.flatMap(({ content }) => ('files' in content ? content.files : []));
    expect(files.map(({ type }) => type)).toEqual(['text/plain', 'image/png']);
    const [, picture] = files;
    if (picture === undefined) throw new Error('there is no picture');
    const pieces: Uint8Array[] = [];
    for await (const piece of reporter.download(demo.caseKey, picture, () => undefined)) {
      pieces.push(piece);
    }
    expect(Buffer.concat(pieces).subarray(1, 4).toString()).toBe('PNG');
  });

  it('leaves nothing behind', async () => {
    const { dataFolder } = demo;
    expect(existsSync(dataFolder)).toBe(true);
    await demo.stop();
    expect(existsSync(dataFolder)).toBe(false);
    demo.stop = () => Promise.resolve();
  });
});
