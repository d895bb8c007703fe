import type {
  Answers,
  Category,
  FormAnswer,
  Identity,
  Questionnaire,
  Relation,
} from '../../crypto/private.js';

/** A file to send: a browser's `File` fits, and so does a file on disk. */
export interface FileSource {
  name: string;
  type: string;
  size: number;
  /** Changes when the file's content does: a browser's lastModified, a disk's mtime. */
  lastModified: number;
  /** Bytes `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** How far sending has come; `sent` and `total` count bytes of padded files. */
export type SendProgress =
  | { step: 'sealing' }
  /** A calculation that the server asks for while much arrives; see work.ts. */
  | { step: 'working' }
  | { step: 'file'; index: number; files: number; name: string; sent: number; total: number }
  | { step: 'sending' };

/**
 * An answer before sealing: one of files says by their places which of the files that are sent along
 * it means.
 */
export type GivenAnswer =
  Exclude<FormAnswer, { is: 'files' }> | { is: 'files'; field: string; files: number[] };

/** A channel's own questions and the answers to them, before sealing. */
export interface FormInput {
  questions: Questionnaire;
  answers: GivenAnswer[];
}

/** What the reporter wrote, before sealing. */
export interface ReportInput {
  words: string[];
  channel: string;
  language: string;
  category: Category;
  relation: Relation;
  text: string;
  /** To the built-in questions. */
  answers: Answers;
  /** Where the channel asks its own: the questions as they were shown, and the answers to them. */
  form?: FormInput | null;
  /** Ids of readers whom the report concerns. */
  leftOut: string[];
  /** Who the reporter is, for custodians alone; null to give nothing. */
  identity?: Identity | null;
}

/**
 * A receipt of a report: the text of a file that its reporter may keep, or why there is none (a code
 * of the error texts), or that this channel gives none.
 */
export type ReceiptOffer =
  { state: 'none' } | { state: 'ready'; file: string } | { state: 'failed'; code: string };

/** What the final page shows after sending. */
export interface ReceiptView {
  receivedOn: string;
  acknowledgementBy: string;
  feedbackBy: string;
  receipt: ReceiptOffer;
}
