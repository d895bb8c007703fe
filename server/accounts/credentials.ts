import { timingSafeEqual } from 'node:crypto';
import type { AccountId, AccountPart, Credentials, Day } from '../../crypto/public.js';
import { bytesOf } from '../bytes.js';
import { ApiError } from '../http/errors.js';
import type { AccountRow, AccountState } from './accounts-store.js';
import type { ServerKey } from './server-key.js';

/** A hash like any other that no proof has. */
const nobody = 'A'.repeat(43);

/** Whether a proof's hash is the one kept; takes as long where none is kept. */
export function hashHolds(given: string, kept: string | null): boolean {
  const wanted = Buffer.from(kept ?? nobody);
  const shown = Buffer.from(given);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted) && kept !== null;
}

/**
 * The columns that keep credentials: hashes of the proofs, and both vaults wrapped.
 *
 * @throws ApiError `malformed` for bytes in another than their one spelling.
 */
export function credentialColumns(
  serverKey: ServerKey,
  id: string,
  credentials: Credentials,
): Pick<AccountRow, 'proof_hash' | 'vault' | 'recovery_proof_hash' | 'recovery_vault'> {
  bytesOf(credentials.proofHash);
  bytesOf(credentials.recoveryProofHash);
  return {
    proof_hash: credentials.proofHash,
    vault: serverKey.wrap('vault', id, bytesOf(credentials.vault)),
    recovery_proof_hash: credentials.recoveryProofHash,
    recovery_vault: serverKey.wrap('recovery vault', id, bytesOf(credentials.recoveryVault)),
  };
}

/** The row of a new account. @throws ApiError as {@link credentialColumns}. */
export function newAccountRow(
  serverKey: ServerKey,
  account: {
    id: AccountId;
    name: string;
    part: AccountPart;
    state: AccountState;
    credentials: Credentials;
    createdOn: Day;
  },
): AccountRow {
  return {
    id: account.id,
    name: account.name,
    part: account.part,
    state: account.state,
    ...credentialColumns(serverKey, account.id, account.credentials),
    one_time_secret: null,
    one_time_state: 'off',
    one_time_step: 0,
    memory: null,
    mail: null,
    created_day: account.createdOn,
  };
}

/**
 * Refuses a name that is not written as clients normalise it: two spellings would be two accounts,
 * and the name is part of what a passphrase is stretched with.
 *
 * @throws ApiError `malformed`.
 */
export function checkName(name: string): void {
  const normal = name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
  if (normal !== name) throw new ApiError('malformed');
}
