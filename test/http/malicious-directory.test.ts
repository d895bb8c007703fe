import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDeskSession, type SignedInState } from '../../client/desk/session.js';
import type { Desk } from '../../client/handler.js';
import type { AccountId } from '../../crypto/private.js';
import {
  admissionFields,
  DeskCase,
  DirectoriesAnswer,
  Directory,
  DirectoryAnswer,
  directoryHash,
  fromBase64,
  fromJsonBytes,
  InstallationAnswer,
  InvitationAnswer,
  kemKeys,
  Members,
  newId,
  randomBytes,
  ReaderId,
  reporterKeys,
  sign,
  SignedIn,
  signingKeys,
  stampFields,
  toBase64,
  toJsonBytes,
  type Reader,
  type ReaderRecord,
  type Day,
  type DirectoryHash,
  type SignedDirectory,
  type Stamp,
} from '../../crypto/private.js';
import { reportInput, silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';
import { makeOrganisation } from '../support/organisation.js';
import { waiting } from '../support/waiting.js';

/*
 * A server that shows some people another directory than others, alone or together with somebody
 * who can sign: an administrator, a reader who left.
 */

let installation: Installation;
let server: LyingServer;
let hanna: InstallationPerson;
let harald: InstallationPerson;
/** What only the administrator and a handler hold: they help the server here. */
let administrator: SignedInState;
let handler: SignedInState;

const DIRECTORY = /^\/api\/directory$/;
const HISTORY = /^\/api\/desk\/directories\?/;

async function secretsOf(person: InstallationPerson): Promise<SignedInState> {
  const { address, clock } = installation;
  const session = createDeskSession({ address, fetch, now: clock.now, stretch: 'least' });
  await session.account.signIn(person.name, person.passphrase);
  return session.signedIn();
}

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
  server = createLyingServer();
  administrator = await secretsOf(installation.administrator);
  handler = await secretsOf(harald);
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function deskOf(person = hanna): Promise<Desk> {
  // an account keeps the sessions that were used last, which one moment for all would leave to chance
  const { clock } = installation;
  clock.set(new Date(clock.now().getTime() + 1000));
  const desk = installation.newDesk(server.fetch);
  await desk.signIn(person.name, person.passphrase);
  return desk;
}

async function newest(): Promise<{ answer: DirectoryAnswer; directory: Directory }> {
  const response = await fetch(`${installation.address}/api/directory`);
  const answer = (await response.json()) as DirectoryAnswer;
  return {
    answer,
    directory: fromJsonBytes(Directory, fromBase64(answer.directory.document)),
  };
}

/** A document that the administrator signs for the server. */
function signed(directory: Directory, by = administrator): SignedDirectory {
  const document = toJsonBytes(directory);
  return {
    document: toBase64(document),
    administrator: by.account.id as AccountId,
    signature: toBase64(sign(by.keys.sig.secretKey, 'directory', document)),
  };
}

function hashOf({ document }: SignedDirectory): string {
  return directoryHash(fromBase64(document));
}

function newReader(directory: Directory, signers: { second: SignedInState }): Reader {
  const keys = signingKeys(randomBytes(32));
  const record: ReaderRecord = {
    id: newId(ReaderId),
    organisation: directory.organisations[0]?.id as never,
    channels: directory.channels.map(({ id }) => id),
    part: 'handler',
    name: 'Mallory',
    role: {},
    kem: toBase64(kemKeys(randomBytes(32)).publicKey),
    sig: toBase64(keys.publicKey),
    replaces: null,
  };
  const fields = admissionFields(directory.installation, record);
  const { second } = signers;
  return {
    record,
    admission: {
      by: 'two',
      administrator: administrator.account.id as AccountId,
      administratorSignature: toBase64(
        sign(administrator.keys.sig.secretKey, 'admission', ...fields),
      ),
      handler: second.account.id as ReaderId,
      handlerSignature: toBase64(sign(second.keys.sig.secretKey, 'admission', ...fields)),
    },
    state: 'active',
  };
}

/** Shows this as the newest directory, and as the last of its history. */
function show(fork: SignedDirectory, stamps: DirectoryAnswer['stamps'] = []): void {
  server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({ ...honest, directory: fork, stamps }));
  server.lieAbout(DirectoriesAnswer, HISTORY, ({ directories }) => {
    const { version } = fromJsonBytes(Directory, fromBase64(fork.document));
    const before = directories.filter(
      ({ document }) => fromJsonBytes(Directory, fromBase64(document)).version < version,
    );
    return { directories: [...before, fork] };
  });
}

