import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../client/cli/run.js';
import { createVisit } from '../../client/node/visit.js';
import { createReporter } from '../../client/reporter.js';
import {
  acknowledgementDay,
  feedbackDay,
  fingerprintWords,
  fromBase64,
  type Day,
} from '../../crypto/private.js';
import { fixture, letters, PLANTED } from '../support/cleaning.js';
import { hurry } from '../support/lying-server.js';
import { installOrganisation, makeOrganisation } from '../support/organisation.js';
import type { TestOrganisation } from '../support/organisation.js';
import {
  createTestClock,
  projectDist,
  startTestServer,
  temporaryFolder,
} from '../support/server.js';
import type { TestServer } from '../support/server.js';
import { createTestTerminal, type TestTerminal } from '../support/terminal.js';

// the program started on its own has the real clock, so the directory must be of these days
const day = new Date().toISOString().slice(0, 10) as Day;
const clock = createTestClock(`${day}T12:00:00Z`);
let server: TestServer;
let organisation: TestOrganisation;
let fingerprint: string;
let folder: string;

beforeAll(async () => {
  server = await startTestServer({ clock: clock.now });
  organisation = await makeOrganisation({ day, parts: ['handler', 'handler', 'handler'] });
  await installOrganisation(server.db, organisation);
  fingerprint = fingerprintWords(fromBase64(organisation.organisation.root)).join(' ');
  folder = await temporaryFolder();
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function casekey(
  args: readonly string[],
  options: Parameters<typeof createTestTerminal>[0] = {},
  fetchWith: typeof fetch = fetch,
): Promise<TestTerminal & { exit: number; json: () => unknown }> {
  const terminal = createTestTerminal(options);
  const exit = await run([...args, '--address', server.url], {
    terminal,
    network: () => ({ fetch: (input, init) => fetchWith(input, init), visit: createVisit() }),
    now: clock.now,
    signal: new AbortController().signal,
    build: projectDist,
  });
  return { ...terminal, exit, json: () => JSON.parse(terminal.printed) as unknown };
}

async function caseCount(): Promise<number> {
  return (await server.db('cases').select('id')).length;
}

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

let keys = 0;
async function reported(...args: string[]): Promise<string> {
  keys += 1;
  const keyFile = path.join(folder, `key-${String(keys)}`);
  const text = await fileOf('text.txt', 'The pump was never inspected.\n');
  const result = await casekey([
    'report',
    '--text-file',
    text,
    '--key-file',
    keyFile,
    '--json',
    ...args,
  ]);
  expect(result.said + result.printed).not.toContain('error');
  expect(result.exit).toBe(0);
  return keyFile;
}

describe('casekey report', () => {
  it('sends a report with files to all but those left out, and keeps the key in the file', async () => {
    const evidence = await fileOf('Évidence.bin', randomBytes(1_300_000));
    const who = await fileOf('who.txt', 'The shift lead');
    const keyFile = await reported(
      ...[
        '--file',
        evidence,
        '--keep-metadata',
        '--leave-out',
        'reader 2',
        '--category',
        'work-safety',
      ],
      ...['--where', '?', '--who', `@${who}`, '--fingerprint', fingerprint, '--language', 'sv'],
    );
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    const words = (await readFile(keyFile, 'utf8')).trim().split(' ');
    expect(words).toHaveLength(12);
    const reporter = createReporter({
      address: server.url,
      fetch: (input, init) => fetch(input, init),
      today: () => day,
    });
    const view = await reporter.open(words);
    const content = view.entries[0]?.content;
    expect(content).toMatchObject({
      kind: 'report',
      category: 'work_safety',
      relation: 'not_said',
      language: 'sv',
      text: 'The pump was never inspected.',
      answers: { where: { known: false }, who: { known: true, text: 'The shift lead' } },
      leftOut: [organisation.readers[1]?.record.id],
      files: [{ name: 'Évidence.bin', size: 1_300_000 }],
    });
    expect(view.access[0]?.readers.map(({ name }) => name)).toEqual(['Reader 1', 'Reader 3']);
  });

  it('says when it arrived in the words of a person, and in one object for scripts', async () => {
    const file = await fileOf('t.txt', 'Something');
    const first = path.join(folder, 'spoken');
    const spoken = await casekey(['report', '--text-file', file, '--key-file', first]);
    expect(spoken.printed).toContain(`arrived on ${day}`);
    const second = path.join(folder, 'scripted');
    const scripted = await casekey(['report', '--text-file', file, '--key-file', second, '--json']);
    expect(scripted.json()).toEqual({
      receivedOn: day,
      acknowledgementBy: acknowledgementDay(day),
      feedbackBy: feedbackDay(day),
      practice: false,
    });
    const words = (await readFile(second, 'utf8')).trim().split(' ');
    for (const word of words) expect(scripted.printed + scripted.said).not.toContain(` ${word} `);
  });

  it('sends nothing to an organisation with other words', async () => {
    const before = await caseCount();
    const file = await fileOf('t.txt', 'Something');
    const keyFile = path.join(folder, 'never');
    const others = fingerprint.split(' ').toReversed().join(' ');
    const args = ['report', '--text-file', file, '--key-file', keyFile, '--fingerprint', others];
    const result = await casekey([...args, '--json']);
    expect(result.exit).toBe(5);
    expect(result.json()).toEqual({ error: { code: 'wrong_fingerprint' } });
    expect(await caseCount()).toBe(before);
    expect(await readdir(folder)).not.toContain('never');
  });

  it('repeats a sending under the key of the file, and never stores it twice', async () => {
    const file = await fileOf('t.txt', 'Something');
    const keyFile = path.join(folder, 'again');
    const args = ['report', '--text-file', file, '--key-file', keyFile];
    const before = await caseCount();
    const lost: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (init?.method === 'POST') throw new TypeError('the answer is lost');
      return answer;
    };
    hurry();
    const failed = await casekey(args, {}, lost);
    vi.restoreAllMocks();
    expect(failed.exit).toBe(3);
    expect(failed.said).toContain('could not be reached');
    expect(await caseCount()).toBe(before + 1);
    const again = await casekey([...args, '--json']);
    expect(again.exit).toBe(4);
    expect(again.json()).toEqual({ error: { code: 'already_sent' } });
    expect(await caseCount()).toBe(before + 1);
  });

  it('sends nothing when nobody is left, a reader is unknown, or a file cannot be read', async () => {
    const before = await caseCount();
    const file = await fileOf('t.txt', 'Something');
    const keyFile = path.join(folder, 'nothing');
    const args = ['report', '--text-file', file, '--key-file', keyFile];
    const all = ['Reader 1', 'Reader 2', 'Reader 3'].flatMap((name) => ['--leave-out', name]);
    expect((await casekey([...args, ...all])).exit).toBe(4);
    const unknown = await casekey([...args, '--leave-out', 'Nobody']);
    expect(unknown.exit).toBe(2);
    expect(unknown.said).toContain('Reader 1, Reader 2, Reader 3');
    const missing = await casekey([...args, '--file', path.join(folder, 'no-such-file')]);
    expect(missing.exit).toBe(6);
    expect(missing.said).toContain('no-such-file');
    expect(await caseCount()).toBe(before);
  });

  it('asks a person for everything, and for three words of the key before sending', async () => {
    const before = await caseCount();
    const evidence = await fileOf('note.txt', 'x');
    let wrongOnce = true;
    const shownWords = (terminal: TestTerminal): string[] =>
      [...(terminal.shownOnce.at(-1) ?? '').matchAll(/\d+ ([a-z]+)/gu)].map(
        ([, word]) => word ?? '',
      );
    const result = await casekey(['report', '--file', evidence], {
      interactive: true,
      answer(question, terminal) {
        const place = /^Word (\d+)/u.exec(question)?.[1];
        if (place !== undefined) {
          expect(shownWords(terminal)).toHaveLength(12);
          const word = shownWords(terminal)[Number(place) - 1] ?? '';
          if (!wrongOnce) return word;
          wrongOnce = false;
          return 'wrong';
        }
        if (question.includes('concern one of the readers')) return '3';
        if (question.startsWith('Number')) return '2';
        if (question.includes('What happened')) return 'It leaks.';
        if (question.startsWith('When')) return '?';
        if (question.startsWith('How')) return 'I saw it';
        return '';
      },
    });
    expect(result.exit).toBe(0);
    expect(result.shownOnce).toHaveLength(2);
    expect(result.said).toContain(fingerprint);
    expect(await caseCount()).toBe(before + 1);
    const shown = result.shownOnce[1]?.match(/\b[a-z]+\b/gu) ?? [];
    const opened = await casekey(['return', '--json'], {
      input: shown.slice(-12).join('\n'),
    });
    expect(opened.json()).toMatchObject({
      readers: [{ name: 'Reader 1' }, { name: 'Reader 2' }],
      entries: [
        {
          kind: 'report',
          text: 'It leaks.',
          category: 'fraud',
          relation: 'former_worker',
          answers: { when: { known: false }, how: { known: true, text: 'I saw it' } },
          files: [{ number: 1, name: 'note.txt', type: 'text/plain', size: 1 }],
        },
      ],
    });
  });

  it('sends nothing when the words of the key are not given', async () => {
    const before = await caseCount();
    const result = await casekey(['report'], {
      interactive: true,
      answer: (question) => (question.includes('What happened') ? 'It leaks.' : ''),
    });
    expect(result.exit).toBe(130);
    expect(result.said).toContain('Nothing was sent.');
    expect(await caseCount()).toBe(before);
  });
});

describe('casekey return, reply, attach, read', () => {
  it('opens the case with the key from standard input, from a person, or from a saved page', async () => {
    const keyFile = await reported();
    const words = (await readFile(keyFile, 'utf8')).trim();
    const bare = await casekey(['return'], { input: words.toUpperCase() });
    expect(bare.exit).toBe(0);
    expect(bare.printed).toContain('The pump was never inspected.');
    const typed = await casekey(['return'], { interactive: true, answer: () => words });
    expect(typed.printed).toBe(bare.printed);
    const numbered = words.split(' ').map((word, index) => `${String(index + 1)}. ${word}`);
    const page = `Your messages\nKeep these words.\n\n${numbered.join('\n')}\n\nSaved on 2 March`;
    const saved = await casekey(['return', '--key-file', await fileOf('page.txt', page)]);
    expect(saved.printed).toBe(bare.printed);
  });

  it('answers a wrong key without telling more, and names the word that is none', async () => {
    const wrong = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const unknown = await casekey(['return', '--json'], { input: wrong });
    expect(unknown.exit).toBe(4);
    expect(unknown.json()).toEqual({ error: { code: 'case_not_found' } });
    const misspelt = await casekey(['return'], { input: wrong.replace('sausage', 'sausaxe') });
    expect(misspelt.exit).toBe(2);
    expect(misspelt.said).toContain('Word 6');
    expect(misspelt.said).toContain('sausage');
    expect(misspelt.said).not.toContain('winner');
    const swapped = await casekey(['return'], {
      input: wrong.replace('legal winner', 'winner legal'),
    });
    expect(swapped.exit).toBe(2);
  });

  it('takes no key and no text from the arguments', async () => {
    const result = await casekey(['return', 'legal', 'winner', 'thank']);
    expect(result.exit).toBe(2);
    expect(result.said).toContain('never stands in the arguments');
    expect((await casekey(['reply', '--text', 'hello'])).exit).toBe(2);
    expect((await casekey(['reply', '--text-file', '-'], { input: 'hello' })).exit).toBe(2);
  });

  it('takes hidden details out of files, says which, and asks before anything stays in', async () => {
    const keyFile = await reported();
    const photo = await fileOf('photo.jpg', await fixture('photo.jpg'));
    const sent = await casekey(['attach', photo, '--key-file', keyFile]);
    expect(sent.exit).toBe(0);
    expect(sent.said).toContain('serial numbers (PLANTED-SERIAL)');
    const out = path.join(folder, 'cleaned');
    await mkdir(out);
    await casekey(['read', '--key-file', keyFile, '--out', out]);
    expect(letters(await readFile(path.join(out, 'photo.jpg')))).not.toMatch(PLANTED);
    const strange = await fileOf('strange.bin', Uint8Array.of(0, 1, 2));
    const refused = await casekey(['attach', strange, '--key-file', keyFile, '--json']);
    expect(refused.exit).toBe(6);
    expect(refused.json()).toEqual({ error: { code: 'not_cleaned' } });
    expect(refused.said).toContain('--keep-metadata');
  });

  it('replies with text, attaches files, and reads them back byte by byte', async () => {
    const keyFile = await reported();
    const content = randomBytes(2_500_000);
    const file = await fileOf('measure.bin', content);
    const replied = await casekey(['reply', '--key-file', keyFile], { input: 'One more thing.' });
    expect(replied.exit).toBe(0);
    expect(replied.printed).toContain('It arrived.');
    const attached = await casekey([
      'attach',
      file,
      file,
      '--keep-metadata',
      '--key-file',
      keyFile,
      '--json',
    ]);
    expect(attached.json()).toMatchObject({
      entries: [{ kind: 'report' }, { text: 'One more thing.' }, { text: '' }],
    });
    const out = path.join(folder, 'out');
    const read = await casekey(['read', '--key-file', keyFile, '--out', out, '--json']);
    expect(read.exit).toBe(0);
    expect((await readdir(out)).sort()).toEqual(['measure (2).bin', 'measure.bin']);
    for (const name of await readdir(out)) {
      expect(content.equals(await readFile(path.join(out, name)))).toBe(true);
    }
    const other = path.join(folder, 'other');
    await casekey(['read', '2', '--key-file', keyFile, '--out', other]);
    expect(await readdir(other)).toEqual(['measure.bin']);
    expect((await casekey(['read', '3', '--key-file', keyFile])).exit).toBe(2);
  });

  it('keeps nothing of a download that does not verify', async () => {
    const plan = await fileOf('plan.bin', randomBytes(2_000_000));
    const keyFile = await reported('--keep-metadata', '--file', plan);
    const forged: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!(input as string).endsWith('/chunks/1')) return answer;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      bytes[500] = (bytes[500] ?? 0) ^ 1;
      return new Response(bytes);
    };
    const out = path.join(folder, 'forged');
    await mkdir(out);
    const args = ['read', '--key-file', keyFile, '--out', out, '--json'];
    const read = await casekey(args, {}, forged);
    expect(read.exit).toBe(5);
    expect(read.json()).toEqual({ error: { code: 'wrong_chunk' } });
    expect(await readdir(out)).toEqual([]);
  });

  it('shows what does not verify only with a warning, and writes nothing there', async () => {
    const keyFile = await reported();
    await casekey(['reply', '--key-file', keyFile], { input: 'Second' });
    await casekey(['reply', '--key-file', keyFile], { input: 'Third' });
    const gap: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!(input as string).endsWith('/api/case')) return answer;
      const body = (await answer.json()) as { entries: unknown[] };
      body.entries.splice(2, 1);
      return Response.json(body);
    };
    const shown = await casekey(['return', '--key-file', keyFile], {}, gap);
    expect(shown.exit).toBe(5);
    expect(shown.said).toContain('what comes after it is not shown');
    const count = (await server.db('entries').select('sequence')).length;
    const reply = await casekey(['reply', '--key-file', keyFile], { input: 'Fourth' }, gap);
    expect(reply.exit).toBe(5);
    expect((await server.db('entries').select('sequence')).length).toBe(count);
  });

  it('prints no control characters that somebody wrote', async () => {
    const keyFile = await reported();
    const text = 'red \u001b[31m title \u001b]0;x\u0007 turned \u202e';
    await casekey(['reply', '--key-file', keyFile], { input: text });
    const shown = await casekey(['return', '--key-file', keyFile]);
    // eslint-disable-next-line no-control-regex -- that there are none is the point
    expect(shown.printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/u);
    expect(shown.printed).toContain('title');
  });
});

