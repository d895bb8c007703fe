import {
  type AccountKeys,
  accountKeys,
  type Day,
  dayOf,
  InstallationAnswer,
  type InstallationId,
  makeCredentials,
  newPaperSecrets,
  normaliseName,
  OneTimeCodeStarted,
  openVault,
  type PaperSecrets,
  passphraseReady,
  passphraseSecrets,
  ProtocolError,
  ready,
  Recovered,
  recoverySecrets,
  SignedIn,
  type StretchLevel,
} from '../../crypto/private.js';
import { createApi, pause, persist, type Api, type Connection, type Credential } from '../api.js';
import { ClientError } from '../errors.js';
import type { AccountView } from '../models.js';

/** Where a desk connects, whose clock it uses, and how hard new passphrases are stretched. */
export interface DeskConnection extends Connection {
  now: () => Date;
  /** For new credentials, and tried first at sign-in; `full` falls back to `least` where memory is short. */
  stretch?: StretchLevel;
}

/** What a signed-in desk holds in memory, and nowhere else. */
export interface SignedInState {
  credential: Credential;
  installation: InstallationId;
  keys: AccountKeys;
  account: AccountView;
  /** The sealed memory as the server handed it out at sign-in. */
  memory: string | null;
}

/** New secrets on their way: until the server's answer is here, nobody knows which ones count. */
interface PendingSecrets {
  /** Normalised. */
  name: string;
  paper: PaperSecrets;
  /** They were sent, and no answer came. */
  sent: boolean;
}

/** Times that credentials are sent before giving up. */
const TRIES = 5;

/** The session that the other parts of the desk share. */
export interface DeskSession {
  api: Api;
  now(): Date;
  today(): Day;
  /** Throws `sign_in_needed` when nobody is signed in. */
  signedIn(): SignedInState;
  installation(): Promise<{ installation: InstallationId; state: 'empty' | 'ready' }>;
  credentialsFor(
    account: string,
    name: string,
    seed: Uint8Array,
    paper: PaperSecrets,
  ): Promise<ReturnType<typeof makeCredentials>>;
  account: AccountDesk;
}

/** Signing in and out, and what belongs to an account. */
export interface AccountDesk {
  installation(): Promise<{ installation: InstallationId; state: 'empty' | 'ready' }>;
  signIn(name: string, passphrase: string, code?: string): Promise<AccountView>;
  recover(name: string, words: readonly string[], code?: string): Promise<PaperSecrets>;
  changePassphrase(passphrase: string): Promise<PaperSecrets>;
  startOneTimeCode(): Promise<{ uri: string; secret: string }>;
  confirmOneTimeCode(code: string): Promise<void>;
  stopOneTimeCode(code: string): Promise<void>;
  setMail(mail: string | null): Promise<void>;
  signOut(): Promise<void>;
}