/** Everything at the desk is refused, and not even the stamp or the memory is written. */
async function expectRefused(fault: string, desk: Desk): Promise<void> {
  server.listen();
  await expect(desk.directory()).rejects.toMatchObject({ fault });
  await expect(desk.inbox('open')).rejects.toMatchObject({ fault });
  await expect(desk.invite({ shownName: 'X' })).rejects.toMatchObject({ fault });
  expect(server.writes()).toEqual([]);
}

describe('an older directory', () => {
  it('is refused in the session that saw a newer one, and in every later one', async () => {
    const { answer: old } = await newest();
    const desk = await deskOf();
    await desk.directory();
    await installation.administrator.desk.updateChannel(installation.channel, {
      texts: { en: 'Other words.' },
    });
    await desk.directory();
    show(old.directory, old.stamps);
    await expectRefused('directory_rolled_back', desk);
    await expectRefused('directory_rolled_back', await deskOf());
  });

  it('is refused although the server shows the newer one in the history only', async () => {
    const { answer: old } = await newest();
    await installation.administrator.desk.updateChannel(installation.channel, {
      texts: { en: 'Still other words.' },
    });
    const desk = await deskOf();
    await desk.directory();
    server.lieAbout(DirectoryAnswer, DIRECTORY, () => old);
    await expectRefused('directory_rolled_back', desk);
  });
});

describe('another directory', () => {
  it('of the same number is refused', async () => {
    const { directory } = await newest();
    const desk = await deskOf();
    await desk.directory();
    show(
      signed({
        ...directory,
        channels: directory.channels.map((each) => ({ ...each, texts: {} })),
      }),
    );
    await expectRefused('directory_rolled_back', desk);
    await expectRefused('directory_rolled_back', await deskOf());
  });

  it('that does not follow the newest is refused', async () => {
    const { directory, answer } = await newest();
    const desk = await deskOf();
    await desk.directory();
    const next = { ...directory, version: directory.version + 1 };
    const hash = hashOf(answer.directory);
    show(signed({ ...next, previous: toBase64(randomBytes(32)) as never }));
    await expectRefused('wrong_directory', desk);
    server.tellTheTruth();
    show(signed({ ...next, version: directory.version + 2, previous: hash as never }));
    await expectRefused('wrong_directory', desk);
  });

  it('of another root is refused, also where the server forgets what this desk had seen', async () => {
    const strange = await makeOrganisation();
    const desk = await deskOf();
    await desk.directory();
    const lie = { directory: strange.signed, stamps: [strange.stamp] };
    const lieAboutBoth = (): void => {
      server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({ ...honest, ...lie }));
      server.lieAbout(DirectoriesAnswer, HISTORY, () => ({ directories: [strange.signed] }));
    };
    lieAboutBoth();
    await expectRefused('directory_rolled_back', desk);
    // nobody signs in under it
    await expect(deskOf()).rejects.toMatchObject({ code: 'wrong_directory' });
    server.tellTheTruth();
    server.lieTo('POST', SignedIn, /sessions$/, (answer) => ({
      ...answer,
      account: { ...answer.account, memory: null },
    }));
    const fresh = await deskOf();
    lieAboutBoth();
    server.listen();
    // it does not know this person's own keys
    await expect(fresh.directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
    expect(server.writes()).toEqual([]);
  });

  it('without its history is refused where the server forgets what this desk had seen', async () => {
    server.lieTo('POST', SignedIn, /sessions$/, (answer) => ({
      ...answer,
      account: { ...answer.account, memory: null },
    }));
    server.lieAbout(DirectoriesAnswer, HISTORY, ({ directories }) => ({
      directories: directories.slice(-1),
    }));
    await expectRefused('directory_rolled_back', await deskOf());
  });
});

