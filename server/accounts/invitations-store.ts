import type { Knex } from 'knex';
import type { AccountId, ChannelId, Day, InvitedPart, ReaderId } from '../../crypto/public.js';

/** A row of `invitations`. It is gone once its person was admitted or it ran out. */
export interface InvitationRow {
  id: string;
  token_hash: string;
  created_by: AccountId;
  sealed_secret: Uint8Array;
  shown_name: string;
  channel: ChannelId;
  part: InvitedPart;
  replaces: ReaderId | null;
  created_day: Day;
  used_by: ReaderId | null;
}

/** A row of `admissions`: somebody who waits for signatures. Without an invitation, a recovery officer. */
export interface AdmissionRow {
  reader: ReaderId;
  /** The person's record as its canonical JSON. */
  record: string;
  invitation: string | null;
  authenticator: string | null;
  handler: ReaderId | null;
  handler_signature: string | null;
}

/** Stores an invitation. */
export async function insertInvitation(trx: Knex, row: InvitationRow): Promise<void> {
  await trx<InvitationRow>('invitations').insert(row);
}

/** An invitation by its id. */
export async function invitationById(db: Knex, id: string): Promise<InvitationRow | undefined> {
  return db<InvitationRow>('invitations').where({ id }).first();
}

/** All invitations, oldest first. */
export async function listInvitations(db: Knex): Promise<InvitationRow[]> {
  return db<InvitationRow>('invitations').orderBy(['created_day', 'id']).select();
}

/** Marks an invitation as used. Answers false where somebody else was first. */
export async function useInvitation(trx: Knex, id: string, reader: ReaderId): Promise<boolean> {
  const changed = await trx<InvitationRow>('invitations')
    .where({ id })
    .whereNull('used_by')
    .update({ used_by: reader });
  return changed === 1;
}

/** Withdraws an invitation that nobody used. */
export async function deleteInvitation(trx: Knex, id: string): Promise<void> {
  await trx<InvitationRow>('invitations').where({ id }).delete();
}

/** Withdraws what an account invited and nobody used. */
export async function deleteUnusedInvitationsBy(trx: Knex, account: string): Promise<void> {
  await trx<InvitationRow>('invitations')
    .where('created_by', account)
    .whereNull('used_by')
    .delete();
}

/** Forgets unused invitations from before a day. */
export async function deleteInvitationsBefore(trx: Knex, day: Day): Promise<void> {
  await trx<InvitationRow>('invitations')
    .where('created_day', '<', day)
    .whereNull('used_by')
    .delete();
}

/** Stores an admission. */
export async function insertAdmission(trx: Knex, row: AdmissionRow): Promise<void> {
  await trx<AdmissionRow>('admissions').insert(row);
}

/** The admission that a reader waits for. */
export async function admissionOf(db: Knex, reader: string): Promise<AdmissionRow | undefined> {
  return db<AdmissionRow>('admissions').where('reader', reader).first();
}

/** Everybody who waits for signatures. */
export async function listAdmissions(db: Knex): Promise<AdmissionRow[]> {
  return db<AdmissionRow>('admissions').orderBy('reader').select();
}

/** Keeps a handler's half. */
export async function keepHandlerSignature(
  trx: Knex,
  reader: string,
  handler: ReaderId,
  signature: string,
): Promise<void> {
  await trx<AdmissionRow>('admissions')
    .where('reader', reader)
    .update({ handler, handler_signature: signature });
}

/** Forgets the signatures of a handler who left. */
export async function dropSignaturesBy(trx: Knex, handler: string): Promise<void> {
  await trx<AdmissionRow>('admissions')
    .where('handler', handler)
    .update({ handler: null, handler_signature: null });
}

/** Ends an admission, together with the invitation behind it. */
export async function deleteAdmission(trx: Knex, row: AdmissionRow): Promise<void> {
  await trx<AdmissionRow>('admissions').where('reader', row.reader).delete();
  if (row.invitation !== null) await deleteInvitation(trx, row.invitation);
}
