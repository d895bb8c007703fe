import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AnsweredForm, FormInput, Questionnaire } from '../../client/models.js';
import {
  type Channel,
  Directory,
  DirectoryAnswer,
  fromBase64,
  fromJsonBytes,
  toBase64,
  toJsonBytes,
} from '../../crypto/private.js';
import { reportInput, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';
import { allTypes } from '../support/questions.js';

// A channel's own questions: signed, sealed into the report as they were shown, and nobody else's.

const DIRECTORY = /^\/api\/directory$/;
const nosy: Questionnaire = {
  sections: [
    {
      titles: {},
      fields: [
        {
          id: 'name',
          type: 'text',
          labels: { en: 'What is your name?' },
          help: {},
          options: [],
          when: null,
        },
      ],
    },
  ],
};
const answers: FormInput['answers'] = [
  { is: 'text', field: 'place', text: 'In the north hall' },
  { is: 'chosen', field: 'told', chosen: ['no'] },
  { is: 'text', field: 'whom', text: 'A foreman' },
];

let installation: Installation;
let server: LyingServer;

beforeAll(async () => {
  installation = await startInstallation();
  const { administrator, channel } = installation;
  await administrator.desk.updateChannel(channel, { questionnaire: allTypes });
  server = createLyingServer();
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** Sends a report with a form; answers how a handler reads it. */
async function readAs(form: FormInput, text: string): Promise<AnsweredForm> {
  const { channel, handlers } = installation;
  const [hanna] = handlers;
  const reporter = installation.newReporter();
  const input = reportInput(channel, await reporter.newCaseKey(), { text, form });
  await reporter.submit(input, [], silent);
  const { rows } = await hanna.desk.inbox('open');
  const { entries } = await hanna.desk.openCase(rows.find(({ title }) => title === text)?.id ?? '');
  const content = entries.find((entry) => entry.content.kind === 'report')?.content;
  if (content?.kind !== 'report' || content.form === undefined) throw new Error('no form');
  return content.form;
}

describe('a server that asks other questions than those signed', () => {
  function asking(change: (channel: Channel) => Channel): void {
    server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => {
      const { directory } = honest;
      const read = fromJsonBytes(Directory, fromBase64(directory.document));
      const document = toJsonBytes({ ...read, channels: read.channels.map(change) });
      return { ...honest, directory: { ...directory, document: toBase64(document) } };
    });
  }

  it.each([
    ['its own', (channel: Channel): Channel => ({ ...channel, questionnaire: nosy })],
    [
      'none',
      (channel: Channel): Channel => {
        const without = { ...channel };
        delete without.questionnaire;
        return without;
      },
    ],
  ])('is found out: %s', async (_, change) => {
    asking(change);
    const reporter = installation.newReporter(server.fetch);
    await expect(reporter.directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
  });

  it('is found out by whoever has seen newer ones, where they were signed before', async () => {
    const { administrator, channel, handlers } = installation;
    let older: DirectoryAnswer | null = null;
    const reporter = installation.newReporter(server.fetch);
    server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => {
      older ??= honest;
      return honest;
    });
    await reporter.directory();
    server.tellTheTruth();
    const [section] = allTypes.sections;
    if (section === undefined) throw new Error('no section');
    const fewer = { sections: [section] };
    const told = await handlers[0].desk.directoryChanges();
    await handlers[0].desk.noteChangesRead(told.at(-1)?.version ?? 1);
    await administrator.desk.updateChannel(channel, { questionnaire: fewer });
    await reporter.directory();
    server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => older ?? honest);
    await expect(reporter.directory()).rejects.toMatchObject({ fault: 'directory_rolled_back' });
    await administrator.desk.updateChannel(channel, { questionnaire: allTypes });
  });
});

describe('a report', () => {
  it('keeps the questions as they were shown, which desks know as signed for ever', async () => {
    const { administrator, channel, handlers } = installation;
    const [hanna] = handlers;
    const form = await readAs({ questions: allTypes, answers }, 'As they were signed');
    expect(form.answers).toEqual(answers);
    expect(await hanna.desk.questionsSigned(channel, form, 'en')).toBe(true);
    await administrator.desk.updateChannel(channel, { questionnaire: null });
    expect(await hanna.desk.questionsSigned(channel, form, 'en')).toBe(true);
    await administrator.desk.updateChannel(channel, { questionnaire: allTypes });
  });

  it('is found by what was chosen in it, in the language of the report, and not by what was not', async () => {
    const [hanna] = installation.handlers;
    const chosen: FormInput['answers'] = [
      { is: 'chosen', field: 'told', chosen: ['yes'] },
      { is: 'chosen', field: 'choice', chosen: ['two'] },
      { is: 'chosen', field: 'choices', chosen: ['mill', 'dock'] },
    ];
    const sites = [
      { id: 'mill', labels: { en: 'The mill', sv: 'Kvarnen' } },
      { id: 'dock', labels: { en: 'The dock', sv: 'Kajen' } },
      { id: 'yard', labels: { en: 'The yard', sv: 'Gården' } },
    ];
    const questions: Questionnaire = {
      sections: allTypes.sections.map(({ titles, fields }) => ({
        titles,
        fields: fields.map((field) =>
          field.id === 'choices' ? { ...field, options: sites } : field,
        ),
      })),
    };
    await readAs({ questions, answers: chosen }, 'Where it was');
    const found = async (words: string): Promise<number> =>
      (await hanna.desk.search(words, silent)).hits.length;
    expect(await found('mill where it was')).toBe(1);
    expect(await found('DOCK')).toBe(1);
    for (const word of ['yard', 'kvarnen', 'yes']) expect(await found(word), word).toBe(0);
  });

  it('with questions that nobody signed is read, and told from others', async () => {
    const { channel, handlers } = installation;
    const [hanna] = handlers;
    const told: FormInput['answers'] = [
      { is: 'text', field: 'name', text: 'x' },
      { is: 'chosen', field: 'nowhere', chosen: ['any'] },
    ];
    const form = await readAs({ questions: nosy, answers: told }, 'Made up');
    expect(form.answers).toEqual(told);
    expect(await hanna.desk.questionsSigned(channel, form, 'en')).toBe(false);
    const signed = await readAs({ questions: allTypes, answers: [] }, 'Relabelled');
    const relabelled = { ...signed, sections: form.sections };
    expect(await hanna.desk.questionsSigned(channel, relabelled, 'en')).toBe(false);
  });
});

describe('an administrator', () => {
  it('cannot sign questions that no client would take', async () => {
    const { administrator, channel } = installation;
    const loop = structuredClone(nosy);
    const [field] = loop.sections[0]?.fields ?? [];
    if (field === undefined) throw new Error('no field');
    field.when = { field: field.id, any: ['yes'] };
    await expect(
      administrator.desk.updateChannel(channel, { questionnaire: loop }),
    ).rejects.toThrow();
  });

  it('is seen by every handler to ask reporters for their names', async () => {
    const { administrator, channel, handlers } = installation;
    const [, harald] = handlers;
    await administrator.desk.updateChannel(channel, { questionnaire: nosy });
    const lines = (await harald.desk.directoryChanges()).at(-1)?.lines ?? [];
    expect(lines).toContainEqual({
      code: 'question_added',
      channel: { en: 'Reports', sv: 'Rapporter' },
      label: { en: 'What is your name?' },
      texts: ['What is your name?'],
      invites: true,
    });
    expect(lines.filter(({ code }) => code === 'question_removed')).toHaveLength(11);
  });
});
