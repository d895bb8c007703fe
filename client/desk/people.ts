import * as v from 'valibot';
import {
  AccountId,
  accountKeys,
  type Admission,
  type Directory,
  lettingIn,
  fingerprintWords,
  fromBase64,
  type InvitedPart,
  isKemKey,
  Members,
  normaliseName,
  newId,
  newPaperKey,
  openBox,
  paperSecret,
  ProtocolError,
  randomBytes,
  type Reader,
  ReaderId,
  type ReaderRecord,
  ready,
  sealBox,
  sign,
  toBase64,
  toJsonBytes,
  tokenHash,
  verify,
} from '../../crypto/private.js';
import { persist } from '../api.js';
import { ClientError } from '../errors.js';
import type { AdmissionView, MembersView } from '../models.js';
import { publishChange } from './directory-edit.js';
import type { DirectoryWatch } from './directory-watch.js';
import { authenticatorOf, invitationKeys } from './joining.js';
import type { DeskSession, SignedInState } from './session.js';

/** Who is invited. */
export interface InviteInput {
  shownName: string;
  /** `handler` where nothing is said; only an administrator invites another one. */
  part?: InvitedPart;
  /** Whose new reports the person reads; the first where nothing is said. */
  channel?: string;
  /** Whose keys from before left: the same person comes back. */
  replaces?: string | null;
}

/** How people come to the desk and leave it. */
export interface PeopleDesk {
  members(): Promise<MembersView>;
  /** Answers what goes behind `#` in the link; it authenticates the keys that come back. */
  invite(input: InviteInput): Promise<{ fragment: string }>;
  withdrawInvitation(id: string): Promise<void>;
  /**
   * A handler's signature, or with it in place the administrator's, which makes a new version. It signs
   * the record whose words were shown and compared, and no other.
   *
   * @throws ClientError `admission_unknown` where nobody waits under this id any more,
   * `proposal_changed` where the server hands out another record than the one that was shown,
   * `invitation_forged`, `handler_signature_missing`, `wrong_signature`.
   */
  admit(shown: Pick<AdmissionView, 'id' | 'record'>): Promise<void>;
  refuse(id: string): Promise<void>;
  /**
   * Makes a recovery officer's 24 words, which exist nowhere else once they are printed, and the
   * eight words of their keys: they belong on the same paper, since whoever signs the admission
   * compares them. Nothing is sent.
   */
  prepareRecoveryOfficer(): Promise<{ words: string[]; fingerprint: string[] }>;
  /** Proposes what was prepared, once it is on paper. May be called again after a failure. */
  proposeRecoveryOfficer(input: { shownName: string }): Promise<void>;
  /** Takes a reader, or another administrator, out of the directory and ends the account. */
  remove(id: string): Promise<void>;
}

type PendingAdmission = v.InferOutput<typeof Members>['admissions'][number];

/** Whose keys from before somebody new takes the place of; an administrator nobody's. */
function replacedBy(record: PendingAdmission['record']): string | null {
  return record.part === 'administrator' ? null : record.replaces;
}

/** A record as whoever was shown it hands it back. */
const shownAs = (record: PendingAdmission['record']): string => toBase64(toJsonBytes(record));

/** The newest paper that was taken out and has no successor: the next one takes its place. */
function formerPaper({ readers }: Directory): ReaderRecord['id'] | null {
  const taken = new Set<string | null>(readers.map(({ record }) => record.replaces));
  const former = readers.findLast(
    ({ record, state }) =>
      state === 'left' && record.part === 'recovery_officer' && !taken.has(record.id),
  );
  return former?.record.id ?? null;
}

function sameName(one: string, other: string): boolean {
  return normaliseName(one) === normaliseName(other);
}

