import {
  derive,
  fingerprintWords,
  fromBase64,
  InvitationAnswer,
  newAccountKeys,
  newId,
  newPaperSecrets,
  normaliseName,
  AccountId,
  type AccountKeys,
  type Channel,
  type NewPerson,
  type PaperSecrets,
  passphraseReady,
  ReaderId,
  ready,
  toBase64,
  toJsonBytes,
  verifyDirectory,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { ClientError } from '../errors.js';
import type { InvitationView } from '../models.js';
import type { DeskSession } from './session.js';

/** What the holder of an invitation's link does. */
export interface JoiningDesk {
  readInvitation(fragment: string): Promise<InvitationView>;
  /**
   * Makes the new person's keys and secrets; nothing is sent before they are on paper. `words` are
   * those of the keys, to be told to the inviter.
   *
   * @param own passphrase and kit of the same person's account in another organisation: the keys are
   * new, and stay the same where others are given after a failure.
   */
  prepareJoining(own?: PaperSecrets): Promise<PaperSecrets & { words: string[] }>;
  /**
   * Makes the account of what was prepared. May be called again after a failure.
   *
   * @throws ClientError `answer_lost` while nobody can say whether the account was made, `name_taken`,
   * `words_in_use` where somebody of this organisation has the kit, `invitation_not_found`.
   */
  finishJoining(
    fragment: string,
    input: { name: string; role: Record<string, string> },
  ): Promise<void>;
}

/** The two keys of an invitation's secret: one lets the holder join, one vouches for the keys. */
export function invitationKeys(secret: Uint8Array): { token: string; vouching: Uint8Array } {
  return {
    token: toBase64(derive(secret, 'invitation token')),
    vouching: derive(secret, 'invitation authenticator'),
  };
}

/** What vouches for a record to whoever made the link. */
export function authenticatorOf(vouching: Uint8Array, record: NewPerson): string {
  return toBase64(derive(vouching, 'record', toJsonBytes(record)));
}

type Invited = Omit<v.InferOutput<typeof InvitationAnswer>, 'channel'> & { channel: Channel };

/** The record of whoever was invited, in the order of its schema, as signatures cover it. */
function recordFor(
  invitation: Invited,
  reader: ReaderId,
  { kem, sig }: AccountKeys,
  role: Record<string, string>,
): NewPerson {
  const { channel, part, replaces, serial, shownName: name } = invitation;
  const { organisation } = channel;
  const keys = { kem: toBase64(kem.publicKey), sig: toBase64(sig.publicKey) };
  if (part !== 'administrator') {
    const channels = [channel.id];
    return { id: reader, organisation, channels, part, name, role, ...keys, replaces };
  }
  return { id: v.parse(AccountId, reader), organisation, serial, ...keys, part, name };
}

function parseFragment(fragment: string): { id: string; secret: Uint8Array } {
  const found = /^#?([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(fragment.trim());
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new ClientError('invitation_unreadable');
  }
  return { id: found[1], secret: fromBase64(found[2]) };
}

/** See {@link JoiningDesk}. */
export function createJoiningDesk(session: DeskSession): JoiningDesk {
  const { api } = session;
  let prepared: { keys: AccountKeys; id: ReaderId; paper: PaperSecrets } | null = null;

  async function invitationOf(id: string, token: string) {
    const answer: v.InferOutput<typeof InvitationAnswer> = await api.ask(InvitationAnswer, {
      method: 'GET',
      path: `/api/desk/invitations/${id}`,
      credential: { scheme: 'Invitation', token },
    });
    const verified = verifyDirectory(answer.directory);
    // whose words the person compares is whose proofs are made: no other's, to be shown to that one
    await session.place.installation();
    session.place.check(verified);
    const { directory } = verified;
    const channel = directory.channels.find((one) => one.id === answer.channel);
    const organisation = directory.organisations.find((one) => one.id === channel?.organisation);
    if (channel === undefined || organisation === undefined) {
      throw new ClientError('wrong_directory');
    }
    return { ...answer, channel, organisation };
  }

  return {
    async readInvitation(fragment) {
      await ready();
      const { id, secret } = parseFragment(fragment);
      const { token } = invitationKeys(secret);
      const { shownName, channel, part, organisation } = await invitationOf(id, token);
      return {
        shownName,
        part,
        organisation: organisation.names,
        channel: channel.names,
        fingerprint: fingerprintWords(fromBase64(organisation.root)),
      };
    },

    async prepareJoining(own) {
      await Promise.all([ready(), passphraseReady()]);
      const before = own === undefined ? null : prepared;
      const { keys, id } = before ?? { keys: newAccountKeys(), id: newId(ReaderId) };
      const paper = own ?? newPaperSecrets();
      prepared = { keys, id, paper };
      return { ...paper, words: fingerprintWords(keys.kem.publicKey, keys.sig.publicKey) };
    },

    async finishJoining(fragment, { name, role }) {
      if (prepared === null) throw new ClientError('not_prepared');
      const { keys, id: reader, paper } = prepared;
      const { id, secret } = parseFragment(fragment);
      const { token, vouching } = invitationKeys(secret);
      const { realm } = await session.place.here();
      const { credentials } = session.credentialsFor(realm, reader, name, keys.seed, paper);
      await session.bringInForce(name, paper, async () => {
        const invitation = await invitationOf(id, token);
        const record = recordFor(invitation, reader, keys, role);
        await api.tell({
          method: 'POST',
          path: `/api/desk/invitations/${id}/join`,
          credential: { scheme: 'Invitation', token },
          json: {
            name: normaliseName(name),
            credentials,
            record,
            authenticator: authenticatorOf(vouching, record),
          },
        });
      });
      prepared = null;
    },
  };
}
