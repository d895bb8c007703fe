import type { Cleaning } from '../../../client/cleaning/models.js';
import { callWorker, RemoteError, startWorker, type Remote } from '../rpc.js';

/** What became of a file, and the bytes to send; null where the file itself can go. */
export type CleanedFile = Omit<Cleaning, 'pieces'> & { blob: Blob | null };

/** What the worker that cleans files serves to the page. */
export interface CleaningApi {
  clean(file: Blob, signal: AbortSignal): Promise<CleanedFile>;
}

/** Cleans files one after the other, away from the page. */
export interface CleaningQueue {
  /**
   * Resolves to what became of the file. Rejects with RemoteError: `cancelled` after an abort,
   * `file_unreadable`, or `worker_failed` where the worker cannot be loaded.
   */
  clean(file: Blob, signal: AbortSignal): Promise<CleanedFile>;
}

/** Starts its worker with the first file. */
export function createCleaningQueue(): CleaningQueue {
  let line: Promise<unknown> = Promise.resolve();
  let running: { api: Remote<CleaningApi>; end: () => void } | null = null;

  const connect = (): { api: Remote<CleaningApi>; end: () => void } => {
    const worker = startWorker('cleaning');
    return {
      api: callWorker<CleaningApi>(worker),
      end: () => {
        worker.terminate();
        running = null;
      },
    };
  };

  const cleanNow = async (file: Blob, signal: AbortSignal): Promise<CleanedFile> => {
    if (signal.aborted) throw new RemoteError('cancelled');
    const { api, end } = (running ??= connect());
    let abort: () => void = end;
    const aborted = new Promise<never>((_, reject) => {
      abort = () => {
        // whatever it is at, it ends at once
        end();
        reject(new RemoteError('cancelled'));
      };
    });
    signal.addEventListener('abort', abort);
    try {
      return await Promise.race([api.clean(file, signal), aborted]);
    } catch (error) {
      // a worker that could not be loaded is asked for anew with the next file
      end();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };

  return {
    clean(file, signal) {
      const turn = line.then(() => cleanNow(file, signal));
      line = turn.catch(() => undefined);
      return turn;
    },
  };
}
