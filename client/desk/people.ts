import * as v from 'valibot';
import {
  AccountId,
  accountKeys,
  admissionFields,
  derive,
  fingerprintWords,
  fromBase64,
  InvitationAnswer,
  Members,
  newAccountKeys,
  newId,
  newPaperKey,
  newPaperSecrets,
  normaliseName,
  openBox,
  type PaperSecrets,
  paperSecret,
  passphraseReady,
  randomBytes,
  ReaderId,
  type ReaderRecord,
  ready,
  sealBox,
  sign,
  toBase64,
  toJsonBytes,
  tokenHash,
  verify,
  verifyDirectory,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { AdmissionView, InvitationView, MembersView } from '../models.js';
import { publishChange } from './directory-edit.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession, SignedInState } from './session.js';

/** How people come to the desk and leave it. */
export interface PeopleDesk {
  members(): Promise<MembersView>;
  /** Answers what goes behind `#` in the link; it authenticates the keys that come back. */
  invite(input: { shownName: string }): Promise<{ fragment: string }>;
  withdrawInvitation(id: string): Promise<void>;
  readInvitation(fragment: string): Promise<InvitationView>;
  /** Makes the new person's keys and account; `words` are to be told to the inviter. */
  join(
    fragment: string,
    input: { name: string; role: Record<string, string> },
  ): Promise<PaperSecrets & { words: string[] }>;
  /** A handler's signature, or with it in place the administrator's, which makes a new version. */
  admit(id: string): Promise<void>;
  refuse(id: string): Promise<void>;
  /**
   * 24 words that exist nowhere else once they are printed, and the eight words of their keys: they
   * belong on the same paper, since whoever signs the admission compares them.
   */
  nameRecoveryOfficer(input: {
    shownName: string;
  }): Promise<{ words: string[]; fingerprint: string[] }>;
  /** Takes a reader out of the directory and ends the account. */
  remove(readerId: string): Promise<void>;
}

type PendingAdmission = v.InferOutput<typeof Members>['admissions'][number];

/** The two keys of an invitation's secret: one lets the holder join, one vouches for the keys. */
function invitationKeys(secret: Uint8Array): { token: string; vouching: Uint8Array } {
  return {
    token: toBase64(derive(secret, 'invitation token')),
    vouching: derive(secret, 'invitation authenticator'),
  };
}

function authenticatorOf(vouching: Uint8Array, record: ReaderRecord): string {
  return toBase64(derive(vouching, 'record', toJsonBytes(record)));
}

function parseFragment(fragment: string): { id: string; secret: Uint8Array } {
  const found = /^#?([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(fragment.trim());
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new ClientError('invitation_unreadable');
  }
  return { id: found[1], secret: fromBase64(found[2]) };
}

