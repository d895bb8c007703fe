import {
  acknowledgementDay,
  type CaseFacts,
  DialogueEntry,
  type Entry,
  faultAgainstHead,
  faultInOrigin,
  faultInState,
  feedbackDay,
  type Head,
  headOf,
  newestOfOtherSide,
  openCase,
  type OpenedCase,
  openGrant,
  promisedFor,
  ProtocolError,
  type Reading,
  ready,
  receiptDay,
  recordHashOf,
  ReporterCase,
  type ReporterSaying,
  reporterKeys,
  type ReporterKeys,
  sealContent,
} from '../crypto/private.js';
import type { Api, Credential } from './api.js';
import { countryOfCase } from './case-country.js';
import {
  accessViews,
  entryViews,
  originView,
  reporterViews,
  warningsOf,
  writableOf,
} from './case-view.js';
import {
  directoryView,
  hashesOf,
  type LoadedDirectory,
  type ShownDirectories,
} from './directory.js';
import { ClientError } from './errors.js';
import { identityView } from './identity.js';
import type { ReceiptOffer, ReporterCaseView, Warning } from './models.js';
import type { ReceivedReport } from './receipt.js';
import { reprisalDays } from './law/reprisals.js';
import { meetingsOf } from './spoken/meetings.js';
import { transcriptsOf } from './spoken/transcripts.js';

/** An opened case with what was needed to open it, for writing on. */
export interface OpenedForReporter {
  keys: ReporterKeys;
  facts: CaseFacts;
  readings: readonly Reading[];
  timeZone: string;
  file: OpenedCase;
  directory: LoadedDirectory;
}

/** How a reporter shows which case it is. */
export function credentialOf(keys: ReporterKeys): Credential {
  return { scheme: 'Case', token: keys.lookupToken };
}

/** An opened case as its reporter's page shows it. */
export function reporterCaseView(
  { facts, readings, timeZone, file, directory }: OpenedForReporter,
  receipt: ReceiptOffer,
): ReporterCaseView {
  const entries = reporterViews(entryViews(file, directory.directory, readings));
  const received = receiptDay(file.origin, facts.receivedOn);
  const channel = directoryView(directory).channels.find(({ id }) => id === facts.channel) ?? null;
  const promised = promisedFor(channel?.deadlines ?? [], received);
  const { dialogue, origin } = file;
  const spoken = {
    dialogue: dialogue.entries.map(({ content }) => content),
    hashes: dialogue.entries.map(({ hash }) => hash),
    origin,
  };
  const opened = readings.map(({ day }) => day).sort();
  // somebody left out who has been taken off again is no reason to stop writing
  const before = file.notices.includes('left_out_member');
  const warnings: Warning[] = warningsOf(file).map(({ code }) => ({
    code: before && code === 'left_out_member' ? 'left_out_before' : code,
  }));
  if (directory.freshness !== 'fresh') {
    warnings.push({
      code: directory.freshness === 'stale' ? 'directory_stale' : 'directory_expired',
    });
  }
  if (!isReadBySomebody(file, directory)) warnings.push({ code: 'nobody_reads' });
  return {
    id: facts.id,
    channel,
    country: countryOfCase(file, facts, [directory]).country,
    practice: facts.practice,
    receivedOn: received,
    state: facts.closedOn === null ? 'open' : 'closed',
    closedOn: facts.closedOn,
    purgeOn: facts.purgeOn,
    openedOn: opened.at(-1) ?? null,
    acknowledgementBy: acknowledgementDay(received, promised?.ackDays),
    feedbackBy: feedbackDay(received, promised?.feedbackDays),
    timeZone,
    reprisalDays: reprisalDays(facts.closedOn),
    entries,
    identity: identityView({ file, channel: facts.channel, directory }),
    access: accessViews(file, directory.directory),
    writable: writableOf(file),
    warnings,
    origin: originView(file, directory.directory, facts),
    transcripts: transcriptsOf(spoken),
    meetings: meetingsOf(spoken),
    receipt,
    maxFileBytes: directory.maxFileBytes,
  };
}

/** The report of an opened case, to ask a receipt for; null where the case does not verify. */
export function reportOf({ keys, facts, file }: OpenedForReporter): ReceivedReport | null {
  const report = file.dialogue.chain.records.find(({ entry }) => entry.header.sequence === 2);
  if (file.faults.length > 0 || report === undefined) return null;
  const { channel, receivedOn, practice } = facts;
  const credential = credentialOf(keys);
  return { keys, credential, channel, record: report.hash, receivedOn, practice };
}

