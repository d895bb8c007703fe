/**
 * What can be wrong with an export. `cut_off`: it ends too early, or something stands behind it;
 * `not_ours`: it is no archive of this kind, or was packed anew; `name_twice`: two files of one name;
 * `wrong_name`: a name that no export has; `missing`: a file that must be there is not; `extra`: a file that the
 * list does not name; `altered`: a file has other bytes than the list says; `malformed`: a file that is not
 * what its name says; `too_large`: more than is read; `wrong_directory`: the directory does not verify;
 * `wrong_exporter`: nobody of the directory, or an account that is no reader; `wrong_signature`: the
 * list was not signed by whom it names; `wrong_records`: a record, its signature or its chain;
 * `wrong_trail`: the audit trail; `wrong_texts`: the texts do not go with the records.
 */
export type ArchiveFaultCode =
  | 'cut_off'
  | 'not_ours'
  | 'name_twice'
  | 'wrong_name'
  | 'missing'
  | 'extra'
  | 'altered'
  | 'malformed'
  | 'too_large'
  | 'wrong_directory'
  | 'wrong_exporter'
  | 'wrong_signature'
  | 'wrong_records'
  | 'wrong_trail'
  | 'wrong_texts';

/** Why an export does not hold. `detail` is a name in it, or a fault of the protocol. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
  readonly code: ArchiveFaultCode;
  readonly detail: string;

  constructor(code: ArchiveFaultCode, detail = '') {
    super(`${code} ${detail}`.trim());
    this.code = code;
    this.detail = detail;
  }
}
