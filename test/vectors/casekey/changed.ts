import {
  sign,
  signedFields,
  toBase64,
  verifyChain,
  type ChainContext,
  type Entry,
  type EntryHeader,
  type ProtocolFault,
  type SigningPurpose,
  type VerifiedChain,
} from '../../../crypto/private.js';

/** What is changed of an entry, and who signs it then. */
export interface Changes {
  header?: Partial<EntryHeader>;
  /** The Ed25519 secret key; null leaves the signature as it was. */
  key: Uint8Array | null;
  /** What the signature is for, where it is not for an entry. */
  purpose?: SigningPurpose;
}

/** The entry as it was changed. */
export function changedEntry(entry: Entry, { header, key, purpose = 'entry' }: Changes): Entry {
  const changed = { ...entry, header: { ...entry.header, ...header } } as Entry;
  if (key === null) return changed;
  return { ...changed, signature: toBase64(sign(key, purpose, ...signedFields(changed))) };
}

/** The chain of an entry's compartment with the entry in its place, and nothing after it. */
export function chainWith(
  entry: Entry,
  { compartment, sequence }: Pick<EntryHeader, 'compartment' | 'sequence'>,
  entries: readonly Entry[],
  context: ChainContext,
): VerifiedChain {
  const chain = entries.filter(({ header }) => header.compartment === compartment);
  return verifyChain(compartment, [...chain.slice(0, sequence - 1), entry], context);
}

/** What is wrong with the chain that ends with an entry as it was changed; null for nothing. */
export function faultWith(
  entry: Entry,
  changes: Changes,
  entries: readonly Entry[],
  context: ChainContext,
): ProtocolFault | null {
  return chainWith(changedEntry(entry, changes), entry.header, entries, context).fault;
}
