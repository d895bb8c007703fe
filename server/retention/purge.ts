import type { Knex } from 'knex';
import { addDays, SHORTEST_DAYS, type CaseId, type Day } from '../../crypto/public.js';
import { OPERATION_SCOPE, type Audit } from '../audit/service.js';
import type { ReadRules, RemovedBy, RetentionRules } from './rules.js';
import {
  beginPurge,
  begunCases,
  closedUntil,
  deleteAttachments,
  deleteCases,
  deleteChunks,
  deleteEntries,
  deleteSmallRows,
  type ClosedCase,
} from './store.js';

/** Cases emptied side by side, and last rows of cases removed in one transaction. */
const EMPTIED_AT_ONCE = 4;
const REMOVED_AT_ONCE = 50;
/** What one transaction removes at most, so that a report never waits long for it. */
const ROWS_AT_ONCE = 200;
const BYTES_AT_ONCE = 1024 * 1024;
const CHUNKS_AT_ONCE = 2;
/** Closed cases looked at in one query. */
const PAGE = 200;

/** How many cases were removed. */
export interface PurgeCounts {
  cases: number;
  practice: number;
}

/** Runs one small transaction of the purge, and then lets others write. */
export type InBatch = <Result>(work: (trx: Knex) => Promise<Result>) => Promise<Result>;

/** What a purge works with. */
export interface PurgeTools {
  readonly db: Knex;
  readonly audit: Audit;
  /** The rules when the purge began, and how to read them anew. */
  readonly rules: RetentionRules;
  readonly readRules: ReadRules;
  readonly today: Day;
}

/** The closed cases whose day has come, without those that wait for a decision. */
export async function* dueCases({
  db,
  rules,
  today,
}: Pick<PurgeTools, 'db' | 'rules' | 'today'>): AsyncGenerator<ClosedCase> {
  const last = addDays(today, -SHORTEST_DAYS);
  let page: ClosedCase[] = [];
  do {
    page = await closedUntil(db, last, page.at(-1) ?? null, PAGE);
    for (const row of page) {
      if (isDue(rules, row, today)) yield row;
    }
  } while (page.length === PAGE);
}

function isDue(rules: RetentionRules, row: ClosedCase, today: Day): boolean {
  const day = rules.purgeOn(row);
  return day !== null && day <= today;
}

/**
 * Removes every case that is due, in batches. First a case is marked, by which it can be opened no
 * more, and emptied; its last row goes in a transaction that also tells the log of operation how many
 * went by which rule. Stopped anywhere, the next run goes on with what is marked: nothing is counted
 * twice or left out.
 */
export async function purge(tools: PurgeTools, inBatch: InBatch): Promise<PurgeCounts> {
  const counts: PurgeCounts = { cases: 0, practice: 0 };
  const remove = async (emptied: readonly ClosedCase[]): Promise<void> => {
    await inBatch((trx) => removeEmptied(trx, tools, emptied));
    for (const { practice } of emptied) counts[practice === 1 ? 'practice' : 'cases'] += 1;
  };

  for (;;) {
    const begun = await begunCases(tools.db, REMOVED_AT_ONCE);
    if (begun.length === 0) break;
    for (const group of groupsOf(begun)) await empty(group, tools.audit, inBatch);
    await remove(begun);
  }

  let emptied: ClosedCase[] = [];
  let group: ClosedCase[] = [];
  const flush = async (): Promise<void> => {
    emptied.push(...(await beginAndEmpty(group, tools, inBatch)));
    group = [];
  };
  for await (const row of dueCases(tools)) {
    group.push(row);
    if (group.length === EMPTIED_AT_ONCE) await flush();
    if (emptied.length >= REMOVED_AT_ONCE) {
      await remove(emptied);
      emptied = [];
    }
  }
  await flush();
  if (emptied.length > 0) await remove(emptied);
  return counts;
}

function groupsOf(rows: readonly ClosedCase[]): ClosedCase[][] {
  const groups: ClosedCase[][] = [];
  for (let start = 0; start < rows.length; start += EMPTIED_AT_ONCE) {
    groups.push(rows.slice(start, start + EMPTIED_AT_ONCE));
  }
  return groups;
}

/**
 * Marks and empties cases; answers those that nobody reopened and no reporter wrote to meanwhile, and
 * whose term nobody made longer: that holds at once, also while a purge is at work.
 */
async function beginAndEmpty(
  group: readonly ClosedCase[],
  { audit, readRules, today }: PurgeTools,
  inBatch: InBatch,
): Promise<ClosedCase[]> {
  if (group.length === 0) return [];
  const begun: ClosedCase[] = [];
  const isEmpty = await inBatch(async (trx) => {
    begun.length = 0;
    const rules = await readRules(trx, today);
    for (const row of group) {
      if (isDue(rules, row, today) && (await beginPurge(trx, row))) begun.push(row);
    }
    return emptySome(trx, audit, begun);
  });
  if (!isEmpty) await empty(begun, audit, inBatch);
  return begun;
}

async function empty(group: readonly ClosedCase[], audit: Audit, inBatch: InBatch): Promise<void> {
  while (!(await inBatch((trx) => emptySome(trx, audit, group))));
}

/** Removes a part of some marked cases; answers whether only their last rows are left. */
async function emptySome(trx: Knex, audit: Audit, group: readonly ClosedCase[]): Promise<boolean> {
  const ids: CaseId[] = group.map(({ id }) => id);
  if (ids.length === 0) return true;
  if ((await deleteSmallRows(trx, ids, ROWS_AT_ONCE)) === ROWS_AT_ONCE) return false;
  if ((await deleteEntries(trx, ids, ROWS_AT_ONCE, BYTES_AT_ONCE)) > 0) {
    if (await hasEntries(trx, ids)) return false;
  }
  if ((await deleteChunks(trx, ids, CHUNKS_AT_ONCE)) === CHUNKS_AT_ONCE) return false;
  await deleteAttachments(trx, ids);
  for (const { audit_scope } of group) await audit.eraseScope(trx, audit_scope);
  return true;
}

async function hasEntries(trx: Knex, ids: readonly CaseId[]): Promise<boolean> {
  const row = await trx('entries').whereIn('case_id', ids).first<object | undefined>('sequence');
  return row !== undefined;
}

async function removeEmptied(
  trx: Knex,
  { audit, rules, today }: PurgeTools,
  emptied: readonly ClosedCase[],
): Promise<void> {
  const byRule = new Map<string, { rule: RemovedBy; count: number }>();
  for (const row of emptied) {
    const rule = rules.ruleOf(row);
    if (rule === null) throw new Error('a case without a rule');
    const key = `${rule.kind} ${String(rule.length)}`;
    byRule.set(key, { rule, count: (byRule.get(key)?.count ?? 0) + 1 });
  }
  const removed = await deleteCases(
    trx,
    emptied.map(({ id }) => id),
  );
  if (removed !== emptied.length) throw new Error('a case went otherwise');
  for (const { rule, count } of byRule.values()) {
    await audit.append(trx, {
      scope: OPERATION_SCOPE,
      action: 'purge',
      actor: null,
      details: { day: today, rule: rule.kind, length: rule.length, count },
    });
  }
}
