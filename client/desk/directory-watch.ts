import * as v from 'valibot';
import {
  checkSuccession,
  Count,
  DirectoriesAnswer,
  DirectoryHash,
  fromBase64,
  fromJsonBytes,
  openBox,
  ProtocolError,
  ReaderId,
  sealBox,
  sign,
  stampFields,
  toBase64,
  toJsonBytes,
  type VerifiedDirectory,
  verifyDirectory,
} from '../../crypto/private.js';
import { loadDirectory, type LoadedDirectory } from '../directory.js';
import type { DirectoryChange } from '../models.js';
import type { DeskSession, SignedInState } from './session.js';

/** What a desk remembers between sign-ins: the highest directory it has seen. */
const Memory = v.strictObject({ version: Count, hash: DirectoryHash });
type Memory = v.InferOutput<typeof Memory>;

function memoryContext(state: SignedInState): string[] {
  return [state.installation, state.account.id];
}

function openMemory(state: SignedInState): Memory | null {
  if (state.memory === null) return null;
  const box = fromBase64(state.memory);
  return fromJsonBytes(Memory, openBox(state.keys.own, 'memory', memoryContext(state), box));
}

/** What differs between two versions, as lines a page can translate. */
export function changesBetween(
  before: VerifiedDirectory | null,
  after: VerifiedDirectory,
): DirectoryChange['lines'] {
  const lines: DirectoryChange['lines'] = [];
  for (const { record, state } of after.directory.readers) {
    const known = before?.directory.readers.find((reader) => reader.record.id === record.id);
    if (known === undefined) lines.push({ code: 'reader_added', name: record.name });
    else if (known.state !== state) lines.push({ code: 'reader_left', name: record.name });
  }
  for (const administrator of after.directory.administrators) {
    const known = before?.directory.administrators.find(({ id }) => id === administrator.id);
    if (known === undefined) lines.push({ code: 'administrator_added', name: '' });
    else if (known.state !== administrator.state) {
      lines.push({ code: 'administrator_revoked', name: '' });
    }
  }
  for (const channel of after.directory.channels) {
    const known = before?.directory.channels.find(({ id }) => id === channel.id);
    const name = Object.values(channel.names)[0] ?? '';
    if (known === undefined) lines.push({ code: 'channel_added', name });
    else if (!known.published && channel.published) lines.push({ code: 'channel_published', name });
    else if (JSON.stringify(known) !== JSON.stringify(channel)) {
      lines.push({ code: 'channel_changed', name });
    }
  }
  return lines;
}

/** The directory as this desk watches it. */
export interface DirectoryWatch {
  /** The newest directory, checked against the highest version this desk has ever seen. */
  current(): Promise<LoadedDirectory>;
  /** Versions that came since this desk last looked, oldest first; empty when asked again. */
  changes(): Promise<DirectoryChange[]>;
}

/**
 * Fetches every version since the one remembered, checks that each follows the one before, keeps
 * the highest sealed, and (handlers) signs "still current". Throws `directory_rolled_back` where
 * the server shows an older or another one.
 */
export function createDirectoryWatch(session: DeskSession): DirectoryWatch {
  let seen: { of: SignedInState; newest: LoadedDirectory; changes: DirectoryChange[] } | null =
    null;

  async function versionsAfter(state: SignedInState, after: number): Promise<VerifiedDirectory[]> {
    const answer = await session.api.ask(DirectoriesAnswer, {
      method: 'GET',
      path: `/api/desk/directories?after=${String(after)}`,
      credential: state.credential,
    });
    return answer.directories.map(verifyDirectory);
  }

  async function keep(state: SignedInState, newest: VerifiedDirectory): Promise<void> {
    const memory: Memory = { version: newest.directory.version, hash: newest.hash };
    const box = sealBox(state.keys.own, 'memory', memoryContext(state), toJsonBytes(memory));
    state.memory = toBase64(box);
    await session.api.tell({
      method: 'PUT',
      path: '/api/desk/account/memory',
      credential: state.credential,
      json: { memory: state.memory },
    });
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
    const memory = openMemory(state);
    if (seen?.of === state && seen.newest.hash === loaded.hash) return loaded;
    // The remembered version comes along, so that the first new one is checked against it.
    const versions = await versionsAfter(state, Math.max(0, (memory?.version ?? 1) - 1));
    const [remembered] = versions;
    const newest = versions.at(-1);
    if (remembered === undefined || newest?.hash !== loaded.hash) {
      throw new ProtocolError('directory_rolled_back');
    }
    if (memory !== null && remembered.hash !== memory.hash) {
      throw new ProtocolError('directory_rolled_back');
    }
    const changes = seen?.of === state ? seen.changes : [];
    let before = remembered;
    for (const version of versions.slice(1)) {
      checkSuccession(before, version);
      changes.push({
        version: version.directory.version,
        date: version.directory.date,
        lines: changesBetween(before, version),
      });
      before = version;
    }
    if (memory?.hash !== newest.hash) await keep(state, newest);
    if (state.account.part === 'handler') await stamp(state, loaded);
    seen = { of: state, newest: loaded, changes };
    return loaded;
  }

  return {
    current: () => look(session.signedIn()),
    async changes() {
      await look(session.signedIn());
      const changes = seen?.changes ?? [];
      if (seen !== null) seen.changes = [];
      return changes;
    },
  };
}
