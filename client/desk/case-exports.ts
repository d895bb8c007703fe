import { type Directory, identitiesOf, type OpenedCompartment } from '../../crypto/private.js';
import {
  type CaseExport,
  type ExportChains,
  type ExportSource,
  exportsOf,
} from '../casework/exports.js';
import { seenBy } from '../casework/said.js';
import type { OpenedForHandler } from './case-opening.js';

/** Gives the first id of whoever came back under new keys. */
function personIn(directory: Directory): (id: string) => string {
  return (id) => identitiesOf(directory, id).at(-1) ?? id;
}

type Opened = Pick<OpenedForHandler, 'file' | 'directory'>;

/** What the chains of an opened case, and the directory, tell of its exports. */
function chainsOf({ file: { dialogue, internal }, directory }: Opened): ExportChains {
  const seen = seenBy({ dialogue, internal });
  const isNamed = (id: string, { chain }: OpenedCompartment, after: number): boolean =>
    chain.epochs
      .filter(({ entry }) => entry.header.sequence > after)
      .every(({ body }) => body.members.some((member) => member.id === id));
  return {
    seen,
    staysSince: (sequence, id) =>
      isNamed(id, dialogue, seen(sequence)) &&
      (internal === null || isNamed(id, internal, sequence)),
    person: personIn(directory.directory),
  };
}

/**
 * The exports of an opened case.
 *
 * @param entries as {@link exportsOf}: those of the case, and what is to be said beside them.
 */
export function exportsIn(opened: Opened, entries: readonly ExportSource[]): CaseExport[] {
  return exportsOf(entries, chainsOf(opened));
}

/** Whether this account asked for an export, or the same person under other keys. */
export function isOwnExport({ directory }: Opened, { by }: CaseExport, id: string): boolean {
  const person = personIn(directory.directory);
  return person(by.id) === person(id);
}
