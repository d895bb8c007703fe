import type { EntryContent, FileReference } from '../crypto/private.js';
import { ClientError } from './errors.js';

/** Whether another entry took the place, so that reading and sealing again helps. */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  return ['sequence_taken', 'previous_unknown', 'epoch_outdated'].includes(error.code);
}

/** Whether an entry is what an earlier try sent although its answer was lost. */
export function carries(
  content: EntryContent,
  text: string,
  files: readonly FileReference[],
): boolean {
  return (
    'text' in content &&
    content.text === text &&
    'files' in content &&
    content.files.length === files.length &&
    content.files.every(({ attachment }, index) => attachment === files[index]?.attachment)
  );
}
