import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Desk } from '../../client/handler.js';
import { reporterKeys } from '../../crypto/private.js';
import { collect, fileOf, randomFile, reportInput, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer, hurry, type LyingServer } from '../support/lying-server.js';

/*
 * Networks break after the server did what was asked and before its answer arrives. Whatever is
 * tried again then is done once, and nothing is taken for done that was not.
 */

let installation: Installation;
let server: LyingServer;
let desk: Desk;

const CASES = /^\/api\/cases$/;
const ENTRIES = /^\/api\/case\/entries$/;
const DESK_ENTRIES = /^\/api\/desk\/cases\/[^/]+\/entries$/;

beforeAll(async () => {
  installation = await startInstallation();
  server = createLyingServer();
  desk = installation.newDesk(server.fetch);
  const [hanna] = installation.handlers;
  await desk.signIn(hanna.name, hanna.passphrase);
  await desk.directory();
  hurry();
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  vi.restoreAllMocks();
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function caseCount(): Promise<number> {
  const row = await installation.server.db('cases').count<{ rows: number }[]>({ rows: '*' });
  return Number(row[0]?.rows);
}

async function textsOf(words: readonly string[]): Promise<unknown[]> {
  const view = await installation.newReporter().open(words);
  expect(view.warnings).toEqual([]);
  return view.entries.map(({ content }) => ('text' in content ? content.text : ''));
}

describe('a report', () => {
  it('whose answer was lost is there once, within one try and over several', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    const input = reportInput(installation.channel, words);
    const file = fileOf(new Uint8Array([1, 2, 3]));
    const before = await caseCount();
    server.loseAnswer('POST', CASES, 2);
    await expect(reporter.submit(input, [file], silent)).resolves.toMatchObject({
      receivedOn: '2026-03-02',
    });
    expect(await caseCount()).toBe(before + 1);

    const again = await reporter.newCaseKey();
    const second = reportInput(installation.channel, again);
    server.loseAnswer('POST', CASES, 5);
    await expect(reporter.submit(second, [file], silent)).rejects.toMatchObject({
      code: 'network',
    });
    server.listen();
    await reporter.submit(second, [file], silent);
    // as it was sealed, without a file sent twice
    expect(server.writes()).toEqual(['POST /api/cases']);
    expect(await caseCount()).toBe(before + 2);
  });

  it('that was changed after its answer was lost is told to have been sent', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    server.loseAnswer('POST', CASES, 5);
    const input = reportInput(installation.channel, words);
    await expect(reporter.submit(input, [], silent)).rejects.toMatchObject({ code: 'network' });
    const changed = { ...input, text: 'Other words.' };
    await expect(reporter.submit(changed, [], silent)).rejects.toMatchObject({
      code: 'already_sent',
    });
    expect(await textsOf(words)).toEqual([input.text]);
    // the same from another page, which has no memory of the first try
    const other = installation.newReporter();
    await expect(other.submit(input, [], silent)).rejects.toMatchObject({ code: 'already_sent' });
  });

  it('that never arrived is not taken for sent', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    const input = reportInput(installation.channel, words);
    server.loseRequest('POST', CASES, 5);
    await expect(reporter.submit(input, [], silent)).rejects.toMatchObject({ code: 'network' });
    await expect(installation.newReporter().open(words)).rejects.toMatchObject({
      code: 'case_not_found',
    });
    await reporter.submit(input, [], silent);
    expect(await textsOf(words)).toEqual([input.text]);
  });

  it('asked for twice at once is there once, its files whole', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    const input = reportInput(installation.channel, words);
    const file = randomFile(200_000);
    const both = await Promise.allSettled([
      reporter.submit(input, [file], silent),
      reporter.submit(input, [file], silent),
    ]);
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
    const view = await installation.newReporter().open(words);
    const report = view.entries[0]?.content;
    const [reference] = report?.kind === 'report' ? report.files : [];
    if (reference === undefined) throw new Error('no file');
    const bytes = await collect(installation.newReporter().download(words, reference, silent));
    expect(Buffer.compare(bytes, await file.read(0, file.size))).toBe(0);
  });
});