/** Opens no session yet: connects, and keeps who signs in. */
export function createDeskSession(connection: DeskConnection): DeskSession {
  const api = createApi(connection);
  let state: SignedInState | null = null;
  let known: InstallationId | null = null;
  let pending: PendingSecrets | null = null;

  async function installation(): Promise<{
    installation: InstallationId;
    state: 'empty' | 'ready';
  }> {
    const answer = await api.ask(InstallationAnswer, {
      method: 'GET',
      path: '/api/desk/installation',
    });
    known = answer.installation;
    return answer;
  }

  async function installationId(): Promise<InstallationId> {
    await Promise.all([ready(), passphraseReady()]);
    return known ?? (await installation()).installation;
  }

  function signedIn(): SignedInState {
    if (state === null) throw new ClientError('sign_in_needed');
    return state;
  }

  async function credentialsFor(
    account: string,
    name: string,
    seed: Uint8Array,
    paper: PaperSecrets,
  ): Promise<ReturnType<typeof makeCredentials>> {
    const id = await installationId();
    const level = connection.stretch ?? 'full';
    try {
      return makeCredentials(id, account, name, seed, paper, level);
    } catch (error) {
      // A small device has no 256 MiB to give: the floor still holds.
      if (level === 'least') throw error;
      return makeCredentials(id, account, name, seed, paper, 'least');
    }
  }

  async function signInAt(
    level: StretchLevel,
    name: string,
    passphrase: string,
    code: string | undefined,
  ): Promise<SignedInState> {
    const id = await installationId();
    const secrets = passphraseSecrets(id, name, passphrase, level);
    const answer = await api.ask(SignedIn, {
      method: 'POST',
      path: '/api/desk/sessions',
      json: { name: normaliseName(name), proof: secrets.proof, code: code ?? null },
    });
    const { account } = answer;
    const seed = openVault(secrets.vaultKey, id, account.id, answer.vault);
    return {
      credential: { scheme: 'Desk', token: answer.token },
      installation: id,
      keys: accountKeys(seed),
      account: {
        id: account.id,
        name: account.name,
        part: account.part,
        oneTimeCode: account.oneTimeCode,
        mail: account.mail,
      },
      memory: account.memory,
    };
  }

  /** Whether the server has these secrets by now: it then knows the proof of the recovery kit. */
  async function isInPlace({ name, paper }: PendingSecrets): Promise<boolean> {
    const { proof } = recoverySecrets(paper.recoveryWords);
    const json = { name, proof, code: null };
    try {
      await api.ask(Recovered, { method: 'POST', path: '/api/desk/recovery', json });
      return true;
    } catch (error) {
      if (!(error instanceof ClientError) || error.temporary) throw error;
      return error.code === 'one_time_code_needed';
    }
  }

  /** The secrets of an earlier try whose answer was lost, if they arrived; else null. */
  async function arrivedBefore(name: string): Promise<PaperSecrets | null> {
    const before = pending;
    if (before?.name !== normaliseName(name) || !before.sent) return null;
    if (!(await persist(() => isInPlace(before)))) return null;
    pending = null;
    return before.paper;
  }

  /** Puts new secrets in place; a lost answer must not leave a passphrase that nobody was shown. */
  async function putCredentials(
    credential: Credential,
    account: string,
    name: string,
    seed: Uint8Array,
    proof: string,
  ): Promise<PaperSecrets> {
    const own = normaliseName(name);
    const made = pending?.name === own ? pending : null;
    const current = made ?? { name: own, paper: newPaperSecrets(), sent: false };
    pending = current;
    const credentials = await credentialsFor(account, name, seed, current.paper);
    const path = '/api/desk/account/credentials';
    for (let tries = 1; ; tries += 1) {
      try {
        await api.tell({ method: 'PUT', path, credential, json: { proof, credentials } });
        break;
      } catch (error) {
        if (!(error instanceof ClientError) || !error.temporary) throw error;
        current.sent = true;
        if (tries >= TRIES) throw error;
        await pause(250 * 2 ** tries);
        if (await persist(() => isInPlace(current))) break;
      }
    }
    pending = null;
    return current.paper;
  }

  async function change(
    method: 'PUT' | 'DELETE',
    part: 'one-time-code' | 'mail',
    json: unknown,
  ): Promise<void> {
    const { credential } = signedIn();
    await api.tell({ method, path: `/api/desk/account/${part}`, credential, json });
  }

  const levels: readonly [StretchLevel, StretchLevel] =
    connection.stretch === 'least' ? ['least', 'full'] : ['full', 'least'];

  const account: Omit<AccountDesk, 'installation'> = {
    async signIn(name, passphrase, code) {
      try {
        state = await signInAt(levels[0], name, passphrase, code);
      } catch (error) {
        // An account made on a small device was stretched at the floor; nothing tells which ones.
        const refused = error instanceof ClientError && error.code === 'sign_in_refused';
        const other = error instanceof ClientError || error instanceof ProtocolError;
        if (other && !refused) throw error;
        state = await signInAt(levels[1], name, passphrase, code);
      }
      return state.account;
    },

    async recover(name, words, code) {
      const id = await installationId();
      const arrived = await arrivedBefore(name);
      if (arrived !== null) return arrived;
      const secrets = recoverySecrets(words);
      const answer = await api.ask(Recovered, {
        method: 'POST',
        path: '/api/desk/recovery',
        json: { name: normaliseName(name), proof: secrets.proof, code: code ?? null },
      });
      const seed = openVault(secrets.vaultKey, id, answer.account.id, answer.vault);
      const credential = { scheme: 'Desk', token: answer.token } as const;
      return putCredentials(credential, answer.account.id, name, seed, secrets.proof);
    },

    async changePassphrase(passphrase) {
      const { credential, account, keys, installation: id } = signedIn();
      const arrived = await arrivedBefore(account.name);
      if (arrived !== null) return arrived;
      const putAt = (level: StretchLevel): Promise<PaperSecrets> => {
        const { proof } = passphraseSecrets(id, account.name, passphrase, level);
        return putCredentials(credential, account.id, account.name, keys.seed, proof);
      };
      try {
        return await putAt(levels[0]);
      } catch (error) {
        const refused = error instanceof ClientError && error.code === 'sign_in_refused';
        if (error instanceof ClientError && !refused) throw error;
        return putAt(levels[1]);
      }
    },

    startOneTimeCode() {
      const { credential } = signedIn();
      return api.ask(OneTimeCodeStarted, {
        method: 'POST',
        path: '/api/desk/account/one-time-code',
        credential,
      });
    },
    async confirmOneTimeCode(code) {
      await change('PUT', 'one-time-code', { code });
      signedIn().account.oneTimeCode = true;
    },
    async stopOneTimeCode(code) {
      await change('DELETE', 'one-time-code', { code });
      signedIn().account.oneTimeCode = false;
    },
    async setMail(mail) {
      await change('PUT', 'mail', { mail });
      signedIn().account.mail = mail;
    },

    async signOut() {
      const { credential, keys } = signedIn();
      state = null;
      for (const secret of [keys.seed, keys.kem.secretKey, keys.sig.secretKey, keys.own]) {
        secret.fill(0);
      }
      await api.tell({ method: 'DELETE', path: '/api/desk/sessions', credential });
    },
  };

  return {
    api,
    now: connection.now,
    today: () => dayOf(connection.now()),
    signedIn,
    installation,
    credentialsFor,
    account: { installation, ...account },
  };
}
