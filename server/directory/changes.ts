import type {
  Administrator,
  Channel,
  Directory,
  Organisation,
  Reader,
  Roster,
} from '../../crypto/public.js';
import { ApiError } from '../http/errors.js';

/** What one version changes, as far as a version may change anything. */
export interface DirectoryChanges {
  /** Readers who were not in the version before. */
  admitted: Reader[];
  left: Reader[];
  /** Administrators who were not in the version before. */
  appointed: Administrator[];
  revoked: Administrator[];
  /** Channels that take reports from now on, and that took some until now. */
  published: Channel[];
  unpublished: Channel[];
  added: Channel[];
  /** Channels that say something else than before, with the names of those fields. */
  changed: { was: Channel; channel: Channel; fields: string[] }[];
  /** Who reads a channel, where two agreed anew. */
  rosters: Roster[];
  /** Organisations that say something else. */
  renamed: Organisation[];
}

/**
 * What `after` changes, with the rules that hold whatever the signatures say: nothing is dropped,
 * nothing that identifies somebody or something is exchanged, and somebody stays who can go on. The
 * succession itself (version, hash, roots, readers' records) was checked before.
 *
 * @throws ApiError `wrong_directory`, `last_administrator`, or `last_handler`.
 */
export function directoryChanges(before: Directory, after: Directory): DirectoryChanges {
  const renamed = organisationChanges(before, after);
  const administrators = administratorChanges(before, after);
  const channels = channelChanges(before, after);
  const known = new Map(before.readers.map((reader) => [reader.record.id, reader]));
  const admitted: Reader[] = [];
  const left: Reader[] = [];
  for (const reader of after.readers) {
    const was = known.get(reader.record.id);
    if (was === undefined) admitted.push(reader);
    else if (!same(was.admission, reader.admission)) throw new ApiError('wrong_directory');
    else if (was.state === 'active' && reader.state === 'left') left.push(reader);
  }
  for (const { id } of after.organisations) {
    if (!after.administrators.some((each) => each.organisation === id && each.state === 'active')) {
      throw new ApiError('last_administrator');
    }
    const isHandler = ({ state, record }: Reader): boolean =>
      record.organisation === id && record.part === 'handler' && state === 'active';
    if (!after.readers.some(isHandler)) throw new ApiError('last_handler');
  }
  const rosters = after.channels.flatMap(({ id, roster }) => {
    const was = before.channels.find((channel) => channel.id === id)?.roster;
    return roster === undefined || same(was, roster) ? [] : roster;
  });
  return { admitted, left, renamed, rosters, ...administrators, ...channels };
}

/** Organisations cannot come or go; names and country may change. */
function organisationChanges(before: Directory, after: Directory): Organisation[] {
  if (after.organisations.length !== before.organisations.length) {
    throw new ApiError('wrong_directory');
  }
  return after.organisations.filter((organisation) => {
    const was = before.organisations.find(({ id }) => id === organisation.id);
    if (was === undefined) throw new ApiError('wrong_directory');
    return !same(was, organisation);
  });
}

/** An administrator can come, can be revoked, for good, and change in nothing else. */
function administratorChanges(
  before: Directory,
  after: Directory,
): Pick<DirectoryChanges, 'appointed' | 'revoked'> {
  const known = new Map(before.administrators.map((each) => [each.id, each]));
  const appointed = after.administrators.filter(({ id }) => !known.has(id));
  const stay = after.administrators.filter(({ id }) => known.has(id));
  if (stay.length !== before.administrators.length) throw new ApiError('wrong_directory');
  const revoked = stay.filter((administrator) => {
    const was = known.get(administrator.id);
    if (same(was, administrator)) return false;
    if (!same({ ...was, state: 'revoked' }, administrator)) throw new ApiError('wrong_directory');
    return true;
  });
  return { appointed, revoked };
}

/** No channel is dropped or moves to another organisation: its cases stay where they are. */
function channelChanges(
  before: Directory,
  after: Directory,
): Pick<DirectoryChanges, 'published' | 'unpublished' | 'added' | 'changed'> {
  const published: Channel[] = [];
  const unpublished: Channel[] = [];
  const changed: DirectoryChanges['changed'] = [];
  for (const was of before.channels) {
    const channel = after.channels.find(({ id }) => id === was.id);
    if (channel?.organisation !== was.organisation) throw new ApiError('wrong_directory');
    if (channel.published && !was.published) published.push(channel);
    if (!channel.published && was.published) unpublished.push(channel);
    // a field that was absent, or is now, is in one of them alone
    const all = Object.keys({ ...was, ...channel }) as (keyof Channel)[];
    const fields = all.filter(
      (field) => field !== 'published' && !same(was[field], channel[field]),
    );
    if (fields.length > 0) changed.push({ was, channel, fields });
  }
  const added = after.channels.filter(({ id }) => !before.channels.some((was) => was.id === id));
  published.push(...added.filter((channel) => channel.published));
  return { published, unpublished, added, changed };
}

/** Both come out of the same strict schema, so equal values have equal JSON. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