describe('a file', () => {
  it('is sent on where it was, and what was sealed is sent as it was', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    const input = reportInput(installation.channel, words);
    const file = randomFile(3_500_000);
    server.loseAnswer('PUT', /\/chunks\/0$/, 1);
    server.loseAnswer('PUT', /\/chunks\/2$/, 5);
    await expect(reporter.submit(input, [file], silent)).rejects.toMatchObject({ code: 'network' });
    server.tellTheTruth();
    server.listen();
    await reporter.submit(input, [file], silent);
    const chunks = server.writes().filter((request) => request.includes('/chunks/'));
    // the server had chunk 2 already, under the same bytes: other bytes it would have refused
    expect(chunks.some((request) => request.endsWith('/chunks/2'))).toBe(true);
    expect(chunks.some((request) => request.endsWith('/chunks/0'))).toBe(false);
    const view = await installation.newReporter().open(words);
    const report = view.entries[0]?.content;
    const [reference] = report?.kind === 'report' ? report.files : [];
    if (reference === undefined) throw new Error('no file');
    const bytes = await collect(installation.newReporter().download(words, reference, silent));
    expect(Buffer.compare(bytes, await file.read(0, file.size))).toBe(0);
  });

  it('that the server removed meanwhile is sent anew, under another key', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    const input = reportInput(installation.channel, words);
    const file = randomFile(100_000);
    server.loseRequest('POST', CASES, 5);
    await expect(reporter.submit(input, [file], silent)).rejects.toMatchObject({ code: 'network' });
    const { db } = installation.server;
    await db('chunks')
      .whereIn('attachment', db('attachments').select('id').whereNull('case_id'))
      .delete();
    await db('attachments').whereNull('case_id').delete();
    await expect(reporter.submit(input, [file], silent)).rejects.toMatchObject({
      code: 'upload_incomplete',
    });
    await expect(reporter.submit(input, [file], silent)).resolves.toBeDefined();
  });

  it('that changed meanwhile begins anew', async () => {
    const reporter = installation.newReporter(server.fetch);
    const words = await reporter.newCaseKey();
    const input = reportInput(installation.channel, words);
    const first = fileOf(new Uint8Array(2_000_000).fill(1), { lastModified: 1 });
    const second = fileOf(new Uint8Array(2_000_000).fill(2), { lastModified: 2 });
    server.loseRequest('PUT', /\/chunks\/1$/, 5);
    await expect(reporter.submit(input, [first], silent)).rejects.toMatchObject({
      code: 'network',
    });
    await reporter.submit(input, [second], silent);
    const view = await installation.newReporter().open(words);
    const report = view.entries[0]?.content;
    const [reference] = report?.kind === 'report' ? report.files : [];
    if (reference === undefined) throw new Error('no file');
    const bytes = await collect(installation.newReporter().download(words, reference, silent));
    expect(bytes.every((byte) => byte === 2)).toBe(true);
  });
});

describe('a message', () => {
  it('whose answer was lost is there once, within one try and over several', async () => {
    const { words } = await installation.report({ text: 'Report' });
    const reporter = installation.newReporter(server.fetch);
    server.loseAnswer('POST', ENTRIES);
    await reporter.send(words, 'One', [], silent);
    expect(await textsOf(words)).toEqual(['Report', 'One']);

    // found in the case itself, although every answer to sending it is lost
    server.loseAnswer('POST', ENTRIES, 5);
    const file = fileOf(new Uint8Array(5));
    await expect(reporter.send(words, 'Two', [file], silent)).resolves.toBeDefined();
    expect(await textsOf(words)).toEqual(['Report', 'One', 'Two']);
  });

  it('that arrived although the connection then broke for good is not written again', async () => {
    const { words } = await installation.report({ text: 'Report' });
    const reporter = installation.newReporter(server.fetch);
    await reporter.open(words);
    // The connection breaks with the answer, and nothing can be read for a while.
    let broken = false;
    const breaking = createLyingServer(async (input, init) => {
      if (broken) throw new TypeError('fetch failed');
      const response = await fetch(input, init);
      if (input.endsWith('/api/case/entries')) {
        broken = true;
        await response.arrayBuffer();
        throw new TypeError('fetch failed');
      }
      return response;
    });
    const unlucky = installation.newReporter(breaking.fetch);
    const file = fileOf(new Uint8Array(5));
    await expect(unlucky.send(words, 'Once', [file], silent)).rejects.toMatchObject({
      code: 'network',
    });
    // a handler answers in between
    const [hanna] = installation.handlers;
    await hanna.desk.reply(reporterKeys(words).caseId, { kind: 'reply', text: 'Seen' }, [], silent);
    broken = false;
    breaking.listen();
    await unlucky.send(words, 'Once', [file], silent);
    expect(breaking.writes()).toEqual([]);
    expect(await textsOf(words)).toEqual(['Report', 'Once', 'Seen']);
  });

  it('that says the same as the one before is not taken for it', async () => {
    const { words } = await installation.report({ text: 'Report' });
    const reporter = installation.newReporter(server.fetch);
    await reporter.send(words, 'Please answer', [], silent);
    server.loseRequest('POST', ENTRIES);
    await reporter.send(words, 'Please answer', [], silent);
    expect(await textsOf(words)).toEqual(['Report', 'Please answer', 'Please answer']);
  });

  it('written in the same moment as another is sealed again after it', async () => {
    const { words } = await installation.report({ text: 'Report' });
    const id = reporterKeys(words).caseId;
    const reporter = installation.newReporter(server.fetch);
    await Promise.all([
      reporter.send(words, 'From the reporter', [], silent),
      desk.reply(id, { kind: 'reply', text: 'From a handler' }, [], silent),
      installation.handlers[1].desk.reply(id, { kind: 'reply', text: 'From another' }, [], silent),
    ]);
    const texts = await textsOf(words);
    expect(texts).toHaveLength(4);
    expect(new Set(texts)).toEqual(
      new Set(['Report', 'From the reporter', 'From a handler', 'From another']),
    );
  });
});