describe('the past of a directory', () => {
  it('is followed back to the version that a case names, and no other past is taken for it', async () => {
    const { words } = await installation.report();
    const id = reporterKeys(words).caseId;
    const { directory } = await newest();
    const named = directory.version;
    for (const text of ['One.', 'Two.']) {
      await installation.administrator.desk.updateChannel(installation.channel, {
        texts: { en: text },
      });
    }
    // whoever has read all changes fetches nothing of the past before a case asks for it
    const remembering = await deskOf();
    await remembering.noteChangesRead(named + 2);

    const fresh = await deskOf();
    expect(await fresh.openCase(id)).toMatchObject({ fault: null, warnings: [] });

    const versionOf = ({ document }: SignedDirectory): number =>
      fromJsonBytes(Directory, fromBase64(document)).version;
    const lies: ((all: SignedDirectory[]) => SignedDirectory[])[] = [
      (all) => all.filter((each) => versionOf(each) > named),
      (all) => all.filter((each) => versionOf(each) !== named + 1),
      (all) =>
        all.map((each) =>
          versionOf(each) === named ? signed({ ...directory, date: '2026-03-01' as never }) : each,
        ),
    ];
    for (const lie of lies) {
      server.tellTheTruth();
      const lied = await deskOf();
      await lied.directory();
      server.lieAbout(DirectoriesAnswer, HISTORY, ({ directories }) => ({
        directories: lie(directories),
      }));
      server.listen();
      await expect(lied.openCase(id)).rejects.toMatchObject({ fault: 'directory_rolled_back' });
      expect(server.writes()).toEqual([]);
    }
  });
});

describe('an administrator together with the server', () => {
  it('cannot bring in a reader alone', async () => {
    const { directory, answer } = await newest();
    const desk = await deskOf();
    await desk.directory();
    const forged = newReader(directory, { second: administrator });
    const next = {
      ...directory,
      version: directory.version + 1,
      previous: hashOf(answer.directory) as never,
      readers: [...directory.readers, forged],
    };
    show(signed(next));
    await expectRefused('wrong_directory', desk);
    const reporter = installation.newReporter(server.fetch);
    await expect(reporter.directory()).rejects.toMatchObject({ fault: 'wrong_directory' });
  });

  it('cannot show reporters a directory that no desk knows without every desk seeing it', async () => {
    const { directory, answer } = await newest();
    // The same number with other words, and one that nobody else was shown.
    const forks: [string, SignedDirectory][] = [
      [
        'wrong_directory',
        signed({
          ...directory,
          readers: directory.readers.filter(({ record }) => record.id === hanna.id),
        }),
      ],
      [
        'directory_rolled_back',
        signed({
          ...directory,
          version: directory.version + 1,
          previous: hashOf(answer.directory) as never,
        }),
      ],
    ];
    for (const [fault, fork] of forks) {
      server.tellTheTruth();
      server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({
        ...honest,
        directory: fork,
        stamps: [],
      }));
      const reporter = installation.newReporter(server.fetch);
      const words = await reporter.newCaseKey();
      const id = reporterKeys(words).caseId;
      // The server must pretend to have taken it: here it really does, with its own rules off.
      const request: unknown[] = [];
      const taking = createLyingServer(async (input, init) => {
        if (!input.endsWith('/api/cases')) return server.fetch(input, init);
        request.push(JSON.parse(typeof init.body === 'string' ? init.body : '{}'));
        return new Response(JSON.stringify({ receivedOn: '2026-03-02' }), { status: 201 });
      });
      await installation
        .newReporter(taking.fetch)
        .submit(reportInput(installation.channel, words), [], silent);
      server.tellTheTruth();
      const made = request[0] as {
        reporter: DeskCase['reporter'];
        entries: DeskCase['entries'];
        grants: DeskCase['grants'];
        overview: DeskCase['overview'];
      };
      const desk = await deskOf();
      const known = (await desk.inbox('open')).rows[0];
      const { id: some } = known ?? { id: '' };
      server.lieAbout(DeskCase, /^\/api\/desk\/cases\//, (anyCase) => ({
        ...anyCase,
        case: { ...anyCase.case, id, practice: false },
        reporter: made.reporter,
        entries: made.entries,
        grants: made.grants.filter(({ recipient }) => recipient === hanna.id),
        keys: [],
        overview: made.overview,
        head: null,
      }));
      const opening = createLyingServer((input, init) =>
        server.fetch(input.replace(`/cases/${id}`, `/cases/${some}`), init),
      );
      const watching = installation.newDesk(opening.fetch);
      await watching.signIn(hanna.name, hanna.passphrase);
      opening.listen();
      const view = await watching.openCase(id);
      expect(view.warnings.map(({ code }) => code)).toContain(fault);
      expect(opening.writes().filter((path) => path.includes('/cases/'))).toEqual([]);
      await expect(
        watching.reply(id, { kind: 'reply', text: 'Never' }, [], silent),
      ).rejects.toMatchObject({ code: fault });
    }
  });
});

