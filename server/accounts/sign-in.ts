import type { Knex } from 'knex';
import type * as v from 'valibot';
import {
  tokenHash,
  type Recover,
  type Recovered,
  type SignedIn,
  type SignIn,
} from '../../crypto/public.js';
import { OPERATION_SCOPE, type Audit } from '../audit/service.js';
import { bytesOf, textOf } from '../bytes.js';
import { endCeremoniesWithout } from '../ceremonies/store.js';
import { ApiError } from '../http/errors.js';
import { accountById, proofsOfName, type AccountRow } from './accounts-store.js';
import { hashHolds } from './credentials.js';
import type { TakeCode } from './one-time-code.js';
import type { ServerKey } from './server-key.js';
import type { Sessions } from './sessions.js';
import type { WrongProofs } from './wrong-proofs.js';

/** Runs a task once the answer is sent, so that what it does cannot be told from the answer's time. */
export type AfterAnswer = (task: () => Promise<void>) => void;

/** Where a request came from and how its answer can be followed. */
export interface Asked {
  /** Of the network. */
  readonly address: string;
  readonly afterAnswer: AfterAnswer;
}

/**
 * Opens sessions. An unknown name, a removed account and a wrong proof get the same answer, after
 * the same look-up and comparison, and count alike. A right proof is taken however many were wrong.
 *
 * Both throw ApiError `too_many_attempts`, `sign_in_refused`, `not_admitted` (right proof, but the
 * two signatures are missing), `account_locked`, `one_time_code_needed` (right proof without the code that is on).
 */
export interface SignInService {
  signIn(
    input: v.InferOutput<typeof SignIn>,
    asked: Asked,
  ): Promise<v.InferOutput<typeof SignedIn>>;
  recover(
    input: v.InferOutput<typeof Recover>,
    asked: Asked,
  ): Promise<v.InferOutput<typeof Recovered>>;
}

export interface SignInOptions {
  db: Knex;
  audit: Audit;
  serverKey: ServerKey;
  sessions: Sessions;
  wrongProofs: WrongProofs;
  takeCode: TakeCode;
  /** Whether a mail server is configured. */
  sendsMail: boolean;
  /** In which the organisation counts days. */
  timeZone: string;
}

type Way = 'login proof' | 'recovery proof';

/** Makes signing in and recovery. */
export function createSignIn(options: SignInOptions): SignInService {
  const { db, audit, serverKey, sessions, wrongProofs, takeCode } = options;

  /** Writes down what happened to an account, and nothing where there is none of that name. */
  async function record(action: string, name: string): Promise<void> {
    await db.transaction(async (trx) => {
      const account = await proofsOfName(trx, name);
      if (account === undefined) return;
      const event = { scope: OPERATION_SCOPE, action, actor: null };
      await audit.append(trx, { ...event, details: { account: account.id } });
    });
  }

  /** The id of the account whose proof this is. */
  async function proven(
    way: Way,
    name: string,
    proof: string,
    { address, afterAnswer }: Asked,
  ): Promise<string> {
    bytesOf(proof);
    const key = { way, name, address };
    const account = await proofsOfName(db, name);
    const column = way === 'login proof' ? 'proof_hash' : 'recovery_proof_hash';
    if (!hashHolds(tokenHash(way, proof), account?.[column] ?? null) || account === undefined) {
      throw await wrongProofs.refusal(key, () => {
        afterAnswer(() => record('proofs_refused', name));
      });
    }
    wrongProofs.succeeded(key);
    if (account.state === 'locked') throw new ApiError('account_locked');
    if (account.state !== 'active') throw new ApiError('not_admitted');
    return account.id;
  }

  async function activeAccount(
    trx: Knex,
    id: string,
    code: string | null,
    { afterAnswer }: Asked,
  ): Promise<AccountRow> {
    const account = await accountById(trx, id);
    if (account?.state !== 'active') throw new ApiError('sign_in_refused');
    if (account.one_time_state !== 'on') return account;
    if (code === null) throw new ApiError('one_time_code_needed');
    const taken = await takeCode(trx, account, code);
    if (taken === 'locked') afterAnswer(() => record('locked_out', account.name));
    if (taken !== 'right') throw new ApiError('sign_in_refused');
    return account;
  }

  return {
    async signIn({ name, proof, code }, asked) {
      const id = await proven('login proof', name, proof, asked);
      return db.transaction(async (trx) => {
        const account = await activeAccount(trx, id, code, asked);
        const { part, memory, mail } = account;
        const token = await sessions.open(trx, account.id, 'desk');
        await endCeremoniesWithout(trx, account.id);
        const event = { scope: OPERATION_SCOPE, action: 'signed_in', actor: account.id };
        await audit.append(trx, { ...event, details: {} });
        return {
          token,
          account: {
            id: account.id,
            name,
            part,
            oneTimeCode: account.one_time_state === 'on',
            memory: memory === null ? null : textOf(memory),
            mail,
            sendsMail: options.sendsMail,
          },
          timeZone: options.timeZone,
          vault: textOf(serverKey.unwrap('vault', account.id, account.vault)),
        };
      });
    },

    async recover({ name, proof, code }, asked) {
      const id = await proven('recovery proof', name, proof, asked);
      return db.transaction(async (trx) => {
        const account = await activeAccount(trx, id, code, asked);
        const token = await sessions.open(trx, account.id, 'recovery');
        await endCeremoniesWithout(trx, account.id);
        const event = { scope: OPERATION_SCOPE, action: 'recovery_kit_used', actor: account.id };
        await audit.append(trx, { ...event, details: {} });
        const vault = serverKey.unwrap('recovery vault', account.id, account.recovery_vault);
        return {
          token,
          account: { id: account.id, name, part: account.part },
          vault: textOf(vault),
        };
      });
    },
  };
}
