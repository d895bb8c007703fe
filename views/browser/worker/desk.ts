import { createDesk } from '../../../client/handler.js';
import type { FileSource } from '../../../client/models.js';
import { parseWords } from '../../../crypto/private.js';
import type { DeskApi, Draft } from '../desk/api.js';
import { serve } from '../rpc.js';

/** Bytes gathered before they become a Blob, which browsers keep outside the worker's memory. */
const GATHERED = 16 * 1024 * 1024;

const desk = createDesk({
  address: '',
  fetch: (input, init) => fetch(input, init),
  now: () => new Date(),
});
/** The files of drafts, which do not outlive the page. */
const draftFiles = new Map<string, File[]>();

function source(file: File): FileSource {
  return {
    name: file.name,
    type: file.type,
    size: file.size,
    lastModified: file.lastModified,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

/** Gathers what comes in pieces; no type: what a stranger sent is never opened by its own word. */
async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  let whole = new Blob([]);
  let parts: BlobPart[] = [];
  let held = 0;
  for await (const bytes of pieces) {
    parts.push(bytes as Uint8Array<ArrayBuffer>);
    held += bytes.length;
    if (held < GATHERED) continue;
    whole = new Blob([whole, ...parts]);
    [parts, held] = [[], 0];
  }
  return new Blob([whole, ...parts]);
}

const api: DeskApi = {
  ...desk,
  reply: (id, message, files, onProgress, signal) =>
    desk.reply(id, message, files.map(source), onProgress, signal),
  note: (id, text, files, onProgress, signal) =>
    desk.note(id, text, files.map(source), onProgress, signal),
  guestNote: (id, text, files, onProgress, signal) =>
    desk.guestNote(id, text, files.map(source), onProgress, signal),
  record: (input, files, onProgress, signal) =>
    desk.record(input, files.map(source), onProgress, signal),

  download: (id, file, onReceived, signal) => gathered(desk.download(id, file, onReceived, signal)),
  exportCase: (id, order, onProgress, signal) =>
    gathered(desk.exportCase(id, order, onProgress, signal)),

  // a callback lives as long as its call
  followDirectory: (tell) =>
    new Promise(() => {
      desk.followDirectory(tell);
    }),

  readPaper: (text) => parseWords(text, 24),
  readPassphrase: (text) => parseWords(text, 7),

  draft(key) {
    const kept = desk.keptDraft(key);
    if (kept === null) return null;
    const { kind, files: count, ...rest } = kept;
    const files = draftFiles.get(key) ?? [];
    return { kind: kind as Draft['kind'], ...rest, files, lostFiles: count - files.length };
  },
  keepDraft(key, draft) {
    if (draft === null) {
      draftFiles.delete(key);
      desk.putDraft(key, null);
      return;
    }
    const { kind, text, outcome, files, lostFiles = 0, fields = {} } = draft;
    draftFiles.set(key, files);
    desk.putDraft(key, { kind, text, outcome, files: files.length + lostFiles, fields });
  },
};

serve(self, api);
