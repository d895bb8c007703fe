import { access, writeFile } from 'node:fs/promises';
import type { ReceiptOffer } from '../models.js';
import { exitCodes, usage, type ExitCode } from './failure.js';
import { textOfCode } from './messages.js';
import { printableLine } from './printable.js';

/** What must be known about a receipt before it is kept. */
export const RECEIPT_NOTICE = [
  'Whoever finds a receipt, on a device or on paper, sees that somebody reported here on that',
  'day; whoever has your case key besides sees that it was you. It proves that you filed only',
  'as long as whoever runs this server is honest: they hold the key that signs it, and could',
  'sign anything. Of what you wrote it says nothing.',
].join('\n');

/** Codes that say that the server handed out what does not hold. */
const FORGED = new Set(['wrong_signature', 'wrong_facts', 'malformed', 'unexpected_answer']);

/** Refuses a file that is there already. To be asked before anything is sent. */
export async function checkReceiptFile(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw usage(`--receipt: ${printableLine(file)} exists already.`);
}

/** What became of a receipt that was asked for: a word for scripts, words for people, an exit code. */
export interface KeptResult {
  code: string;
  text: string;
  exit: ExitCode;
}

/** Writes a receipt that its reporter asked for. Never throws: what was sent has arrived. */
export async function keepReceipt(file: string, offer: ReceiptOffer): Promise<KeptResult> {
  if (offer.state === 'none') {
    return {
      code: 'receipts_off',
      text: 'This channel gives no receipts.',
      exit: exitCodes.refused,
    };
  }
  if (offer.state === 'failed') {
    const { code } = offer;
    return FORGED.has(code)
      ? {
          code,
          text: `The server handed out a receipt that does not hold (${code}). It was not written: it would prove nothing. Your report is not affected; tell the organisation another way.`,
          exit: exitCodes.unverified,
        }
      : { code, text: `No receipt was written. ${textOfCode(code)}`, exit: exitCodes.refused };
  }
  try {
    await writeFile(file, offer.file, { flag: 'wx', mode: 0o600 });
  } catch {
    return {
      code: 'file_unwritable',
      text: 'The receipt cannot be written to that file. `casekey return --receipt FILE` tries again.',
      exit: exitCodes.file,
    };
  }
  return {
    code: 'kept',
    text: `The receipt was written.\n${RECEIPT_NOTICE}`,
    exit: exitCodes.done,
  };
}
