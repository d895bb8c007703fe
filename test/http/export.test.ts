import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkExport } from '../../client/archive/check.js';
import type { ReadableEntry } from '../../client/archive/readable.js';
import { bytesIn, readArchive } from '../../client/archive/zip-reader.js';
import { run } from '../../client/cli/run.js';
import { newestRecords } from '../../client/archive/case-json.js';
import { newestFromReporter } from '../../client/casework/newest.js';
import { createDesk } from '../../client/handler.js';
import type { HandlerCaseView } from '../../client/models.js';
import { createVisit } from '../../client/node/visit.js';
import {
  type DisclosureEntry,
  randomBytes,
  type RecordHash,
  reporterKeys,
} from '../../crypto/private.js';
import { fileOf, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { projectDist, temporaryFolder } from '../support/server.js';
import { createTestTerminal, type TestTerminal } from '../support/terminal.js';

// A case taken out as a file, what the command says of it, and the rule of two persons.

const HOSTILE = '<script>alert(1)</script>\u202e=1+1';
let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let id: string;
let words: string[];
let folder: string;
const evidence = randomBytes(1_300_000);

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
  ({ words } = await installation.report({ text: `It began in May. ${HOSTILE}` }, [
    fileOf(evidence, { name: '../../=cmd\u202etxt.exe', type: 'text/plain' }),
  ]));
  id = reporterKeys(words).caseId;
  folder = await temporaryFolder();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
  await rm(folder, { recursive: true, force: true });
});

type Form = 'whole' | 'redacted';
type Basis = Partial<Pick<DisclosureEntry, 'identity'>>;
const readable = {
  language: 'en',
  title: 'Case',
  blocks: [{ kind: 'text', text: HOSTILE }],
} as const;

async function record(
  { desk }: InstallationPerson,
  state: 'asked' | 'made',
  form: Form,
  exportId: string | null = null,
  disclosure: string | null = null,
  inCase = id,
  asked: object = {},
): Promise<{ data: HandlerCaseView; made: string; of: string }> {
  const purpose = 'For the file.';
  const data = await desk.work(inCase, {
    ...{ kind: 'export', id: exportId, form, text: purpose },
    disclosure,
    state,
    ...asked,
  });
  const newest = data.entries.findLast(({ content }) => content.kind === 'export');
  if (newest?.content.kind !== 'export') throw new Error('nothing recorded');
  return { data, made: newest.content.id, of: newest.hash };
}

/** Says yes or no to what was asked, as somebody who read the case. */
async function answer(
  { desk }: InstallationPerson,
  of: string,
  said: 'yes' | 'no' = 'yes',
  inCase = id,
): Promise<HandlerCaseView> {
  const known = newestFromReporter((await desk.openCase(inCase)).entries) as RecordHash;
  return desk.work(inCase, { kind: 'export_confirmed', of, answer: said, text: '', known });
}

/** Writes a disclosure down, or again; answers its id. */
async function disclose(to: string, basis: Basis = {}, of: string | null = null): Promise<string> {
  const { disclosures } = await hanna.desk.work(id, {
    ...{ kind: 'disclosure', id: of, recipient: to, ground: 'A hearing', scope: 'All' },
    ...{ on: '2026-03-02', state: 'made', ...basis },
  });
  return disclosures.find(({ recipient }) => recipient === to)?.id ?? '';
}