describe('what a handler writes', () => {
  const contents = async (id: string): Promise<unknown[]> => {
    const view = await installation.handlers[1].desk.openCase(id);
    expect(view.warnings).toEqual([]);
    return view.entries.slice(1).map(({ content }) => ('text' in content ? content.text : ''));
  };

  it('is there once, whatever answers were lost', async () => {
    const { words } = await installation.report();
    const id = reporterKeys(words).caseId;
    server.loseAnswer('POST', DESK_ENTRIES);
    await desk.reply(id, { kind: 'acknowledgement', text: 'One' }, [], silent);
    server.loseAnswer('POST', DESK_ENTRIES);
    await desk.note(id, 'Two', [], silent);
    server.loseRequest('POST', DESK_ENTRIES, 2);
    await desk.reply(id, { kind: 'reply', text: 'Three' }, [fileOf(new Uint8Array(9))], silent);
    server.loseAnswer('POST', DESK_ENTRIES);
    await desk.revoke(id, installation.handlers[1].id);
    server.loseAnswer('POST', DESK_ENTRIES);
    await desk.grant(id, installation.handlers[1].id);
    server.loseAnswer('POST', DESK_ENTRIES);
    await desk.rename(id, 'A title');
    expect(await contents(id)).toEqual(['One', 'Three', 'Two']);
    const view = await desk.openCase(id);
    expect(view.title).toBe('A title');
    expect(view.access.filter(({ compartment }) => compartment === 'dialogue')).toHaveLength(3);
  });

  it('is not written again after the connection broke for good', async () => {
    const { words } = await installation.report();
    const id = reporterKeys(words).caseId;
    await desk.openCase(id);
    let broken = false;
    const [hanna] = installation.handlers;
    const breaking = createLyingServer(async (input, init) => {
      if (broken) throw new TypeError('fetch failed');
      const response = await fetch(input, init);
      if (init.method === 'POST' && input.endsWith('/entries')) {
        broken = true;
        await response.arrayBuffer();
        throw new TypeError('fetch failed');
      }
      return response;
    });
    const unlucky = installation.newDesk(breaking.fetch);
    await unlucky.signIn(hanna.name, hanna.passphrase);
    const reply = { kind: 'reply', text: 'Once' } as const;
    await expect(unlucky.reply(id, reply, [], silent)).rejects.toMatchObject({ code: 'network' });
    broken = false;
    breaking.listen();
    await unlucky.reply(id, reply, [], silent);
    expect(breaking.writes().filter((request) => request.includes('/entries'))).toEqual([]);
    expect(await contents(id)).toEqual(['Once']);
    // said again on purpose, it is another reply
    await desk.reply(id, reply, [], silent);
    expect(await contents(id)).toEqual(['Once', 'Once']);
  });
});
