import * as v from 'valibot';
import {
  type CaseworkEntry,
  checkLater,
  DirectoryAnswer,
  type ExportConfirmedEntry,
  type Party,
  ProtocolError,
  ReaderId,
  toJsonBytes,
  utf8,
  verifyDirectory,
  WorkId,
} from '../../crypto/private.js';
import {
  entriesJson,
  namedFiles,
  newestRecords,
  standingFiles,
  type NamedFile,
} from '../archive/case-json.js';
import { exportArchive, fileOfBytes } from '../archive/export-archive.js';
import type { ExportRecords, ExportTrail } from '../archive/export-documents.js';
import { EXPORT_NAMES, signManifest, type ExportManifest } from '../archive/manifest.js';
import { neutralName } from '../archive/names.js';
import { htmlOf, type ReadableCopy } from '../archive/readable.js';
import type { ArchiveFile } from '../archive/zip-writer.js';
import { entryViews } from '../case-view.js';
import type { CaseExport, ExportSource } from '../casework/exports.js';
import { saysRestricted } from '../casework/extract-check.js';
import { keepingOf } from '../casework/keeping.js';
import { newestFromReporter } from '../casework/newest.js';
import { coveredViews, isPartRestricted, restrictedWords } from '../casework/parts.js';
import { saidIn } from '../casework/said.js';
import { download } from '../download.js';
import { ClientError } from '../errors.js';
import type { AccessView, EntryView } from '../models.js';
import { exportsIn, isOwnExport } from './case-exports.js';
import { stayingMembers } from './case-members.js';
import type { OpenedForHandler } from './case-opening.js';
import { caseView } from './case-rows.js';
import { erasesAlone } from './aloneness.js';
import type { LogWatch } from './log-watch.js';
import type { DeskSession } from './session.js';
import type { Workplace } from './workplace.js';

/** What is taken out of a case, beside what the case itself says of it. */
export interface ExportOrder {
  /** Id of the export in the case's own record, where it stands as made. */
  export: string;
  readable: ReadableCopy;
  /** Hashes of the records on which the readable copy rests: see {@link newestRecords}. */
  records: string[];
  /** Of a redacted export, the ids of the attachments that go along; null for all of a whole one. */
  files: string[] | null;
}

/** How far an export is, in bytes of files. */
export type OnExport = (done: number, of: number) => void;