/** See {@link PeopleDesk}. */
export function createPeopleDesk(session: DeskSession, watch: DirectoryWatch): PeopleDesk {
  const { api } = session;
  /** Records that this session proposed, by id: nobody else vouches for their keys. */
  const proposals = new WeakMap<SignedInState, Map<string, string>>();
  /** The officer whose words are being put on paper. */
  const officers = new WeakMap<SignedInState, Pick<ReaderRecord, 'id' | 'kem' | 'sig'>>();

  async function fetchMembers(): Promise<v.InferOutput<typeof Members>> {
    const { credential } = session.signedIn();
    return api.ask(Members, { method: 'GET', path: '/api/desk/members', credential });
  }

  /** Whether the record came from whoever held the link; null where this person made no link. */
  function authentic({ record, invitation }: PendingAdmission): boolean | null {
    const { keys, account } = session.signedIn();
    if (invitation === null) {
      // Only an officer comes without an invitation: anybody else was made up by whoever runs the server.
      if (record.part !== 'recovery_officer') return false;
      const own = proposals.get(session.signedIn())?.get(record.id);
      return own === undefined ? null : own === JSON.stringify(record);
    }
    // Who made the link gets the sealed secret back: without it, these keys are not vouched for.
    if (invitation.sealedSecret === null) return invitation.by === account.id ? false : null;
    const box = fromBase64(invitation.sealedSecret);
    // place, part and channel that were meant are sealed with the secret: the server changes none
    const channels = record.part === 'administrator' ? '' : record.channels.join(' ');
    const context = [invitation.id, account.id, replacedBy(record) ?? '', record.part, channels];
    try {
      const { vouching } = invitationKeys(openBox(keys.own, 'invitation', context, box));
      return authenticatorOf(vouching, record) === invitation.authenticator;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return false;
    }
  }

  function admissionView(pending: PendingAdmission, readers: readonly Reader[]): AdmissionView {
    const { record } = pending;
    const replaces = replacedBy(record);
    const nameOf = (id: string): string | null =>
      readers.find((reader) => reader.record.id === id)?.record.name ?? null;
    const reads = record.part !== 'administrator';
    const namesake = readers.some(
      (reader) => reader.state === 'left' && sameName(reader.record.name, record.name),
    );
    return {
      id: record.id,
      name: record.name,
      part: record.part,
      record: shownAs(record),
      channels: record.part === 'administrator' ? [] : record.channels,
      role: record.part === 'administrator' ? {} : record.role,
      words: fingerprintWords(fromBase64(record.kem), fromBase64(record.sig)),
      authentic: authentic(pending),
      handlerSigned: pending.handlerSignature !== null,
      replaces: replaces === null ? null : nameOf(replaces),
      namesake: reads && replaces === null && namesake,
    };
  }

  async function remove(path: string): Promise<void> {
    const { credential } = session.signedIn();
    await api.tell({ method: 'DELETE', path, credential });
  }

  /** The administrator's half: the person enters the directory with both signatures. */
  async function complete({ record, handler, handlerSignature }: PendingAdmission): Promise<void> {
    const { keys, account } = session.signedIn();
    const { directory } = await watch.current();
    const { purpose, fields } = lettingIn(directory.installation, record);
    const admitting = directory.readers.find((reader) => reader.record.id === handler);
    if (handler === null || handlerSignature === null || admitting === undefined) {
      throw new ClientError('handler_signature_missing');
    }
    const holds = verify(
      fromBase64(admitting.record.sig),
      fromBase64(handlerSignature),
      purpose,
      ...fields,
    );
    if (!holds) throw new ClientError('wrong_signature');
    const admission: Admission = {
      by: 'two',
      administrator: v.parse(AccountId, account.id),
      administratorSignature: toBase64(sign(keys.sig.secretKey, purpose, ...fields)),
      handler,
      handlerSignature,
    };
    const state = 'active';
    await publishChange(session, watch, (before) => {
      if (record.part !== 'administrator') {
        return { ...before, readers: [...before.readers, { record, admission, state }] };
      }
      const { id, organisation, serial, kem, sig } = record;
      const added = { id, organisation, serial, kem, sig, delegation: admission, state } as const;
      return { ...before, administrators: [...before.administrators, added] };
    });
  }

  return {
    async members() {
      const { account } = session.signedIn();
      const answer = await fetchMembers();
      const { readers, administrators } = (await watch.current()).directory;
      const taken = new Set<string | null>(readers.map(({ record }) => record.replaces));
      return {
        accounts: answer.accounts,
        invitations: answer.invitations.map(({ id, shownName, by, createdOn }) => ({
          id,
          shownName,
          mine: by === account.id,
          createdOn,
        })),
        admissions: answer.admissions.map((each) => admissionView(each, readers)),
        administrators: administrators
          .filter(({ state }) => state === 'active')
          .map(({ id, serial }) => {
            const name = answer.accounts.find((each) => each.id === id)?.name ?? null;
            return { id, serial, name };
          }),
        former: readers.flatMap(({ record: { id, name, part }, state }) =>
          state === 'left' && !taken.has(id) ? [{ id, name, part }] : [],
        ),
        returned: readers.flatMap(({ record: { id, name, part, replaces }, state }) =>
          state === 'active' && part === 'handler' && replaces !== null ? [{ id, name }] : [],
        ),
      };
    },

    async invite({ shownName, part = 'handler', channel: wanted, replaces = null }) {
      const { credential, keys, account } = session.signedIn();
      const { directory } = await watch.current();
      const [first] = directory.channels;
      const channel =
        wanted === undefined ? first : directory.channels.find(({ id }) => id === wanted);
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
          sealedSecret: toBase64(
            sealBox(
              keys.own,
              'invitation',
              [id, account.id, replaces ?? '', part, part === 'administrator' ? '' : channel.id],
              secret,
            ),
          ),
          shownName,
          channel: channel.id,
          part,
          replaces,
        },
      });
      return { fragment: `${id}.${toBase64(secret)}` };
    },

    withdrawInvitation: (id) => remove(`/api/desk/invitations/${id}`),

    async admit({ id, record: shown }) {
      const { credential, keys, account, installation } = session.signedIn();
      const { admissions } = await fetchMembers();
      const pending = admissions.find(({ record }) => record.id === id);
      if (pending === undefined) throw new ClientError('admission_unknown');
      // the words were compared of what was shown: the server could hand out other keys this time
      if (shownAs(pending.record) !== shown) throw new ClientError('proposal_changed');
      if (authentic(pending) === false) throw new ClientError('invitation_forged');
      if (!isKemKey(pending.record.kem)) throw new ClientError('wrong_record');
      if (account.part === 'administrator') {
        await complete(pending);
        return;
      }
      const { purpose, fields } = lettingIn(installation, pending.record);
      await api.tell({
        method: 'PUT',
        path: `/api/desk/admissions/${id}/signature`,
        credential,
        json: { signature: toBase64(sign(keys.sig.secretKey, purpose, ...fields)) },
      });
    },

    refuse: (id) => remove(`/api/desk/admissions/${id}`),

    async prepareRecoveryOfficer() {
      const state = session.signedIn();
      await ready();
      const words = newPaperKey();
      const keys = accountKeys(paperSecret(words, 'recovery officer seed'));
      const [kem, sig] = [keys.kem.publicKey, keys.sig.publicKey];
      officers.set(state, { id: newId(ReaderId), kem: toBase64(kem), sig: toBase64(sig) });
      return { words, fingerprint: fingerprintWords(kem, sig) };
    },

    async proposeRecoveryOfficer({ shownName }) {
      const state = session.signedIn();
      const officer = officers.get(state);
      if (officer === undefined) throw new ClientError('not_prepared');
      const { directory } = await watch.current();
      const [organisation] = directory.organisations;
      if (organisation === undefined) throw new ClientError('wrong_directory');
      const { id, kem, sig } = officer;
      const record: ReaderRecord = {
        id,
        organisation: organisation.id,
        channels: directory.channels.map((channel) => channel.id),
        part: 'recovery_officer',
        name: shownName,
        role: {},
        kem,
        sig,
        replaces: formerPaper(directory),
      };
      const { credential } = state;
      const path = '/api/desk/admissions';
      try {
        await persist(() => api.tell({ method: 'POST', path, credential, json: { record } }));
      } catch (error) {
        // a lost answer, or a second try after one: then the very record waits already
        const { admissions } = await fetchMembers();
        const waiting = admissions.find((each) => each.record.id === id);
        if (JSON.stringify(waiting?.record) !== JSON.stringify(record)) throw error;
      }
      const own = proposals.get(state) ?? new Map<string, string>();
      proposals.set(state, own.set(id, JSON.stringify(record)));
      officers.delete(state);
    },

    async remove(id) {
      await publishChange(session, watch, (before) => ({
        ...before,
        readers: before.readers.map((reader) =>
          reader.record.id === id ? { ...reader, state: 'left' } : reader,
        ),
        administrators: before.administrators.map((administrator) =>
          administrator.id === id ? { ...administrator, state: 'revoked' } : administrator,
        ),
      }));
    },
  };
}