async function archive(
  { desk }: InstallationPerson,
  { data, made }: { data: HandlerCaseView; made: string },
  files: string[] | null = null,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const order = { export: made, readable, records: newestRecords(data.entries), files };
  for await (const piece of desk.exportCase(data.id, order, () => undefined)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function casekey(...args: string[]): Promise<TestTerminal & { exit: number }> {
  const terminal = createTestTerminal({});
  const exit = await run(args, {
    terminal,
    network: () => ({
      fetch: (input, init) => {
        if (args[0] !== 'copy') throw new Error('nothing may be asked');
        return fetch(input, init);
      },
      visit: createVisit(),
    }),
    now: installation.clock.now,
    signal: new AbortController().signal,
    build: projectDist,
  });
  return { ...terminal, exit };
}

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

async function contentsOf(bytes: Uint8Array): Promise<Map<string, Buffer>> {
  const source = fileOf(bytes);
  const found = new Map<string, Buffer>();
  for (const file of await readArchive(source)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytesIn(source, file)) pieces.push(piece);
    found.set(file.name, Buffer.concat(pieces));
  }
  return found;
}

describe('a whole case as a file', () => {
  let bytes: Buffer;

  beforeAll(async () => {
    await hanna.desk.note(id, 'Only among us.', [], silent);
    bytes = await archive(hanna, await record(hanna, 'made', 'whole'));
  });

  it('is verified by the command, which asks no server and says what that proves', async () => {
    const file = await saved('whole.zip', bytes);
    const told = await casekey('verify-export', file);
    expect(told.exit, told.said).toBe(0);
    expect(told.printed).toContain('The export holds: it is as Hanna Handler signed it');
    expect(told.printed).toContain(installation.fingerprint.join(' '));
    expect(told.printed).toContain('What it does not');
    const exit = (await casekey('verify-export', file, '--fingerprint', 'a b c d e f g h')).exit;
    expect(exit).toBe(5);
    const { manifest, whole } = await checkExport(fileOf(bytes));
    expect(manifest).toMatchObject({ kind: 'whole', case: id, by: hanna.id });
    expect(whole).toMatchObject({ dialogue: 2, internal: 3 });
  });

  it('holds texts, files under harmless names, records without keys, and the trail', async () => {
    const contents = await contentsOf(bytes);
    const [attachment] = [...contents.keys()].filter((name) => name.startsWith('files/'));
    expect(attachment).toBe('files/001 _.._=cmd_txt.exe');
    expect(contents.get(attachment ?? '')?.equals(Buffer.from(evidence))).toBe(true);
    const texts = contents.get('case.json')?.toString() ?? '';
    expect(texts).toContain('It began in May.');
    expect(texts).toContain('Only among us.');
    expect(JSON.parse(texts)).toMatchObject({ origin: { made: 'reporter' } });
    expect(JSON.parse(contents.get('trail.json')?.toString() ?? '')).toMatchObject({
      format: 'casekey trail 1',
    });
    const html = contents.get('case.html')?.toString() ?? '';
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]=1+1');
    const { entries } = await hanna.desk.openCase(id);
    const [report] = entries;
    const secret = report?.content.kind === 'report' ? report.content.files[0]?.key : undefined;
    expect(secret).toBeDefined();
    for (const [name, content] of contents) {
      expect(content.includes(secret ?? ''), name).toBe(false);
      for (const word of words.slice(0, 4)) expect(content.includes(` ${word} `), name).toBe(false);
    }
  });

  it('goes outside only by a disclosure that says on what it rests, and keeps that', async () => {
    const refused = { code: 'identity_without_basis' };
    const court = await disclose('Court');
    await expect(record(hanna, 'made', 'whole', null, court)).rejects.toMatchObject(refused);
    const basis: Basis = { identity: { basis: 'jeopardy', text: 'A search is planned.' } };
    const police = await disclose('Police', basis);
    const { data } = await record(hanna, 'made', 'whole', null, police);
    expect(data.disclosures.find((each) => each.id === police)).toMatchObject(basis);
    await expect(disclose('Police', {}, police)).rejects.toMatchObject(refused);
    const found = data.disclosures.find((each) => each.id === police);
    if (found === undefined) throw new Error('no disclosure');
    for (const change of [
      { state: 'withdrawn' },
      { state: 'made', recipient: 'Nobody in particular' },
      { state: 'made', on: '2026-03-01' },
    ] as const) {
      await expect(
        hanna.desk.work(id, { kind: 'disclosure', ...found, ...change }),
        JSON.stringify(change),
      ).rejects.toMatchObject({ code: 'disclosure_of_export' });
    }
    const scope = 'All, with what was said of it.';
    const other = await hanna.desk.work(id, {
      ...{ kind: 'disclosure', ...found, scope, state: 'made' },
    });
    expect(other.disclosures).toContainEqual({ ...found, scope });
    // of a text for outsiders whoever wrote it says what is in it
    await record(hanna, 'made', 'redacted', null, court);
  });

  it('leaves no disclosure where it is refused, and takes the corrected one when tried again', async () => {
    const made = {
      kind: 'export',
      id: null,
      form: 'whole',
      text: 'For the court.',
      disclosure: null,
      state: 'made',
    } as const;
    const disclosed = {
      kind: 'disclosure',
      id: null,
      recipient: 'Labour court',
      ground: 'A hearing',
      scope: 'All',
      on: '2026-03-02',
      state: 'made',
    } as const;
    const before = await hanna.desk.openCase(id);
    await expect(hanna.desk.recordExport(id, made, disclosed)).rejects.toMatchObject({
      code: 'identity_without_basis',
    });
    expect((await hanna.desk.openCase(id)).entries).toHaveLength(before.entries.length);
    const corrected = {
      ...{ ...disclosed, recipient: 'Labour court of appeal' },
      identity: { basis: 'jeopardy', text: 'A search is planned.' },
    } as const;
    const after = await hanna.desk.recordExport(id, made, corrected);
    expect(after.entries).toHaveLength(before.entries.length + 2);
    const { content } = after.entries.at(-1) ?? {};
    const named = content?.kind === 'export' ? content.disclosure : null;
    expect(after.disclosures.filter(({ recipient }) => recipient.startsWith('Labour'))).toEqual([
      expect.objectContaining({ id: named, recipient: 'Labour court of appeal' }),
    ]);
  });

  it('does not say in its texts who declared a conflict of interest', async () => {
    const other = reporterKeys((await installation.report()).words).caseId;
    await hanna.desk.note(other, 'Begun.', [], silent);
    await harald.desk.recuse(other);
    await hanna.desk.openCase(other);
    const exported = await record(hanna, 'made', 'whole', null, null, other);
    const contents = await contentsOf(await archive(hanna, exported));
    const { access } = JSON.parse(contents.get('case.json')?.toString() ?? '') as {
      access: { by?: { id?: string }; readers: { id: string }[] }[];
    };
    const without = access.filter(({ readers }) =>
      readers.every(({ id: reader }) => reader !== harald.id),
    );
    expect(without.length).toBeGreaterThan(0);
    expect(without.filter(({ by }) => by?.id === harald.id)).toEqual([]);
    expect(without.some(({ by }) => by === undefined)).toBe(true);
  });

  it('is refused by the command once a byte of it is another', async () => {
    const whole = await saved('altered.zip', bytes);
    const count = 24;
    for (let index = 0; index < count; index += 1) {
      const altered = Buffer.from(bytes);
      const at = Math.floor(((index + 0.5) * bytes.length) / count);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      await writeFile(whole, altered);
      const { exit, said } = await casekey('verify-export', whole);
      expect(exit, said).toBe(5);
    }
    const cut = await saved('cut.zip', bytes.subarray(0, bytes.length - 9));
    expect((await casekey('verify-export', cut)).said).toContain('cut off');
    expect((await casekey('verify-export', path.join(folder, 'none.zip'))).exit).toBe(6);
  });

  it('is read by other programs where they are installed', async () => {
    const file = await saved('others.zip', bytes);
    const check = promisify(execFile);
    const script = 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip())';
    const installed = async (program: string, ...args: string[]): Promise<string | null> => {
      try {
        return (await check(program, args)).stdout;
      } catch (error) {
        const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (isMissing) return null;
        throw error;
      }
    };
    const [unzip, python] = [
      await installed('unzip', '-t', file),
      await installed('python3', '-c', script, file),
    ];
    expect(unzip ?? 'No errors detected').toContain('No errors detected');
    expect(python ?? 'None\n').toBe('None\n');
    expect((await readFile(file)).equals(bytes)).toBe(true);
  });

  it('is not made of another state of the case than was looked at, nor by somebody else', async () => {
    const before = await record(hanna, 'made', 'whole');
    await expect(archive(harald, before)).rejects.toMatchObject({ code: 'export_unconfirmed' });
    await harald.desk.note(id, 'One more.', [], silent);
    await expect(archive(hanna, before)).rejects.toMatchObject({ code: 'case_changed' });
  });
});

