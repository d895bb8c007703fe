import { cleanFile } from '../cleaning/clean.js';
import type { Cleaning, Finding, FindingCode, Obstacle } from '../cleaning/models.js';
import { composedFile } from '../cleaning/pieces.js';
import type { DiskFile } from '../node/file-source.js';
import type { CommandContext } from './context.js';
import { exitCodes, Failure } from './failure.js';
import { printableLine } from './printable.js';

const names: Readonly<Record<FindingCode, string>> = {
  place: 'the place',
  device: 'the camera or device',
  serial: 'serial numbers',
  author: 'names of authors or owners',
  company: 'the organisation',
  dates: 'dates and times',
  software: 'the program',
  title: 'titles and descriptions',
  comment: 'remarks',
  comment_authors: 'who wrote comments',
  tracked_changes: 'who made changes',
  thumbnail: 'a small copy of the picture',
  editing: 'traces of editing',
  ids: 'numbers that tell the file from others',
  printer: 'printer settings',
  paths: 'names of folders',
  signature: 'a signature',
  provenance: 'a proof of origin',
  colour_profile: 'the colour profile',
  attachments: 'attached files',
  scripts: 'scripts and forms that send',
  macros: 'macros',
  embedded: 'embedded files or drawings',
  links: 'links to data elsewhere',
  timed: 'data recorded along with it',
  hidden_film: 'a short film inside the photo',
  trailing: 'leftovers after the end',
  technical: 'technical details',
};

const obstacles: Readonly<Record<Obstacle, string>> = {
  unknown: 'this kind of file is not known',
  broken: 'it is damaged or built in an unusual way',
  encrypted: 'it is protected by a password',
  too_large: 'it is too large to be looked through',
  archive: 'it is an archive: unpack it and send the files themselves',
  old_office: 'it is an older kind of document: save it as .docx, .xlsx, .pptx or PDF',
};

function listed(findings: readonly Finding[]): string {
  return findings
    .map(({ code, values }) =>
      values.length === 0
        ? names[code]
        : `${names[code]} (${values.map((value) => printableLine(value)).join(', ')})`,
    )
    .join('; ');
}

/** What became of a file, in a line or two. */
function told(name: string, { verdict, obstacle, removed, left }: Cleaning): string {
  const parts = [];
  if (verdict === 'clean') parts.push('no hidden details were found');
  if (obstacle !== null) parts.push(`nothing was removed, since ${obstacles[obstacle]}`);
  if (removed.length > 0) parts.push(`removed: ${listed(removed)}`);
  if (left.length > 0) parts.push(`COULD NOT BE REMOVED: ${listed(left)}`);
  return `${printableLine(name)}: ${parts.join('. ')}.`;
}

/**
 * Takes hidden details out of files before they are sealed, and says which. Where something stays
 * in one, a person is asked; without one nothing is sent, unless `--keep-metadata` says so.
 *
 * @throws Failure `not_cleaned` where it ends there.
 */
export async function cleanFiles(
  { options, terminal, asks, signal }: CommandContext,
  files: readonly DiskFile[],
): Promise<DiskFile[]> {
  if (options.keepMetadata) return [...files];
  const cleaned: DiskFile[] = [];
  const telling: string[] = [];
  for (const file of files) {
    const cleaning = await cleanFile(file, signal);
    terminal.say(told(file.name, cleaning));
    if (cleaning.verdict === 'partly' || cleaning.verdict === 'not_cleanable') {
      telling.push(printableLine(file.name));
    }
    const { pieces } = cleaning;
    cleaned.push(
      pieces === null ? file : { ...composedFile(file, pieces), close: () => file.close() },
    );
  }
  if (telling.length === 0) return cleaned;
  const answer = asks ? await terminal.ask('Send them all the same? (y/N) ') : '';
  if (answer.toLowerCase().startsWith('y')) return cleaned;
  throw new Failure(
    'not_cleaned',
    exitCodes.file,
    `Nothing was sent: ${telling.join(', ')} may tell who you are. Leave out what cannot be cleaned, or add --keep-metadata to send every file as it is.`,
  );
}
