import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDesk, type Desk } from '../../client/handler.js';
import { codeOf, setUpSecret } from '../support/desk.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer, hurry, type LyingServer } from '../support/lying-server.js';
import { startTestServer } from '../support/server.js';

/*
 * Secrets that a person puts on paper count once the server has them and not before: whatever gets
 * lost on the way, what was shown is what works, or what was there before still does.
 */

let installation: Installation;
let server: LyingServer;

beforeAll(async () => {
  installation = await startInstallation();
  server = createLyingServer();
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

/** A desk whose connection breaks for good with the next answer to such a request, until mended. */
function unluckyDesk(path: RegExp): { desk: Desk; mend(): void } {
  let broken = false;
  const through = createLyingServer(async (input, init) => {
    if (broken) throw new TypeError('fetch failed');
    const response = await fetch(input, init);
    if (init.method !== 'GET' && path.test(new URL(input).pathname)) {
      broken = true;
      await response.arrayBuffer();
      throw new TypeError('fetch failed');
    }
    return response;
  });
  return {
    desk: installation.newDesk(through.fetch),
    mend() {
      broken = false;
      path = /^never$/;
    },
  };
}

// passphrases that are refused are stretched twice, once as hard as a desk does
describe('a new passphrase and recovery kit', { timeout: 120_000 }, () => {
  const CREDENTIALS = /^\/api\/desk\/account\/credentials$/;
  const inWords = ({ passphrase }: { passphrase: string[] }): string => passphrase.join(' ');
  /** Harald, with the secrets in force. */
  let own: { name: string; passphrase: string; kit: readonly string[] };

  const takes = async (passphrase: string): Promise<boolean> => {
    const fresh = installation.newDesk();
    try {
      await fresh.signIn(own.name, passphrase);
    } catch (error) {
      expect(error).toMatchObject({ code: 'sign_in_refused' });
      return false;
    }
    await fresh.signOut();
    return true;
  };
  const takesKit = (kit: readonly string[]): Promise<boolean> =>
    installation
      .newDesk()
      .prepareRecovery(own.name, kit)
      .then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'sign_in_refused' });
          return false;
        },
      );
  /** That these count, passphrase and kit both, and those from before no longer. */
  const expectInForce = async (paper: {
    passphrase: string[];
    recoveryWords: string[];
  }): Promise<void> => {
    expect(await takes(own.passphrase)).toBe(false);
    expect(await takesKit(own.kit)).toBe(false);
    expect(await takes(inWords(paper))).toBe(true);
    expect(await takesKit(paper.recoveryWords)).toBe(true);
    own = { name: own.name, passphrase: inWords(paper), kit: paper.recoveryWords };
  };
  const expectNotInForce = async (paper: {
    passphrase: string[];
    recoveryWords: string[];
  }): Promise<void> => {
    expect(await takes(inWords(paper))).toBe(false);
    expect(await takesKit(paper.recoveryWords)).toBe(false);
    expect(await takes(own.passphrase)).toBe(true);
    expect(await takesKit(own.kit)).toBe(true);
  };
  const deskOfOwn = async (at = installation.newDesk(server.fetch)): Promise<Desk> => {
    await at.signIn(own.name, own.passphrase);
    return at;
  };

  beforeAll(() => {
    const [, { name, passphrase, recoveryWords }] = installation.handlers;
    own = { name, passphrase, kit: recoveryWords };
  });

  it('count for nothing until they are sent, which only the finish does', async () => {
    const at = await deskOfOwn();
    server.listen();
    const paper = await at.prepareChange(own.passphrase);
    expect(server.sent).toEqual([]);
    await expectNotInForce(paper);
    const recovering = installation.newDesk(server.fetch);
    const other = await recovering.prepareRecovery(own.name, own.kit);
    await expectNotInForce(other);
    // neither opened nor shown: what is made next is another
    expect(await at.prepareChange(own.passphrase)).not.toEqual(paper);
  });

  it('are not made for whoever does not know the passphrase in use, and nothing is sent', async () => {
    const at = await deskOfOwn();
    server.listen();
    await expect(at.prepareChange('not the seven words')).rejects.toMatchObject({
      code: 'proof_refused',
    });
    expect(server.sent).toEqual([]);
    await expect(at.finishChange()).rejects.toMatchObject({ code: 'not_prepared' });
  });

  it('are those that were shown, and the desk goes on with them', async () => {
    const at = await deskOfOwn();
    const paper = await at.prepareChange(own.passphrase);
    await at.finishChange();
    await expectInForce(paper);
    // the same session, and the passphrase it now asks for
    const next = await at.prepareChange(inWords(paper));
    await at.finishChange();
    await expectInForce(next);
  });

  it('are in force although the answer was lost', async () => {
    const at = await deskOfOwn();
    const paper = await at.prepareChange(own.passphrase);
    server.loseAnswer('PUT', CREDENTIALS);
    await at.finishChange();
    await expectInForce(paper);

    const recovering = installation.newDesk(server.fetch);
    const recovered = await recovering.prepareRecovery(own.name, own.kit);
    server.loseAnswer('PUT', CREDENTIALS, 5);
    await recovering.finishRecovery();
    await expectInForce(recovered);
  });

  it('are not in force where they never arrived, and are the same at the next try', async () => {
    const at = await deskOfOwn();
    const paper = await at.prepareChange(own.passphrase);
    server.loseRequest('PUT', CREDENTIALS, 5);
    await expect(at.finishChange()).rejects.toMatchObject({ code: 'network' });
    await expectNotInForce(paper);
    await at.finishChange();
    await expectInForce(paper);

    const recovering = installation.newDesk(server.fetch);
    const recovered = await recovering.prepareRecovery(own.name, own.kit);
    server.loseRequest('PUT', CREDENTIALS, 5);
    await expect(recovering.finishRecovery()).rejects.toMatchObject({ code: 'network' });
    await expectNotInForce(recovered);
    await recovering.finishRecovery();
    await expectInForce(recovered);
  });

  it('leave nobody in the dark where the connection broke for good', async () => {
    const changing = unluckyDesk(CREDENTIALS);
    const at = await deskOfOwn(changing.desk);
    const paper = await at.prepareChange(own.passphrase);
    await expect(at.finishChange()).rejects.toMatchObject({ code: 'answer_lost' });
    changing.mend();
    await at.finishChange();
    await expectInForce(paper);

    const recovering = unluckyDesk(CREDENTIALS);
    const recovered = await recovering.desk.prepareRecovery(own.name, own.kit);
    await expect(recovering.desk.finishRecovery()).rejects.toMatchObject({ code: 'answer_lost' });
    recovering.mend();
    await recovering.desk.finishRecovery();
    await expectInForce(recovered);
  });

  it('stay the same where a recovery takes longer than half an hour', async () => {
    const recovering = installation.newDesk();
    const paper = await recovering.prepareRecovery(own.name, own.kit);
    installation.clock.set(new Date(installation.clock.now().getTime() + 31 * 60_000));
    await expect(recovering.finishRecovery()).rejects.toMatchObject({ code: 'sign_in_needed' });
    await expectNotInForce(paper);
    expect(await recovering.prepareRecovery(own.name, own.kit)).toEqual(paper);
    await recovering.finishRecovery();
    await expectInForce(paper);
  });

  it('are told from the old ones where sign-in also asks for a one-time code', async () => {
    const at = await deskOfOwn();
    const { secret } = await at.startOneTimeCode();
    await at.confirmOneTimeCode(codeOf(secret, installation.clock.now()));
    const paper = await at.prepareChange(own.passphrase);
    server.loseAnswer('PUT', CREDENTIALS);
    await at.finishChange();
    installation.clock.set(new Date(installation.clock.now().getTime() + 60_000));
    await at.stopOneTimeCode(codeOf(secret, installation.clock.now()));
    await expectInForce(paper);
  });
});

