import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestRecords } from '../../client/archive/case-json.js';
import type { CaseworkInput } from '../../client/casework/input.js';
import { newestFromReporter } from '../../client/casework/newest.js';
import { run } from '../../client/cli/run.js';
import type { ErasureInput } from '../../client/desk/erasing.js';
import type { HandlerCaseView } from '../../client/models.js';
import { createVisit } from '../../client/node/visit.js';
import { reporterKeys, utf8 } from '../../crypto/private.js';
import { fileOf, silent } from '../support/fixtures.js';
import { searchRaw } from '../support/forensic.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { projectDist, temporaryFolder } from '../support/server.js';
import { createTestTerminal } from '../support/terminal.js';
import { waiting } from '../support/waiting.js';

/*
 * Two handlers erase words of what did something to a case: closed it, held it, proposed its removal.
 * The words are nowhere any more, and what was done, on which day and for how long stands as before.
 */

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let folder: string;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
  folder = await temporaryFolder();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
  await rm(folder, { recursive: true, force: true });
});

const why = { ground: 'irrelevant', text: '' } as const;
const day = '2026-09-01';

async function newCase(): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report({ text: 'Invoices do not fit.' });
  const id = reporterKeys(words).caseId;
  await harald.desk.openCase(id);
  return { words, id };
}

async function erase(id: string, input: ErasureInput): Promise<HandlerCaseView> {
  const { erasures } = await hanna.desk.proposeErasure(id, input);
  return harald.desk.erase(id, waiting(erasures.at(-1)), '');
}

function whole(compartment: 'dialogue' | 'internal', sequence: number): ErasureInput {
  return { compartment, sequence, whole: true, passages: [], files: [], ...why };
}

function newest({ entries }: HandlerCaseView, kind: string): HandlerCaseView['entries'][number] {
  return waiting(entries.findLast(({ content }) => content.kind === kind));
}

/** What server, desk, list, figures and reporter know of a case beside its words. */
async function factsOf(id: string, words: readonly string[]): Promise<unknown> {
  const opened = await harald.desk.openCase(id);
  expect(opened.warnings).toEqual([]);
  const { state, closedOn, purgeOn, dates, removal, work, decisions, due } = opened;
  const { rows } = await hanna.desk.inbox(state);
  const row = waiting(rows.find((each) => each.id === id));
  const { figures, unreadable } = await hanna.desk.figures(null, () => undefined);
  const reporter = await installation.newReporter().open(words);
  expect(reporter.warnings).toEqual([]);
  const stored = await installation.server
    .db('cases')
    .where({ id })
    .first<Record<string, unknown>>();
  return {
    server: Object.fromEntries(
      // each erasure is an entry more, and counts for whoever is left alone
      Object.entries(stored).filter(([name]) => !/_(?:sequence|epoch)$|^alone_/u.test(name)),
    ),
    desk: { state, closedOn, purgeOn, due, work, decisions },
    keeping: [opened.keeping.hold === null, opened.keeping.restriction === null],
    dates: dates.map((each) => ({ ...each, name: '' })),
    removal: { agreedOn: removal.agreedOn, proposed: removal.proposal !== null },
    list: {
      outcome: row.outcome,
      status: row.status,
      acknowledgedOn: row.acknowledgedOn,
      feedbackOn: row.feedbackOn,
      due: row.due,
    },
    figures,
    unreadable,
    reporter: {
      state: reporter.state,
      closedOn: reporter.closedOn,
      purgeOn: reporter.purgeOn,
      reprisalDays: reporter.reprisalDays,
      outcomes: reporter.entries.flatMap(({ content }) =>
        content.kind === 'closure' ? content.outcome : [],
      ),
    },
  };
}

/** Body of an entry as the database has it. */
async function bodyAt(id: string, compartment: string, sequence: number): Promise<Buffer> {
  const row = await installation.server
    .db('entries')
    .where({ case_id: id, compartment, sequence })
    .first<{ body: Buffer }>('body');
  return row.body;
}

