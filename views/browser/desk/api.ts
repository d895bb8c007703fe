import type { Ending } from '../../../crypto/private.js';
import type { Desk } from '../../../client/handler.js';
import type { ExportOrder, OnExport } from '../../../client/desk/exporting.js';
import type {
  FileReference,
  GuestCaseView,
  HandlerCaseView,
  SendProgress,
} from '../../../client/models.js';

/** Kinds of message to a reporter. */
export type MessageKind = 'acknowledgement' | 'reply' | 'feedback' | 'closure' | 'reopening';

/** What can be written in a case: to the reporter, or the decision that nothing more follows. */
export type WritingKind = MessageKind | 'nothing_further';

/** An answer, a note, a recording or another form begun and not sent. */
export interface Draft {
  kind: WritingKind | 'note' | 'form';
  text: string;
  outcome: Ending | null;
  /** The files that were chosen on this page. */
  files: File[];
  /** How many were chosen somewhere else: files are not kept beyond the page. */
  lostFiles?: number;
  /** What else the form holds, by the name of the field. */
  fields?: Record<string, string>;
}

/** What is wrong with the words of a recovery kit or passphrase as they were typed. */
export type PaperFault =
  | { code: 'word_count'; found: number }
  | { code: 'unknown_word'; index: number; typed: string; suggestions: string[] }
  | { code: 'checksum' };

type OnProgress = (progress: SendProgress) => void;

/**
 * What the desk's pages ask of their worker: the engine of `client/handler.ts`, with the browser's
 * files in place of file sources, and a memory for drafts. `views/browser/worker/desk.ts` serves it.
 */
export interface DeskApi extends Omit<
  Desk,
  | 'reply'
  | 'note'
  | 'guestNote'
  | 'record'
  | 'download'
  | 'exportCase'
  | 'keptDraft'
  | 'putDraft'
  | 'followDirectory'
> {
  reply(
    id: string,
    message: Parameters<Desk['reply']>[1],
    files: readonly File[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<HandlerCaseView>;
  note(
    id: string,
    text: string,
    files: readonly File[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<HandlerCaseView>;
  guestNote(
    id: string,
    text: string,
    files: readonly File[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<GuestCaseView>;
  record(
    input: Parameters<Desk['record']>[0],
    files: readonly File[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<{ id: string }>;
  /** The whole file, checked; a browser keeps large ones outside its memory. */
  download(
    id: string,
    file: FileReference,
    onReceived: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Blob>;
  /** An export as a whole: see `ExportDesk`. */
  exportCase(
    id: string,
    order: ExportOrder,
    onProgress: OnExport,
    signal: AbortSignal,
  ): Promise<Blob>;
  /** See `ChannelDesk`; lasts as long as the desk is open. */
  followDirectory(...args: Parameters<Desk['followDirectory']>): Promise<void>;
  /** The 24 words of a kit from what was typed, or what is wrong with them. */
  readPaper(text: string): { words: string[] } | { faults: PaperFault[] };
  /** The seven words of a passphrase likewise; they have no checksum. */
  readPassphrase(text: string): { words: string[] } | { faults: PaperFault[] };
  /**
   * A draft as it was left, here or at another desk. Its words are kept sealed; its files only in the
   * worker's memory, while this page is open.
   */
  draft(key: string): Draft | null;
  keepDraft(key: string, draft: Draft | null): void;
}
