import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../client/api.js';
import { loadDirectory } from '../../client/directory.js';
import type { Desk } from '../../client/handler.js';
import type { FileReference } from '../../client/models.js';
import type { Reporter } from '../../client/reporter.js';
import {
  DirectoryAnswer,
  fromBase64,
  fromJsonBytes,
  Directory,
  makeEpochEntry,
  newEpochKey,
  recordHashOf,
  ReporterCase,
  reporterKeys,
  sealGrant,
  sealPreviousKey,
  signingKeys,
  randomBytes,
  toBase64,
  toJsonBytes,
  type Entry,
  type SealedEntry,
} from '../../crypto/private.js';
import { testDay } from '../support/desk.js';
import { collect, fileOf, randomFile, reportInput, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';
import { makeOrganisation, type TestOrganisation } from '../support/organisation.js';
import { waiting } from '../support/waiting.js';

let installation: Installation;
let server: LyingServer;
let hanna: Desk;
/** A case with a report and its file, a reply, and a message. */
let words: string[];
let otherWords: string[];
let honest: ReporterCase;
let other: ReporterCase;
let caseId: string;

const GET_CASE = /^\/api\/case$/;
const DIRECTORY = /^\/api\/directory$/;

async function answerFor(key: readonly string[]): Promise<ReporterCase> {
  const found: ReporterCase[] = [];
  const spy = createLyingServer();
  spy.lieAbout(ReporterCase, GET_CASE, (answer) => {
    found.push(answer);
    return answer;
  });
  await installation.newReporter(spy.fetch).open(key);
  const [answer] = found;
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

async function makeDialogue(): Promise<string[]> {
  const { words: key } = await installation.report({}, [randomFile(3_000_000)]);
  const id = reporterKeys(key).caseId;
  await hanna.openCase(id);
  await hanna.reply(id, { kind: 'acknowledgement', text: 'We look at it.' }, [], silent);
  await installation.newReporter().send(key, 'One more thing.', [], silent);
  await hanna.reply(id, { kind: 'reply', text: 'Thank you.' }, [], silent);
  return key;
}

beforeAll(async () => {
  installation = await startInstallation();
  hanna = installation.handlers[0].desk;
  words = await makeDialogue();
  otherWords = await makeDialogue();
  honest = await answerFor(words);
  other = await answerFor(otherWords);
  caseId = honest.case.id;
  server = createLyingServer();
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

const reporterOf = (): Reporter => installation.newReporter(server.fetch);

/** Opens the case, which must show this fault, and tries to write, which must not be done. */
async function expectFault(code: string, reporter = reporterOf()): Promise<void> {
  const view = await reporter.open(words);
  expect(view.warnings.map((warning) => warning.code)).toContain(code);
  server.listen();
  const sending = reporter.send(words, 'Never to be sent', [], silent);
  await expect(sending).rejects.toMatchObject({ code: view.warnings[0]?.code });
  expect(server.writes()).toEqual([]);
}

function lieAboutCase(change: Partial<ReporterCase> | ((answer: ReporterCase) => object)): void {
  server.lieAbout(ReporterCase, GET_CASE, (answer) => ({
    ...answer,
    ...(typeof change === 'function' ? change(answer) : change),
  }));
}

function entryAt(answer: ReporterCase, index: number): Entry {
  const entry = answer.entries.at(index);
  if (entry === undefined) throw new Error('no such entry');
  return entry;
}

function sealedAt(answer: ReporterCase, index: number): SealedEntry {
  const entry = entryAt(answer, index);
  if (!('nonce' in entry)) throw new Error('an epoch entry');
  return entry;
}

describe('an honest server', () => {
  it('leaves nothing to warn of', async () => {
    const view = await reporterOf().open(words);
    expect(view.warnings).toEqual([]);
    expect(view.entries.map(({ content }) => content.kind)).toEqual([
      'report',
      'acknowledgement',
      'message',
      'reply',
    ]);
  });
});

describe('entries that a reporter is shown', () => {
  it.each<[string, string, (entries: readonly Entry[]) => Entry[]]>([
    ['missing in the middle', 'missing_entry', (entries) => entries.toSpliced(3, 1)],
    ['missing at the beginning', 'missing_entry', (entries) => entries.slice(1)],
    ['missing altogether', 'missing_entry', () => []],
    [
      'in another order',
      'missing_entry',
      (entries) => entries.toSorted((a, b) => b.header.sequence - a.header.sequence),
    ],
    ['twice', 'missing_entry', (entries) => [...entries, entryAt(honest, -1)]],
    ['of another case', 'wrong_case_id', (entries) => entries.with(3, entryAt(other, 3))],
    [
      'under another number',
      'wrong_signature',
      (entries) => {
        const last = entryAt(honest, -1);
        return [
          ...entries,
          {
            ...last,
            header: { ...last.header, sequence: entries.length + 1, previous: recordHashOf(last) },
          } as Entry,
        ];
      },
    ],
    [
      'with other words',
      'wrong_signature',
      (entries) =>
        entries.with(-1, {
          ...entryAt(honest, -1),
          ciphertext: sealedAt(other, -1).ciphertext,
        }),
    ],
  ])('%s are named', async (_, code, change) => {
    lieAboutCase(({ entries }) => ({ entries: change(entries) }));
    await expectFault(code);
  });

  it('cut off are named once this page saw more', async () => {
    const reporter = reporterOf();
    await reporter.open(words);
    lieAboutCase(({ entries }) => ({ entries: entries.slice(0, -1) }));
    await expectFault('truncated_chain', reporter);
    // A page that never saw more cannot know: withholding the newest is a limit that docs name.
    expect((await reporterOf().open(words)).warnings).toEqual([]);
  });

  it('and a message that was taken and then withheld are named', async () => {
    const reporter = reporterOf();
    const own = await makeDialogue();
    lieAboutCase(({ entries }) => ({ entries: entries.slice(0, 5) }));
    await reporter.open(own);
    const view = await reporter.send(own, 'Was this taken?', [], silent);
    expect(view.warnings).toEqual([{ code: 'truncated_chain' }]);
  });
});

describe('keys that a reporter is given', () => {
  it('of an epoch that the server made and sealed to everyone are not used', async () => {
    const last = entryAt(honest, -1);
    const [first] = honest.entries;
    if (first === undefined) throw new Error('no entry');
    const members = JSON.parse(
      Buffer.from('body' in first ? first.body : '', 'base64url').toString(),
    ) as { members: { id: string }[]; directory: never };
    const place = { case: honest.case.id, compartment: 'dialogue' as const, epoch: 2 };
    const epoch = newEpochKey(place);
    const handler = installation.handlers[0].id;
    const forged = makeEpochEntry(
      epoch,
      {
        author: handler as never,
        secretKey: signingKeys(randomBytes(32)).secretKey,
        sequence: last.header.sequence + 1,
        previous: recordHashOf(last),
        seen: last.header.seen,
      },
      {
        members: members.members as never,
        directory: members.directory,
        previousKey: sealPreviousKey(epoch, newEpochKey({ ...place, epoch: 1 })),
      },
    );
    const keys = reporterKeys(words);
    const grant = sealGrant(epoch, { id: 'reporter', kem: keys.publicKeys.kem });
    lieAboutCase(({ entries, grants }) => ({
      entries: [...entries, forged],
      grants: [...grants, grant],
    }));
    await expectFault('wrong_signature');
  });

  it('of another make than the epoch commits to are refused', async () => {
    const keys = reporterKeys(words);
    const forged = newEpochKey({ case: honest.case.id, compartment: 'dialogue', epoch: 1 });
    lieAboutCase({
      grants: [sealGrant(forged, { id: 'reporter', kem: keys.publicKeys.kem })],
    });
    await expectFault('wrong_commitment');
  });

  it('of another case are refused', async () => {
    lieAboutCase({ grants: other.grants });
    await expectFault('wrong_commitment');
  });

  it('that are missing are named', async () => {
    lieAboutCase({ grants: [] });
    await expectFault('missing_entry');
  });
});

describe('what the server says of a case', () => {
  it.each<[string, Partial<ReporterCase['case']>]>([
    ['practice', { practice: true }],
    ['closed', { closedOn: '2026-03-02' as never, purgeOn: '2028-03-02' as never }],
    ['of another channel', { channel: 'AAAAAAAAAAAAAAAAAAAAAA' as never }],
  ])('that it is %s is checked', async (_, facts) => {
    lieAboutCase((answer) => ({ case: { ...answer.case, ...facts } }));
    await expectFault('wrong_facts');
  });

  it('for another case is refused whole', async () => {
    lieAboutCase(() => other);
    const reporter = reporterOf();
    await expect(reporter.open(words)).rejects.toMatchObject({ code: 'wrong_case_id' });
    server.listen();
    await expect(reporter.send(words, 'Never', [], silent)).rejects.toMatchObject({
      code: 'wrong_case_id',
    });
    expect(server.writes()).toEqual([]);
  });

  it('in no form that is known is refused whole', async () => {
    lieAboutCase({ more: 1 } as never);
    await expect(reporterOf().open(words)).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});

describe('files', () => {
  let file: FileReference;
  const chunk = (index: number): RegExp => new RegExp(`/chunks/${String(index)}$`);
  const download = (): Promise<Uint8Array> => collect(reporterOf().download(words, file, silent));

  beforeAll(async () => {
    const view = await installation.newReporter().open(words);
    const report = view.entries[0]?.content;
    const [first] = report?.kind === 'report' ? report.files : [];
    if (first === undefined) throw new Error('no file');
    file = first;
  });

  it('come whole from an honest server', async () => {
    expect(await download()).toHaveLength(3_000_000);
  });

  it('with a chunk changed, cut off, or of another place are refused', async () => {
    const seconds: Uint8Array[] = [];
    server.lieInBytes(chunk(1), (bytes) => {
      seconds.push(bytes);
      return bytes;
    });
    await download();
    const swapped = seconds[0] ?? new Uint8Array(0);
    for (const change of [
      (bytes: Uint8Array) => bytes.with(100, (bytes[100] ?? 0) ^ 1),
      (bytes: Uint8Array) => bytes.slice(0, -1),
      () => new Uint8Array(0),
      () => swapped,
    ]) {
      server.tellTheTruth();
      server.lieInBytes(chunk(0), change);
      await expect(download()).rejects.toMatchObject({ fault: 'wrong_chunk' });
    }
  });

  it('without their last chunk, or with it cut, are refused before they seem whole', async () => {
    server.lieInBytes(chunk(3), (bytes) => bytes.slice(0, 1000));
    await expect(download()).rejects.toMatchObject({ fault: 'wrong_chunk' });
  });

  it('with another list of hashes are refused before anything is shown', async () => {
    for (const change of [
      (bytes: Uint8Array) => bytes.slice(0, -32),
      (bytes: Uint8Array) => bytes.with(5, (bytes[5] ?? 0) ^ 1),
      (bytes: Uint8Array) =>
        Uint8Array.from([...bytes.slice(32, 64), ...bytes.slice(0, 32), ...bytes.slice(64)]),
      () => new Uint8Array(0),
    ]) {
      server.tellTheTruth();
      server.lieInBytes(/\/hashes$/, change);
      const parts: Uint8Array[] = [];
      const reading = (async () => {
        for await (const part of reporterOf().download(words, file, silent)) parts.push(part);
      })();
      await expect(reading).rejects.toMatchObject({ fault: 'wrong_manifest' });
      expect(parts).toEqual([]);
    }
  });
});

describe('the directory that a reporter is shown', () => {
  const submit = async (reporter = reporterOf()): Promise<unknown> => {
    const key = await reporter.newCaseKey();
    server.listen();
    return reporter.submit(
      reportInput(installation.channel, key),
      [fileOf(new Uint8Array(10))],
      silent,
    );
  };

  it('forged in any way takes no report', async () => {
    const strange = await makeOrganisation();
    const changed = (change: (directory: Directory) => Directory) => (answer: DirectoryAnswer) => {
      const directory = fromJsonBytes(Directory, fromBase64(answer.directory.document));
      const document = toBase64(toJsonBytes(change(directory)));
      return { ...answer, directory: { ...answer.directory, document } };
    };
    const [stranger] = strange.directory.readers;
    if (stranger === undefined) throw new Error('a reader');
    const lies: ((answer: DirectoryAnswer) => unknown)[] = [
      changed((directory) => ({ ...directory, readers: [...directory.readers, stranger] })),
      changed((directory) => ({
        ...directory,
        readers: directory.readers.map((reader) => ({
          ...reader,
          record: { ...reader.record, kem: stranger.record.kem },
        })),
      })),
      changed((directory) => ({ ...directory, readers: directory.readers.slice(0, 1) })),
      (answer) => ({
        ...answer,
        directory: { ...answer.directory, signature: toBase64(new Uint8Array(64)) },
      }),
    ];
    for (const lie of lies) {
      server.tellTheTruth();
      server.lieAbout(DirectoryAnswer, DIRECTORY, lie);
      await expect(submit()).rejects.toMatchObject({ fault: 'wrong_directory' });
      expect(server.writes()).toEqual([]);
      await expect(reporterOf().open(words)).rejects.toMatchObject({ fault: 'wrong_directory' });
      await expect(reporterOf().directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
    }
  });

  it('opens no case when it is withheld, and lets nothing be written', async () => {
    for (const code of ['not_set_up', 'internal']) {
      const withholding = installation.newReporter((address, init) =>
        DIRECTORY.test(new URL(address).pathname)
          ? Promise.resolve(Response.json({ error: { code } }, { status: 404 }))
          : server.fetch(address, init),
      );
      server.listen();
      const expected = { code: code === 'not_set_up' ? 'directory_withheld' : code };
      await expect(withholding.open(words)).rejects.toMatchObject(expected);
      const sending = withholding.send(words, 'Never to be sent', [], silent);
      await expect(sending).rejects.toMatchObject(expected);
      expect(server.writes()).toEqual([]);
    }
  });

  it('of another root has another fingerprint, and does not fit the case', async () => {
    const strange = await makeOrganisation();
    server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({
      ...honest,
      directory: strange.signed,
      stamps: [strange.stamp],
    }));
    const shown = await reporterOf().directory();
    expect(shown.fingerprint).not.toEqual(installation.fingerprint);
    // its version is lower than the case's; the readers it names are others
    await expectFault('directory_rolled_back');
    await expect(submit()).rejects.toMatchObject({ code: 'channel_unknown' });
    expect(server.writes()).toEqual([]);
  });

  const handOut = ({ signed, stamp }: TestOrganisation): void => {
    server.tellTheTruth();
    server.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => ({
      ...answer,
      directory: signed,
      stamps: [stamp],
    }));
  };

  it('that names the true organisation beside another takes no report', async () => {
    const { directory } = await loadDirectory(
      createApi({ address: installation.address, fetch }),
      testDay,
    );
    const strange = await makeOrganisation({ day: testDay });
    const organisations = [...directory.organisations, ...strange.directory.organisations];
    // its root stands first, so its eight words are those of the poster; who reads are others
    handOut(strange.next((own) => ({ ...own, organisations })));
    await expect(reporterOf().directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
    await expect(submit()).rejects.toMatchObject({ fault: 'wrong_directory' });
    expect(server.writes()).toEqual([]);
  });

  it('exchanged after it was shown takes no report, whatever it calls itself', async () => {
    const { directory } = await loadDirectory(
      createApi({ address: installation.address, fetch }),
      testDay,
    );
    // names and ids are those of the true one; root and keys are the server's own
    const twin = await makeOrganisation({ like: directory });
    for (const other of [twin, twin.next((own) => own)]) {
      server.tellTheTruth();
      const reporter = reporterOf();
      const { fingerprint } = await reporter.directory();
      expect(fingerprint).toEqual(installation.fingerprint);
      handOut(other);
      await expect(submit(reporter)).rejects.toMatchObject({ fault: 'wrong_directory' });
      await expect(reporter.directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
      await expect(reporter.open(words)).rejects.toMatchObject({ fault: 'wrong_directory' });
      expect(server.writes()).toEqual([]);
      // without having been shown the true one, nobody could tell
      server.tellTheTruth();
      handOut(other);
      expect((await reporterOf().directory()).fingerprint).not.toEqual(fingerprint);
    }
  });

  it('older than one that was shown, or another of its number, is refused', async () => {
    const answers: DirectoryAnswer[] = [];
    const reporter = reporterOf();
    server.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => {
      answers.push(answer);
      return answer;
    });
    await reporter.directory();
    const { administrator } = installation;
    await administrator.desk.updateChannel(installation.channel, { texts: { en: 'Newer words.' } });
    await reporter.directory();
    server.tellTheTruth();
    server.lieAbout(DirectoryAnswer, DIRECTORY, () => answers[0]);
    const rolledBack = { fault: 'directory_rolled_back' };
    await expect(reporter.directory()).rejects.toMatchObject(rolledBack);
    await expect(submit(reporter)).rejects.toMatchObject(rolledBack);
    await expect(reporter.open(words)).rejects.toMatchObject(rolledBack);
    expect(server.writes()).toEqual([]);
  });

  it('of an older version than the case names is refused for writing on', async () => {
    const spy = createLyingServer();
    let first: DirectoryAnswer | null = null;
    spy.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => (first = answer));
    await installation.newReporter(spy.fetch).directory();
    const old = first;
    const id = await installation.report();
    const { administrator } = installation;
    await administrator.desk.updateChannel(installation.channel, { texts: { en: 'New words.' } });
    await hanna.openCase(reporterKeys(id.words).caseId);
    const harald = installation.handlers[1].id;
    await hanna.revoke(reporterKeys(id.words).caseId, harald);
    server.lieAbout(DirectoryAnswer, DIRECTORY, () => old);
    const view = await reporterOf().open(id.words);
    expect(view.warnings).toEqual([{ code: 'directory_rolled_back' }]);
    server.listen();
    await expect(reporterOf().send(id.words, 'Never', [], silent)).rejects.toMatchObject({
      code: 'directory_rolled_back',
    });
    expect(server.writes()).toEqual([]);
  });

  it('that nobody confirmed for long is warned of, and after 90 days takes no report', async () => {
    const { clock } = installation;
    const now = clock.now();
    try {
      clock.addDays(31);
      expect((await reporterOf().directory()).freshness).toBe('stale');
      expect((await reporterOf().open(words)).warnings).toEqual([{ code: 'directory_stale' }]);
      clock.addDays(60);
      expect((await reporterOf().directory()).freshness).toBe('expired');
      await expect(submit()).rejects.toMatchObject({ code: 'directory_expired' });
      expect(server.writes()).toEqual([]);
      // a stamp of somebody else, or of a day to come, makes it no fresher
      server.lieAbout(DirectoryAnswer, DIRECTORY, (answer) => ({
        ...answer,
        stamps: answer.stamps.map((stamp) => ({ ...stamp, day: '2026-06-01' })),
      }));
      expect((await reporterOf().directory()).freshness).toBe('expired');
    } finally {
      clock.set(now);
    }
  });

  it('with a reader whom the page did not show takes no report until it does', async () => {
    const reporter = reporterOf();
    await reporter.directory();
    const { administrator } = installation;
    await administrator.desk.prepareRecoveryOfficer();
    await administrator.desk.proposeRecoveryOfficer({ shownName: 'Paper in the safe' });
    const [pending] = (await hanna.members()).admissions;
    await hanna.admit(waiting(pending));
    await administrator.desk.admit(waiting(pending));
    await expect(submit(reporter)).rejects.toMatchObject({ code: 'readers_changed' });
    expect(server.writes()).toEqual([]);
    const shown = await reporter.directory();
    expect(shown.channels[0]?.readers.map(({ name }) => name)).toContain('Paper in the safe');
    await expect(submit(reporter)).resolves.toMatchObject({ receivedOn: '2026-03-02' });
    // somebody left out beforehand is no surprise
    expect(caseId).toBe(honest.case.id);
  });
});
