import {
  checkHashes,
  chunkCount,
  type FileReference,
  fromBase64,
  openChunk,
  paddedAttachmentSize,
  ProtocolError,
} from '../crypto/private.js';
import { persist, type Api, type Credential } from './api.js';

/** Where a file's sealed chunks lie and who asks for them. */
export interface DownloadPlace {
  /** Path before `/hashes` and `/chunks/N`. */
  path: string;
  credential: Credential;
}

/**
 * The bytes of a file, chunk by chunk, each checked against the entry before it is handed on. The
 * next chunk is fetched while one is used; no more than two are held. Throws `wrong_manifest`,
 * `wrong_chunk` and the like (ProtocolError) where the server hands out something else.
 */
export async function* download(
  api: Api,
  { path, credential }: DownloadPlace,
  file: FileReference,
  onReceived: (bytes: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const count = chunkCount(paddedAttachmentSize(file.size));
  if (count !== file.chunks) throw new ProtocolError('wrong_manifest');
  const ask = (rest: string): Promise<Uint8Array> =>
    persist(
      () => api.askBytes({ method: 'GET', path: `${path}${rest}`, credential, signal }),
      signal,
    );
  const hashes = checkHashes(file.attachment, file.size, file.hash, await ask('/hashes'));
  const key = fromBase64(file.key);
  const fetchChunk = (index: number): Promise<Uint8Array> => {
    const chunk = ask(`/chunks/${String(index)}`);
    // The loop below awaits it; until then a failure must not count as unhandled.
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = fetchChunk(0);
  let received = 0;
  for (let index = 0; index < count; index += 1) {
    const sealed = await next;
    if (index + 1 < count) next = fetchChunk(index + 1);
    const bytes = await openChunk(key, file.attachment, file.size, hashes, index, sealed);
    received += bytes.length;
    onReceived(received);
    if (bytes.length > 0) yield bytes;
  }
}