describe('a redacted export', () => {
  it('holds what was written for outsiders and names no case', async () => {
    const bytes = await archive(hanna, await record(hanna, 'made', 'redacted'), []);
    const { manifest, whole, files } = await checkExport(fileOf(bytes));
    expect([manifest.case, whole, files]).toEqual([null, null, 0]);
    const contents = await contentsOf(bytes);
    expect([...contents.keys()]).toEqual([
      ...['case.html', 'case.json', 'directory.json', 'salt', 'manifest.json', 'manifest.sig'],
    ]);
    const { entries } = await hanna.desk.openCase(id);
    for (const [name, content] of contents) {
      for (const secret of [
        id,
        'It began in May',
        'Only among us',
        ...entries.map(({ hash }) => hash),
      ]) {
        expect(content.includes(secret), name).toBe(false);
      }
    }
    const file = await saved('redacted.zip', bytes);
    expect((await casekey('verify-export', file)).printed).toContain('redacted, for outsiders');
  });
});

describe('a text for outsiders that tells who the reporter is', () => {
  it('goes out again by the same disclosure only as long as the reporter agrees', async () => {
    const reporter = installation.newReporter();
    const { words: own } = await installation.report();
    const other = reporterKeys(own).caseId;
    const terms = { to: 'Insurer', what: 'The name', text: 'They ask for it.' };
    const asked = await hanna.desk.talkIdentity(other, { basis: 'consent', ...terms });
    const [talk] = asked.identityTalks;
    if (talk === undefined) throw new Error('nothing was asked');
    const { id: entry, hash } = talk;
    await reporter.consent(own, hash, 'agree');
    const { disclosures } = await hanna.desk.work(other, {
      ...{ kind: 'disclosure', id: null, recipient: 'Insurer', ground: 'A claim', scope: 'A text' },
      ...{ on: '2026-03-02', state: 'made', identity: { basis: 'consent', entry } },
    });
    const [disclosure] = disclosures;
    const again = () => record(hanna, 'made', 'redacted', null, disclosure?.id, other);
    await again();
    await reporter.consent(own, hash, 'withdraw');
    await expect(again()).rejects.toMatchObject({ code: 'identity_without_basis' });
  });
});

