import type { SendProgress } from '../models.js';
import type { Reporter } from '../reporter.js';
import { openDiskFile, type DiskFile } from '../node/file-source.js';
import { codeOf } from '../errors.js';
import { fileFailure } from './failure.js';
import type { Options } from './options.js';
import { bytesText, printableLine } from './printable.js';
import type { Terminal } from './terminal.js';

/** What every command works with. */
export interface CommandContext {
  options: Options;
  terminal: Terminal;
  reporter: Reporter;
  /** Whether a person may be asked what can be left out. */
  asks: boolean;
  signal: AbortSignal;
}

/** Opens the files to send. Throws Failure that names the one that cannot be read. */
export async function openFiles(names: readonly string[]): Promise<DiskFile[]> {
  const files: DiskFile[] = [];
  try {
    for (const name of names) files.push(await openDiskFile(name));
    return files;
  } catch (error) {
    await closeFiles(files);
    if (codeOf(error) !== 'file_unreadable') throw error;
    throw fileFailure(`${printableLine(names[files.length] ?? '')} cannot be read.`);
  }
}

/** Closes them again. */
export async function closeFiles(files: readonly DiskFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}

/** Tells how far sending has come, on one line. */
export function progressOn(terminal: Terminal): (progress: SendProgress) => void {
  return (progress) => {
    if (progress.step === 'sealing') terminal.progress('Sealing …');
    else if (progress.step === 'working') {
      terminal.progress('Much is arriving: calculating a while, as the server asks of everybody …');
    } else if (progress.step === 'sending') terminal.progress('Sending …');
    else {
      const { index, files, name, sent, total } = progress;
      const percent = Math.floor((sent / total) * 100);
      const which = files > 1 ? `File ${String(index + 1)} of ${String(files)}, ` : '';
      terminal.progress(
        `${which}${printableLine(name)}: ${String(percent)} % of ${bytesText(total)}`,
      );
    }
  };
}
