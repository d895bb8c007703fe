import {
  type AccountKeys,
  accountKeys,
  type AccountRealm,
  type Credentials,
  type Day,
  dayOf,
  type InstallationId,
  makeCredentials,
  normaliseName,
  OneTimeCodeStarted,
  openVault,
  type PaperSecrets,
  passphraseSecrets,
  ProtocolError,
  SignedIn,
  type StretchLevel,
  tokenHash,
} from '../../crypto/private.js';
import { createApi, persist, type Api, type Connection, type Credential } from '../api.js';
import { ClientError } from '../errors.js';
import type { AccountView } from '../models.js';
import { createPlace, type Place } from './place.js';

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
  /** In which the organisation counts days. */
  timeZone: string;
  /** What the passphrase in force is known by: hash of its proof, and how it is stretched. */
  passphrase: { proofHash: string; level: StretchLevel };
}

/** Refusals that come only where nothing of what was sent had arrived before. */
const REFUSED_FIRST = ['name_taken', 'words_in_use'];
/** Times that new secrets are tried where the answer to sending them was lost. */
const TRIES = 3;

/** The session that the other parts of the desk share. */
export interface DeskSession {
  api: Api;
  now(): Date;
  today(): Day;
  /** The day of a moment; both are counted in the organisation's time zone once somebody signed in. */
  dayOf(moment: string): Day;
  /** Throws `sign_in_needed` when nobody is signed in. */
  signedIn(): SignedInState;
  /** Where this is, and what words are bound to here. */
  place: Place;
  /** What the server gets to keep for new secrets, and how hard the passphrase was stretched. */
  credentialsFor(
    realm: AccountRealm,
    account: string,
    name: string,
    seed: Uint8Array,
    paper: PaperSecrets,
  ): { credentials: Credentials; level: StretchLevel };
  /**
   * Sends new secrets, which the person has on paper by now. Where the answer is lost, or a refusal
   * may only say that they arrived before, signing in with them tells whether they count. May be
   * called again.
   *
   * @throws ClientError `answer_lost` while nobody can say which secrets count; any other: the
   * secrets from before do.
   */
  bringInForce(name: string, paper: PaperSecrets, send: () => Promise<void>): Promise<void>;
  account: AccountDesk;
}

/** Signing in and out, and what belongs to an account. */
export interface AccountDesk {
  /**
   * What is here, with the names of the organisation whose signed directory this is; null before
   * set-up. Throws as {@link Place.look}.
   */
  installation(): Promise<{
    installation: InstallationId;
    state: 'empty' | 'ready';
    organisation: Record<string, string> | null;
  }>;
  signIn(name: string, passphrase: string, code?: string): Promise<AccountView>;
  startOneTimeCode(): Promise<{ uri: string; secret: string }>;
  confirmOneTimeCode(code: string): Promise<void>;
  stopOneTimeCode(code: string): Promise<void>;
  setMail(mail: string | null): Promise<void>;
  signOut(): Promise<void>;
}