describe('the rule of two persons', () => {
  beforeAll(async () => {
    const { administrator, channel } = installation;
    await administrator.desk.updateChannel(channel, { exportsByTwo: true });
  });

  it('wants another handler’s yes to this very export', async () => {
    await expect(record(hanna, 'made', 'whole')).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    const basis: Basis = { identity: { basis: 'jeopardy', text: 'A search is planned.' } };
    const asked = { recipient: 'Prosecutor', ground: 'A hearing', scope: 'All', ...basis };
    const { made, of: before } = await record(hanna, 'asked', 'whole');
    await expect(answer(hanna, before)).rejects.toMatchObject({ code: 'already_decided' });
    await expect(record(hanna, 'made', 'whole', made)).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    // what was read is what is confirmed: it was asked for anew since the page showed it
    const { of } = await record(hanna, 'asked', 'whole', made, null, id, asked);
    await expect(answer(harald, before)).rejects.toMatchObject({ code: 'already_decided' });
    await answer(harald, of);
    await expect(answer(harald, before)).rejects.toMatchObject({ code: 'already_decided' });
    await expect(record(hanna, 'made', 'redacted', made)).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    // neither inside nor to anybody else: that was not asked
    await expect(record(hanna, 'made', 'whole', made)).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    const newspaper = await disclose('Newspaper', basis);
    await expect(record(hanna, 'made', 'whole', made, newspaper)).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    const outside = await disclose('Prosecutor', basis);
    const bytes = await archive(hanna, await record(hanna, 'made', 'whole', made, outside));
    await expect(checkExport(fileOf(bytes))).resolves.toMatchObject({
      by: { name: 'Hanna Handler' },
    });
  });

  it('confirms of a text for outsiders each word and each file', async () => {
    const unconfirmed = { code: 'export_unconfirmed' };
    const purpose = { copy: HOSTILE, attachments: [] };
    const bare = await record(hanna, 'asked', 'redacted');
    await answer(harald, bare.of);
    await expect(record(hanna, 'made', 'redacted', bare.made)).rejects.toMatchObject(unconfirmed);
    const { made, of } = await record(hanna, 'asked', 'redacted', null, null, id, purpose);
    await answer(harald, of);
    const recorded = await record(hanna, 'made', 'redacted', made);
    const entry: Omit<ReadableEntry, 'text'> = {
      kind: 'entry',
      ...{ head: 'About', fromReporter: false, language: '', facts: [], remarks: [], files: [] },
    };
    const saving = async (text: string, files: string[]): Promise<void> => {
      const copy = { ...readable, blocks: [{ ...entry, text }] };
      const records = newestRecords(recorded.data.entries);
      const order = { export: made, readable: copy, records, files };
      const pieces = hanna.desk.exportCase(id, order, () => undefined);
      while ((await pieces[Symbol.asyncIterator]().next()).done !== true);
    };
    const { entries } = recorded.data;
    const [file] = entries.flatMap(({ content }) => ('files' in content ? content.files : []));
    await expect(saving('Another text.', [])).rejects.toMatchObject(unconfirmed);
    await expect(saving(HOSTILE, [file?.attachment ?? ''])).rejects.toMatchObject(unconfirmed);
    await saving(HOSTILE, []);
  });

  it('ends with what the reporter writes, and is not given by whoever did not read that', async () => {
    const { made, of } = await record(hanna, 'asked', 'whole');
    const known = newestFromReporter((await harald.desk.openCase(id)).entries) as RecordHash;
    await installation.newReporter().send(words, 'There is more.', [], silent);
    const yes = { kind: 'export_confirmed', of, answer: 'yes', text: '' } as const;
    for (const word of [yes, { ...yes, known }]) {
      await expect(harald.desk.work(id, word)).rejects.toMatchObject({ code: 'case_unread' });
    }
    await answer(harald, of);
    await installation.newReporter().send(words, 'And more.', [], silent);
    const outdated = { code: 'export_outdated' };
    await expect(record(hanna, 'made', 'whole', made)).rejects.toMatchObject(outdated);
    const anew = await record(hanna, 'asked', 'whole', made);
    await answer(harald, anew.of);
    const recorded = await record(hanna, 'made', 'whole', made);
    await installation.newReporter().send(words, 'And still more.', [], silent);
    const { entries } = await hanna.desk.openCase(id);
    const late = archive(hanna, { ...recorded, data: { ...recorded.data, entries } });
    await expect(late).rejects.toMatchObject(outdated);
  });

  it('lets what was written down and never saved be asked for anew, by the disclosure that it has', async () => {
    const identity = { basis: 'jeopardy', text: 'A search is planned.' } as const;
    const terms = { recipient: 'Registrar', ground: 'A hearing', scope: 'All', identity } as const;
    const first = await record(hanna, 'asked', 'whole', null, null, id, terms);
    await answer(harald, first.of);
    const outside = await disclose('Registrar', { identity });
    const left = await record(hanna, 'made', 'whole', first.made, outside);
    await installation.newReporter().send(words, 'One word more.', [], silent);
    const { entries } = await hanna.desk.openCase(id);
    const late = archive(hanna, { ...left, data: { ...left.data, entries } });
    await expect(late).rejects.toMatchObject({ code: 'export_outdated' });
    const again = await record(hanna, 'asked', 'whole', null, outside, id, terms);
    await expect(record(hanna, 'made', 'whole', again.made, outside)).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    await answer(harald, again.of);
    const saved = await record(hanna, 'made', 'whole', again.made, outside);
    await archive(hanna, saved);
    const to = saved.data.disclosures.filter(({ recipient }) => recipient === 'Registrar');
    expect(to).toHaveLength(1);
  });

  it('ends for a text for outsiders with what is restricted or corrected, or its file is', async () => {
    const outdated = { code: 'export_outdated' };
    const { entries } = await hanna.desk.openCase(id);
    const reported = entries.find(({ content }) => content.kind === 'report');
    if (reported?.content.kind !== 'report') throw new Error('the report');
    const files = reported.content.files.map(({ attachment }) => attachment);
    const copy = { copy: 'It concerns May.', attachments: files };
    const of = { compartment: 'dialogue', sequence: reported.sequence } as const;
    const asked = await record(hanna, 'asked', 'redacted', null, null, id, copy);
    await answer(harald, asked.of);
    const fault = { ground: 'incomplete', text: 'It was in June, too.' } as const;
    await harald.desk.work(id, { kind: 'correction', id: null, of, part: null, ...fault });
    await expect(record(hanna, 'made', 'redacted', asked.made)).rejects.toMatchObject(outdated);
    const anew = await record(hanna, 'asked', 'redacted', asked.made, null, id, copy);
    await answer(harald, anew.of);
    const restricted = await harald.desk.work(id, {
      ...{ kind: 'part_restriction', id: null, of, review: '2030-01-01' },
      part: { after: null, passages: [{ field: 'text', from: 0, to: 15 }], files },
      ...{ ground: 'accuracy', text: 'Disputed.' },
    });
    await expect(record(hanna, 'made', 'redacted', asked.made)).rejects.toMatchObject(outdated);
    await expect(answer(harald, anew.of)).rejects.toMatchObject(outdated);
    expect((await hanna.desk.openCase(id)).entries).toHaveLength(restricted.entries.length);
    // asked again as it was, its file would go out, and then its words
    const again = (more: object): Promise<unknown> =>
      record(hanna, 'asked', 'redacted', asked.made, null, id, more);
    await expect(again(copy)).rejects.toMatchObject({ code: 'part_restricted' });
    const words = { copy: 'It began in May, they say.', attachments: [] };
    await expect(again(words)).rejects.toMatchObject({ code: 'part_restricted' });
    await again({ copy: 'It concerns spring.', attachments: [] });
    const [ending] = (await hanna.desk.openCase(id)).keeping.parts;
    const end = { kind: 'part_unrestriction', text: 'Told.', last: true } as const;
    await harald.desk.work(id, { ...end, id: ending?.id ?? '' });
    const dropped = { text: 'For the file.', disclosure: null, state: 'withdrawn' } as const;
    await hanna.desk.work(id, { kind: 'export', id: asked.made, form: 'redacted', ...dropped });
  });

  it('ends for a text for outsiders with what is erased in the conversation later, whatever computers’ clocks say', async () => {
    const outdated = { code: 'export_outdated' };
    const reported = await installation.report();
    const own = reporterKeys(reported.words).caseId;
    for (const text of ['Kim Berg has an illness.', 'Kim Berg has a debt.']) {
      await installation.newReporter().send(reported.words, text, [], silent);
    }
    const erase = async (sequence: number, hours: number): Promise<void> => {
      const { erasures } = await hanna.desk.proposeErasure(own, {
        ...{ compartment: 'dialogue', sequence, whole: true, passages: [], files: [] },
        ...{ ground: 'irrelevant', text: 'It was private.' },
      });
      const [proposal] = erasures;
      if (proposal === undefined) throw new Error('nothing waits');
      const now = (): Date => new Date(installation.clock.now().getTime() + hours * 3_600_000);
      const { address } = installation;
      const desk = createDesk({ address, fetch, now, stretch: 'least' });
      await desk.signIn(harald.name, harald.passphrase);
      const { entries } = await desk.erase(own, proposal, '');
      const erasure = entries.find((entry) => entry.sequence === sequence)?.erasure;
      expect(erasure?.at).toBe(now().toISOString());
    };
    const copy = { copy: 'It concerns spring.', attachments: [] };
    const ask = (of: string | null = null) =>
      record(hanna, 'asked', 'redacted', of, null, own, copy);
    // before it was asked for, by a computer whose clock is hours ahead
    await erase(3, 9);
    const asked = await ask();
    await answer(harald, asked.of, 'yes', own);
    const made = await record(hanna, 'made', 'redacted', asked.made, null, own);
    const [first, waiting] = [await ask(), await ask()];
    await answer(harald, first.of, 'yes', own);
    // after that, by one that is hours behind
    await erase(4, -9);
    await expect(answer(harald, waiting.of, 'yes', own)).rejects.toMatchObject(outdated);
    await expect(record(hanna, 'made', 'redacted', first.made, null, own)).rejects.toMatchObject(
      outdated,
    );
    const data = await hanna.desk.openCase(own);
    expect(data.exports.map(({ changed }) => changed)).toEqual([true, true, true]);
    await expect(archive(hanna, { ...made, data }, [])).rejects.toMatchObject(outdated);
    const anew = await ask(first.made);
    await answer(harald, anew.of, 'yes', own);
    await record(hanna, 'made', 'redacted', first.made, null, own);
  });

  it('is told in the list of cases to whoever has not opened the case', async () => {
    const waits = async ({ desk }: InstallationPerson): Promise<boolean | undefined> =>
      (await desk.inbox('open')).rows.find((row) => row.id === id)?.exportWaits;
    expect(await waits(harald)).toBe(false);
    const { made, of } = await record(hanna, 'asked', 'whole');
    expect([await waits(harald), await waits(hanna)]).toEqual([true, true]);
    await harald.desk.note(id, 'Something else.', [], silent);
    expect(await waits(harald)).toBe(true);
    await answer(harald, of);
    expect(await waits(hanna)).toBe(false);
    await record(hanna, 'made', 'whole', made);
    expect(await waits(harald)).toBe(false);
  });

  it('is not ended by taking the other handler off the case', async () => {
    await hanna.desk.revoke(id, harald.id);
    await expect(record(hanna, 'made', 'whole')).rejects.toMatchObject({
      code: 'export_unconfirmed',
    });
    await hanna.desk.grant(id, harald.id);
  });

  it('lets a handler answer alone where no other may read the case', async () => {
    const without = await installation.report({ text: 'It was him.', leftOut: [harald.id] });
    const own = reporterKeys(without.words).caseId;
    await archive(hanna, await record(hanna, 'made', 'whole', null, null, own));
  });

  it('gives out nothing of a restricted case', async () => {
    const { administrator, channel } = installation;
    await administrator.desk.updateChannel(channel, { exportsByTwo: false });
    const before = await record(hanna, 'made', 'whole');
    await hanna.desk.work(id, {
      ...{ kind: 'restriction', id: null, ground: 'accuracy', text: 'Disputed.' },
      review: '2030-01-01',
    });
    await expect(record(hanna, 'made', 'whole')).rejects.toMatchObject({ code: 'case_restricted' });
    await expect(archive(hanna, before)).rejects.toMatchObject({ code: 'case_restricted' });
  });
});

