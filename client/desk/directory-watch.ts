import * as v from 'valibot';
import {
  checkSuccession,
  DirectoriesAnswer,
  type DirectoryHash,
  ProtocolError,
  ReaderId,
  sign,
  stampFields,
  toBase64,
  type VerifiedDirectory,
  verifyDirectory,
} from '../../crypto/private.js';
import { loadDirectory, type LoadedDirectory } from '../directory.js';
import type { DirectoryChange } from '../models.js';
import { changesBetween } from './directory-changes.js';
import type { DeskMemory } from './memory.js';
import type { DeskSession, SignedInState } from './session.js';

/** The hash of each of these versions, by its number. */
export function hashesOfVersions(
  versions: readonly VerifiedDirectory[],
): ReadonlyMap<number, DirectoryHash> {
  return new Map(versions.map(({ directory, hash }) => [directory.version, hash]));
}

/** A directory that knows this person with other keys is not the one that admitted this person. */
function checkOwnRecord({ account, keys }: SignedInState, { directory }: VerifiedDirectory): void {
  const known: string[] = [
    ...directory.readers.filter(({ record }) => record.id === account.id),
    ...directory.administrators
      .filter(({ id }) => id === account.id)
      .map(({ sig }) => ({ record: { sig } })),
  ].map(({ record }) => record.sig);
  const own = toBase64(keys.sig.publicKey);
  if (known.length !== 1 || known[0] !== own) {
    throw new ProtocolError('wrong_directory', 'own keys');
  }
}

/** The directory as this desk watches it. */
export interface DirectoryWatch {
  /** The newest directory, checked against the highest version this desk has ever seen. */
  current(): Promise<LoadedDirectory>;
  /**
   * The directory's versions from `version` to the newest at least, each vouched for by the one after
   * it. Throws `directory_rolled_back` where the server shows another past.
   */
  versionsSince(version: number): Promise<readonly VerifiedDirectory[]>;
  /** Every version from the first to the newest, oldest first, each vouched for by the one after. */
  history(): Promise<readonly VerifiedDirectory[]>;
  /** Versions that the person has not read about, oldest first. */
  changes(): Promise<DirectoryChange[]>;
  /** Remembers that the person has read what changed up to this version. */
  noteRead(version: number): Promise<void>;
  /** Calls back with each newer directory that this desk comes upon, and with what is unread. */
  follow(tell: (newest: LoadedDirectory, changes: readonly DirectoryChange[]) => void): void;
  /** The first version in which a reader had left; null for one who has not. */
  leftIn(reader: string): Promise<number | null>;
  /** How many readers ever left, and of how many this person's cases were found free. */
  leavers(): Promise<{ left: number; renewed: number }>;
  /** Remembers that this person's cases are free of the first so many who left. */
  noteRenewed(left: number): Promise<void>;
}

/**
 * Fetches every version since the one remembered, checks that each follows the one before, keeps
 * the highest sealed, and (handlers) signs "still current". Throws `directory_rolled_back` where
 * the server shows an older or another one.
 */
