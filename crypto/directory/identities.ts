import type { ReaderId } from '../ids.js';
import type { Directory, Reader } from '../wire/directory.js';
import { fail } from './check.js';

/**
 * Whoever comes back under new keys takes the place of one who left, of the same organisation and in
 * whatever part, and nobody's place is taken twice: so whom a reporter left out stays left out, also
 * where a handler comes back as a guest.
 */
export function checkReplaced(readers: ReadonlyMap<string, Reader>): void {
  const taken = new Set<string>();
  for (const { record } of readers.values()) {
    if (record.replaces === null) continue;
    const before = readers.get(record.replaces);
    if (before?.state !== 'left') fail('takes the place of somebody who is there');
    if (before.record.organisation !== record.organisation) fail('in another place');
    if (taken.has(record.replaces)) fail('a place taken twice');
    taken.add(record.replaces);
  }
  for (const id of readers.keys()) {
    const followed = new Set([id]);
    for (let at = readers.get(id)?.record.replaces; at; at = readers.get(at)?.record.replaces) {
      if (followed.has(at)) fail('places in a circle');
      followed.add(at);
    }
  }
}

/** A reader's own id, and those of the same person's keys from before, the newest first. */
export function identitiesOf(directory: Directory, id: string): string[] {
  const ids = [id];
  for (;;) {
    const last = directory.readers.find(({ record }) => record.id === ids.at(-1));
    const before = last?.record.replaces ?? null;
    // an unchecked directory could lead in a circle
    if (before === null || ids.includes(before)) return ids;
    ids.push(before);
  }
}

/** All whom a choice of readers means: whoever comes back under new keys is the same person. */
export function withSuccessors(directory: Directory, chosen: readonly string[]): ReaderId[] {
  const known = directory.readers.map(({ record }) => record.id);
  const found = known.filter((id) =>
    identitiesOf(directory, id).some((identity) => chosen.includes(identity)),
  );
  return [...new Set([...(chosen as readonly ReaderId[]), ...found])];
}
