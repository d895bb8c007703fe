import type { Config } from './config.js';

/** What can go wrong where a file or folder is made or opened. */
const FILE_FAULTS = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
]);

/**
 * What kept the server from starting, in words that name the setting to look at.
 *
 * @param config undefined where it had not been read yet.
 */
export function startFault(error: unknown, config: Config | undefined): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || config === undefined) return error.message;
  const { host, port, database } = config;
  const at = port.toString();
  if (code === 'EADDRINUSE') {
    return `port ${at} is taken, perhaps because it runs already. CASEKEY_PORT chooses another.`;
  }
  if (syscall === 'listen' && code === 'EACCES') {
    return `this user may not listen on port ${at}. CASEKEY_PORT chooses another.`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `this machine has no address ${host}. CASEKEY_HOST says where it listens.`;
  }
  if (code === 'SQLITE_NOTADB') {
    return `${database} is no SQLite database. CASEKEY_DATABASE or CASEKEY_DATA_FOLDER says where it is.`;
  }
  if (FILE_FAULTS.has(code)) {
    return (
      `${path ?? database} cannot be made or opened (${code}). See CASEKEY_DATA_FOLDER, ` +
      'CASEKEY_DATABASE and CASEKEY_SERVER_KEY.'
    );
  }
  return error.message;
}