/** Cases as files. */
export interface ExportDesk {
  /**
   * The bytes of an export that the case's record has as made by this person.
   *
   * @throws ClientError `case_restricted`, `part_restricted`, `export_unconfirmed` where no such export
   * may be saved, `export_outdated` as {@link checkExportable},
   * `case_changed` where the readable copy is of another state of the case, and the first fault of a
   * case that the server does not show as it is.
   */
  exportCase(
    id: string,
    order: ExportOrder,
    onProgress: OnExport,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
}

/**
 * Whether somebody else has to confirm what this person does: any handler who ever read the case and
 * is there. Who reads it now does not count, since a colleague is taken off a case by one alone.
 */
function someoneElse(opened: OpenedForHandler, who: Party): boolean {
  return erasesAlone(opened, 'dialogue', who) === 'no';
}

/**
 * Checks that a text that is to be given out says nothing of what is restricted, and that none of its
 * files is.
 *
 * @param files ids of attachments.
 * @throws ClientError `part_restricted`, or `case_changed` where a file is not there any more.
 */
export function checkGivenOut(
  { file, directory }: OpenedForHandler,
  text: string,
  files: readonly string[],
): void {
  const said = entryViews(file, directory.directory, []);
  const covered = coveredViews(said);
  if (saysRestricted(text, covered.flatMap(restrictedWords))) {
    throw new ClientError('part_restricted');
  }
  const idsIn = (entries: readonly EntryView[]): Set<string> =>
    new Set(entries.flatMap(standingFiles).map(({ attachment }) => attachment));
  const [standing, open] = [idsIn(said), idsIn(covered)];
  for (const id of files) {
    if (!standing.has(id)) throw new ClientError('case_changed');
    if (!open.has(id)) throw new ClientError('part_restricted');
  }
}

/**
 * Whether a second person's yes still counts: whoever declared a conflict, left or was taken off the
 * case since agreed to nothing, also where they were given the case again.
 */
function staysToAnswer(
  opened: OpenedForHandler,
  { by, ended }: NonNullable<CaseExport['second']>,
): boolean {
  return !ended && stayingMembers(opened).some((member) => member.id === by.id);
}

/**
 * Checks that this person may take a case out as a file now: what stands in it, and where the
 * organisation asks for two persons, that another confirmed this very export, to whom it goes and a
 * text for outsiders included, and that the reporter wrote nothing since. A text that was asked for
 * goes out only as long as nothing was restricted, corrected or erased since, also for one alone. A
 * yes ends with its author's reading of the case.
 * Whoever is the only handler of a case, and to whom no other could be added, goes alone: an
 * authority's question must not wait for somebody who is not there.
 *
 * @param saying what is to be written down of it now; nothing where that stands in the case.
 * @throws ClientError `case_restricted`, `part_restricted` for a whole one, and as
 * {@link checkGivenOut}, `export_unconfirmed`, or `export_outdated` where the reporter wrote after the
 * yes, or its author's reading ended, or the text is of before a change.
 */
export function checkExportable(
  opened: OpenedForHandler,
  id: string,
  saying: readonly CaseworkEntry[],
  who: string,
): void {
  const { file, directory, answer, timeZone } = opened;
  const keeping = keepingOf(saidIn(file, timeZone));
  if (keeping.restriction !== null) throw new ClientError('case_restricted');
  const entries = entryViews(file, directory.directory, []);
  const author = { side: 'reader', id: who, name: '' } as const;
  const written = file.internal?.chain.records.length ?? 0;
  const said: ExportSource[] = saying.map((content, index) => ({
    ...{ compartment: 'internal', sequence: written + 1 + index },
    ...{ author, hash: '', content },
  }));
  const found = exportsIn(opened, [...entries, ...said]).find((each) => each.id === id);
  // what is written for outsiders leaves out what is restricted
  if (found?.form !== 'redacted' && isPartRestricted(keeping)) {
    throw new ClientError('part_restricted');
  }
  if (found?.changed === true) throw new ClientError('export_outdated');
  if (found?.copy) checkGivenOut(opened, found.copy.text, found.copy.files);
  const channel = directory.directory.channels.find((each) => each.id === answer.case.channel);
  if (channel?.exportsByTwo !== true || !someoneElse(opened, v.parse(ReaderId, who))) return;
  const isMine = found?.state === 'made' && found.by.id === who;
  const lacksText = found?.form === 'redacted' && found.copy === null;
  if (!isMine || lacksText || found.second?.answer !== 'yes') {
    throw new ClientError('export_unconfirmed');
  }
  if (!staysToAnswer(opened, found.second)) throw new ClientError('export_outdated');
  // a text that was confirmed says nothing of what came after it was written down as taken out
  const isFixed = found.form === 'redacted' && said.length === 0;
  if (!isFixed && found.second.known !== newestFromReporter(entries)) {
    throw new ClientError('export_outdated');
  }
}

/**
 * Checks that a text for outsiders, and its files, are those that a second person confirmed, where one
 * was asked.
 *
 * @throws ClientError `export_unconfirmed`.
 */
function checkCopy({ copy }: CaseExport, { readable, files }: ExportOrder): void {
  if (copy === null) return;
  const isSame =
    JSON.stringify([writtenIn(readable), files]) === JSON.stringify([[copy.text], copy.files]);
  if (!isSame) throw new ClientError('export_unconfirmed');
}

/**
 * Checks that what a handler answers to is an export that still waits as it was shown, and that whoever
 * says yes did not ask for it, was shown what the reporter wrote last, and says it to no text that the
 * case has overtaken. No may be said to the own too: who came back under new keys can withdraw nothing
 * that the keys from before asked for.
 *
 * @throws ClientError `already_decided`, `case_unread`, `export_outdated`.
 */
export function checkExportAnswer(
  opened: OpenedForHandler,
  { of, answer, known }: v.InferOutput<typeof ExportConfirmedEntry>,
  who: string,
): void {
  const entries = entryViews(opened.file, opened.directory.directory, []);
  const asked = exportsIn(opened, entries).find(({ record }) => record === of);
  if (asked?.state !== 'asked') throw new ClientError('already_decided');
  if (answer === 'yes' && isOwnExport(opened, asked, who)) {
    throw new ClientError('already_decided');
  }
  if (answer === 'yes' && (known ?? null) !== newestFromReporter(entries)) {
    throw new ClientError('case_unread');
  }
  if (answer === 'yes' && asked.changed) throw new ClientError('export_outdated');
}

/** See {@link ExportDesk}. */
export function createExportDesk(
  session: DeskSession,
  workplace: Workplace,
  log: LogWatch,
): ExportDesk {
  async function signedDirectory(opened: OpenedForHandler): Promise<Uint8Array> {
    const answer = await session.api.ask(DirectoryAnswer, {
      method: 'GET',
      path: '/api/directory',
    });
    checkLater(opened.directory, verifyDirectory(answer.directory));
    return toJsonBytes(answer.directory);
  }

  function documents(opened: OpenedForHandler, order: ExportOrder, files: readonly NamedFile[]) {
    const { file, answer } = opened;
    const {
      entries: said,
      access,
      ...facts
    } = caseView(opened, null, session.signedIn().account.id);
    const machine = {
      format: 'casekey case 1',
      installation: session.signedIn().installation,
      case: file.id,
      export: order.export,
      channel: facts.channel,
      practice: facts.practice,
      origin: facts.origin,
      title: facts.title,
      category: facts.category,
      receivedOn: facts.receivedOn,
      state: facts.state,
      closedOn: facts.closedOn,
      purgeOn: facts.purgeOn,
      acknowledgedOn: facts.acknowledgedOn,
      feedbackOn: facts.feedbackOn,
      outcome: facts.outcome,
      status: facts.status,
      labels: facts.labels,
      responsible: facts.responsible,
      work: facts.work,
      persons: facts.persons,
      disclosures: facts.disclosures,
      notices: facts.notices,
      requests: facts.requests,
      transcripts: facts.transcripts,
      meetings: facts.meetings,
      dates: facts.dates,
      decisions: facts.decisions,
      keeping: facts.keeping,
      readers: facts.readers,
      access: access.map(withoutWhoWent),
      warnings: facts.warnings.map(({ code }) => code),
      entries: entriesJson(said, files),
    };
    const records: ExportRecords = {
      format: 'casekey records 1',
      case: file.id,
      reporter: answer.reporter,
      // who the reporter is goes through the custodian, and not into a file
      entries: answer.entries.filter(({ header }) => header.compartment !== 'identity'),
    };
    return { machine, records };
  }

  async function* exportCase(
    id: string,
    order: ExportOrder,
    onProgress: OnExport,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { installation, account, keys, credential } = session.signedIn();
    const opened = await workplace.open(id);
    const { file, directory, answer } = opened;
    const [fault] = file.faults;
    if (fault !== undefined) throw new ProtocolError(fault);
    const entries = coveredViews(entryViews(file, directory.directory, answer.readings));
    const made = exportsIn(opened, entries).find(({ id: each }) => each === order.export);
    if (made?.state !== 'made' || made.by.id !== account.id) {
      throw new ClientError('export_unconfirmed');
    }
    checkExportable(opened, made.id, [], account.id);
    if (newestRecords(entries).join() !== order.records.join()) {
      throw new ClientError('case_changed');
    }
    const whole = made.form === 'whole';
    if (!whole) {
      checkCopy(made, order);
      checkGivenOut(opened, writtenIn(order.readable).join('\n'), order.files ?? []);
    }
    const wanted = whole ? namedFiles(entries) : chosenFiles(entries, order.files ?? []);
    const total = wanted.reduce((sum, { file: { size } }) => sum + size, 0);

    async function* files(): AsyncGenerator<ArchiveFile> {
      const { readable, machine, records, trail, directory: named } = EXPORT_NAMES;
      yield fileOfBytes(readable, utf8(htmlOf(order.readable)));
      if (whole) {
        const { machine: texts, records: signed } = documents(opened, order, wanted);
        const chain: ExportTrail = {
          format: 'casekey trail 1',
          entries: await log.entries(answer.auditScope),
        };
        yield fileOfBytes(machine, toJsonBytes(texts));
        yield fileOfBytes(records, toJsonBytes(signed));
        yield fileOfBytes(trail, toJsonBytes(chain));
      } else {
        const { title, language, blocks } = order.readable;
        const redacted = { format: 'casekey redacted case 1', language, title, blocks };
        yield fileOfBytes(machine, toJsonBytes(redacted));
      }
      yield fileOfBytes(named, await signedDirectory(opened));
      let before = 0;
      for (const { path: name, file: reference } of wanted) {
        const { size, attachment } = reference;
        const path = `/api/desk/cases/${id}/attachments/${attachment}`;
        const done = before;
        const onReceived = (bytes: number): void => {
          onProgress(done + bytes, total);
        };
        const bytes = download(session.api, { path, credential }, reference, onReceived, signal);
        yield { name, size, bytes };
        before += size;
      }
    }

    const manifest: Omit<ExportManifest, 'format' | 'files'> = {
      kind: made.form,
      installation,
      export: v.parse(WorkId, order.export),
      case: whole ? file.id : null,
      by: v.parse(ReaderId, account.id),
      day: session.today(),
    };
    const sign = (list: Uint8Array): Uint8Array => signManifest(keys.sig.secretKey, list);
    yield* exportArchive({ manifest, files: files(), sign });
  }

  return { exportCase };
}

/** What people wrote for a readable copy. */
function writtenIn({ blocks }: ReadableCopy): string[] {
  return blocks.flatMap((block) => (block.kind === 'entry' ? block.text : []));
}

/** Who changed the access, unless they took none of it: that would say who declared a conflict. */
function withoutWhoWent({ by, ...change }: AccessView): object {
  const isPaper = change.recovered !== undefined;
  const isReader = by.side !== 'reader' || change.readers.some(({ id }) => id === by.id);
  const went = !isPaper && !isReader;
  return went ? change : { by, ...change };
}

/** Files for outsiders, under names that say nothing but what kind they are. */
function chosenFiles(entries: readonly EntryView[], ids: readonly string[]): NamedFile[] {
  const all = entries.flatMap(standingFiles);
  return ids.map((id, index) => {
    const file = all.find(({ attachment }) => attachment === id);
    if (file === undefined) throw new ClientError('case_changed');
    return { path: neutralName(index + 1, file.name), file };
  });
}