function found(bytes: Buffer): number {
  return searchRaw(installation.server.config.database, [bytes]).windowsFound(1);
}

async function casekey(args: string[], input = ''): Promise<{ exit: number; shown: string }> {
  const terminal = createTestTerminal({ input });
  const exit = await run(args, {
    terminal,
    network: () => ({ fetch: (url, init) => fetch(url, init), visit: createVisit() }),
    now: installation.clock.now,
    signal: new AbortController().signal,
    build: projectDist,
  });
  return { exit, shown: terminal.printed + terminal.said };
}

describe('a closing text', () => {
  const text = 'Robin Ek changed the invoices.';
  let words: string[];
  let id: string;

  beforeAll(async () => {
    ({ words, id } = await newCase());
    const files = [fileOf(utf8('Robin signed it.'), { name: 'robin.txt' })];
    const closure = { kind: 'closure', outcome: 'substantiated', text } as const;
    await hanna.desk.reply(id, closure, files, silent);
  });

  it('loses a name and its file, and closes the case as before for everybody', async () => {
    const before = await factsOf(id, words);
    const entry = newest(await hanna.desk.openCase(id), 'closure');
    const [file] = 'files' in entry.content ? entry.content.files : [];
    const body = await bodyAt(id, 'dialogue', entry.sequence);
    expect(found(body)).toBeGreaterThan(0);
    const after = await erase(id, {
      ...{ compartment: 'dialogue', sequence: entry.sequence, whole: false, ...why },
      passages: [{ field: 'text', from: 0, to: 'Robin Ek'.length }],
      files: [waiting(file).attachment],
    });
    expect(found(body)).toBe(0);
    expect(newest(after, 'closure')).toMatchObject({
      hash: entry.hash,
      content: { outcome: 'substantiated', text: '[…] changed the invoices.', files: [] },
      erasure: { files: 1 },
    });
    expect(JSON.stringify(after)).not.toMatch(/robin/iu);
    expect(await factsOf(id, words)).toEqual(before);
    expect((await hanna.desk.search('robin', silent)).hits).toEqual([]);
  });

  it('loses the rest, and the reporter reads that it was closed, how, and that words are gone', async () => {
    const before = await factsOf(id, words);
    const { sequence } = newest(await hanna.desk.openCase(id), 'closure');
    const after = await erase(id, whole('dialogue', sequence));
    expect(newest(after, 'closure').content).toMatchObject({ text: '[…]' });
    expect(await factsOf(id, words)).toEqual(before);
    const args = ['return', '--address', installation.address];
    const { exit, shown } = await casekey(args, words.join(' '));
    expect(exit).toBe(0);
    expect(shown).toContain('Closed on 2026-');
    expect(shown).toContain('Outcome: substantiated');
    expect(shown).toContain('Part of this closing was erased on');
    expect(shown).toContain('That the case was closed, and with which outcome, stays.');
    expect(shown).not.toMatch(/robin|changed the invoices/iu);
  });

  it('stands in no export, which holds by the command', async () => {
    const data = await hanna.desk.work(id, {
      ...{ kind: 'export', id: null, form: 'whole', text: 'For the file.', disclosure: null },
      state: 'made',
    });
    const { content } = newest(data, 'export');
    const order = {
      export: content.kind === 'export' ? content.id : '',
      readable: { language: 'en', title: 'Case', blocks: [{ kind: 'text', text: 'Case' }] },
      records: newestRecords(data.entries),
      files: null,
    } as const;
    const pieces: Uint8Array[] = [];
    for await (const piece of hanna.desk.exportCase(id, order, () => undefined)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    expect(bytes.toString('latin1')).not.toMatch(/robin ek|changed the invoices/iu);
    const file = path.join(folder, 'case.zip');
    await writeFile(file, bytes);
    const { exit, shown } = await casekey(['verify-export', file]);
    expect(shown).not.toMatch(/robin/iu);
    expect(exit).toBe(0);
  });

  it('of before opens and closes nothing once the case was reopened', async () => {
    await hanna.desk.reply(id, { kind: 'reopening', text: 'Robin asked us to.' }, [], silent);
    const before = await factsOf(id, words);
    const { sequence } = newest(await hanna.desk.openCase(id), 'reopening');
    const after = await erase(id, whole('dialogue', sequence));
    expect(newest(after, 'reopening').content).toMatchObject({ text: '[…]' });
    expect(after.state).toBe('open');
    expect(await factsOf(id, words)).toEqual(before);
  });
});

describe('what handlers did among themselves', () => {
  const hold: CaseworkInput = {
    ...{ kind: 'hold', ground: 'court', reference: 'Robin', decidedBy: 'Robin Ek' },
    ...{ scope: 'What Robin did.', review: day },
  };
  const restriction: CaseworkInput = {
    ...{ kind: 'restriction', id: null, ground: 'accuracy', text: 'Robin contests it.' },
    review: day,
  };
  const proposal: CaseworkInput = {
    ...{ kind: 'removal_proposal', id: null, ground: 'not_needed', decidedBy: 'Robin Ek' },
    ...{ archive: '', reference: 'Robin', text: 'Robin asks for it.' },
  };

  it('loses its words, and held, restricted and let go as before', async () => {
    const { words, id } = await newCase();
    const closure = { kind: 'closure', outcome: 'minor', text: 'Over.' } as const;
    await hanna.desk.reply(id, closure, [], silent);
    const kinds = ['hold', 'release', 'restriction', 'unrestriction', 'removal_proposal'];
    const said: CaseworkInput[] = [
      hold,
      { kind: 'release', text: 'Robin won.' },
      restriction,
      { kind: 'unrestriction', text: 'Robin was told.' },
      proposal,
      { kind: 'removal_declined', text: 'Robin needs it.' },
    ];
    for (const each of said) await hanna.desk.work(id, each);
    // a second proposal stands while the words of the first go
    await hanna.desk.work(id, proposal);
    const before = await factsOf(id, words);
    for (const kind of [...kinds, 'removal_declined']) {
      const opened = await hanna.desk.openCase(id);
      const entry = waiting(opened.entries.find(({ content }) => content.kind === kind));
      const after = await erase(id, whole('internal', entry.sequence));
      const left = waiting(after.entries.find(({ hash }) => hash === entry.hash)).content;
      expect(left.kind).toBe(kind);
      expect(JSON.stringify(left)).toContain('[…]');
      expect(JSON.stringify(left)).not.toContain('Robin');
      expect(await factsOf(id, words), kind).toEqual(before);
    }
    const proposals = (await hanna.desk.openCase(id)).entries.filter(
      ({ content }) => content.kind === 'removal_proposal',
    );
    expect(proposals).toHaveLength(2);
    await erase(id, whole('internal', waiting(proposals.at(-1)).sequence));
    expect(await factsOf(id, words)).toEqual(before);
  });

  it('keeps its words while the hold or the restriction that they speak of is in force', async () => {
    const { id } = await newCase();
    for (const [put, lift, code] of [
      [hold, { kind: 'release', text: 'Over.' }, 'case_held'],
      [restriction, { kind: 'unrestriction', text: '' }, 'case_restricted'],
    ] as const) {
      const { sequence } = newest(await hanna.desk.work(id, put), put.kind);
      const input = whole('internal', sequence);
      await expect(hanna.desk.proposeErasure(id, input)).rejects.toMatchObject({ code });
      await hanna.desk.work(id, lift);
      const after = await erase(id, input);
      expect(JSON.stringify(after.entries)).not.toContain('Robin');
      expect(after.keeping).toMatchObject({ hold: null, restriction: null });
    }
  });

  it('decided that a closed case needs nothing further, and still does without its words', async () => {
    const { words, id } = await newCase();
    const closure = { kind: 'closure', outcome: 'minor', text: 'Over.' } as const;
    await hanna.desk.reply(id, closure, [], silent);
    await installation.newReporter().send(words, 'One more thing.', [], silent);
    const known = newestFromReporter((await hanna.desk.openCase(id)).entries);
    const decided = await hanna.desk.decideNothingFurther(id, 'Robin said so before.', known);
    const before = await factsOf(id, words);
    await erase(id, whole('internal', newest(decided, 'decision').sequence));
    const after = await hanna.desk.openCase(id);
    expect(newest(after, 'decision').content).toMatchObject({ text: '[…]' });
    expect(await factsOf(id, words)).toEqual(before);
  });
});

describe('the words about the ground of an erasure', () => {
  it('go like others, and the ground, the day and who did it stay', async () => {
    const { words, id } = await newCase();
    await installation.newReporter().send(words, 'Private.', [], silent);
    const input = { ...whole('dialogue', 3), text: 'Robin asked for it.' };
    const done = await erase(id, input);
    for (const kind of ['erasure_proposal', 'erasure']) {
      const { sequence } = waiting(done.entries.find(({ content }) => content.kind === kind));
      await erase(id, whole('dialogue', sequence));
    }
    const view = await installation.newReporter().open(words);
    expect(view.warnings).toEqual([]);
    expect(view.entries[1]).toMatchObject({
      content: { kind: 'erased' },
      erasure: { ground: 'irrelevant', text: '[…]', author: { id: harald.id } },
    });
    expect(JSON.stringify(await hanna.desk.openCase(id))).not.toContain('Robin');
  });
});

describe('a question about giving the identity to somebody', () => {
  const question = {
    ...{ basis: 'consent' as const, to: 'Robin Ek' },
    ...{ what: 'The name', text: 'Robin asks.' },
  } as const;

  async function ask(id: string): Promise<{ sequence: number; talk: string; hash: string }> {
    const asked = await hanna.desk.talkIdentity(id, question);
    const { sequence, hash, content } = newest(asked, 'identity_disclosure');
    return { sequence, hash, talk: content.kind === 'identity_disclosure' ? content.id : '' };
  }

  it('goes whole, also where it was agreed to, and then the identity goes out on nothing', async () => {
    const { words, id } = await newCase();
    const { sequence, talk, hash } = await ask(id);
    await installation.newReporter().consent(words, hash, 'agree');
    const after = await erase(id, whole('dialogue', sequence));
    expect(JSON.stringify(after)).not.toContain('Robin');
    expect(after.identityTalks).toEqual([]);
    const disclosure: CaseworkInput = {
      ...{ kind: 'disclosure', id: null, recipient: 'Robin Ek', ground: 'A hearing', scope: 'All' },
      ...{ on: '2026-03-02', state: 'made', identity: { basis: 'consent', entry: talk } },
    };
    await expect(hanna.desk.work(id, disclosure)).rejects.toMatchObject({
      code: 'identity_without_basis',
    });
    expect((await installation.newReporter().open(words)).warnings).toEqual([]);
  });

  it('stays as proof once something was disclosed on it', async () => {
    const { words, id } = await newCase();
    const { sequence, talk, hash } = await ask(id);
    await installation.newReporter().consent(words, hash, 'agree');
    const proposed = await hanna.desk.proposeErasure(id, whole('dialogue', sequence));
    await harald.desk.work(id, {
      ...{ kind: 'disclosure', id: null, recipient: 'Robin Ek', ground: 'A hearing', scope: 'All' },
      ...{ on: '2026-03-02', state: 'made', identity: { basis: 'consent', entry: talk } },
    });
    const waits = waiting(proposed.erasures[0]);
    await expect(harald.desk.erase(id, waits, '')).rejects.toMatchObject({ code: 'erasure_proof' });
    await expect(hanna.desk.proposeErasure(id, whole('dialogue', sequence))).rejects.toMatchObject({
      code: 'wrong_erasure',
    });
  });
});
