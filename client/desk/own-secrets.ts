import {
  newPaperSecrets,
  normaliseName,
  openVault,
  type PaperSecrets,
  passphraseSecrets,
  Recovered,
  recoverySecrets,
  tokenHash,
} from '../../crypto/private.js';
import type { Credential } from '../api.js';
import { ClientError } from '../errors.js';
import type { DeskSession, SignedInState } from './session.js';

/**
 * A new passphrase and recovery kit for an account there is. They are made here, shown, put on paper
 * and confirmed, and only then sent: until the server said that they count, those from before do.
 */
export interface SecretsDesk {
  /**
   * Makes new secrets for whoever is signed in; nothing is sent.
   *
   * @param own in place of new ones: those of this person's account in another organisation.
   * @throws ClientError `proof_refused` unless the passphrase is the one in use.
   */
  prepareChange(passphrase: string, own?: PaperSecrets): Promise<PaperSecrets>;
  /**
   * Brings them in force and ends every other session. May be called again after a failure.
   *
   * @throws ClientError `answer_lost` while nobody can say which secrets count; any other, such as
   * `words_in_use` for somebody else's kit: those from before do.
   */
  finishChange(): Promise<void>;
  /**
   * Opens the account with its kit and makes new secrets; nothing of the account is changed. Asked
   * again for the same name, the secrets are the same until they count.
   */
  prepareRecovery(name: string, words: readonly string[], code?: string): Promise<PaperSecrets>;
  /**
   * Brings them in force and ends every session. May be called again after a failure.
   *
   * @throws ClientError `sign_in_needed` when the recovery took too long and has to be prepared
   * again, else as {@link SecretsDesk.finishChange}.
   */
  finishRecovery(): Promise<void>;
}

/** What is sent once the person has the secrets. */
interface Prepared {
  paper: PaperSecrets;
  /** Of the passphrase or kit in force. */
  proof: string;
}

interface Recovery extends Prepared {
  /** Normalised. */
  name: string;
  account: string;
  seed: Uint8Array;
  credential: Credential;
}

/** See {@link SecretsDesk}. */
export function createSecretsDesk(session: DeskSession): SecretsDesk {
  const { api } = session;
  const path = '/api/desk/account/credentials';
  const changes = new WeakMap<SignedInState, Prepared>();
  let recovery: Recovery | null = null;

  return {
    async prepareChange(passphrase, own) {
      const state = session.signedIn();
      const { proofHash, level } = state.passphrase;
      const { realm } = await session.place.here();
      const { proof } = passphraseSecrets(realm, state.account.name, passphrase, level);
      if (tokenHash('login proof', proof) !== proofHash) throw new ClientError('proof_refused');
      const paper = own ?? newPaperSecrets();
      changes.set(state, { paper, proof });
      return paper;
    },

    async finishChange() {
      const state = session.signedIn();
      const prepared = changes.get(state);
      if (prepared === undefined) throw new ClientError('not_prepared');
      const { credential, account, keys } = state;
      const { paper, proof } = prepared;
      const { id, name } = account;
      const { realm } = await session.place.here();
      const { credentials, level } = session.credentialsFor(realm, id, name, keys.seed, paper);
      await session.bringInForce(name, paper, () =>
        api.tell({ method: 'PUT', path, credential, json: { proof, credentials } }),
      );
      state.passphrase = { proofHash: credentials.proofHash, level };
      changes.delete(state);
    },

    async prepareRecovery(name, words, code) {
      const { realm } = await session.place.here();
      const { vaultKey, proof } = recoverySecrets(realm, words);
      const own = normaliseName(name);
      const { account, vault, token } = await api.ask(Recovered, {
        method: 'POST',
        path: '/api/desk/recovery',
        json: { name: own, proof, code: code ?? null },
      });
      recovery = {
        name: own,
        account: account.id,
        seed: openVault(vaultKey, realm, account.id, vault),
        credential: { scheme: 'Desk', token },
        proof,
        paper: recovery?.name === own ? recovery.paper : newPaperSecrets(),
      };
      return recovery.paper;
    },

    async finishRecovery() {
      if (recovery === null) throw new ClientError('not_prepared');
      const { name, account, seed, credential, proof, paper } = recovery;
      const { realm } = await session.place.here();
      const { credentials } = session.credentialsFor(realm, account, name, seed, paper);
      await session.bringInForce(name, paper, () =>
        api.tell({ method: 'PUT', path, credential, json: { proof, credentials } }),
      );
      recovery = null;
    },
  };
}
