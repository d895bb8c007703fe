import { FILES_LIMIT } from '../../crypto/private.js';
import type { DiskFile } from '../node/file-source.js';
import { cleanFiles } from './cleaning.js';
import { closeFiles, openFiles, type CommandContext } from './context.js';
import { usage } from './failure.js';

/** The files that go along with a report: those of `--file`, and those that answers name. */
export interface SentFiles {
  /** As they are sent, in the order in which they were added. */
  readonly toSend: readonly DiskFile[];
  /**
   * Opens and cleans files; the place of each among those that are sent.
   *
   * @throws Failure where there are too many, one cannot be read, or one may not go as it is.
   */
  add(paths: readonly string[]): Promise<number[]>;
  close(): Promise<void>;
}

/** Begins with none. */
export function createSentFiles(context: CommandContext): SentFiles {
  const opened: DiskFile[] = [];
  const toSend: DiskFile[] = [];
  return {
    toSend,
    async add(paths) {
      if (toSend.length + paths.length > FILES_LIMIT) {
        throw usage(`At most ${String(FILES_LIMIT)} files.`);
      }
      const files = await openFiles(paths);
      opened.push(...files);
      const first = toSend.length;
      toSend.push(...(await cleanFiles(context, files)));
      return files.map((_, index) => first + index);
    },
    close: () => closeFiles(opened),
  };
}