describe('the program', () => {
  const program = fileURLToPath(new URL('../../client/casekey.ts', import.meta.url));
  const start = promisify(execFile);

  it('runs on its own, with help, exit codes, and nothing but the result on standard output', async () => {
    const help = await start(process.execPath, ['--import', 'tsx', program, '--help']);
    expect(help.stdout).toContain('Exit codes');
    const keyFile = await reported();
    const args = ['--import', 'tsx', program, 'return', '--address', server.url];
    const opened = await start(process.execPath, [...args, '--key-file', keyFile, '--json']);
    expect(opened.stderr).toBe('');
    expect(JSON.parse(opened.stdout)).toMatchObject({ state: 'open' });
    const failed = start(process.execPath, [
      '--import',
      'tsx',
      program,
      'return',
      '--address',
      'x',
    ]);
    await expect(failed).rejects.toMatchObject({ code: 2, stdout: '' });
  });

  it('names an address that cannot be reached, and refuses one that is not safe', async () => {
    const keyFile = await reported();
    const dead = await casekey(['return', '--key-file', keyFile], {}, () =>
      Promise.reject(new TypeError('refused')),
    );
    expect(dead.exit).toBe(3);
    const terminal = createTestTerminal();
    const exit = await run(['return', '--address', 'http://reports.example.org'], {
      terminal,
      network: () => ({ fetch, visit: createVisit() }),
      now: clock.now,
      signal: new AbortController().signal,
      build: projectDist,
    });
    expect(exit).toBe(2);
    expect(terminal.said).toContain('https://');
  });
});