export function createDirectoryWatch(session: DeskSession, kept: DeskMemory): DirectoryWatch {
  let seen: {
    of: SignedInState;
    newest: LoadedDirectory;
    /** What the person has not read about. */
    changes: DirectoryChange[];
    /** Versions of which the hash is certain, without a gap up to the newest. */
    past: Map<number, VerifiedDirectory>;
  } | null = null;
  let tellNewer: Parameters<DirectoryWatch['follow']>[0] | null = null;

  async function versionsAfter(state: SignedInState, after: number): Promise<VerifiedDirectory[]> {
    const answer = await session.api.ask(DirectoriesAnswer, {
      method: 'GET',
      path: `/api/desk/directories?after=${String(after)}`,
      credential: state.credential,
    });
    return answer.directories.map(verifyDirectory);
  }

  async function stamp(state: SignedInState, newest: LoadedDirectory): Promise<void> {
    const day = session.today();
    const { hash } = newest;
    const signature = sign(state.keys.sig.secretKey, 'stamp', ...stampFields({ hash, day }));
    await session.api.tell({
      method: 'PUT',
      path: '/api/desk/stamp',
      credential: state.credential,
      json: {
        stamp: {
          reader: v.parse(ReaderId, state.account.id),
          hash,
          day,
          signature: toBase64(signature),
        },
      },
    });
  }

  async function look(state: SignedInState): Promise<LoadedDirectory> {
    const loaded = await loadDirectory(session.api, session.today());
    const memory = kept.read(state);
    if (seen?.of === state && seen.newest.hash === loaded.hash) return loaded;
    // From the last version that was read about, so that nothing unread goes untold: the hashes lead
    // from there to the one remembered. Whoever remembers nothing follows the whole way.
    const read = memory?.read ?? 1;
    const versions = await versionsAfter(state, read - 1);
    const [first] = versions;
    const newest = versions.at(-1);
    if (first?.directory.version !== read || newest?.hash !== loaded.hash) {
      throw new ProtocolError('directory_rolled_back');
    }
    const holds =
      memory === null ||
      versions.some(
        ({ directory, hash }) => directory.version === memory.version && hash === memory.hash,
      );
    if (!holds) throw new ProtocolError('directory_rolled_back');
    checkOwnRecord(state, loaded);
    const changes: DirectoryChange[] = [];
    let before = first;
    for (const version of versions.slice(1)) {
      checkSuccession(before, version);
      changes.push({
        version: version.directory.version,
        date: version.directory.date,
        lines: changesBetween(before.directory, version.directory),
      });
      before = version;
    }
    if (memory?.hash !== loaded.hash) {
      const { hash, directory } = loaded;
      await kept.change(state, (before) => ({
        ...before,
        version: directory.version,
        hash,
        read: before?.read ?? read,
        renewed: before?.renewed ?? 0,
      }));
    }
    if (state.account.part === 'handler') await stamp(state, loaded);
    const past = new Map(versions.map((version) => [version.directory.version, version]));
    if (seen?.of === state) for (const [number, version] of seen.past) past.set(number, version);
    const isNewer = seen?.of === state;
    seen = { of: state, newest: loaded, changes, past };
    if (isNewer) tellNewer?.(loaded, changes);
    return loaded;
  }

  /** Fetches the versions before those that are known, and follows them back by their hashes. */
  async function recall(
    state: SignedInState,
    past: Map<number, VerifiedDirectory>,
    version: number,
  ): Promise<void> {
    let next = past.get(Math.min(...past.keys()));
    if (next === undefined || next.directory.version <= version) return;
    for (const older of (await versionsAfter(state, version - 1)).toReversed()) {
      if (older.directory.version >= next.directory.version) continue;
      if (next.directory.previous !== older.hash) throw new ProtocolError('directory_rolled_back');
      past.set(older.directory.version, older);
      next = older;
    }
    if (next.directory.version > version) throw new ProtocolError('directory_rolled_back');
  }

  return {
    current: () => look(session.signedIn()),
    async versionsSince(version) {
      const state = session.signedIn();
      if (seen?.of !== state) await look(state);
      const past = seen?.past ?? new Map<number, VerifiedDirectory>();
      await recall(state, past, version);
      return [...past.values()];
    },
    async history() {
      const state = session.signedIn();
      if (seen?.of !== state) await look(state);
      const past = seen?.past ?? new Map<number, VerifiedDirectory>();
      await recall(state, past, 1);
      return [...past.values()].sort((a, b) => a.directory.version - b.directory.version);
    },
    async changes() {
      await look(session.signedIn());
      return seen?.changes ?? [];
    },
    async noteRead(version) {
      const state = session.signedIn();
      await look(state);
      const memory = kept.read(state);
      if (memory === null || version <= memory.read) return;
      const read = Math.min(version, memory.version);
      await kept.change(state, (before) => ({ ...(before ?? memory), read }));
      if (seen?.of === state) seen.changes = seen.changes.filter((each) => each.version > read);
    },
    follow(tell) {
      tellNewer = tell;
    },
    async leftIn(reader) {
      const state = session.signedIn();
      await look(state);
      const past = seen?.past ?? new Map<number, VerifiedDirectory>();
      await recall(state, past, 1);
      const hasLeft = ({ directory }: VerifiedDirectory): boolean =>
        directory.readers.some(({ record, state: now }) => record.id === reader && now === 'left');
      const versions = [...past].flatMap(([number, version]) => (hasLeft(version) ? number : []));
      return versions.length === 0 ? null : Math.min(...versions);
    },
    async leavers() {
      const state = session.signedIn();
      const { directory } = await look(state);
      // nobody is dropped from a directory, and nobody comes back: the count only grows
      const left = directory.readers.filter((reader) => reader.state === 'left').length;
      return { left, renewed: kept.read(state)?.renewed ?? 0 };
    },
    async noteRenewed(renewed) {
      const state = session.signedIn();
      await look(state);
      const memory = kept.read(state);
      if (memory !== null && renewed > memory.renewed) {
        await kept.change(state, (before) => ({ ...(before ?? memory), renewed }));
      }
    },
  };
}
