import { fromBase64, toBase64, type Field } from '../bytes.js';
import { hash } from '../derive.js';
import type { DirectoryHash, InstallationId } from '../ids.js';
import { toJsonBytes } from '../json.js';
import type {
  AdministratorRecord,
  NewPerson,
  ReaderRecord,
  RosterTerms,
  Stamp,
} from '../wire/directory.js';

/** Hash of a directory document's exact bytes. */
export function directoryHash(document: Uint8Array): DirectoryHash {
  return toBase64(hash('directory', document)) as DirectoryHash;
}

/** The fields that are signed to let an administrator act for an organisation. */
export function delegationFields(
  installation: InstallationId,
  administrator: AdministratorRecord,
): Field[] {
  return [
    installation,
    administrator.organisation,
    administrator.id,
    administrator.serial,
    fromBase64(administrator.kem),
    fromBase64(administrator.sig),
  ];
}

/** The fields that an admission signs: the installation and the whole record of the reader. */
export function admissionFields(installation: InstallationId, record: ReaderRecord): Field[] {
  return [installation, toJsonBytes(record)];
}

/** What an administrator and a handler sign to let this person in. */
export function lettingIn(
  installation: InstallationId,
  person: NewPerson,
): { purpose: 'delegation' | 'admission'; fields: Field[] } {
  return person.part === 'administrator'
    ? { purpose: 'delegation', fields: delegationFields(installation, person) }
    : { purpose: 'admission', fields: admissionFields(installation, person) };
}

/** The fields that two sign to say who reads a channel: the installation and all of the terms. */
export function rosterFields(installation: InstallationId, terms: RosterTerms): Field[] {
  return [installation, toJsonBytes(terms)];
}

/** The fields of a handler's word that a directory is still the newest. */
export function stampFields(stamp: Pick<Stamp, 'hash' | 'day'>): Field[] {
  return [fromBase64(stamp.hash), stamp.day];
}
