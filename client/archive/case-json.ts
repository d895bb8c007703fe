import type { FileReference } from '../../crypto/private.js';
import type { EntryView } from '../models.js';
import { archiveName } from './names.js';

/** A file of a case with its name in an archive. */
export interface NamedFile {
  path: string;
  file: FileReference;
}

type WithFiles = Pick<EntryView, 'content' | 'erasedFiles'>;

/** The files of an entry that are still there. */
export function standingFiles({ content, erasedFiles }: WithFiles): FileReference[] {
  const files = 'files' in content ? content.files : [];
  return files.filter(({ attachment }) => !erasedFiles.includes(attachment));
}

/** The files of these entries in their order, each with its name in an archive. */
export function namedFiles(entries: readonly WithFiles[]): NamedFile[] {
  return entries
    .flatMap(standingFiles)
    .map((file, index) => ({ path: archiveName(index + 1, file.name), file }));
}

/** A file as an answer names it; without name and path where the report has none of this id. */
function namedJson(
  files: readonly FileReference[],
  id: string,
  paths: ReadonlyMap<FileReference, string>,
): { name: string | null; path: string | null } {
  const file = files.find(({ attachment }) => attachment === id);
  const path = file === undefined ? null : (paths.get(file) ?? null);
  return { name: file?.name ?? null, path };
}

/** What an entry says, without what opens anything that lies elsewhere. */
function contentJson(
  content: EntryView['content'],
  paths: ReadonlyMap<FileReference, string>,
): Record<string, unknown> {
  if ('files' in content) {
    const files = content.files.map((file) => {
      const { name, type, size } = file;
      return { name, type, size, path: paths.get(file) ?? null };
    });
    if (content.kind !== 'report' || content.form === undefined) return { ...content, files };
    const answers = content.form.answers.map((answer) => {
      if (answer.is !== 'files') return answer;
      return { ...answer, files: answer.files.map((id) => namedJson(content.files, id, paths)) };
    });
    return { ...content, form: { ...content.form, answers }, files };
  }
  if (content.kind === 'identity_request') {
    // the custodian's answer lies with the server under this key, and is no part of the file
    const { kind, at, id, fields, reason } = content;
    return { kind, at, id, fields, reason };
  }
  return { ...content };
}

/**
 * The entries of a case for machines: what each says, by whom, and the hash of its record. Of a file it
 * says name, type, size and where it lies in the archive; keys stay out.
 */
export function entriesJson(
  entries: readonly EntryView[],
  files: readonly NamedFile[],
): Record<string, unknown>[] {
  const paths = new Map(files.map(({ file, path }) => [file, path]));
  return entries.map(({ compartment, sequence, hash, author, content, readOn, erasure }) => ({
    compartment,
    sequence,
    record: hash,
    author: author.side === 'reporter' ? 'reporter' : { id: author.id, name: author.name },
    readOn,
    erased: erasure && {
      at: erasure.at,
      by: erasure.author.side === 'reporter' ? 'reporter' : erasure.author.id,
      ground: erasure.ground,
      text: erasure.text,
      files: erasure.files,
    },
    content: contentJson(content, paths),
  }));
}

/** The newest record of each part of a case that somebody wrote: another one means another state. */
export function newestRecords(
  entries: readonly Pick<EntryView, 'compartment' | 'hash'>[],
): string[] {
  return (['dialogue', 'internal'] as const).map(
    (part) => entries.findLast(({ compartment }) => compartment === part)?.hash ?? '',
  );
}