describe('somebody who joins', { timeout: 120_000 }, () => {
  const JOIN = /\/join$/;

  async function invited(): Promise<{ inviter: Desk; fragment: string }> {
    const [hanna] = installation.handlers;
    const inviter = await installation.signIn(hanna);
    const { fragment } = await inviter.invite({ shownName: 'New Handler' });
    return { inviter, fragment };
  }
  const expectWaiting = async (
    inviter: Desk,
    name: string,
    paper: { passphrase: string[]; recoveryWords: string[]; words: string[] },
  ): Promise<void> => {
    const { admissions, accounts } = await inviter.members();
    expect(accounts.filter((each) => each.name === name)).toHaveLength(1);
    expect(admissions.filter(({ words }) => words.join() === paper.words.join())).toMatchObject([
      { authentic: true },
    ]);
    const fresh = installation.newDesk();
    await expect(fresh.signIn(name, paper.passphrase.join(' '))).rejects.toMatchObject({
      code: 'not_admitted',
    });
    await expect(fresh.prepareRecovery(name, paper.recoveryWords)).rejects.toMatchObject({
      code: 'not_admitted',
    });
  };

  it('has the account once, with the words that were shown, whatever answers were lost', async () => {
    const { inviter, fragment } = await invited();
    const joining = installation.newDesk(server.fetch);
    const paper = await joining.prepareJoining();
    server.loseAnswer('POST', JOIN, 3);
    await joining.finishJoining(fragment, { name: 'ida', role: {} });
    await expectWaiting(inviter, 'ida', paper);
  });

  it('finds the link as it was until the account is made', async () => {
    const { inviter, fragment } = await invited();
    // a tab closed before the words were confirmed
    await installation.newDesk().prepareJoining();
    const joining = installation.newDesk(server.fetch);
    const paper = await joining.prepareJoining();
    server.loseRequest('POST', JOIN, 5);
    await expect(joining.finishJoining(fragment, { name: 'jon', role: {} })).rejects.toMatchObject({
      code: 'network',
    });
    // a name somebody else took meanwhile is changed, the words stay
    await expect(
      joining.finishJoining(fragment, { name: 'HANNA', role: {} }),
    ).rejects.toMatchObject({ code: 'name_taken' });
    await joining.finishJoining(fragment, { name: 'jon', role: {} });
    await expectWaiting(inviter, 'jon', paper);
  });

  it('is told that nobody knows yet where the connection broke for good, then that it is done', async () => {
    const { inviter, fragment } = await invited();
    const joining = unluckyDesk(JOIN);
    const paper = await joining.desk.prepareJoining();
    const input = { name: 'kim', role: {} };
    await expect(joining.desk.finishJoining(fragment, input)).rejects.toMatchObject({
      code: 'answer_lost',
    });
    joining.mend();
    await joining.desk.finishJoining(fragment, input);
    await expectWaiting(inviter, 'kim', paper);
  });
});