/** See {@link PeopleDesk}. */
export function createPeopleDesk(session: DeskSession, watch: DirectoryWatch): PeopleDesk {
  const { api } = session;
  /** Records that this session proposed, by id: nobody else vouches for their keys. */
  const proposals = new WeakMap<SignedInState, Map<string, string>>();

  async function fetchMembers(): Promise<v.InferOutput<typeof Members>> {
    const { credential } = session.signedIn();
    return api.ask(Members, { method: 'GET', path: '/api/desk/members', credential });
  }

  /** Whether the record came from whoever held the link; null where this person made no link. */
  function authentic({ record, invitation }: PendingAdmission): boolean | null {
    const { keys, account } = session.signedIn();
    if (invitation === null) {
      // A handler comes by invitation only: one without was made up by whoever runs the server.
      if (record.part === 'handler') return false;
      const own = proposals.get(session.signedIn())?.get(record.id);
      return own === undefined ? null : own === JSON.stringify(record);
    }
    // Who made the link gets the sealed secret back: without it, these keys are not vouched for.
    if (invitation.sealedSecret === null) return invitation.by === account.id ? false : null;
    const box = fromBase64(invitation.sealedSecret);
    const secret = openBox(keys.own, 'invitation', [invitation.id, account.id], box);
    const { vouching } = invitationKeys(secret);
    return authenticatorOf(vouching, record) === invitation.authenticator;
  }

  function admissionView(pending: PendingAdmission): AdmissionView {
    const { record } = pending;
    return {
      id: record.id,
      name: record.name,
      part: record.part,
      words: fingerprintWords(fromBase64(record.kem), fromBase64(record.sig)),
      authentic: authentic(pending),
      handlerSigned: pending.handlerSignature !== null,
    };
  }

  async function remove(path: string): Promise<void> {
    const { credential } = session.signedIn();
    await api.tell({ method: 'DELETE', path, credential });
  }

  /** The administrator's half: the reader enters the directory with both signatures. */
  async function complete({ record, handler, handlerSignature }: PendingAdmission): Promise<void> {
    const { keys, account } = session.signedIn();
    const { directory } = await watch.current();
    const fields = admissionFields(directory.installation, record);
    const admitting = directory.readers.find((reader) => reader.record.id === handler);
    if (handler === null || handlerSignature === null || admitting === undefined) {
      throw new ClientError('handler_signature_missing');
    }
    const holds = verify(
      fromBase64(admitting.record.sig),
      fromBase64(handlerSignature),
      'admission',
      ...fields,
    );
    if (!holds) throw new ClientError('wrong_signature');
    const administratorSignature = toBase64(sign(keys.sig.secretKey, 'admission', ...fields));
    const administrator = v.parse(AccountId, account.id);
    await publishChange(session, watch, (before) => ({
      ...before,
      readers: [
        ...before.readers,
        {
          record,
          admission: {
            by: 'two',
            administrator,
            administratorSignature,
            handler,
            handlerSignature,
          },
          state: 'active',
        },
      ],
    }));
  }

  return {
    async members() {
      const { account } = session.signedIn();
      const answer = await fetchMembers();
      return {
        accounts: answer.accounts,
        invitations: answer.invitations.map(({ id, shownName, by, createdOn }) => ({
          id,
          shownName,
          mine: by === account.id,
          createdOn,
        })),
        admissions: answer.admissions.map(admissionView),
      };
    },

    async invite({ shownName }) {
      const { credential, keys, account } = session.signedIn();
      const { directory } = await watch.current();
      const [channel] = directory.channels;
      if (channel === undefined) throw new ClientError('channel_unknown');
      const id = toBase64(randomBytes(16));
      const secret = randomBytes(32);
      await api.tell({
        method: 'POST',
        path: '/api/desk/invitations',
        credential,
        json: {
          id,
          tokenHash: tokenHash('invitation', invitationKeys(secret).token),
          sealedSecret: toBase64(sealBox(keys.own, 'invitation', [id, account.id], secret)),
          shownName,
          channel: channel.id,
        },
      });
      return { fragment: `${id}.${toBase64(secret)}` };
    },

    withdrawInvitation: (id) => remove(`/api/desk/invitations/${id}`),

    async readInvitation(fragment) {
      await ready();
      const { id, secret } = parseFragment(fragment);
      const answer = await api.ask(InvitationAnswer, {
        method: 'GET',
        path: `/api/desk/invitations/${id}`,
        credential: { scheme: 'Invitation', token: invitationKeys(secret).token },
      });
      const { directory } = verifyDirectory(answer.directory);
      const channel = directory.channels.find((one) => one.id === answer.channel);
      const organisation = directory.organisations.find((one) => one.id === channel?.organisation);
      if (channel === undefined || organisation === undefined) {
        throw new ClientError('wrong_directory');
      }
      return {
        shownName: answer.shownName,
        organisation: organisation.names,
        channel: channel.names,
        fingerprint: fingerprintWords(fromBase64(organisation.root)),
      };
    },

    async join(fragment, { name, role }) {
      await Promise.all([ready(), passphraseReady()]);
      const { id, secret } = parseFragment(fragment);
      const { token, vouching } = invitationKeys(secret);
      const credential = { scheme: 'Invitation', token } as const;
      const path = `/api/desk/invitations/${id}`;
      const answer = await api.ask(InvitationAnswer, { method: 'GET', path, credential });
      const { directory } = verifyDirectory(answer.directory);
      const channel = directory.channels.find((one) => one.id === answer.channel);
      if (channel === undefined) throw new ClientError('wrong_directory');
      const keys = newAccountKeys();
      const record: ReaderRecord = {
        id: newId(ReaderId),
        organisation: channel.organisation,
        channels: [channel.id],
        part: 'handler',
        name: answer.shownName,
        role,
        kem: toBase64(keys.kem.publicKey),
        sig: toBase64(keys.sig.publicKey),
      };
      const paper = newPaperSecrets();
      await api.tell({
        method: 'POST',
        path: `${path}/join`,
        credential,
        json: {
          name: normaliseName(name),
          credentials: await session.credentialsFor(record.id, name, keys.seed, paper),
          record,
          authenticator: authenticatorOf(vouching, record),
        },
      });
      return { ...paper, words: fingerprintWords(keys.kem.publicKey, keys.sig.publicKey) };
    },

    async admit(id) {
      const { credential, keys, account, installation } = session.signedIn();
      const { admissions } = await fetchMembers();
      const pending = admissions.find(({ record }) => record.id === id);
      if (pending === undefined) throw new ClientError('admission_unknown');
      if (authentic(pending) === false) throw new ClientError('invitation_forged');
      if (account.part === 'administrator') {
        await complete(pending);
        return;
      }
      const fields = admissionFields(installation, pending.record);
      await api.tell({
        method: 'PUT',
        path: `/api/desk/admissions/${id}/signature`,
        credential,
        json: { signature: toBase64(sign(keys.sig.secretKey, 'admission', ...fields)) },
      });
    },

    refuse: (id) => remove(`/api/desk/admissions/${id}`),

    async nameRecoveryOfficer({ shownName }) {
      const { credential } = session.signedIn();
      const { directory } = await watch.current();
      const [organisation] = directory.organisations;
      if (organisation === undefined) throw new ClientError('wrong_directory');
      const words = newPaperKey();
      const keys = accountKeys(paperSecret(words, 'recovery officer seed'));
      const record: ReaderRecord = {
        id: newId(ReaderId),
        organisation: organisation.id,
        channels: directory.channels.map(({ id }) => id),
        part: 'recovery_officer',
        name: shownName,
        role: {},
        kem: toBase64(keys.kem.publicKey),
        sig: toBase64(keys.sig.publicKey),
      };
      const path = '/api/desk/admissions';
      await api.tell({ method: 'POST', path, credential, json: { record } });
      const state = session.signedIn();
      const own = proposals.get(state) ?? new Map<string, string>();
      proposals.set(state, own.set(record.id, JSON.stringify(record)));
      return { words, fingerprint: fingerprintWords(keys.kem.publicKey, keys.sig.publicKey) };
    },

    async remove(readerId) {
      await publishChange(session, watch, (before) => ({
        ...before,
        readers: before.readers.map((reader) =>
          reader.record.id === readerId ? { ...reader, state: 'left' } : reader,
        ),
      }));
    },
  };
}
