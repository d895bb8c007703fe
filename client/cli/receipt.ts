import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import {
  checkReceipt,
  DirectoryAnswer,
  fingerprintWords,
  fromBase64,
  fromUtf8,
  type KeptReceipt,
  openReceipt,
  ProtocolError,
  readReceipt,
  ready,
  type RecordHash,
  reporterKeys,
  type VerifiedDirectory,
  verifyDirectory,
} from '../../crypto/private.js';
import { ClientError } from '../errors.js';
import type { LoadedDirectory } from '../directory.js';
import type { CommandContext } from './context.js';
import { exitCodes, Failure, fileFailure, type ExitCode } from './failure.js';
import { readCaseKey } from './key.js';
import { jsonText, printableLine } from './printable.js';
import { checkFingerprint, inLanguage } from './readers.js';
import { warningsOf } from './show.js';

type Context = CommandContext & {
  /** Fetches the directory of the installation. */
  readonly loadDirectory: () => Promise<LoadedDirectory>;
};

/** Far longer than any receipt. */
const MOST_BYTES = 4096;

const verdicts = {
  elsewhere: 'The receipt is of another installation than this directory.',
  unsigned:
    'None of the keys in this directory signed the receipt: it was changed or made up, or the directory is older than its key.',
  after_key:
    'The receipt is dated after the last day of the key that signed it: somebody used that key who should not.',
} as const;

/** Where the record of a receipt's report stands, as far as that was asked. */
type Standing = 'not_asked' | 'in_case' | 'case_gone' | 'not_looked_up';

const standings: Readonly<Record<Exclude<Standing, 'not_asked'>, string>> = {
  in_case: 'The receipt is of the report that stands in this case: the case key opens both.',
  case_gone:
    'The receipt is of the report of this case key. No case opens with the key: closed cases are removed after their time, and the receipt goes on saying what it says.',
  not_looked_up:
    'The receipt is of the report of this case key. Whether the case is still there was not asked.',
};

/** `casekey receipt`: whether a receipt holds, what it proves and what it does not. */
export async function verifyReceipt(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  await ready();
  const [name = ''] = options.rest;
  const receipt = await receiptIn(name);
  const directory =
    options.directory === undefined
      ? await context.loadDirectory()
      : await directoryIn(options.directory);
  const { fingerprint, organisation } = facts(directory);
  checkFingerprint({ fingerprint }, options.fingerprint);
  const checked = checkReceipt(receipt, directory.directory);
  if (checked.verdict !== 'holds') {
    const code = `receipt_${checked.verdict}`;
    throw new Failure(code, exitCodes.unverified, verdicts[checked.verdict]);
  }
  const standing = options.withKey ? await standingOf(context, receipt) : 'not_asked';
  const { day, practice, installation } = receipt;
  const { formerKey } = checked;
  if (options.json) {
    const { version, date } = directory.directory;
    const result = { holds: true, day, practice, installation, formerKey, standing, fingerprint };
    terminal.print(jsonText({ ...result, directory: { version, date } }));
    return exitCodes.done;
  }
  const compared = options.fingerprint !== undefined;
  terminal.print(
    [
      `The receipt holds: ${practice ? 'a practice report' : 'a report'} arrived here on ${day}, by the server's calendar.`,
      '',
      `Organisation  ${printableLine(organisation)}`,
      `Installation  ${installation}`,
      `Eight words   ${fingerprint.join(' ')}`,
      compared
        ? '              They are those that you gave.'
        : '              Compare them with the poster: without that, this directory could be anybody’s.',
      `Directory     version ${String(directory.directory.version)} of ${directory.directory.date}`,
      '',
      ...(standing === 'not_asked'
        ? ['Of which report it is, only its case key shows: add --with-key.']
        : [standings[standing]]),
      ...(formerKey
        ? [
            'Its key has been replaced since. If the key was stolen, a thief could sign such receipts for days of before.',
          ]
        : []),
      '',
      'What it proves: that the holder of the server’s key for receipts said so. Whoever runs the server can sign anything, for any day; so it proves filing only while they were honest.',
      'What it does not: what the report said, who wrote it, or that anybody read it.',
    ].join('\n'),
  );
  return exitCodes.done;
}

async function receiptIn(file: string): Promise<KeptReceipt> {
  const bytes = await bytesOf(file);
  try {
    if (bytes.length > MOST_BYTES) throw new ProtocolError('malformed', 'too long');
    return readReceipt(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const text = `${printableLine(file)} is no receipt, or was changed.`;
    throw new Failure('receipt_malformed', exitCodes.unverified, text);
  }
}

/** A directory as `/api/directory` answered once. */
async function directoryIn(file: string): Promise<VerifiedDirectory> {
  const bytes = await bytesOf(file);
  let answer;
  try {
    answer = v.parse(DirectoryAnswer, JSON.parse(fromUtf8(bytes)));
  } catch {
    const text = `${printableLine(file)} is no directory as /api/directory answers it.`;
    throw new Failure('directory_malformed', exitCodes.unverified, text);
  }
  return verifyDirectory(answer.directory);
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch {
    throw fileFailure(`${printableLine(file)} cannot be read.`);
  }
}

function facts({ directory }: VerifiedDirectory): { fingerprint: string[]; organisation: string } {
  const [organisation] = directory.organisations;
  if (organisation === undefined) throw new ClientError('wrong_directory');
  return {
    fingerprint: fingerprintWords(fromBase64(organisation.root)),
    organisation: inLanguage(organisation.names, 'en'),
  };
}

async function standingOf(context: Context, receipt: KeptReceipt): Promise<Standing> {
  const { options, terminal, reporter } = context;
  const words = await readCaseKey(terminal, options.keyFile);
  const record = recordIn(receipt, words);
  if (options.address === '') return 'not_looked_up';
  const view = await reporter.open(words).catch((error: unknown) => {
    if (error instanceof ClientError && error.code === 'case_not_found') return null;
    throw error;
  });
  if (view === null) return 'case_gone';
  const { texts, exit } = warningsOf(view);
  for (const text of texts) terminal.say(text);
  if (exit !== exitCodes.done || !view.entries.some(({ hash }) => hash === record)) {
    throw new Failure(
      'receipt_record_differs',
      exitCodes.unverified,
      'The case that the server hands out does not hold the report of this receipt. Keep the receipt, and tell the organisation or an authority.',
    );
  }
  return 'in_case';
}

function recordIn(receipt: KeptReceipt, words: readonly string[]): RecordHash {
  try {
    return openReceipt(receipt, reporterKeys(words));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new Failure(
      'receipt_not_of_key',
      exitCodes.unverified,
      'The receipt holds, but it is not of the report of this case key, or the part of it that shows that was changed.',
    );
  }
}
