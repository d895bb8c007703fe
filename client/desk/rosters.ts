import * as v from 'valibot';
import {
  AccountId,
  channelPeople,
  ChannelId,
  type Directory,
  peopleUnder,
  type ReaderId,
  rosterFields,
  RostersAnswer,
  rosterSigners,
  type RosterTerms,
  sign,
  toBase64,
  toJsonBytes,
  verify,
  fromBase64,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import { directoryView } from '../directory.js';
import type { DirectoryView, RosterView } from '../models.js';
import { publishChange } from './directory-edit.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';

/** Who reads a channel, as an administrator and a handler of it agree. */
export interface RosterDesk {
  /** What is proposed and not in force. */
  rosters(): Promise<RosterView[]>;
  /**
   * Proposes that exactly these people read a channel's new reports.
   *
   * @param version of the directory in which they were shown and chosen.
   * @throws ClientError `directory_conflict` where another version came since: somebody who is new in
   * it would be taken off without anybody having said so.
   */
  proposeRoster(channel: string, readers: readonly string[], version: number): Promise<void>;
  /**
   * A handler's signature, or with it in place the administrator's, which makes a new version.
   *
   * @throws ClientError `admission_unknown` where nothing waits any more, `proposal_changed` where the
   * server has other terms now than were shown, `roster_outdated` where they were made on another
   * version of the directory than the newest, which nobody's desk takes.
   */
  signRoster(view: Pick<RosterView, 'channel' | 'terms'>): Promise<DirectoryView>;
  /** Takes back the handler's own signature. */
  takeBackRoster(channel: string): Promise<void>;
  /** Ends a proposal, as an administrator. */
  refuseRoster(channel: string): Promise<void>;
}

type Pending = RostersAnswer['rosters'][number];

/** See {@link RosterDesk}. */
export function createRosterDesk(session: DeskSession, watch: DirectoryWatch): RosterDesk {
  const { api } = session;

  async function pending(): Promise<Pending[]> {
    const { credential } = session.signedIn();
    const path = '/api/desk/rosters';
    return (await api.ask(RostersAnswer, { method: 'GET', path, credential })).rosters;
  }

  /** The administrator's half, with which it comes into force. */
  async function complete({ terms, handler, handlerSignature }: Pending): Promise<void> {
    const { keys, account, installation } = session.signedIn();
    const { directory } = await watch.current();
    const fields = rosterFields(installation, terms);
    const signer = rosterSigners(directory, terms.channel).find(
      ({ record }) => record.id === handler,
    );
    if (handler === null || handlerSignature === null || signer === undefined) {
      throw new ClientError('handler_signature_missing');
    }
    const key = fromBase64(signer.record.sig);
    if (!verify(key, fromBase64(handlerSignature), 'roster', ...fields)) {
      throw new ClientError('wrong_signature');
    }
    const roster = {
      terms,
      administrator: v.parse(AccountId, account.id),
      administratorSignature: toBase64(sign(keys.sig.secretKey, 'roster', ...fields)),
      handler,
      handlerSignature,
    };
    await publishChange(session, watch, (before) => ({
      ...before,
      channels: before.channels.map((channel) =>
        channel.id === terms.channel ? { ...channel, roster } : channel,
      ),
    }));
  }

  return {
    async rosters() {
      const [all, { directory }] = await Promise.all([pending(), watch.current()]);
      const { account } = session.signedIn();
      return all.map((each) => rosterView(directory, each, account.id));
    },

    async proposeRoster(channel, readers, version) {
      const { credential } = session.signedIn();
      const { directory } = await watch.current();
      if (directory.version !== version) throw new ClientError('directory_conflict');
      const terms = termsFor(directory, v.parse(ChannelId, channel), readers);
      const path = `/api/desk/rosters/${channel}`;
      await api.tell({ method: 'PUT', path, credential, json: { terms } });
    },

    async signRoster({ channel, terms }) {
      const { credential, keys, account, installation } = session.signedIn();
      const found = (await pending()).find((each) => each.terms.channel === channel);
      // what was shown is what is signed: the server could hand out other terms this time
      if (found === undefined) throw new ClientError('admission_unknown');
      if (shownAs(found.terms) !== terms) throw new ClientError('proposal_changed');
      const { directory } = await watch.current();
      if (found.terms.since !== directory.version) throw new ClientError('roster_outdated');
      if (account.part === 'administrator') await complete(found);
      else {
        const fields = rosterFields(installation, found.terms);
        await api.tell({
          method: 'PUT',
          path: `/api/desk/rosters/${channel}/signature`,
          credential,
          json: { signature: toBase64(sign(keys.sig.secretKey, 'roster', ...fields)) },
        });
      }
      return directoryView(await watch.current());
    },

    async takeBackRoster(channel) {
      const { credential } = session.signedIn();
      const path = `/api/desk/rosters/${channel}/signature`;
      await api.tell({ method: 'DELETE', path, credential });
    },

    async refuseRoster(channel) {
      const { credential } = session.signedIn();
      await api.tell({ method: 'DELETE', path: `/api/desk/rosters/${channel}`, credential });
    },
  };
}

/**
 * What makes exactly these people its readers: who is in by the record, and who is beside it. Whoever
 * was taken off and left stays off, since the same person may come back under new keys.
 */
function termsFor(
  directory: Directory,
  channel: ChannelId,
  readers: readonly string[],
): RosterTerms {
  const before = directory.channels.find(({ id }) => id === channel)?.roster?.terms;
  const isLeft = (id: ReaderId): boolean =>
    directory.readers.some(({ record, state }) => record.id === id && state === 'left');
  const gone = (before?.removed ?? []).filter(isLeft);
  const plain: RosterTerms = { channel, since: directory.version, added: [], removed: gone };
  // who would read if nothing else was said of those who are there
  const inByRecord = new Set<string>(peopleUnder(directory, channel, plain).map(idOf));
  const active = directory.readers.filter(({ state }) => state === 'active');
  const ids = active.map(({ record }) => record.id);
  return {
    ...plain,
    added: ids.filter((id) => readers.includes(id) && !inByRecord.has(id)),
    removed: [...gone, ...ids.filter((id) => !readers.includes(id) && inByRecord.has(id))],
  };
}

const shownAs = (terms: RosterTerms): string => toBase64(toJsonBytes(terms));

function rosterView(
  directory: Directory,
  { terms, handler, handlerSignature }: Pending,
  self: string,
): RosterView {
  const before = new Set<string>(channelPeople(directory, terms.channel).map(idOf));
  const after = new Set<string>(peopleUnder(directory, terms.channel, terms).map(idOf));
  const named = (ids: ReadonlySet<string>): string[] =>
    directory.readers.filter(({ record }) => ids.has(record.id)).map(({ record }) => record.name);
  const signers = rosterSigners(directory, terms.channel);
  return {
    channel: terms.channel,
    terms: shownAs(terms),
    readers: named(after),
    joining: named(new Set([...after].filter((id) => !before.has(id)))),
    leaving: named(new Set([...before].filter((id) => !after.has(id)))),
    stayingOff: directory.readers
      .filter(({ record, state }) => state === 'left' && terms.removed.includes(record.id))
      .map(({ record }) => record.name),
    outdated: terms.since !== directory.version,
    handlerSigned: handler !== null && handlerSignature !== null,
    mine: (handler as string | null) === self,
    signers: signers.map(({ record }) => record.name),
    maySign: signers.some(({ record }) => (record.id as string) === self),
  };
}

function idOf({ record }: Directory['readers'][number]): string {
  return record.id;
}