describe('somebody who left', () => {
  /** The directory in which that person still read. */
  let before: SignedDirectory;

  beforeAll(async () => {
    before = (await newest()).answer.directory;
    await installation.administrator.desk.remove(harald.id);
  });

  it('confirms no directory any more, and lets nobody in', async () => {
    const { directory, answer } = await newest();
    const hash = hashOf(answer.directory);
    const day = '2026-05-20';
    const fields = stampFields({ hash: hash as never, day: day as never });
    const signature = toBase64(sign(handler.keys.sig.secretKey, 'stamp', ...fields));
    const stamp = { reader: harald.id as never, hash: hash as never, day: day as never, signature };
    const now = installation.clock.now();
    installation.clock.set(`${day}T10:00:00Z`);
    try {
      server.lieAbout(DirectoryAnswer, DIRECTORY, (honest) => ({ ...honest, stamps: [stamp] }));
      expect((await installation.newReporter(server.fetch).directory()).freshness).toBe('stale');
    } finally {
      installation.clock.set(now);
      server.tellTheTruth();
    }
    const desk = await deskOf();
    await desk.directory();
    const late = newReader(directory, { second: handler });
    show(
      signed({
        ...directory,
        version: directory.version + 1,
        previous: hash as never,
        readers: [...directory.readers, late],
      }),
    );
    await expectRefused('wrong_directory', desk);
  });

  // Limits, as the threat model tells them: a reporter's client knows the root and one document.
  it('is shown to reporters by a server that helps, in an old directory or, with an administrator, a new one', async () => {
    const { directory, answer } = await newest();
    const hash = hashOf(answer.directory);
    const desk = await deskOf();
    await desk.directory();
    const stampOf = (document: SignedDirectory): Stamp => {
      const fields = { hash: hashOf(document) as DirectoryHash, day: '2026-05-20' as Day };
      const signature = sign(handler.keys.sig.secretKey, 'stamp', ...stampFields(fields));
      return { ...fields, reader: harald.id as ReaderId, signature: toBase64(signature) };
    };
    const next = { ...directory, version: directory.version + 1, previous: hash as DirectoryHash };
    const back = directory.readers.map((reader) => ({ ...reader, state: 'active' as const }));
    const late = newReader(directory, { second: handler });
    const lies = [
      {
        fault: 'directory_rolled_back',
        fork: before,
        readers: ['Hanna Handler', 'Harald Handler'],
      },
      {
        fault: 'wrong_directory',
        fork: signed({ ...next, readers: back }),
        readers: ['Hanna Handler', 'Harald Handler'],
      },
      {
        fault: 'wrong_directory',
        fork: signed({ ...next, readers: [...back, late] }),
        readers: ['Hanna Handler', 'Harald Handler', 'Mallory'],
      },
    ];
    for (const { fault, fork, readers } of lies) {
      server.tellTheTruth();
      show(fork, [stampOf(fork)]);
      await expectRefused(fault, desk);
      const now = installation.clock.now();
      installation.clock.set('2026-05-20T10:00:00Z');
      try {
        const shown = await installation.newReporter(server.fetch).directory();
        expect(shown.freshness).toBe('fresh');
        // where the reporter looks, it shows
        expect(shown.channels[0]?.readers.map(({ name }) => name)).toEqual(readers);
      } finally {
        installation.clock.set(now);
      }
    }
  });
});

