import type { FileReference } from '../crypto/private.js';
import type { Api } from './api.js';
import { ClientError } from './errors.js';
import type { FileSource, SendProgress } from './models.js';
import { createPace, type Pace } from './pace.js';
import { beginUpload, fileStamp, sendUpload, type Upload } from './upload.js';

/** The uploads of one sending, kept between tries. */
export interface UploadKeeper {
  /** Sends the files one after the other; called again after a failure it goes on where it was. */
  sendAll(
    files: readonly FileSource[],
    onProgress: (progress: SendProgress) => void,
    signal?: AbortSignal,
  ): Promise<FileReference[]>;
  /** To be called when what the files belong to has arrived. */
  forget(): void;
}

/**
 * See {@link UploadKeeper}.
 *
 * @param pace that files sent before have set.
 */
export function createUploadKeeper(api: Api, pace: Pace = createPace()): UploadKeeper {
  const uploads = new Map<string, Upload>();
  let line: Promise<unknown> = Promise.resolve();

  const sendNow: UploadKeeper['sendAll'] = async (files, onProgress, signal) => {
    const references: FileReference[] = [];
    for (const [index, file] of files.entries()) {
      // Two equal files are two attachments: the position is part of the name.
      const slot = `${String(index)} ${fileStamp(file)}`;
      const upload = uploads.get(slot) ?? beginUpload(file);
      uploads.set(slot, upload);
      const step = { step: 'file', index, files: files.length, name: file.name } as const;
      const onSent = (sent: number): void => {
        onProgress({ ...step, sent, total: upload.paddedSize });
      };
      const onWork = (): void => {
        onProgress({ step: 'working' });
      };
      try {
        references.push(await sendUpload(api, upload, file, pace, onSent, onWork, signal));
      } catch (error) {
        // Whatever cannot go on as it is begins anew, under a new key.
        const goesOn =
          error instanceof ClientError && (error.temporary || error.code === 'cancelled');
        if (!goesOn) uploads.delete(slot);
        throw error;
      }
    }
    return references;
  };

  return {
    // One sending after the other: two at once would seal the same chunk to different bytes.
    sendAll(files, onProgress, signal) {
      const turn = line.then(() => sendNow(files, onProgress, signal));
      line = turn.catch(() => undefined);
      return turn;
    },
    forget() {
      uploads.clear();
    },
  };
}
