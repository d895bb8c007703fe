import type { Knex } from 'knex';
import type {
  CaseId,
  Day,
  IdentityOfCase,
  IdentityRequest,
  ReaderId,
} from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import type { CaseRow } from '../records/rows.js';

interface RequestRow {
  case_id: CaseId;
  id: IdentityRequest['id'];
  asked_by: string;
  asked_day: Day;
  opened_day: Day | null;
  answered_day: Day | null;
  answer: Uint8Array | null;
}

interface QuestionRow {
  recipient: ReaderId;
  case_id: CaseId;
  request: IdentityRequest['id'];
  kem: Uint8Array;
  box: Uint8Array;
}

/** A request as it was put to one custodian. */
export type PutQuestion = QuestionRow &
  Pick<RequestRow, 'asked_day' | 'opened_day' | 'answered_day'> &
  Pick<CaseRow, 'channel' | 'practice'>;

/** How many requests a case has. */
export async function countRequests(db: Knex, id: CaseId): Promise<number> {
  const [row] = await db<RequestRow>('identity_requests')
    .where('case_id', id)
    .count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

/** Stores a request with its questions; answers false where its id is taken in the case. */
export async function insertRequest(
  trx: Knex,
  caseId: CaseId,
  by: ReaderId,
  day: Day,
  { id, questions }: IdentityRequest,
): Promise<boolean> {
  const stored = await trx<RequestRow>('identity_requests')
    .insert({ case_id: caseId, id, asked_by: by, asked_day: day })
    .onConflict(['case_id', 'id'])
    .ignore()
    .returning('id');
  if (stored.length === 0) return false;
  for (const { recipient, kem, box } of questions) {
    await trx<QuestionRow>('identity_questions').insert({
      recipient,
      case_id: caseId,
      request: id,
      kem: bytesOf(kem),
      box: bytesOf(box),
    });
  }
  return true;
}

/** The requests of a case with what came back, oldest first. */
export async function requestsOf(db: Knex, id: CaseId): Promise<IdentityOfCase['requests']> {
  const rows = await db<RequestRow>('identity_requests')
    .where('case_id', id)
    .orderBy(['asked_day', 'id'])
    .select();
  return rows.map((row) => ({
    id: row.id,
    askedOn: row.asked_day,
    openedOn: row.opened_day,
    answeredOn: row.answered_day,
    answer: row.answer === null ? null : textOf(row.answer),
  }));
}

/** What was put to a custodian, in one case or in all, the newest first. */
export async function questionsTo(
  db: Knex,
  custodian: ReaderId,
  caseId?: string,
): Promise<PutQuestion[]> {
  const all = db('identity_questions as question')
    .join('identity_requests as request', (on) => {
      on.on('request.case_id', 'question.case_id').andOn('request.id', 'question.request');
    })
    .join('cases', 'cases.id', 'question.case_id')
    .where({ 'question.recipient': custodian, 'cases.purging': 0 });
  const some = caseId === undefined ? all : all.where('question.case_id', caseId);
  return some
    .orderBy([{ column: 'request.asked_day', order: 'desc' }, { column: 'question.request' }])
    .select<PutQuestion[]>(
      'question.recipient',
      'question.case_id',
      'question.request',
      'question.kem',
      'question.box',
      'request.asked_day',
      'request.opened_day',
      'request.answered_day',
      'cases.channel',
      'cases.practice',
    );
}

/** Notes the day of the first opening for a request. */
export async function noteOpened(trx: Knex, caseId: CaseId, id: string, day: Day): Promise<void> {
  await trx('identity_requests')
    .where({ case_id: caseId, id })
    .whereNull('opened_day')
    .update({ opened_day: day });
}

/** Keeps an answer; answers false where there is one. */
export async function keepAnswer(
  trx: Knex,
  caseId: CaseId,
  id: string,
  day: Day,
  box: string,
): Promise<boolean> {
  const changed = await trx('identity_requests')
    .where({ case_id: caseId, id })
    .whereNull('answered_day')
    .update({ answered_day: day, answer: bytesOf(box) });
  return changed === 1;
}
