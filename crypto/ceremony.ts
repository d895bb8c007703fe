import { fromBase64, type Field } from './bytes.js';
import { identitiesOf } from './directory.js';
import { memberTerms } from './guest.js';
import type { InstallationId } from './ids.js';
import { toJsonBytes } from './json.js';
import { verify } from './signature.js';
import type { CeremonyTerms, SignedCeremony } from './wire/ceremony.js';
import type { Directory } from './wire/directory.js';
import type { EpochBody, Member, Party } from './wire/entry.js';

/** The fields that two people sign to let a recovery officer's paper be used. */
export function ceremonyFields(terms: CeremonyTerms): Field[] {
  return [toJsonBytes(terms)];
}

/** The fields that the paper's key signs to show that somebody holds it. */
export function paperFields(installation: InstallationId, ceremony: string): Field[] {
  return [installation, fromBase64(ceremony)];
}

/** Somebody who may sign for a ceremony, active or not: signatures of those who left still verify. */
function signerOf(
  { administrators, readers }: Directory,
  id: string,
): { sig: string; handler: boolean } | null {
  const administrator = administrators.find((each) => each.id === id);
  if (administrator !== undefined) return { sig: administrator.sig, handler: false };
  const record = readers.find((each) => each.record.id === id)?.record;
  return record?.part === 'handler' ? { sig: record.sig, handler: true } : null;
}

/**
 * What is wrong with the terms of a ceremony and its signatures by themselves: both are of handlers
 * or administrators, one of them a handler, of two persons, neither of whom counts as unable to read;
 * nobody is named twice. Answers a word for developers, or null where it holds. Needs no key.
 */
export function faultInTerms(
  { terms, asked, agreed }: SignedCeremony,
  directory: Directory,
): string | null {
  if (terms.installation !== directory.installation) return 'installation';
  const named: string[] = [...terms.to, ...terms.lost];
  if (new Set(named).size !== named.length) return 'named twice';
  const person = (id: string): string => identitiesOf(directory, id).at(-1) ?? id;
  if (person(asked.by) === person(agreed.by)) return 'one person';
  let handlers = 0;
  for (const { by, signature } of [asked, agreed]) {
    const signer = signerOf(directory, by);
    if (signer === null || (terms.lost as readonly string[]).includes(by)) return 'signer';
    const fields = ceremonyFields(terms);
    if (!verify(fromBase64(signer.sig), fromBase64(signature), 'ceremony', ...fields)) {
      return 'signature';
    }
    if (signer.handler) handlers += 1;
  }
  return handlers === 0 ? 'no handler' : null;
}

/**
 * What is wrong with an epoch that a recovery officer's paper opens: it must carry terms that hold,
 * for this very paper; every handler of the epoch before has left or is named as unable to read; it
 * keeps the paper, adds nobody but those named, one at least, and changes nobody's terms. Answers a
 * word for developers, or null where it holds.
 *
 * @param before the members of the epoch before.
 */
export function faultInCeremony(
  { recovers, members }: Pick<EpochBody, 'recovers' | 'members'>,
  author: Party,
  before: readonly Member[],
  directory: Directory,
): string | null {
  if (recovers === undefined) return 'no ceremony';
  const { terms } = recovers;
  if (terms.officer !== author) return 'another paper';
  const [to, lost]: string[][] = [terms.to, terms.lost];
  const canRead = ({ id }: Member): boolean =>
    !lost?.includes(id) &&
    directory.readers.some(
      ({ record, state }) => record.id === id && record.part === 'handler' && state === 'active',
    );
  if (before.some(canRead)) return 'somebody reads it';
  const known = new Map(before.map((member) => [member.id as string, memberTerms(member)]));
  const added = members.filter(({ id }) => !known.has(id));
  // whoever leaves ends what was agreed on in a case, which nobody here decides
  if (!members.some(({ id }) => id === author)) return 'without itself';
  if (added.length === 0 || !added.every(({ id }) => to?.includes(id))) return 'given to others';
  if (members.some((each) => (known.get(each.id) ?? each.id) !== memberTerms(each))) {
    return 'other terms';
  }
  return faultInTerms(recovers, directory);
}
