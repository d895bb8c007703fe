import {
  channelPeople,
  checkLater,
  checkRoot,
  type Channel,
  type Day,
  type Directory,
  daysBetween,
  DirectoryAnswer,
  EXPIRED_AFTER_DAYS,
  fingerprintWords,
  fromBase64,
  identitiesOf,
  type Reader,
  ready,
  STALE_AFTER_DAYS,
  stampHolds,
  type VerifiedDirectory,
  verifyDirectory,
} from '../crypto/private.js';
import type { Api } from './api.js';
import { ClientError } from './errors.js';
import type { ChannelView, DirectoryView, ReaderView } from './models.js';

/** A directory that was fetched and checked, and how recently a handler confirmed it. */
export interface LoadedDirectory extends VerifiedDirectory {
  freshness: DirectoryView['freshness'];
  confirmedOn: Day | null;
  /** As the server says. */
  maxFileBytes: number;
}

/** Fetches the newest directory and checks signatures, admissions and stamps. */
export async function loadDirectory(api: Api, today: Day): Promise<LoadedDirectory> {
  // at once: what checks the directory may itself still be on its way
  const [answer] = await Promise.all([
    api.ask(DirectoryAnswer, { method: 'GET', path: '/api/directory' }),
    ready(),
  ]);
  const verified = verifyDirectory(answer.directory);
  // The document's own date counts too: it was signed as current on that day.
  const confirmedOn =
    answer.stamps
      .filter((stamp) => stampHolds(verified, stamp))
      .map(({ day }) => day)
      .concat(verified.directory.date)
      // A day that is still to come proves nothing; one ahead may be another time zone.
      .filter((day) => daysBetween(today, day) <= 1)
      .sort()
      .at(-1) ?? null;
  const age = confirmedOn === null ? Infinity : daysBetween(confirmedOn, today);
  const freshness =
    age > EXPIRED_AFTER_DAYS ? 'expired' : age > STALE_AFTER_DAYS ? 'stale' : 'fresh';
  return { ...verified, freshness, confirmedOn, maxFileBytes: answer.maxFileBytes };
}

/** The directories that one reporter's client is shown, one after the other. */
export interface ShownDirectories {
  /**
   * Fetches and checks the newest. Throws as `loadDirectory` does, and `wrong_directory` or
   * `directory_rolled_back` where it cannot come after one that was shown before: what a person
   * compared with a poster counts for as long as the page is open.
   */
  load(): Promise<LoadedDirectory>;
}

/** See {@link ShownDirectories}. `today` is the person's own calendar day. */
export function createShownDirectories(api: Api, today: () => Day): ShownDirectories {
  let first: LoadedDirectory | null = null;
  let newest: LoadedDirectory | null = null;
  return {
    async load() {
      // Of before the question, so that answers that overtake each other are no fault.
      const before = newest;
      const loaded = await loadDirectory(api, today());
      first ??= loaded;
      checkRoot(first, loaded);
      if (before !== null) checkLater(before, loaded);
      if (newest === null || newest.directory.version < loaded.directory.version) newest = loaded;
      return loaded;
    },
  };
}

function channelView({ directory }: VerifiedDirectory, channel: Channel): ChannelView {
  return {
    id: channel.id,
    organisation: channel.organisation,
    names: channel.names,
    texts: channel.texts,
    country: channel.country,
    countryReason: channel.countryReason ?? '',
    deadlines: channel.deadlines ?? [],
    notices: channel.notices ?? {},
    languages: channel.languages,
    published: channel.published,
    retentionMonths: channel.retentionMonths,
    retention: channel.retention ?? null,
    publicBody: channel.publicBody === true,
    receipts: channel.receipts,
    exportsByTwo: channel.exportsByTwo === true,
    questionnaire: channel.questionnaire ?? null,
    about: channel.about ?? {},
    closed: channel.closed === true,
    readers: channelPeople(directory, channel.id).map((reader) => readerView(directory, reader)),
  };
}

function readerView(directory: Directory, { record }: Reader): ReaderView {
  return {
    id: record.id,
    name: record.name,
    role: record.role,
    part: record.part,
    formerly: identitiesOf(directory, record.id).slice(1),
  };
}

/** What pages show of a directory. */
export function directoryView(loaded: LoadedDirectory): DirectoryView {
  const { directory } = loaded;
  const organisation = directory.organisations[0];
  if (organisation === undefined) throw new ClientError('wrong_directory');
  return {
    version: directory.version,
    hash: loaded.hash,
    freshness: loaded.freshness,
    confirmedOn: loaded.confirmedOn,
    fingerprint: fingerprintWords(fromBase64(organisation.root)),
    root: organisation.root,
    maxFileBytes: loaded.maxFileBytes,
    organisation: {
      id: organisation.id,
      names: organisation.names,
      country: organisation.country,
    },
    channels: directory.channels.map((channel) => channelView(loaded, channel)),
    people: directory.readers
      .filter(({ state }) => state === 'active')
      .map((reader) => readerView(directory, reader)),
  };
}

/** The hashes that one directory vouches for: its own, and that of the version before. */
export function hashesOf({ directory, hash }: VerifiedDirectory): ReadonlyMap<number, string> {
  const hashes = new Map<number, string>([[directory.version, hash]]);
  if (directory.previous !== null) hashes.set(directory.version - 1, directory.previous);
  return hashes;
}

/** The name under which the directory shows a reader; the id where it knows none. */
export function readerName({ directory }: VerifiedDirectory, id: string): string {
  return directory.readers.find(({ record }) => record.id === id)?.record.name ?? id;
}
