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
  ready,
  Recovered,
  recoverySecrets,
  SignedIn,
  type StretchLevel,
} from '../../crypto/private.js';
import { createApi, type Api, type Connection, type Credential } from '../api.js';
import { ClientError } from '../errors.js';
import type { AccountView } from '../models.js';

/** Where a desk connects, whose clock it uses, and how hard new passphrases are stretched. */
export interface DeskConnection extends Connection {
  now: () => Date;
  /** Floor for new credentials; `full` falls back to `least` where memory is short. */
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

  async function putCredentials(
    credential: Credential,
    account: string,
    name: string,
    seed: Uint8Array,
    proof: string,
  ): Promise<PaperSecrets> {
    const paper = newPaperSecrets();
    const credentials = await credentialsFor(account, name, seed, paper);
    await api.tell({
      method: 'PUT',
      path: '/api/desk/account/credentials',
      credential,
      json: { proof, credentials },
    });
    return paper;
  }

  async function change(
    method: 'PUT' | 'DELETE',
    part: 'one-time-code' | 'mail',
    json: unknown,
  ): Promise<void> {
    const { credential } = signedIn();
    await api.tell({ method, path: `/api/desk/account/${part}`, credential, json });
  }

  const account: Omit<AccountDesk, 'installation'> = {
    async signIn(name, passphrase, code) {
      try {
        state = await signInAt('full', name, passphrase, code);
      } catch (error) {
        // An account made on a small device was stretched at the floor; nothing tells which ones.
        const maybe = !(error instanceof ClientError) || error.code === 'sign_in_refused';
        if (!maybe) throw error;
        state = await signInAt('least', name, passphrase, code);
      }
      return state.account;
    },

    async recover(name, words, code) {
      const id = await installationId();
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
      const proofs = (['full', 'least'] as const).map(
        (level) => () => passphraseSecrets(id, account.name, passphrase, level).proof,
      );
      for (const [index, proof] of proofs.entries()) {
        try {
          return await putCredentials(credential, account.id, account.name, keys.seed, proof());
        } catch (error) {
          const refused = error instanceof ClientError && error.code === 'sign_in_refused';
          if (!refused || index === proofs.length - 1) throw error;
        }
      }
      throw new ClientError('sign_in_refused');
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
      const { credential } = signedIn();
      state = null;
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
