import type {
  ConsentAnswer,
  DirectoryView,
  FileReference,
  Identity,
  ReceiptView,
  ReporterCaseView,
  ReportInput,
  SendProgress,
} from '../../../client/models.js';
import type { ReporterWord } from '../../../client/spoken/input.js';
import type { ParsedWords } from '../../../crypto/private.js';
import { callWorker, startWorker, type Remote } from '../rpc.js';

/** A draft as it lies in the tab: sealed, with the id of the key that only the server holds. */
export interface SealedDraft {
  id: string;
  sealed: string;
}

/** What the reporter's worker serves to the page. */
export interface ReporterApi {
  directory(): Promise<DirectoryView>;
  /** The days that hold for a report sent today, with the days that were promised for it. */
  dates(
    ackDays: number | null,
    feedbackDays: number | null,
  ): { acknowledgementBy: string; feedbackBy: string };
  newCaseKey(): Promise<string[]>;
  suggestWords(prefix: string): string[];
  parseCaseKey(text: string): ParsedWords;
  submit(
    input: ReportInput,
    files: File[],
    onProgress: (progress: SendProgress) => void,
    signal: AbortSignal,
  ): Promise<ReceiptView>;
  open(words: string[]): Promise<ReporterCaseView>;
  send(
    words: string[],
    text: string,
    files: File[],
    onProgress: (progress: SendProgress) => void,
    signal: AbortSignal,
  ): Promise<ReporterCaseView>;
  consent(words: string[], request: string, answer: ConsentAnswer): Promise<ReporterCaseView>;
  identify(words: string[], identity: Identity | null): Promise<ReporterCaseView>;
  /** Says something about a transcript or a meeting. */
  say(words: string[], word: ReporterWord): Promise<ReporterCaseView>;
  /** The whole file, checked chunk by chunk; the browser keeps large blobs on disk. */
  download(
    words: string[],
    file: FileReference,
    onReceived: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Blob>;
  sealDraft(draft: unknown): Promise<SealedDraft>;
  openDraft(draft: SealedDraft): Promise<unknown>;
}

/** The page's connection to its worker. `end` stops it and with it all that it held in memory. */
export interface Connection {
  api: Remote<ReporterApi>;
  end: () => void;
}

/** Starts the worker. Throws RemoteError `worker_failed` where it cannot be. */
export function connect(): Connection {
  const worker = startWorker();
  return {
    api: callWorker<ReporterApi>(worker),
    end: () => {
      worker.terminate();
    },
  };
}
