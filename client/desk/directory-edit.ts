import * as v from 'valibot';
import {
  AccountId,
  type Directory,
  sign,
  toBase64,
  toJsonBytes,
  type SignedDirectory,
} from '../../crypto/private.js';
import type { LoadedDirectory } from '../directory.js';
import type { DirectoryWatch } from './directory-watch.js';
import type { DeskSession } from './session.js';

/**
 * The next version of the directory with a change made to it, signed by the administrator who is
 * signed in, and handed to the server. The server and every client check it again.
 */
export async function publishChange(
  session: DeskSession,
  watch: DirectoryWatch,
  change: (directory: Directory) => Directory,
): Promise<LoadedDirectory> {
  const { credential, keys, account } = session.signedIn();
  const current = await watch.current();
  const document = toJsonBytes({
    ...change(current.directory),
    version: current.directory.version + 1,
    date: session.today(),
    previous: current.hash,
  });
  const directory: SignedDirectory = {
    document: toBase64(document),
    administrator: v.parse(AccountId, account.id),
    signature: toBase64(sign(keys.sig.secretKey, 'directory', document)),
  };
  const path = '/api/desk/directories';
  await session.api.tell({ method: 'POST', path, credential, json: { directory } });
  return watch.current();
}
