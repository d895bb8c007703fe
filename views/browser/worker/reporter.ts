import type { FileSource } from '../../../client/models.js';
import { createReporter } from '../../../client/reporter.js';
import {
  acknowledgementDay,
  type Day,
  dayOf,
  feedbackDay,
  parseWords,
  suggestWords,
} from '../../../crypto/private.js';
import type { ReporterApi } from '../reporter/api.js';
import { serve } from '../rpc.js';
import { createDraftSealer } from '../draft-sealer.js';

/** The reporter's worker: adapts the engine to a page, and holds the key to its draft. */
const today = (): Day => dayOf(new Date());
const reporter = createReporter({
  address: '',
  fetch: (input, init) => fetch(input, init),
  today,
});

const drafts = createDraftSealer(
  (id) => reporter.draftKey(id),
  () => Date.now(),
);

function sourceOf(file: File): FileSource {
  return {
    name: file.name,
    type: file.type,
    size: file.size,
    lastModified: file.lastModified,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

const api: ReporterApi = {
  directory: () => reporter.directory(),
  dates: (ackDays, feedbackDays) => ({
    acknowledgementBy: acknowledgementDay(today(), ackDays),
    feedbackBy: feedbackDay(today(), feedbackDays),
  }),
  newCaseKey: () => reporter.newCaseKey(),
  suggestWords: (prefix) => suggestWords(prefix),
  parseCaseKey: (text) => parseWords(text, 12),
  submit: (input, files, onProgress, signal) =>
    reporter.submit(input, files.map(sourceOf), onProgress, signal),
  open: (words) => reporter.open(words),
  send: (words, text, files, onProgress, signal) =>
    reporter.send(words, text, files.map(sourceOf), onProgress, signal),
  consent: (words, request, answer) => reporter.consent(words, request, answer),
  identify: (words, identity) => reporter.identify(words, identity),
  say: (words, word) => reporter.say(words, word),
  async download(words, file, onReceived, signal) {
    let whole = new Blob([], { type: 'application/octet-stream' });
    let parts: BlobPart[] = [];
    let held = 0;
    for await (const bytes of reporter.download(words, file, onReceived, signal)) {
      parts.push(bytes as BlobPart);
      held += bytes.length;
      // what is handed to a blob leaves this worker's memory
      if (held >= 16 * 1024 * 1024) {
        whole = new Blob([whole, ...parts], { type: whole.type });
        parts = [];
        held = 0;
      }
    }
    return new Blob([whole, ...parts], { type: whole.type });
  },
  sealDraft: (draft) => drafts.seal(draft),
  openDraft: (draft) => drafts.open(draft),
};

serve(self, api);