describe('a second person’s yes', () => {
  it('ends with a conflict that this person declares, and another is asked', async () => {
    const { administrator, channel } = installation;
    await administrator.desk.updateChannel(channel, { exportsByTwo: true });
    const olav = await installation.addHandler('olav', 'Olav Handler');
    const other = reporterKeys((await installation.report()).words).caseId;
    const { made, of } = await record(hanna, 'asked', 'whole', null, null, other);
    await answer(harald, of, 'yes', other);
    await harald.desk.recuse(other);
    await expect(record(hanna, 'made', 'whole', made, null, other)).rejects.toMatchObject({
      code: 'export_outdated',
    });
    const again = await record(hanna, 'asked', 'whole', made, null, other);
    await answer(olav, again.of, 'yes', other);
    await archive(hanna, await record(hanna, 'made', 'whole', made, null, other));
  });

  it('ends with this person’s reading of the case, also where they are given it again, who can say it anew', async () => {
    const outdated = { code: 'export_outdated' };
    const own = reporterKeys((await installation.report()).words).caseId;
    const { made, of } = await record(hanna, 'asked', 'whole', null, null, own);
    await answer(harald, of, 'yes', own);
    // new keys that name the same people end nothing
    await hanna.desk.renew(own);
    const before = await hanna.desk.openCase(own);
    expect(before.exports).toMatchObject([{ second: { ended: false } }]);
    await hanna.desk.revoke(own, harald.id);
    await hanna.desk.grant(own, harald.id);
    const after = await hanna.desk.openCase(own);
    expect(after.exports).toMatchObject([{ second: { answer: 'yes', ended: true } }]);
    await expect(record(hanna, 'made', 'whole', made, null, own)).rejects.toMatchObject(outdated);
    await answer(harald, of, 'yes', own);
    const recorded = await record(hanna, 'made', 'whole', made, null, own);
    // nor is a file made of what was written down before
    await hanna.desk.revoke(own, harald.id);
    const data = await hanna.desk.grant(own, harald.id);
    await expect(archive(hanna, { ...recorded, data })).rejects.toMatchObject(outdated);
  });
});

