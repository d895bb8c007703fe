import type { Knex } from 'knex';
import {
  channelPeople,
  faultInCeremony,
  identitiesOf,
  type EpochBody,
  type Member,
  type Party,
  type ReaderRecord,
  type VerifiedDirectory,
} from '../../crypto/public.js';

/** What the records ask of the directories. */
export interface DirectoryLookup {
  /** A reader who may be given access now, null for anybody else. */
  reader(id: string): ReaderRecord | null;
  /** Whether somebody is a handler, or was one before leaving. */
  wasHandler(id: string): boolean;
  /** The first id of somebody who came back under new keys; else the one given. */
  person(id: string): string;
  /** Whether somebody has an account that can be signed in to, as far as it was asked. */
  canSignIn(id: string): boolean;
  /** What is wrong with an epoch that a recovery officer's paper opens; null where it holds. */
  faultInCeremony(body: EpochBody, author: Party, before: readonly Member[]): string | null;
  /** Whether this directory is, or once was, the installation's. */
  knows(db: Knex, directory: EpochBody['directory']): Promise<boolean>;
}

/** The directories of the installation, as far as cases need them. */
export interface Directories {
  /** The newest one, null before set-up. */
  newest(db: Knex): Promise<VerifiedDirectory | null>;
  /** Whether a version of this hash was ever in force. */
  has(db: Knex, version: number, hash: string): Promise<boolean>;
}

/**
 * Looks readers up in the newest directory.
 *
 * @param channel only people of this channel, as for a new report; else everybody active.
 * @param open accounts that can be signed in to: none where nobody leaves a case.
 */
export function directoryLookup(
  directories: Directories,
  newest: VerifiedDirectory,
  channel?: string,
  open: ReadonlySet<string> = new Set(),
): DirectoryLookup {
  const { directory } = newest;
  const readers =
    channel === undefined
      ? directory.readers.filter(({ state }) => state === 'active')
      : channelPeople(directory, channel);
  return {
    reader: (id) => readers.find(({ record }) => record.id === id)?.record ?? null,
    wasHandler: (id) =>
      directory.readers.some(({ record }) => record.id === id && record.part === 'handler'),
    person: (id) => identitiesOf(directory, id).at(-1) ?? id,
    canSignIn: (id) => open.has(id),
    faultInCeremony: (body, author, before) => faultInCeremony(body, author, before, directory),
    knows: async (db, { version, hash }) =>
      version === directory.version
        ? hash === newest.hash
        : version < directory.version && directories.has(db, version, hash),
  };
}
