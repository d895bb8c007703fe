import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CaseAccess,
  isEpochEntry,
  randomBytes,
  signersOf,
  toBase64,
  type AuditHead,
  type Day,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { HEADS_PAGE, verifyHeads } from '../../server/audit/heads.js';
import { createAudit } from '../../server/audit/service.js';
import type { Answer } from '../support/api.js';
import { truncateChain } from '../support/audit-chain.js';
import { startCaseWork, type CaseWork, type WorkedCase } from '../support/casework.js';
import {
  admitHandler,
  askAs,
  newestAuditHead,
  newestDirectory,
  signAuditHead,
  testDay,
  type TestPerson,
} from '../support/desk.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let work: CaseWork;
let clock: ReturnType<typeof createTestClock>;

beforeEach(async () => {
  clock = createTestClock();
  server = await startTestServer({ clock: clock.now });
  work = await startCaseWork(server);
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

function give(person: TestPerson, ...heads: readonly AuditHead[]): Promise<Answer> {
  return askAs(work, person, 'PUT', '/api/desk/audit/heads', { heads });
}

function headOf(person: TestPerson, scope: string, day = testDay): Promise<AuditHead> {
  return newestAuditHead(work, person, scope, day);
}

async function shownTo(person: TestPerson): Promise<AuditHead[]> {
  const answer = await askAs(work, person, 'GET', '/api/desk/audit/heads');
  return (answer.json as { heads: AuditHead[] }).heads;
}

async function scopeOf({ id }: WorkedCase): Promise<string> {
  const rows = await server
    .db<{ id: string; audit_scope: string }>('cases')
    .where({ id })
    .select('audit_scope');
  return rows[0]?.audit_scope ?? '';
}

/** A case that both handlers read, with something in its log. */
async function openedCase(): Promise<{ found: WorkedCase; scope: string }> {
  const found = await work.report();
  await askAs(work, work.handler, 'GET', `/api/desk/cases/${found.id}`);
  return { found, scope: await scopeOf(found) };
}

describe('the head of a chain', () => {
  it('is kept from whoever signed it, and shown to all who may read the chain', async () => {
    const { scope } = await openedCase();
    const organisation = await headOf(work.handler, 'organisation');
    const ofCase = await headOf(work.handler, scope);
    expect((await give(work.handler, organisation, ofCase)).status).toBe(204);
    const operation = await headOf(work.administrator, 'operation');
    expect((await give(work.administrator, operation)).status).toBe(204);
    const stranger = await admitHandler(work, 'lena');
    expect(await shownTo(work.second)).toEqual([organisation, ofCase]);
    expect(await shownTo(work.administrator)).toEqual([operation, organisation]);
    expect(await shownTo(stranger)).toEqual([organisation]);
    const own = await askAs(work, work.handler, 'GET', `/api/desk/audit?scope=${scope}`);
    expect(own.json).toMatchObject({ own: ofCase });
    const others = await askAs(work, work.second, 'GET', `/api/desk/audit?scope=${scope}`);
    expect(others.json).toMatchObject({ own: null });
  });

  it('takes the place of the one before, and no older one takes its place', async () => {
    const first = await headOf(work.handler, 'organisation');
    await give(work.handler, first);
    await admitHandler(work, 'lena');
    const second = await headOf(work.handler, 'organisation');
    expect(second.sequence).toBeGreaterThan(first.sequence);
    await give(work.handler, second);
    expect((await give(work.handler, first)).status).toBe(204);
    expect(await shownTo(work.handler)).toEqual([second]);
  });

  it('is refused, and nothing of the request stored, where it is not as it should be', async () => {
    const { scope } = await openedCase();
    const good = await headOf(work.handler, 'organisation');
    const sign = (change: Partial<AuditHead>): AuditHead =>
      signAuditHead(work.handler, { ...good, ...change });
    const left = await admitHandler(work, 'lena');
    const unknown = toBase64(randomBytes(16));
    const refused: [string, TestPerson, AuditHead][] = [
      ['forbidden', work.second, good],
      ['wrong_signature', work.handler, { ...good, day: '2026-03-01' as Day }],
      [
        'wrong_signature',
        work.handler,
        { ...(await headOf(work.second, 'organisation')), account: good.account },
      ],
      ['wrong_audit_head', work.handler, sign({ hash: toBase64(randomBytes(32)) })],
      ['wrong_audit_head', work.handler, sign({ sequence: good.sequence + 1000 })],
      ['wrong_day', work.handler, sign({ day: '2026-02-27' as Day })],
      ['wrong_day', work.handler, sign({ day: '2026-03-05' as Day })],
      ['scope_not_found', left, await headOf(left, scope)],
      ['scope_not_found', left, signAuditHead(left, { ...good, scope: unknown })],
      ['scope_not_found', work.handler, await headOf(work.handler, 'operation')],
      ['scope_not_found', work.administrator, await headOf(work.administrator, scope)],
    ];
    for (const [code, person, head] of refused) {
      const own = await headOf(person, 'organisation');
      expect([code, (await give(person, own, head)).code]).toEqual([code, code]);
    }
    expect((await give(work.handler)).code).toBe('malformed');
    const many = Array.from({ length: 101 }, () => good);
    expect((await give(work.handler, ...many)).code).toBe('malformed');
    expect(await server.db('audit_heads').select()).toEqual([]);
  });

  it('answers a chain of others like one that does not exist', async () => {
    const { scope } = await openedCase();
    const stranger = await admitHandler(work, 'lena');
    const known = await give(stranger, await headOf(stranger, scope));
    const base = await headOf(stranger, 'organisation');
    const none = await give(
      stranger,
      signAuditHead(stranger, { ...base, scope: toBase64(randomBytes(16)) }),
    );
    expect([known.status, known.text]).toEqual([none.status, none.text]);
  });

  it('goes with what its chain says, at the purge of the case', async () => {
    const { scope } = await openedCase();
    await give(work.handler, await headOf(work.handler, scope));
    const other = await headOf(work.handler, 'organisation');
    await give(work.handler, other);
    await createAudit({ clock: clock.now }).eraseScope(server.db, scope);
    expect(await server.db('audit_heads').select()).toEqual([other]);
  });

  it('is listed in pages, whose cursors name nothing but where they end', async () => {
    const { scope } = await openedCase();
    const head = await headOf(work.handler, 'organisation');
    const accounts: string[] = [];
    for (let count = 0; count < HEADS_PAGE; count += 1) accounts.push(toBase64(randomBytes(16)));
    const template = (await server.db('accounts').first()) as object;
    for (const id of accounts) {
      await server.db('accounts').insert({ ...template, id, name: id });
      await server.db('audit_heads').insert({ ...head, account: id });
    }
    await give(work.handler, head, await headOf(work.handler, scope));
    const found: AuditHead[] = [];
    let next: string | null = '';
    do {
      const query: string = next === '' ? '' : `?after=${next}`;
      const answer = await askAs(work, work.second, 'GET', `/api/desk/audit/heads${query}`);
      const page = answer.json as { heads: AuditHead[]; next: string | null };
      found.push(...page.heads);
      ({ next } = page);
    } while (next !== null);
    expect(found).toHaveLength(HEADS_PAGE + 2);
    expect(new Set(found.map((each) => `${each.scope} ${each.account}`)).size).toBe(found.length);
    const wrong = await askAs(work, work.second, 'GET', '/api/desk/audit/heads?after=x');
    expect(wrong.code).toBe('malformed');
  });
});

describe('all heads, compared by the operator', () => {
  it('speak against a log that was changed, whoever signed them', async () => {
    const { scope } = await openedCase();
    const heads = [await headOf(work.handler, scope), await headOf(work.handler, 'organisation')];
    await give(work.handler, ...heads);
    const signers = signersOf((await newestDirectory(work)).directory);
    expect(await verifyHeads(server.db, signers)).toEqual({ heads: 2, contradictions: [] });
    await truncateChain(server, scope, 0);
    const verdict = await verifyHeads(server.db, signers);
    expect(verdict.contradictions).toEqual([{ code: 'ends_before', head: heads[0] }]);
    expect((await verifyHeads(server.db, new Map())).contradictions).toHaveLength(2);
  });
});

describe('who was given a case', () => {
  it('is answered by its signed epochs, without what is in it, and is no opening', async () => {
    const { found, scope } = await openedCase();
    const before = await server.db('audit').where({ scope }).select();
    const answer = await askAs(work, work.second, 'GET', `/api/desk/cases/${found.id}/access`);
    const access = v.parse(CaseAccess, answer.json);
    expect(access.auditScope).toBe(scope);
    expect(access.epochs).toEqual(found.report.request.entries.filter(isEpochEntry));
    expect(await server.db('audit').where({ scope }).select()).toEqual(before);
  });
});