describe('whoever came back under new keys', () => {
  it('does not confirm what they asked for themselves under the keys from before, but ends it', async () => {
    const { administrator } = installation;
    const vera = await installation.addHandler('vera', 'Vera Handler');
    const own = reporterKeys((await installation.report()).words).caseId;
    const { of } = await record(vera, 'asked', 'whole', null, null, own);
    expect((await vera.desk.openCase(own)).exports).toMatchObject([{ own: true }]);
    await administrator.desk.remove(vera.id);
    const again = await installation.add('handler', 'verona', 'Vera Handler', vera.id);
    await hanna.desk.grant(own, again.id);
    expect((await again.desk.openCase(own)).exports).toMatchObject([{ own: true, second: null }]);
    await expect(answer(again, of, 'yes', own)).rejects.toMatchObject({ code: 'already_decided' });
    const waits = async (): Promise<boolean | undefined> =>
      (await again.desk.inbox('open')).rows.find((row) => row.id === own)?.exportWaits;
    expect(await waits()).toBe(true);
    const { exports } = await answer(again, of, 'no', own);
    expect(exports).toMatchObject([{ own: true, second: { by: { id: again.id }, answer: 'no' } }]);
    expect(await waits()).toBe(false);
    // another's word counts as before
    const confirmed = await answer(hanna, of, 'yes', own);
    expect(confirmed.exports).toMatchObject([{ own: false, second: { by: { id: hanna.id } } }]);
  });
});

describe('a reporter’s own copy', () => {
  it('is written by the command with a warning, with its files, and never over another file', async () => {
    const key = await saved('key.txt', Buffer.from(words.join(' ')));
    const copy = path.join(folder, 'note.zip');
    const arguments_ = ['--address', installation.address, '--key-file', key];
    const told = await casekey('copy', copy, ...arguments_);
    expect([told.exit, told.printed], told.said).toEqual([0, 'The copy was written.\n']);
    expect(told.said).toContain('knows that somebody reported');
    const contents = await contentsOf(await readFile(copy));
    expect([...contents.keys()].slice(0, 2)).toEqual(['case.html', 'case.json']);
    expect([...contents.values()].at(-1)?.equals(Buffer.from(evidence))).toBe(true);
    const whole = Buffer.concat([...contents.values()]);
    expect(whole.includes('It began in May.')).toBe(true);
    for (const secret of [words.slice(0, 2).join(' '), 'Only among us']) {
      expect(whole.includes(secret)).toBe(false);
    }
    expect((await casekey('copy', copy, ...arguments_)).exit).toBe(6);
    const page = path.join(folder, 'note.html');
    expect((await casekey('copy', page, ...arguments_)).exit).toBe(0);
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/u);
  });
});
