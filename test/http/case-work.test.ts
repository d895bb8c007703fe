import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reporterKeys, utf8 } from '../../crypto/private.js';
import type { HandlerInput } from '../../client/desk/cases.js';
import { collect, fileOf, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

// The work on a case, kept among its handlers: what each desk sees of it, and what the server can.

interface Row {
  header: string;
  body: Buffer;
}

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let words: string[];
let id: string;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
});
beforeEach(async () => {
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('work on a case', () => {
  it('is seen by the other handler, in the list and in the case', async () => {
    await hanna.desk.work(id, {
      kind: 'progress',
      progress: 'investigation',
      detail: 'Hearings',
      text: '',
    });
    await hanna.desk.work(id, { kind: 'labels', labels: ['north'] });
    await hanna.desk.work(id, { kind: 'responsible', readers: [harald.id], text: '' });
    const due = '2026-03-09';
    await hanna.desk.work(id, {
      kind: 'task',
      id: null,
      name: 'Ask finance',
      due,
      reader: harald.id,
      state: 'open',
    });
    const row = (await harald.desk.inbox('open')).rows.find((each) => each.id === id);
    expect(row).toMatchObject({
      status: 'investigation',
      labels: ['north'],
      responsible: [harald.id],
      due: { what: 'task', by: due },
    });
    const { work } = await harald.desk.openCase(id);
    expect(work).toMatchObject({
      progress: 'investigation',
      detail: 'Hearings',
      tasks: [{ name: 'Ask finance', due, reader: harald.id, state: 'open' }],
    });
    const [task] = work.tasks;
    if (task === undefined) throw new Error('no task');
    const after = await harald.desk.work(id, {
      kind: 'task',
      id: task.id,
      name: task.name,
      due,
      reader: harald.id,
      state: 'done',
    });
    expect(after.work.tasks).toEqual([{ ...task, state: 'done' }]);
    expect(after.due).toBeNull();
  });

  it('keeps both words where two handlers write at once', async () => {
    await Promise.all([
      hanna.desk.work(id, { kind: 'labels', labels: ['north'] }),
      harald.desk.work(id, { kind: 'progress', progress: 'assessment', detail: '', text: '' }),
    ]);
    const { work } = await hanna.desk.openCase(id);
    expect(work).toMatchObject({ labels: ['north'], progress: 'assessment' });
    const row = (await harald.desk.inbox('open')).rows.find((each) => each.id === id);
    expect(row).toMatchObject({ labels: ['north'], status: 'assessment' });
  });

  it('shows and counts nothing to the reporter', async () => {
    const before = await installation.newReporter().open(words);
    await hanna.desk.work(id, { kind: 'labels', labels: ['north'] });
    await hanna.desk.openCase(id);
    const after = await installation.newReporter().open(words);
    expect(after.entries).toHaveLength(before.entries.length);
    expect(JSON.stringify(after)).not.toContain('north');
  });

  it('looks to the server like any short note', async () => {
    await hanna.desk.note(id, 'x', [], silent);
    await hanna.desk.work(id, { kind: 'labels', labels: ['north', 'south'] });
    await hanna.desk.work(id, {
      kind: 'progress',
      progress: 'waiting',
      detail: 'Reporter on leave',
      text: '',
    });
    await hanna.desk.work(id, {
      kind: 'task',
      id: null,
      name: 'Call',
      due: null,
      reader: null,
      state: 'open',
    });
    const rows = await installation.server
      .db('entries')
      .where({ case_id: id, compartment: 'internal' })
      .andWhere('sequence', '>', 1)
      .select('author', 'form', 'epoch', 'header', 'body');
    expect(rows).toHaveLength(4);
    const seen = rows.map(({ header, body, ...row }: Row) => {
      const { effect, ...rest } = JSON.parse(header) as Record<string, unknown>;
      return JSON.stringify({ ...row, effect, fields: Object.keys(rest), bytes: body.length });
    });
    expect(new Set(seen).size).toBe(1);
  });
});

describe('an answer with a file', () => {
  const answers: readonly HandlerInput[] = [
    { kind: 'acknowledgement', text: 'It arrived.' },
    { kind: 'feedback', text: 'We looked into it.' },
    { kind: 'closure', outcome: 'substantiated', text: 'It was so.', note: 'Only for the file.' },
    { kind: 'reopening', text: 'More came.' },
    { kind: 'closure', outcome: 'partly_substantiated', text: 'It was so in part.' },
  ];

  it('reaches the reporter, who can open the file, also where it closes or reopens the case', async () => {
    for (const answer of answers) {
      const bytes = utf8(`The file of: ${answer.text}`);
      const { state } = await hanna.desk.reply(id, answer, [fileOf(bytes)], silent);
      expect(state).toBe(answer.kind === 'closure' ? 'closed' : 'open');
      const reporter = installation.newReporter();
      const newest = (await reporter.open(words)).entries.at(-1)?.content;
      expect(newest?.kind).toBe(answer.kind);
      const [file] = newest !== undefined && 'files' in newest ? newest.files : [];
      if (file === undefined) throw new Error('the file did not come along');
      expect(await collect(reporter.download(words, file, silent))).toEqual(bytes);
    }
    const comment = 'Only for the file.';
    const told = await installation.newReporter().open(words);
    expect(JSON.stringify(told)).not.toContain(comment);
    const { entries } = await harald.desk.openCase(id);
    const notes = entries.filter(({ content }) => 'text' in content && content.text === comment);
    expect(notes).toMatchObject([{ compartment: 'internal', content: { kind: 'note' } }]);
    const { years } = (await harald.desk.figures(null, silent)).figures;
    expect(years[0]).toMatchObject({ closed: 1, closedByOutcome: { partly_substantiated: 1 } });
  });
});