describe('a recovery officer', () => {
  it('is proposed once, by the key on the paper, whatever answers were lost', async () => {
    const administrator = await installation.signIn(installation.administrator, server.fetch);
    const officers = async (): Promise<unknown[]> =>
      (await administrator.members()).admissions.filter(({ part }) => part === 'recovery_officer');
    const paper = await administrator.prepareRecoveryOfficer();
    expect(await officers()).toEqual([]);
    server.loseRequest('POST', /admissions$/, 5);
    const input = { shownName: 'Paper in the safe' };
    await expect(administrator.proposeRecoveryOfficer(input)).rejects.toMatchObject({
      code: 'network',
    });
    expect(await officers()).toEqual([]);
    server.loseAnswer('POST', /admissions$/, 5);
    await administrator.proposeRecoveryOfficer(input);
    expect(await officers()).toMatchObject([{ authentic: true, words: paper.fingerprint }]);
  });
});

describe('a set-up', () => {
  it('whose answer was lost is done once, under the secrets that were shown', async () => {
    const empty = await startTestServer({ clock: installation.clock.now });
    try {
      const desk = createDesk({
        address: empty.url,
        fetch: server.fetch,
        now: installation.clock.now,
        stretch: 'least',
      });
      const secret = await setUpSecret(empty);
      const { administrator, handler } = await desk.prepareSetUp();
      server.loseAnswer('POST', /set-up$/, 2);
      await desk.finishSetUp(secret, {
        organisation: { names: { en: 'Example' }, country: 'SE' },
        languages: ['en'],
        channelNames: { en: 'Reports' },
        texts: { en: 'Write to us.' },
        administrator: { name: 'anna' },
        handler: { name: 'hanna', shownName: 'Hanna', role: {} },
      });
      await desk.signIn('anna', administrator.passphrase.join(' '));
      await desk.signIn('hanna', handler.passphrase.join(' '));
      await desk.prepareRecovery('hanna', handler.recoveryWords);
    } finally {
      await empty.stop();
    }
  });
});