describe('a person who is invited', () => {
  it('is not exchanged for somebody of the server’s', async () => {
    const desk = await deskOf();
    const { fragment } = await desk.invite({ shownName: 'New Handler' });
    const newcomer = installation.newDesk();
    const paper = await newcomer.prepareJoining();
    await newcomer.finishJoining(fragment, { name: 'nina', role: {} });
    const forged = toBase64(signingKeys(randomBytes(32)).publicKey);
    const swap =
      (change: (pending: Members['admissions'][number]) => object) =>
      ({ admissions, ...rest }: Members) => ({
        ...rest,
        admissions: admissions.map((pending) => ({ ...pending, ...change(pending) })),
      });
    const members = /^\/api\/desk\/members$/;
    const [honest] = (await desk.members()).admissions;
    expect(honest).toMatchObject({ authentic: true, words: paper.words });
    const lies = [
      swap(({ record }) => ({ record: { ...record, sig: forged } })),
      swap(({ record }) => ({ record: { ...record, name: 'Mallory' } })),
      // whoever made the link must get the sealed secret back
      swap(({ record, invitation }) => ({
        record: { ...record, sig: forged },
        invitation: invitation === null ? null : { ...invitation, sealedSecret: null },
      })),
    ];
    for (const lie of lies) {
      server.tellTheTruth();
      server.lieAbout(Members, members, lie);
      const [pending] = (await desk.members()).admissions;
      expect(pending?.authentic).toBe(false);
      server.listen();
      await expect(desk.admit(waiting(pending))).rejects.toMatchObject({
        code: 'invitation_forged',
      });
      expect(server.writes()).toEqual([]);
    }
    // Where the server names another inviter, only the words tell: they are those of other keys.
    server.tellTheTruth();
    server.lieAbout(
      Members,
      members,
      swap(({ record, invitation }) => ({
        record: { ...record, sig: forged },
        invitation:
          invitation === null
            ? null
            : { ...invitation, by: administrator.account.id, sealedSecret: null },
      })),
    );
    const [pending] = (await desk.members()).admissions;
    expect(pending?.authentic).toBeNull();
    expect(pending?.words).not.toEqual(paper.words);
    // and where it waited with them until the press, the words were compared of others
    server.listen();
    await expect(desk.admit(waiting(honest))).rejects.toMatchObject({ code: 'proposal_changed' });
    expect(server.writes()).toEqual([]);
  });

  it('as recovery officer is not exchanged either', async () => {
    const desk = installation.newDesk(server.fetch);
    const { name, passphrase } = installation.administrator;
    await desk.signIn(name, passphrase);
    const { fingerprint } = await desk.prepareRecoveryOfficer();
    await desk.proposeRecoveryOfficer({ shownName: 'Paper' });
    const pendingOf = async (at: Desk) =>
      (await at.members()).admissions.find((each) => each.part === 'recovery_officer');
    expect(await pendingOf(desk)).toMatchObject({ authentic: true, words: fingerprint });
    // whoever signs first compares the words with the paper
    const other = await installation.signIn(hanna);
    expect(await pendingOf(other)).toMatchObject({ authentic: null, words: fingerprint });
    const forged = toBase64(kemKeys(randomBytes(32)).publicKey);
    server.lieAbout(Members, /members$/, ({ admissions, ...rest }) => ({
      ...rest,
      admissions: admissions.map((each) => ({ ...each, record: { ...each.record, kem: forged } })),
    }));
    const pending = await pendingOf(desk);
    expect(pending?.authentic).toBe(false);
    server.listen();
    await expect(desk.admit(waiting(pending))).rejects.toMatchObject({
      code: 'invitation_forged',
    });
    expect(server.writes()).toEqual([]);
  });

  it('sees the fingerprint of whatever directory the server shows', async () => {
    const strange = await makeOrganisation();
    const desk = await deskOf();
    const { fragment } = await desk.invite({ shownName: 'Another Handler' });
    server.lieAbout(InvitationAnswer, /^\/api\/desk\/invitations\//, (answer) => ({
      ...answer,
      directory: strange.signed,
      channel: strange.channel.id,
    }));
    // words are made for the installation that is shown, and for no other
    await expect(installation.newDesk(server.fetch).readInvitation(fragment)).rejects.toMatchObject(
      { code: 'wrong_directory' },
    );
    server.lieAbout(InstallationAnswer, /^\/api\/desk\/installation/, (answer) => ({
      ...answer,
      installation: strange.directory.installation,
    }));
    const shown = await installation.newDesk(server.fetch).readInvitation(fragment);
    expect(shown.fingerprint).not.toEqual(installation.fingerprint);
  });
});
