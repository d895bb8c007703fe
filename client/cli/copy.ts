import { open, unlink } from 'node:fs/promises';
import { ownArchive, ownPage, type OwnCopyWords } from '../archive/own-copy.js';
import type { ReporterCaseView } from '../models.js';
import type { CommandContext } from './context.js';
import { checkOrganisation } from './conversation.js';
import { exitCodes, Failure, type ExitCode } from './failure.js';
import { checkInputs, readCaseKey } from './key.js';
import { bytesText, jsonText, printableLine } from './printable.js';
import { memberLine } from './readers.js';
import {
  answersOf,
  erasureText,
  entryFacts,
  entryHead,
  factLines,
  keyLines,
  meetingLines,
  warningsOf,
} from './show.js';

/** What must be known about a copy before it is kept. */
export const COPY_NOTICE = [
  'Whoever finds this copy, on a device, in a backup or on paper, knows that somebody reported,',
  'and most likely that it was you. It has no password. Keep it only where nobody else looks:',
  'never on a device, a network or an online storage of your employer. Your case key is not in',
  'it. Your shell may remember the name that you gave the file.',
].join('\n');

function wordsFor(view: ReporterCaseView): OwnCopyWords {
  const readers = view.access.at(-1)?.readers ?? [];
  return {
    language: 'en',
    title: 'A report and its answers',
    warning:
      'Whoever finds this knows that somebody reported. Keep it where nobody else looks, and delete it when you no longer need it.',
    lead: 'A copy made by the reporter; nobody signed it. The case key is not in it.',
    dates: factLines(view),
    head: (entry) => entryHead(view, entry),
    facts: (entry) => [...entryFacts(entry), ...answersOf(entry)],
    remarks: (entry) => {
      const { content } = entry;
      const key = keyLines(view, entry);
      const unread = content.kind === 'unreadable' ? [`It cannot be read (${content.fault}).`] : [];
      return [...key, ...unread, ...meetingLines(entry), erasureText(entry)].filter(
        (each) => each !== '',
      );
    },
    size: bytesText,
    readers: `Readers: ${readers.map(memberLine).join(', ')}`,
  };
}

async function* pageOnly(view: ReporterCaseView): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(ownPage(view, wordsFor(view))));
}

/** `casekey copy`: keeps the own case as a page (`.html`) or, with its files, as an archive. */
export async function copyCase(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter, asks, signal } = context;
  const [file = ''] = options.rest;
  checkInputs(options.keyFile, undefined);
  await checkOrganisation(context);
  terminal.say(COPY_NOTICE);
  if (asks && !/^y(?:es)?$/iu.test(await terminal.ask('Keep a copy? yes or no: '))) {
    throw new Failure('cancelled', exitCodes.cancelled, 'Nothing was saved.');
  }
  const words = await readCaseKey(terminal, options.keyFile);
  const view = await reporter.open(words);
  const { texts, exit } = warningsOf(view);
  for (const text of texts) terminal.say(text);
  const bytes = /\.html?$/iu.test(file)
    ? pageOnly(view)
    : ownArchive(view, wordsFor(view), (each) =>
        reporter.download(
          words,
          each,
          (done) => {
            const [sent, total] = [bytesText(done), bytesText(each.size)];
            terminal.progress(`${printableLine(each.name)}: ${sent} of ${total}`);
          },
          signal,
        ),
      );
  await writeNew(file, bytes);
  terminal.progress('');
  terminal.print(options.json ? jsonText({ copy: 'kept' }) : 'The copy was written.');
  return exit;
}

/** Writes a file that is not there yet, for this user alone; where that fails nothing of it stays. */
async function writeNew(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const failed = (): never => {
    const text = `${printableLine(file)} cannot be written, or exists already.`;
    throw new Failure('file_unwritable', exitCodes.file, text);
  };
  const handle = await open(file, 'wx', 0o600).catch(failed);
  try {
    for await (const piece of bytes) await handle.writeFile(piece).catch(failed);
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(file).catch(() => undefined);
    throw error;
  }
}