/** Opens no session yet: connects, and keeps who signs in. */
export function createDeskSession(connection: DeskConnection): DeskSession {
  const api = createApi(connection);
  const place = createPlace(api, connection.now);
  let state: SignedInState | null = null;

  function signedIn(): SignedInState {
    if (state === null) throw new ClientError('sign_in_needed');
    return state;
  }

  function credentialsFor(
    realm: AccountRealm,
    account: string,
    name: string,
    seed: Uint8Array,
    paper: PaperSecrets,
  ): { credentials: Credentials; level: StretchLevel } {
    const at = (level: StretchLevel): { credentials: Credentials; level: StretchLevel } => ({
      credentials: makeCredentials(realm, account, name, seed, paper, level),
      level,
    });
    const level = connection.stretch ?? 'full';
    try {
      return at(level);
    } catch (error) {
      // A small device has no 256 MiB to give: the floor still holds.
      if (level === 'least') throw error;
      return at('least');
    }
  }

  async function signInAt(
    level: StretchLevel,
    name: string,
    passphrase: string,
    code: string | undefined,
  ): Promise<SignedInState> {
    const { installation, realm } = await place.here();
    const secrets = passphraseSecrets(realm, name, passphrase, level);
    const answer = await api.ask(SignedIn, {
      method: 'POST',
      path: '/api/desk/sessions',
      json: { name: normaliseName(name), proof: secrets.proof, code: code ?? null },
    });
    const { account } = answer;
    const timeZone = knownZone(answer.timeZone);
    const seed = openVault(secrets.vaultKey, realm, account.id, answer.vault);
    return {
      credential: { scheme: 'Desk', token: answer.token },
      installation,
      keys: accountKeys(seed),
      account: {
        id: account.id,
        name: account.name,
        part: account.part,
        oneTimeCode: account.oneTimeCode,
        mail: account.mail,
        sendsMail: account.sendsMail,
        timeZone,
      },
      memory: account.memory,
      timeZone,
      passphrase: { proofHash: tokenHash('login proof', secrets.proof), level },
    };
  }

  const levels: readonly [StretchLevel, StretchLevel] =
    connection.stretch === 'least' ? ['least', 'full'] : ['full', 'least'];

  async function enter(name: string, passphrase: string, code?: string): Promise<SignedInState> {
    try {
      return await signInAt(levels[0], name, passphrase, code);
    } catch (first) {
      // An account made on a small device was stretched at the floor; nothing tells which ones.
      if (!mayBeOtherLevel(first)) throw first;
      try {
        return await signInAt(levels[1], name, passphrase, code);
      } catch (second) {
        throw isRefusal(first) && mayBeOtherLevel(second) ? first : second;
      }
    }
  }

  /** Whether an account with this name takes this passphrase. A session it opens is ended again. */
  async function isInForce(name: string, { passphrase }: PaperSecrets): Promise<boolean> {
    try {
      const { credential } = await enter(name, passphrase.join(' '));
      const ending = api.tell({ method: 'DELETE', path: '/api/desk/sessions', credential });
      // else it ends by itself
      await ending.catch(() => undefined);
      return true;
    } catch (error) {
      const code = error instanceof ClientError ? error.code : '';
      // all three come after the right proof only
      if (['one_time_code_needed', 'not_admitted', 'account_locked'].includes(code)) return true;
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  async function bringInForce(
    name: string,
    paper: PaperSecrets,
    send: () => Promise<void>,
  ): Promise<void> {
    try {
      await persist(send);
    } catch (failure) {
      // with words from another desk, an older account of the name could take them as well
      if (failure instanceof ClientError && REFUSED_FIRST.includes(failure.code)) throw failure;
      let inForce: boolean;
      try {
        inForce = await persist(() => isInForce(name, paper), undefined, TRIES);
      } catch {
        throw new ClientError('answer_lost', true);
      }
      if (!inForce) throw failure;
    }
  }

  async function change(
    method: 'PUT' | 'DELETE',
    part: 'one-time-code' | 'mail',
    json: unknown,
  ): Promise<void> {
    const { credential } = signedIn();
    await api.tell({ method, path: `/api/desk/account/${part}`, credential, json });
  }

  const account: AccountDesk = {
    async installation() {
      const { installation, state, directory } = await place.look();
      const organisation = directory?.directory.organisations[0]?.names ?? null;
      return { installation, state, organisation };
    },

    async signIn(name, passphrase, code) {
      state = await enter(name, passphrase, code);
      return state.account;
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
    today: () => dayOf(connection.now(), state?.timeZone),
    dayOf: (moment) => dayOf(new Date(moment), state?.timeZone),
    signedIn,
    place,
    credentialsFor,
    bringInForce,
    account,
  };
}

/** Whether the server found the proof wrong: answers that come for no right one. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  return error.code === 'sign_in_refused' || error.code === 'too_many_attempts';
}

/** Whether a passphrase may be right at the other level: refused, or too hard for this device. */
function mayBeOtherLevel(error: unknown): boolean {
  return isRefusal(error) || !(error instanceof ClientError || error instanceof ProtocolError);
}

/** A zone by its name; the device's own where this device does not know it. */
function knownZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
  }
}
