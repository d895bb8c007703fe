import { EntryContent } from './content.js';
import type { EpochKey } from './epoch.js';
import { openContent, sealContent, type EntryPlace } from './sealed-entry.js';
import type { Erases, SealedEntry } from './wire/entry.js';

export * from './sealed-entry.js';

/** Seals and signs any document of an entry as the next one. Throws as `sealContent` does. */
export function sealEntry(
  epoch: EpochKey,
  place: EntryPlace,
  content: EntryContent,
  erases?: Erases,
): SealedEntry {
  return sealContent(EntryContent, epoch, place, content, erases);
}

/** Opens a sealed entry, whatever it says. Throws as `openContent` does. */
export function openEntry(epoch: EpochKey, entry: SealedEntry): EntryContent {
  return openContent(EntryContent, epoch, entry);
}
