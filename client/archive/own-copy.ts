import { toJsonBytes, utf8, type FileReference } from '../../crypto/private.js';
import type { ReporterCaseView } from '../models.js';
import { entriesJson, namedFiles, standingFiles } from './case-json.js';
import { htmlOf, type ReadableBlock, type ReadableCopy, type ReadableEntry } from './readable.js';
import { zipOf, type ArchiveFile } from './zip-writer.js';

type OwnEntry = ReporterCaseView['entries'][number];

/** The words of a copy that reporters keep of their own case. */
export interface OwnCopyWords {
  language: string;
  title: string;
  /** What stands before the case itself. */
  warning: string;
  lead: string;
  /** The days of the case, in sentences. */
  dates: readonly string[];
  /** Who wrote an entry, what it is and when. */
  head: (entry: OwnEntry) => string;
  facts: (entry: OwnEntry) => [name: string, value: string][];
  /** Sentences about an entry: when it was opened, or why it cannot be read. */
  remarks: (entry: OwnEntry) => string[];
  size: (bytes: number) => string;
  /** Who reads the case. */
  readers: string;
}

function entryBlock(entry: OwnEntry, words: OwnCopyWords, paths: PathOf): ReadableEntry {
  const { content, author } = entry;
  const files = standingFiles(entry);
  return {
    kind: 'entry',
    head: words.head(entry),
    fromReporter: author.side === 'reporter',
    language: content.kind === 'report' ? content.language : '',
    text: 'text' in content ? content.text : '',
    facts: words.facts(entry),
    remarks: words.remarks(entry),
    files: files.map((file) => ({
      name: file.name,
      size: words.size(file.size),
      path: paths(file),
    })),
  };
}

type PathOf = (file: FileReference) => string | null;

function readable(view: ReporterCaseView, words: OwnCopyWords, paths: PathOf): ReadableCopy {
  const { language, title, warning, lead, dates, readers } = words;
  const blocks: ReadableBlock[] = [
    { kind: 'warning', text: warning },
    { kind: 'text', text: lead },
    { kind: 'list', lines: dates },
    { kind: 'text', text: readers },
    ...view.entries.map((entry) => entryBlock(entry, words, paths)),
  ];
  return { language, title, blocks };
}

/** A reporter's copy of the own case as one page, without its files and without the case key. */
export function ownPage(view: ReporterCaseView, words: OwnCopyWords): string {
  return htmlOf(readable(view, words, () => null));
}

/**
 * The bytes of a reporter's copy with its files: the page, the same for machines, and the files. The
 * case key and the files' keys are not in it, and nobody signs it.
 *
 * @param download fetches a file; what it throws ends the copy.
 */
export async function* ownArchive(
  view: ReporterCaseView,
  words: OwnCopyWords,
  download: (file: FileReference) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const files = namedFiles(view.entries);
  const paths = new Map(files.map(({ file, path }) => [file, path]));
  const page = utf8(htmlOf(readable(view, words, (file) => paths.get(file) ?? null)));
  const machine = toJsonBytes({
    format: 'casekey own case 1',
    case: view.id,
    channel: view.channel?.id ?? null,
    practice: view.practice,
    origin: view.origin,
    receivedOn: view.receivedOn,
    state: view.state,
    closedOn: view.closedOn,
    purgeOn: view.purgeOn,
    openedOn: view.openedOn,
    acknowledgementBy: view.acknowledgementBy,
    feedbackBy: view.feedbackBy,
    transcripts: view.transcripts,
    meetings: view.meetings,
    access: view.access,
    warnings: view.warnings.map(({ code }) => code),
    entries: entriesJson(view.entries, files),
  });
  function* all(): Generator<ArchiveFile> {
    yield { name: 'case.html', size: page.length, bytes: [page] };
    yield { name: 'case.json', size: machine.length, bytes: [machine] };
    for (const { file, path: name } of files) {
      yield { name, size: file.size, bytes: download(file) };
    }
  }
  yield* zipOf(all());
}
