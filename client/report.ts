import * as v from 'valibot';
import {
  answeredForm,
  type AnsweredForm,
  areWithinReport,
  type Channel,
  channelPeople,
  channelReaders,
  type CreateCase,
  type Day,
  DialogueEntry,
  type FileReference,
  type FirstRequest,
  type FormAnswer,
  makeEpochEntry,
  type Member,
  newEpochKey,
  newOverview,
  Questionnaire,
  type Reader,
  type Recording,
  recordHashOf,
  registrationOf,
  type Report,
  reporterKeys,
  sealContent,
  sealGrant,
  sealOrigin,
  sealOverview,
  titleOf,
  withSuccessors,
} from '../crypto/private.js';
import type { LoadedDirectory } from './directory.js';
import { ClientError } from './errors.js';
import { custodiansOf, firstIdentity, NO_IDENTITY } from './identity.js';
import type { FormInput, GivenAnswer, ReportInput } from './models.js';

/** People of a channel in one version of the directory who were not there in another. */
export function hasNewReader(
  { channel, leftOut }: Pick<ReportInput, 'channel' | 'leftOut'>,
  shown: LoadedDirectory,
  loaded: LoadedDirectory,
): boolean {
  const before = new Set<string>(withSuccessors(loaded.directory, leftOut));
  for (const { record } of channelPeople(shown.directory, channel)) before.add(record.id);
  return channelPeople(loaded.directory, channel).some(({ record }) => !before.has(record.id));
}

/**
 * The channel of a report and those in it who are to read it. Throws ClientError `channel_unknown`,
 * or `nobody_left` where all were left out.
 */
export function audienceOf(
  input: Pick<ReportInput, 'channel' | 'leftOut'>,
  { directory }: LoadedDirectory,
): { channel: Channel; readers: Reader[] } {
  const channel = directory.channels.find(({ id }) => id === input.channel);
  if (channel === undefined) throw new ClientError('channel_unknown');
  const leftOut: readonly string[] = withSuccessors(directory, input.leftOut);
  const readers = channelReaders(directory, channel.id).filter(
    ({ record }) => !leftOut.includes(record.id),
  );
  if (readers.length === 0) throw new ClientError('nobody_left');
  return { channel, readers };
}

/** An answer of files as it goes into the report; null where none of them was sent. */
function sealedAnswer(answer: GivenAnswer, sent: readonly FileReference[]): FormAnswer | null {
  if (answer.is !== 'files') return answer;
  const files = answer.files.flatMap((place) => sent[place]?.attachment ?? []);
  return files.length === 0 ? null : { ...answer, files };
}

/** The form as it goes into the report: the questions that were shown, and what was answered. */
function sealedForm(
  { questions, answers }: FormInput,
  language: string,
  sent: readonly FileReference[],
): AnsweredForm {
  const sealed = answers.map((answer) => sealedAnswer(answer, sent));
  const given = sealed.filter((answer) => answer !== null);
  return answeredForm(v.parse(Questionnaire, questions), language, given);
}

/**
 * That the answers fit into a report, said before any file is sent. Throws ClientError `too_long`.
 */
export function checkRoom({ answers, form }: Pick<ReportInput, 'answers' | 'form'>): void {
  // as many letters as a file's id will have
  const sealed = (form?.answers ?? []).map((answer) =>
    answer.is === 'files' ? { ...answer, files: answer.files.map(() => ' '.repeat(22)) } : answer,
  );
  if (!areWithinReport(answers) || !areWithinReport(sealed)) throw new ClientError('too_long');
}

/** Whoever makes a case for somebody else: what is recorded, and the handler's Ed25519 secret key. */
export interface Recorder {
  recording: Recording;
  secretKey: Uint8Array;
}

/**
 * Who a report is sealed to, and the request that carries it.
 *
 * @param handler who records a report that came another way; null where its reporter sends it.
 * @param request what somebody asks for, where it is a request about data that a handler writes down.
 */
export function prepareCase(
  input: ReportInput,
  files: readonly FileReference[],
  loaded: LoadedDirectory,
  today: Day,
  handler: Recorder | null = null,
  request: FirstRequest | null = null,
): CreateCase {
  const keys = reporterKeys(input.words);
  const { directory } = loaded;
  const { channel, readers } = audienceOf(input, loaded);
  const leftOut: readonly string[] = withSuccessors(directory, input.leftOut);
  const members: Member[] = [
    { id: 'reporter', ...keys.publicKeys },
    ...readers.map(({ record: { id, kem, sig } }) => ({ id, kem, sig })),
  ];
  const named = { version: directory.version, hash: loaded.hash };
  const epoch = newEpochKey({ case: keys.caseId, compartment: 'dialogue', epoch: 1 });
  const author = { author: 'reporter', secretKey: keys.sig.secretKey, seen: null } as const;
  const first = makeEpochEntry(
    epoch,
    { ...author, sequence: 1, previous: null },
    { members, directory: named, previousKey: null, origin: sealOrigin(epoch, handler) },
  );
  const report: Report = {
    kind: 'report',
    at: today,
    practice: !channel.published,
    channel: channel.id,
    directory: named,
    leftOut: directory.readers.map(({ record }) => record.id).filter((id) => leftOut.includes(id)),
    language: input.language,
    category: input.category,
    relation: input.relation,
    text: input.text,
    answers: input.answers,
    files: [...files],
    ...(input.form ? { form: sealedForm(input.form, input.language, files) } : {}),
    ...(request && { request }),
  };
  const second = sealContent(
    DialogueEntry,
    epoch,
    { ...author, sequence: 2, previous: recordHashOf(first) },
    report,
  );
  const custodians = custodiansOf(directory, channel.id, leftOut);
  const about = { keys, seen: recordHashOf(second), custodians, directory: named };
  // where nothing is given an empty block goes along, so that both look alike
  const own =
    custodians.length > 0 ? firstIdentity(about, input.identity ?? NO_IDENTITY, today) : null;
  if (own === null && input.identity) throw new ClientError('no_custodian');
  return {
    version: 1,
    organisation: channel.organisation,
    channel: channel.id,
    country: channel.country,
    practice: !channel.published,
    ...registrationOf(keys),
    entries: own === null ? [first, second] : [first, second, ...own.entries],
    grants: [...members.map((member) => sealGrant(epoch, member)), ...(own?.grants ?? [])],
    overview: sealOverview(
      epoch,
      newOverview({
        title: titleOf(input.text),
        category: input.category,
        receivedOn: handler?.recording.receivedOn ?? null,
        dataRequest: request !== null,
      }),
    ),
    attachments: files.map(({ attachment }) => attachment),
  };
}
