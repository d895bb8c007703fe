import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../client/cli/run.js';
import type { AnsweredForm } from '../../client/models.js';
import { createVisit } from '../../client/node/visit.js';
import { createReporter } from '../../client/reporter.js';
import type { Channel, Day, FileReference } from '../../crypto/private.js';
import { installOrganisation, makeOrganisation } from '../support/organisation.js';
import {
  createTestClock,
  projectDist,
  startTestServer,
  temporaryFolder,
  type TestServer,
} from '../support/server.js';
import { createTestTerminal, type TestTerminal } from '../support/terminal.js';
import { allTypes } from '../support/questions.js';

// A channel's own questions, asked at the terminal one after the other of whoever sits there.

const day = '2026-03-02' as Day;
const clock = createTestClock(`${day}T12:00:00Z`);
let server: TestServer;
let folder: string;
let paper: string;
let sound: string;

beforeAll(async () => {
  [server, folder] = await Promise.all([startTestServer({ clock: clock.now }), temporaryFolder()]);
  const organisation = await makeOrganisation({ day });
  await installOrganisation(
    server.db,
    organisation.next((directory) => ({
      ...directory,
      channels: directory.channels.map((channel): Channel => ({
        ...channel,
        questionnaire: allTypes,
      })),
    })),
  );
  [paper, sound] = [path.join(folder, 'paper.txt'), path.join(folder, 'told.wav')];
  await writeFile(paper, 'Invoice 12');
  await writeFile(sound, 'no sound, but called one');
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a person types to each question, in turn; the question is known by its label. */
type Typed = Readonly<Record<string, readonly string[]>>;

interface Asked {
  terminal: TestTerminal;
  exit: number;
  words: string[];
  /** The label before each answer that was asked for, in the order of asking. */
  labels: string[];
  /** What was said between the first question and the last answer. */
  said: string;
}

const LABELS = allTypes.sections.flatMap(({ fields }) =>
  fields.map(({ labels }) => labels['en'] ?? ''),
);

/** Reports as a person who types this, and leaves all else out. */
async function reportAs(typed: Typed, args: readonly string[] = []): Promise<Asked> {
  const left = new Map(Object.entries(typed).map(([label, lines]) => [label, [...lines]]));
  const labels: string[] = [];
  const terminal = createTestTerminal({
    interactive: true,
    answer(question, seen) {
      if (question.includes('What happened')) return 'The pump was never inspected.';
      const place = /^Word (\d+)/u.exec(question)?.[1];
      if (place !== undefined) return wordsOn(seen)[Number(place) - 1];
      if (question.startsWith('Send them all the same')) return 'y';
      if (!question.startsWith('Answer')) return '';
      const [label = ''] = LABELS.map((each) => [each, seen.said.lastIndexOf(`${each}\n`)] as const)
        .filter(([, at]) => at !== -1)
        .sort(([, a], [, b]) => b - a)
        .map(([each]) => each);
      labels.push(label);
      return left.get(label)?.shift() ?? '';
    },
  });
  const exit = await run(['report', '--language', 'en', ...args, '--address', server.url], {
    terminal,
    network: () => ({ fetch: (input, init) => fetch(input, init), visit: createVisit() }),
    now: clock.now,
    signal: new AbortController().signal,
    build: projectDist,
  });
  for (const [label, lines] of left) expect([label, lines]).toEqual([label, []]);
  const { said } = terminal;
  return { terminal, exit, words: wordsOn(terminal), labels, said };
}

function wordsOn({ shownOnce }: TestTerminal): string[] {
  const shown = shownOnce.at(-1) ?? '';
  return [...shown.matchAll(/\d+ ([a-z]+)/gu)].map(([, word]) => word ?? '');
}

/** The answers of a report that arrived, with its files. */
async function arrived({ exit, words }: Asked): Promise<{
  answers: AnsweredForm['answers'];
  files: readonly FileReference[];
}> {
  expect(exit).toBe(0);
  const reporter = createReporter({ address: server.url, fetch, today: () => day });
  const content = (await reporter.open(words)).entries[0]?.content;
  if (content?.kind !== 'report' || content.form === undefined) throw new Error('no form');
  return { answers: content.form.answers, files: content.files };
}

const caseCount = async (): Promise<number> => (await server.db('cases').select('id')).length;

describe('casekey report, where the channel asks its own questions', () => {
  it('asks each in turn, and sends what was typed as each kind of answer', async () => {
    const asked = await reportAs({
      'Say it': ['In accounting'],
      'Say more': ['  For years, every month.  '],
      'Where?': ['The north hall'],
      'When?': ['2026-01-31..2026-02-28'],
      'Who?': ['Berit Aas, head of purchasing; Nils'],
      'Any papers?': [paper, ''],
      'Tell us': [sound, ''],
      'Told?': ['1'],
      'Told whom?': ['A foreman'],
      'Which one?': ['2'],
      'Which ones?': ['2, one'],
    });
    const { answers, files } = await arrived(asked);
    expect(files.map(({ name }) => name)).toEqual(['paper.txt', 'told.wav']);
    const [first, second] = files.map(({ attachment }) => attachment);
    expect(answers).toEqual([
      { is: 'text', field: 'text', text: 'In accounting' },
      { is: 'text', field: 'long', text: 'For years, every month.' },
      { is: 'text', field: 'place', text: 'The north hall' },
      { is: 'period', field: 'period', from: '2026-01-31', until: '2026-02-28' },
      {
        is: 'people',
        field: 'person',
        people: [
          { name: 'Berit Aas', about: 'head of purchasing' },
          { name: 'Nils', about: '' },
        ],
      },
      { is: 'files', field: 'file', files: [first] },
      { is: 'files', field: 'voice', files: [second] },
      { is: 'chosen', field: 'told', chosen: ['yes'] },
      { is: 'text', field: 'whom', text: 'A foreman' },
      { is: 'chosen', field: 'choice', chosen: ['two'] },
      { is: 'chosen', field: 'choices', chosen: ['two', 'one'] },
    ]);
    expect([...new Set(asked.labels)]).toEqual(LABELS);
    for (const shown of ['In short', '  1  yes', '  3  unknown', '  2  Two']) {
      expect(asked.said).toContain(shown);
    }
    expect(asked.said).toContain('not yourself');
    expect(asked.said).toContain('This program does not disguise voices');
  });

  it('takes one day for a period, and asks nothing whose condition does not hold', async () => {
    const asked = await reportAs({ 'When?': ['2026-01-31'], 'Told?': ['no'] });
    expect((await arrived(asked)).answers).toEqual([
      { is: 'period', field: 'period', from: '2026-01-31', until: null },
      { is: 'chosen', field: 'told', chosen: ['no'] },
    ]);
    expect(asked.labels).not.toContain('Told whom?');
  });

  it('lets everything be left out by Enter', async () => {
    const asked = await reportAs({});
    expect(await arrived(asked)).toEqual({ answers: [], files: [] });
    expect(asked.labels).toEqual(LABELS.filter((label) => label !== 'Told whom?'));
  });

  it.each([
    ['When?', 'yesterday', '2026-01-31', 'period'],
    ['When?', '2026-02-30', '2026-01-31', 'period'],
    ['When?', '2026-02-28..2026-01-31', '2026-01-31', 'period'],
    ['When?', '2026-01-01 2026-01-02 2026-01-03', '2026-01-31', 'period'],
    ['Who?', ' , nobody in particular', 'Nils', 'person'],
    ['Told?', '4', '3', 'told'],
    ['Told?', 'perhaps', 'unknown', 'told'],
    ['Told?', '1, 2', '2', 'told'],
    ['Which one?', '0', '1', 'choice'],
    ['Which one?', '1,2', 'one', 'choice'],
    ['Which ones?', '1, 7', '1', 'choices'],
    ['Which ones?', '1,,2', '1,2', 'choices'],
  ])('asks “%s” again where “%s” is typed', async (label, wrong, right, field) => {
    const asked = await reportAs({ [label]: [wrong, right] });
    expect(asked.said.split('That is no answer to this question.')).toHaveLength(2);
    expect(asked.labels.filter((each) => each === label)).toHaveLength(2);
    expect((await arrived(asked)).answers).toMatchObject([{ field }]);
  });

  it('asks for a file again where none is there, or it is called no sound, and takes several', async () => {
    const missing = path.join(folder, 'missing.txt');
    const asked = await reportAs({
      'Any papers?': [missing, paper, sound, ''],
      'Tell us': [paper, sound, ''],
    });
    expect(asked.said).toContain('missing.txt cannot be read.');
    expect(asked.said).toContain('That is no sound file.');
    const { answers, files } = await arrived(asked);
    expect(files.map(({ name }) => name)).toEqual(['paper.txt', 'told.wav', 'told.wav']);
    const ids = files.map(({ attachment }) => attachment);
    expect(answers).toEqual([
      { is: 'files', field: 'file', files: ids.slice(0, 2) },
      { is: 'files', field: 'voice', files: ids.slice(2) },
    ]);
  });

  it('asks none of them where answers are given as options, and sends nothing by a wrong one', async () => {
    const given = [
      '--answer',
      'told=yes',
      '--answer',
      'whom=A foreman',
      '--answer',
      `file=${paper}`,
    ];
    const asked = await reportAs({}, given);
    expect(asked.labels).toEqual([]);
    expect((await arrived(asked)).answers).toMatchObject([
      { field: 'told', chosen: ['yes'] },
      { field: 'whom', text: 'A foreman' },
      { field: 'file' },
    ]);
    const before = await caseCount();
    for (const [wrong, told] of [
      ['told=perhaps', '--answer told takes: yes, no, unknown.'],
      ['period=soon', '--answer period takes: a day such as 2026-01-31'],
      ['voice=' + paper, '--answer voice takes: the path of a sound file.'],
      ['nothing=1', 'choices  Which ones?'],
    ] as const) {
      const refused = await reportAs({}, ['--answer', wrong]);
      expect([wrong, refused.exit]).toEqual([wrong, 2]);
      expect(refused.said).toContain(told);
    }
    expect(await caseCount()).toBe(before);
    expect(await readdir(folder)).toHaveLength(2);
  });
});
