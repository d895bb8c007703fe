import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type Desk } from '../../client/handler.js';
import { codeOf, setUpSecret } from '../support/desk.js';
import { startInstallation } from '../support/installation.js';
import {
  createTestClock,
  startTestServer,
  type TestClock,
  type TestServer,
} from '../support/server.js';
import { waiting } from '../support/waiting.js';

let server: TestServer;
let clock: TestClock;

const newDesk = (): Desk => createDesk({ address: server.url, fetch, now: clock.now });
const phrase = (words: readonly string[]): string => words.join(' ');

beforeAll(async () => {
  clock = createTestClock();
  server = await startTestServer({ clock: clock.now });
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

describe("people at the desk, through the desk's own engine", () => {
  it('set up, invite, admit, recover and leave', { timeout: 120_000 }, async () => {
    const wizard = newDesk();
    const secrets = await wizard.prepareSetUp();
    await wizard.finishSetUp(await setUpSecret(server), {
      organisation: { names: { en: 'Example' }, country: 'SE' },
      languages: ['en'],
      channelNames: { en: 'Reports' },
      texts: { en: 'Write to us.' },
      administrator: { name: 'Anna Admin' },
      handler: { name: 'Hanna', shownName: 'Head of Legal', role: {} },
    });
    const administrator = newDesk();
    await administrator.signIn('anna  admin', phrase(secrets.administrator.passphrase));
    const handler = newDesk();
    await handler.signIn('HANNA', phrase(secrets.handler.passphrase));
    await handler.directory();

    const { fragment } = await handler.invite({ shownName: 'Works council' });
    const newcomer = newDesk();
    expect((await newcomer.readInvitation(fragment)).fingerprint).toEqual(secrets.fingerprint);
    const paper = await newcomer.prepareJoining();
    await newcomer.finishJoining(fragment, { name: 'Lena', role: { en: 'Reader' } });
    await expect(newcomer.signIn('Lena', phrase(paper.passphrase))).rejects.toMatchObject({
      code: 'not_admitted',
    });
    const [pending] = (await handler.members()).admissions;
    expect(pending).toMatchObject({ authentic: true, words: paper.words });
    await handler.admit(waiting(pending));
    await administrator.admit(waiting(pending));
    await newcomer.signIn('Lena', phrase(paper.passphrase));
    await newcomer.directory();

    const officerPaper = await administrator.prepareRecoveryOfficer();
    expect((await handler.members()).admissions).toEqual([]);
    await administrator.proposeRecoveryOfficer({ shownName: 'Paper in the safe' });
    const [officer] = (await handler.members()).admissions;
    expect(officer?.words).toEqual(officerPaper.fingerprint);
    await handler.admit(waiting(officer));
    await administrator.admit(waiting(officer));
    const directory = await handler.directory();
    expect(directory.channels[0]?.readers.map(({ name }) => name)).toEqual([
      'Head of Legal',
      'Works council',
      'Paper in the safe',
    ]);
    expect(await handler.directoryChanges()).toMatchObject([
      { version: 2, lines: [{ code: 'reader_added', name: 'Works council' }] },
      { version: 3, lines: [{ code: 'reader_added', name: 'Paper in the safe' }] },
    ]);

    const recovering = newDesk();
    const recovered = await recovering.prepareRecovery('Lena', paper.recoveryWords);
    await newcomer.members();
    await recovering.finishRecovery();
    await expect(newcomer.members()).rejects.toMatchObject({ code: 'sign_in_needed' });
    await newcomer.signIn('Lena', phrase(recovered.passphrase));
    const { secret } = await newcomer.startOneTimeCode();
    await newcomer.confirmOneTimeCode(codeOf(secret, clock.now()));
    await newcomer.setMail('lena@example.org');
    await newcomer.signOut();
    clock.set(new Date(clock.now().getTime() + 60_000));
    await expect(newcomer.signIn('Lena', phrase(recovered.passphrase))).rejects.toMatchObject({
      code: 'one_time_code_needed',
    });
    const code = codeOf(secret, clock.now());
    expect(await newcomer.signIn('Lena', phrase(recovered.passphrase), code)).toMatchObject({
      oneTimeCode: true,
      mail: 'lena@example.org',
    });

    await administrator.remove(pending?.id ?? '');
    await expect(newcomer.members()).rejects.toMatchObject({ code: 'sign_in_needed' });
    expect((await administrator.verifyAudit()).findings).toEqual([]);
    const actions = (await administrator.audit()).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['set_up', 'reader_admitted', 'reader_left']));
  });
});

describe('a device', () => {
  it(
    'with more memory than the one where an account was made opens it at the second try, and the reverse',
    { timeout: 60_000 },
    async () => {
      const installation = await startInstallation();
      const tries: number[] = [];
      const counted: typeof fetch = async (...asked) => {
        const answer = await fetch(...asked);
        const [url] = asked;
        if (url instanceof Request || !String(url).endsWith('/api/desk/sessions')) return answer;
        tries.push(answer.status);
        return answer;
      };
      const on = (stretch: 'full' | 'least'): Desk =>
        createDesk({
          address: installation.server.url,
          fetch: counted,
          now: installation.clock.now,
          stretch,
        });
      try {
        const [{ name, passphrase }] = installation.handlers;
        const large = on('full');
        await large.signIn(name, passphrase);
        expect(tries.splice(0)).toEqual([401, 201]);

        const changed = await large.prepareChange(passphrase);
        await large.finishChange();
        tries.splice(0);
        const small = on('least');
        await small.signIn(name, phrase(changed.passphrase));
        expect(tries.splice(0)).toEqual([401, 201]);
        await expect(small.signIn(name, passphrase)).rejects.toMatchObject({
          code: 'sign_in_refused',
        });
        expect(tries).toEqual([401, 401]);
        expect(installation.server.faults).toEqual([]);
      } finally {
        await installation.server.stop();
      }
    },
  );
});