/** Whether one of those who have the key is still there to read. */
function isReadBySomebody({ dialogue }: OpenedCase, { directory }: LoadedDirectory): boolean {
  const newest = dialogue.chain.epochs.at(-1)?.body.members ?? [];
  // a guest answers nobody
  const members = new Set<string>(newest.flatMap(({ id, guest }) => (guest ? [] : id)));
  return directory.readers.some(
    ({ state, record }) => state === 'active' && members.has(record.id),
  );
}

/**
 * The directory of a case that the server knows. Nothing of the case is shown without it
 * (docs/decisions/0013): a server that has cases and calls itself not set up withholds it.
 */
async function directoryOfCase(shown: ShownDirectories): Promise<LoadedDirectory> {
  try {
    return await shown.load();
  } catch (error) {
    const withheld = error instanceof ClientError && error.code === 'not_set_up';
    throw withheld ? new ClientError('directory_withheld') : error;
  }
}

/** Opens cases by their words, and remembers how far it saw each. */
export interface ReporterCases {
  /**
   * Throws ClientError `case_not_found`, `directory_withheld`, and what is wrong with the directory.
   */
  open(words: readonly string[]): Promise<OpenedForReporter>;
  /** To be called when an entry was stored. */
  noteSent(entry: Entry): void;
}

/** See {@link ReporterCases}. */
export function createReporterCases(api: Api, shown: ShownDirectories): ReporterCases {
  /** How far each case was seen; in memory only, since a reporter's device keeps nothing. */
  const heads = new Map<string, Head>();

  function keepHead(caseId: string, head: Head): void {
    const before = heads.get(caseId)?.dialogue.sequence ?? 0;
    if (head.dialogue.sequence > before) heads.set(caseId, head);
  }

  async function open(words: readonly string[]): Promise<OpenedForReporter> {
    await ready();
    const keys = reporterKeys(words);
    // Of before the question, so that answers that overtake each other are no fault.
    const head = heads.get(keys.caseId);
    const answer = await api.ask(ReporterCase, {
      method: 'GET',
      path: '/api/case',
      credential: credentialOf(keys),
    });
    if (answer.case.id !== keys.caseId) throw new ClientError('wrong_case_id');
    const directory = await directoryOfCase(shown);
    const file = openCase({
      id: keys.caseId,
      reporter: keys.publicKeys,
      entries: answer.entries,
      directory: directory.directory,
      directories: hashesOf(directory),
      contents: DialogueEntry,
      withInternal: false,
      withIdentity: true,
      keyFor(place, commitment) {
        const grant = answer.grants.find(
          ({ compartment, epoch }) => compartment === place.compartment && epoch === place.epoch,
        );
        if (grant === undefined) throw new ProtocolError('missing_entry', 'grant');
        return openGrant(grant, place, commitment, keys.kem);
      },
    });
    const fault =
      (head === undefined ? null : faultAgainstHead(file, head)) ??
      (file.faults.length > 0
        ? null
        : (faultInState(file, answer.case) ??
          faultInOrigin(file, answer.case) ??
          countryOfCase(file, answer.case, [directory]).fault));
    if (fault !== null) file.faults.push(fault);
    if (file.faults.length === 0) keepHead(keys.caseId, headOf(file, 0));
    const { case: facts, readings, timeZone } = answer;
    return { keys, facts, readings, timeZone, file, directory };
  }

  return {
    open,
    noteSent(entry) {
      const { case: caseId, sequence } = entry.header;
      const dialogue = { sequence, hash: recordHashOf(entry) };
      keepHead(caseId, { dialogue, internal: null, readThrough: 0 });
    },
  };
}

/**
 * Seals what the reporter says next. Throws ClientError with the first fault of a case into which
 * nothing may be written.
 */
export function nextEntry(opened: OpenedForReporter, saying: ReporterSaying): Entry {
  const { dialogue } = opened.file;
  const last = dialogue.chain.records.at(-1);
  const epoch = last === undefined ? undefined : dialogue.keys.get(last.epoch.entry.header.epoch);
  const { faults, mendable } = opened.file;
  const fault = faults[0] ?? mendable[0];
  if (fault !== undefined) throw new ClientError(fault);
  if (last === undefined || epoch === undefined) throw new ClientError('missing_entry');
  const place = {
    author: 'reporter',
    secretKey: opened.keys.sig.secretKey,
    sequence: last.entry.header.sequence + 1,
    previous: last.hash,
    seen: newestOfOtherSide(dialogue.chain, 'reporter'),
  } as const;
  return sealContent(DialogueEntry, epoch, place, saying);
}
