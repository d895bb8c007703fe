import {
  accountRealm,
  type AccountRealm,
  dayOf,
  InstallationAnswer,
  type InstallationId,
  passphraseReady,
  ready,
  type VerifiedDirectory,
} from '../../crypto/private.js';
import type { Api } from '../api.js';
import { loadDirectory } from '../directory.js';
import { ClientError } from '../errors.js';

/** What a server says of itself. */
export interface InstallationState {
  installation: InstallationId;
  state: 'empty' | 'ready';
}

/** Where words are used. */
export interface Here {
  installation: InstallationId;
  /** What words are bound to. */
  realm: AccountRealm;
}

/** Where words would be used: one installation under one root, the first that a desk was shown. */
export interface Place {
  /** Asks what is here. Throws ClientError `wrong_directory` for another than before. */
  installation(): Promise<InstallationState>;
  /** With the signed directory; null before set-up. Throws as `loadDirectory`, and `wrong_directory`. */
  look(): Promise<InstallationState & { directory: VerifiedDirectory | null }>;
  /**
   * Holds a directory that was verified against the first.
   *
   * @throws ClientError `wrong_directory` for another installation or root than before.
   */
  check(verified: VerifiedDirectory): Here;
  /**
   * What is here, looked at once, with everything loaded that passphrases need. Throws as
   * {@link Place.look}, and `sign_in_refused` before set-up: nobody has words there.
   */
  here(): Promise<Here>;
}

/** See {@link Place}. Keeps what it sees first for as long as it lives. */
export function createPlace(api: Api, now: () => Date): Place {
  let first: InstallationId | null = null;
  let kept: Here | null = null;
  let looking: ReturnType<Place['look']> | null = null;

  function see(installation: InstallationId): void {
    // the one whose name was shown, whatever the server says afterwards
    first ??= installation;
    if (installation !== first) throw new ClientError('wrong_directory');
  }

  function check({ directory }: VerifiedDirectory): Here {
    const { installation } = directory;
    see(installation);
    const root = directory.organisations[0]?.root;
    if (root === undefined) throw new ClientError('wrong_directory');
    const realm = accountRealm(installation, root);
    // an installation's id is no secret, and anybody can sign a directory with it
    kept ??= { installation, realm };
    if (realm !== kept.realm) throw new ClientError('wrong_directory');
    return kept;
  }

  async function installation(): Promise<InstallationState> {
    const path = '/api/desk/installation';
    const answer = await api.ask(InstallationAnswer, { method: 'GET', path });
    see(answer.installation);
    return answer;
  }

  async function lookNow(): ReturnType<Place['look']> {
    const answer = await installation();
    if (answer.state === 'empty') return { ...answer, directory: null };
    const verified = await loadDirectory(api, dayOf(now()));
    check(verified);
    return { ...answer, directory: verified };
  }

  function look(): ReturnType<Place['look']> {
    const asked = lookNow();
    looking = asked;
    const forget = (): void => {
      if (looking === asked) looking = null;
    };
    // what is empty may be set up the next time
    asked.then(({ state }) => {
      if (state === 'empty') forget();
    }, forget);
    return asked;
  }

  return {
    installation,
    look,
    check,
    async here() {
      await Promise.all([ready(), passphraseReady()]);
      if (kept !== null) return kept;
      // one that is under way does: the server is not asked twice because somebody types fast
      const { directory } = await (looking ?? look());
      if (directory === null) throw new ClientError('sign_in_refused');
      return check(directory);
    },
  };
}
