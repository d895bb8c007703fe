import { createDesk } from '../../../client/handler.js';
import type { FileSource } from '../../../client/models.js';
import { parseWords } from '../../../crypto/private.js';
import type { DeskApi, Draft } from '../desk/api.js';
import { serve } from '../rpc.js';

/** Chunks gathered before they become a Blob, which browsers keep outside the worker's memory. */
const GATHERED = 16;

const desk = createDesk({
  address: '',
  fetch: (input, init) => fetch(input, init),
  now: () => new Date(),
});
const drafts = new Map<string, Draft>();

function source(file: File): FileSource {
  return {
    name: file.name,
    type: file.type,
    size: file.size,
    lastModified: file.lastModified,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

const api: DeskApi = {
  ...desk,
  reply: (id, message, files, onProgress, signal) =>
    desk.reply(id, message, files.map(source), onProgress, signal),
  note: (id, text, files, onProgress, signal) =>
    desk.note(id, text, files.map(source), onProgress, signal),

  async download(id, file, onReceived, signal) {
    let whole = new Blob([]);
    let parts: BlobPart[] = [];
    const gather = (): void => {
      whole = new Blob([whole, ...parts]);
      parts = [];
    };
    for await (const bytes of desk.download(id, file, onReceived, signal)) {
      parts.push(bytes as Uint8Array<ArrayBuffer>);
      if (parts.length >= GATHERED) gather();
    }
    gather();
    // no type: what a stranger sent is never opened by its own word
    return whole;
  },

  readPaper: (text) => parseWords(text, 24),

  draft: (id) => drafts.get(id) ?? null,
  keepDraft(id, draft) {
    if (draft === null) drafts.delete(id);
    else drafts.set(id, draft);
  },
};

serve(self, api);
