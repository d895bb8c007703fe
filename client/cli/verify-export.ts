import { ArchiveFault, type ArchiveFaultCode } from '../archive/faults.js';
import { checkExport, type CheckedExport } from '../archive/check.js';
import { codeOf } from '../errors.js';
import { openDiskFile } from '../node/file-source.js';
import type { CommandContext } from './context.js';
import { exitCodes, Failure, fileFailure, type ExitCode } from './failure.js';
import { jsonText, printableLine } from './printable.js';
import { checkFingerprint, inLanguage } from './readers.js';

const TEXTS: Readonly<Record<ArchiveFaultCode, string>> = {
  cut_off: 'The file is no whole archive: it was cut off, or something was added to it.',
  not_ours:
    'The file is not written as exports are: it is something else, was packed anew, or was changed.',
  name_twice: 'Two files in the archive have the same name.',
  wrong_name: 'A file in the archive has a name that no export has:',
  missing: 'A file is missing in the archive:',
  extra: 'There is a file in the archive that its list does not name:',
  altered: 'A file was changed:',
  malformed: 'A file in the archive is not what its name says:',
  too_large: 'A document in the archive is larger than any export has:',
  wrong_directory: 'The organisation’s directory in the archive does not verify.',
  wrong_exporter:
    'The list names somebody as its maker who, by the directory and the records, did not handle the case.',
  wrong_signature: 'The list was not signed by whom it names: the export was changed or made up.',
  wrong_records: 'The signed records in the archive do not hold together:',
  wrong_trail: 'The audit trail in the archive is broken, at its line:',
  wrong_texts: 'What case.json says does not go with the signed records.',
};

/** `casekey verify-export`: whether an export holds, what it proves and what it does not. */
export async function verifyExport({ options, terminal }: CommandContext): Promise<ExitCode> {
  const [name = ''] = options.rest;
  const file = await openDiskFile(name).catch((error: unknown) => {
    if (codeOf(error) !== 'file_unreadable') throw error;
    throw fileFailure(`${printableLine(name)} cannot be read.`);
  });
  let checked;
  try {
    checked = await checkExport(file);
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    const text = `${TEXTS[error.code]} ${printableLine(error.detail)}`.trim();
    throw new Failure(`export_${error.code}`, exitCodes.unverified, text);
  } finally {
    await file.close();
  }
  checkFingerprint({ fingerprint: checked.fingerprint }, options.fingerprint);
  terminal.print(
    options.json
      ? jsonText({ holds: true, ...jsonOf(checked) })
      : textOf(checked, options.fingerprint !== undefined),
  );
  return exitCodes.done;
}

function jsonOf({ manifest, by, fingerprint, directory, files, whole }: CheckedExport): object {
  const { kind, installation, case: caseId, export: id, day } = manifest;
  const exporter = { id: manifest.by, ...by };
  return {
    kind,
    installation,
    case: caseId,
    export: id,
    day,
    by: exporter,
    fingerprint,
    directory,
    files,
    records: whole,
  };
}

function textOf(checked: CheckedExport, compared: boolean): string {
  const { manifest, by, organisation, fingerprint, directory, files, whole } = checked;
  const left = by.state === 'left' ? ' (has left since)' : '';
  const facts = [
    `The export holds: it is as ${printableLine(by.name)}${left} signed it, dated ${manifest.day}.`,
    '',
    `Organisation  ${printableLine(inLanguage(organisation, 'en'))}`,
    `Installation  ${manifest.installation}`,
    `Eight words   ${fingerprint.join(' ')}`,
    compared
      ? '              They are those that you gave.'
      : '              Compare them with the poster: without that, anybody could have made all of this.',
    `Directory     version ${String(directory.version)} of ${directory.date}`,
    `Kind          ${whole === null ? 'redacted, for outsiders' : 'the whole case'}`,
    `Files         ${String(files)}`,
  ];
  if (whole === null) {
    return [
      ...facts,
      '',
      'What it proves: that this handler’s account signed these files, and that none was changed since.',
      'What it does not: that what they say is true or complete. A handler wrote the text for outsiders; it is not the report, and no signed records go with it.',
    ].join('\n');
  }
  const { dialogue, internal, trail } = whole;
  return [
    ...facts,
    `Case          ${manifest.case ?? ''}`,
    `Records       ${String(dialogue)} of the conversation, ${String(internal)} among handlers: each signed by who wrote it, none missing between the first and the last`,
    `Audit trail   ${String(trail)} lines, none missing between the first and the last`,
    '',
    'What it proves: that this handler’s account signed these files, and that none was changed since; and that the records were signed by the reporter’s case key and by the readers named, in this order.',
    'What it does not: that the texts are what the records seal. The records stay sealed here, without their keys, so for the texts, files and dates the handler who signed vouches. Nor that no newer records exist, nor who the reporter is, nor that what they say is true.',
  ].join('\n');
}
