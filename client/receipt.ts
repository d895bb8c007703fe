import {
  type Day,
  fromBase64,
  fromUtf8,
  ReceiptAnswer,
  receiptCommitment,
  receiptFields,
  receiptKeyInUse,
  type ReceiptClaim,
  type RecordHash,
  type ReporterKeys,
  verify,
  writeReceipt,
} from '../crypto/private.js';
import { persist, type Api, type Credential } from './api.js';
import type { LoadedDirectory } from './directory.js';
import { ClientError, codeOf } from './errors.js';
import type { ReceiptOffer } from './models.js';

/** The report of which a receipt is asked, as its reporter knows it. */
export interface ReceivedReport {
  keys: ReporterKeys;
  credential: Credential;
  channel: string;
  record: RecordHash;
  /** As the server said. */
  receivedOn: Day;
  practice: boolean;
}

/**
 * Has the server sign a receipt, where the channel gives any, and checks it. It is asked for whether
 * or not anybody will keep it, so that the server does not learn who does. Never throws: the report
 * has arrived, whatever becomes of its receipt.
 */
export type AskReceipt = (
  report: ReceivedReport,
  directory: LoadedDirectory,
) => Promise<ReceiptOffer>;

/** A network that fails is no reason to keep somebody waiting who has reported. */
const TRIES = 2;

/** See {@link AskReceipt}. `reload` fetches the directory, which may have got another key since. */
export function createReceipts(api: Api, reload: () => Promise<LoadedDirectory>): AskReceipt {
  /** Those that hold, by case; in memory only. */
  const kept = new Map<string, string>();

  async function receiptOf(report: ReceivedReport, directory: LoadedDirectory): Promise<string> {
    const { keys, credential, record, receivedOn, practice } = report;
    const json = { salt: keys.receiptSalt };
    const call = { method: 'POST', path: '/api/case/receipt', credential, json } as const;
    const answer = await persist(() => api.ask(ReceiptAnswer, call), undefined, TRIES);
    if (answer.day !== receivedOn || answer.practice !== practice) {
      throw new ClientError('wrong_facts');
    }
    const claim = {
      installation: directory.directory.installation,
      day: answer.day,
      practice: answer.practice,
      commitment: receiptCommitment(keys.caseId, record, keys.receiptSalt),
    };
    if (!holds(claim, answer.signature, directory)) {
      const newer = await reload();
      if (newer.hash === directory.hash || !holds(claim, answer.signature, newer)) {
        throw new ClientError('wrong_signature');
      }
    }
    return fromUtf8(writeReceipt(keys, record, claim, answer.signature));
  }

  return async (report, directory) => {
    const channel = directory.directory.channels.find(({ id }) => id === report.channel);
    if (channel?.receipts !== true) return { state: 'none' };
    const { caseId } = report.keys;
    try {
      const file = kept.get(caseId) ?? (await receiptOf(report, directory));
      kept.set(caseId, file);
      return { state: 'ready', file };
    } catch (error) {
      return { state: 'failed', code: codeOf(error) };
    }
  };
}

function holds(claim: ReceiptClaim, signature: string, { directory }: LoadedDirectory): boolean {
  const key = receiptKeyInUse(directory);
  if (key === null) return false;
  const fields = receiptFields(claim);
  return verify(fromBase64(key), fromBase64(signature), 'receipt', ...fields);
}
