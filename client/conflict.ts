import { recordHashOf, type Entry, type OpenedCase } from '../crypto/private.js';
import { ClientError } from './errors.js';

/** Whether another entry took the place, so that reading and sealing again helps. */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  return ['sequence_taken', 'previous_unknown', 'epoch_outdated'].includes(error.code);
}

/** Whether the server lost, or gave away, files that had been sent: they must be sent anew. */
export function lacksFiles(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  return ['upload_incomplete', 'attachment_taken'].includes(error.code);
}

/**
 * Records that were sent, by what they were to say: whatever answer was lost, a later try finds in
 * the case itself whether one of them arrived, and nothing is written twice or taken for written.
 */
export interface SentRecords {
  /** To be called before entries go out. */
  note(message: string, entries: readonly Entry[]): void;
  /** Whether an entry that went out for this message stands in the case. */
  arrived(message: string, opened: OpenedCase): boolean;
  /** To be called when the message is known to have arrived. */
  forget(message: string): void;
}

/** See {@link SentRecords}. */
export function createSentRecords(): SentRecords {
  const sent = new Map<string, Set<string>>();
  return {
    note(message, entries) {
      const hashes = sent.get(message) ?? new Set();
      for (const entry of entries) hashes.add(recordHashOf(entry));
      sent.set(message, hashes);
    },
    arrived(message, { dialogue, internal }) {
      const hashes = sent.get(message);
      if (hashes === undefined) return false;
      const records = [...dialogue.chain.records, ...(internal?.chain.records ?? [])];
      return records.some(({ hash }) => hashes.has(hash));
    },
    forget(message) {
      sent.delete(message);
    },
  };
}
