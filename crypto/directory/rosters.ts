import { fromBase64 } from '../bytes.js';
import { verify } from '../signature.js';
import type { Channel, Directory, Reader } from '../wire/directory.js';
import { channelPeople } from './readers.js';
import { rosterFields } from './signed-fields.js';
import { fail, same } from './check.js';

/** A roster is of its channel, names readers of the organisation once, and both signed it. */
export function checkRoster(
  directory: Directory,
  readers: ReadonlyMap<string, Reader>,
  channel: Channel,
): void {
  if (channel.closed === true && channel.published) fail('closed and published');
  const { roster, organisation } = channel;
  if (roster === undefined) return;
  const { terms, administrator, handler } = roster;
  if (terms.channel !== channel.id || terms.since >= directory.version) fail('roster');
  const named = [...terms.added, ...terms.removed];
  if (new Set(named).size !== named.length) fail('in a roster twice');
  if (named.some((id) => readers.get(id)?.record.organisation !== organisation)) {
    fail('in a roster');
  }
  const first = directory.administrators.find(({ id }) => id === administrator);
  const second = readers.get(handler);
  if (first?.organisation !== organisation || second?.record.organisation !== organisation) {
    fail('signer of a roster');
  }
  if (second.record.part !== 'handler') fail('signer of a roster');
  const holds = (key: string, signature: string): boolean =>
    verify(
      fromBase64(key),
      fromBase64(signature),
      'roster',
      ...rosterFields(directory.installation, terms),
    );
  const bySigners =
    holds(first.sig, roster.administratorSignature) &&
    holds(second.record.sig, roster.handlerSignature);
  if (!bySigners) fail('signature of a roster');
}

/** Handlers who may sign who reads a channel: its own, or all of the organisation where it has none. */
export function rosterSigners(directory: Directory, channel: string): Reader[] {
  const isHandler = ({ record }: Reader): boolean => record.part === 'handler';
  const own = channelPeople(directory, channel).filter(isHandler);
  const all = directory.readers.filter(({ state }) => state === 'active').filter(isHandler);
  return own.length > 0 ? own : all;
}

/** None is dropped, and none of before comes again. */
export function checkRostersLater(before: Directory, after: Directory): void {
  for (const { id, roster } of after.channels) {
    const was = before.channels.find((channel) => channel.id === id)?.roster;
    if (was === undefined || same(was, roster ?? null)) continue;
    if (roster === undefined || roster.terms.since <= was.terms.since) fail('an older roster');
  }
}

/**
 * A new roster was made on the version before, so that one that lay about is good for nothing, and
 * signed by two who could act when that version was the newest and still can: the handler is one of
 * the channel's own, where it had any.
 */
export function checkNewRosters(before: Directory, after: Directory): void {
  for (const { id, roster } of after.channels) {
    const was = before.channels.find((channel) => channel.id === id);
    if (roster === undefined || same(was?.roster ?? null, roster)) continue;
    if (roster.terms.since !== before.version) fail('a roster of another version');
    const acts = [before, after].every(({ administrators, readers }) => {
      const first = administrators.find((each) => each.id === roster.administrator);
      const second = readers.find(({ record }) => record.id === roster.handler);
      return first?.state === 'active' && second?.state === 'active';
    });
    if (!acts) fail('signer of a roster');
    if (!rosterSigners(before, id).some(({ record }) => record.id === roster.handler)) {
      fail('handler of a roster');
    }
  }
}
