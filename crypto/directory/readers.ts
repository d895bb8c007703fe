import type { Directory, Reader, ReaderRecord, RosterTerms } from '../wire/directory.js';
import { identitiesOf } from './identities.js';

/** The readers a report in this channel is sealed to: active ones, in the directory's order. */
export function channelReaders(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(
    ({ record: { part } }) => part === 'handler' || part === 'recovery_officer',
  );
}

/** Who from outside the organisation can be granted cases of this channel. */
export function channelGuests(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(({ record }) => record.part === 'guest');
}

/** Who reads the sealed figures of this channel beside the readers of each case. */
export function channelAuditors(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(({ record }) => record.part === 'auditor');
}

/** Who may open the identities that reporters give in this channel. */
export function channelCustodians(directory: Directory, channel: string): Reader[] {
  return channelPeople(directory, channel).filter(({ record }) => record.part === 'custodian');
}

/** Everybody active in a channel, whatever their part, in the directory's order. */
export function channelPeople(directory: Directory, channel: string): Reader[] {
  const terms = directory.channels.find(({ id }) => id === channel)?.roster?.terms;
  return peopleUnder(directory, channel, terms);
}

/** Everybody active who would be in a channel under these terms; under none where undefined. */
export function peopleUnder(
  directory: Directory,
  channel: string,
  terms: RosterTerms | undefined,
): Reader[] {
  return directory.readers.filter(
    ({ state, record }) => state === 'active' && isReadBy(directory, record, channel, terms),
  );
}

/**
 * Whoever was taken off stays off under new keys, which others signed; whoever was added was so under
 * those keys alone, since two agreed to that part.
 */
function isReadBy(
  directory: Directory,
  { id, channels }: ReaderRecord,
  channel: string,
  terms: RosterTerms | undefined,
): boolean {
  if (terms?.added.includes(id) === true) return true;
  const removed: readonly string[] = terms?.removed ?? [];
  if (removed.length > 0 && identitiesOf(directory, id).some((each) => removed.includes(each))) {
    return false;
  }
  return (channels as readonly string[]).includes(channel);
}
