import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAudit, type Audit } from '../../server/audit/service.js';
import {
  AUDIT_PAGE,
  AuditAnswer,
  AuditContent,
  firstBrokenLink,
  fromJsonBytes,
  randomBytes,
  toBase64,
  utf8,
  type AuditEntry,
} from '../../crypto/private.js';
import * as v from 'valibot';
import type { Answer } from '../support/api.js';
import {
  admitHandler,
  askAs,
  setUpDesk,
  testDay,
  type TestDesk,
  type TestPerson,
} from '../support/desk.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let desk: TestDesk;
let audit: Audit;

beforeEach(async () => {
  const clock = createTestClock().now;
  server = await startTestServer({ clock });
  desk = await setUpDesk(server);
  audit = createAudit({ clock });
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

/** A case that some readers may open, with entries in its scope. */
async function caseWithLog(
  readers: readonly TestPerson[],
  entries = 2,
): Promise<{ id: string; scope: string }> {
  const id = toBase64(randomBytes(32));
  const scope = toBase64(randomBytes(16));
  await server.db('cases').insert({
    id,
    organisation: desk.channel.organisation,
    channel: desk.channel.id,
    country: 'SE',
    practice: 0,
    creation_hash: '',
    reporter_kem: Buffer.alloc(0),
    reporter_sig: Buffer.alloc(0),
    received_day: testDay,
    active_day: testDay,
    escalated: 0,
    purging: 0,
    audit_scope: scope,
    dialogue_sequence: 2,
    dialogue_epoch: 1,
    internal_sequence: 0,
    identity_sequence: 0,
    identity_epoch: 0,
    internal_epoch: 0,
    reporter_sequence: 2,
  });
  for (const reader of readers) {
    await server
      .db('access')
      .insert({ reader: reader.id, state: 'open', active_day: testDay, case_id: id });
  }
  await append(scope, entries);
  return { id, scope };
}

async function append(scope: string, entries: number): Promise<void> {
  await server.db.transaction(async (trx) => {
    for (let count = 1; count <= entries; count += 1) {
      await audit.append(trx, { scope, action: 'case_opened', actor: null, details: { count } });
    }
  });
}

function list(person: TestPerson, query = ''): Promise<Answer> {
  return askAs(desk, person, 'GET', `/api/desk/audit${query}`);
}

async function entriesOf(person: TestPerson, scope: string, after = 0): Promise<AuditEntry[]> {
  const answer = await list(person, `?scope=${scope}&after=${String(after)}`);
  return v.parse(AuditAnswer, answer.json).entries;
}

async function scopesOf(person: TestPerson): Promise<unknown> {
  return ((await list(person)).json as { scopes: unknown }).scopes;
}

describe('the audit log', () => {
  it('is a chain that a client can follow and read', async () => {
    const entries = await entriesOf(desk.handler, 'organisation');
    expect(firstBrokenLink(entries)).toBeNull();
    const [first] = entries.map(({ content }) => fromJsonBytes(AuditContent, utf8(content ?? '')));
    expect(first).toEqual({
      at: '2026-03-02T10:00:00.000Z',
      action: 'set_up',
      actor: desk.administrator.id,
      details: { version: 1, handler: desk.handler.id },
    });
  });

  it('is read in pages', async () => {
    await append('organisation', AUDIT_PAGE);
    const first = await entriesOf(desk.handler, 'organisation');
    expect(first).toHaveLength(AUDIT_PAGE);
    const rest = await entriesOf(desk.handler, 'organisation', AUDIT_PAGE);
    expect(rest).toHaveLength(1);
    expect(firstBrokenLink(rest, first.at(-1))).toBeNull();
    expect(await entriesOf(desk.handler, 'organisation', AUDIT_PAGE + 1)).toEqual([]);
  });

  it('shows each person the scopes that are theirs', async () => {
    const other = await admitHandler(desk, 'lena');
    const shared = await caseWithLog([desk.handler, other]);
    const own = await caseWithLog([desk.handler]);
    const organisation = { scope: 'organisation', case: null };
    const sharedScope = { scope: shared.scope, case: shared.id };
    expect(await scopesOf(desk.administrator)).toEqual([
      organisation,
      { scope: 'operation', case: null },
    ]);
    expect(await scopesOf(other)).toEqual([organisation, sharedScope]);
    expect(await scopesOf(desk.handler)).toEqual(
      expect.arrayContaining([organisation, sharedScope, { scope: own.scope, case: own.id }]),
    );
  });

  it('answers a scope of others like one that does not exist', async () => {
    const other = await admitHandler(desk, 'lena');
    const { scope } = await caseWithLog([desk.handler]);
    const unknown = await list(other, `?scope=${toBase64(randomBytes(16))}&after=0`);
    expect(unknown).toMatchObject({ status: 404, text: '{"error":{"code":"scope_not_found"}}' });
    for (const answer of [
      await list(other, `?scope=${scope}&after=0`),
      await list(desk.administrator, `?scope=${scope}&after=0`),
      await list(other, '?scope=operation&after=0'),
      await list(other, '?scope='),
    ]) {
      expect([answer.status, answer.text]).toEqual([unknown.status, unknown.text]);
    }
    expect(await entriesOf(desk.handler, scope)).toHaveLength(2);
    expect((await list(other, '?scope=organisation&after=-1')).code).toBe('malformed');
    expect((await list(other, '?scope=organisation&scope=operation')).code).toBe('malformed');
  });

  it('moves no other chain for what happens in a case', async () => {
    const other = await admitHandler(desk, 'lena');
    const before = await entriesOf(other, 'organisation');
    const { scope } = await caseWithLog([desk.handler]);
    await append(scope, 3);
    expect(await entriesOf(other, 'organisation')).toEqual(before);
  });

  it('is stored with what it reports, or not at all', async () => {
    const { scope } = await caseWithLog([desk.handler], 1);
    await expect(
      server.db.transaction(async (trx) => {
        await audit.append(trx, { scope, action: 'case_opened', actor: null, details: {} });
        throw new Error('what it reports failed');
      }),
    ).rejects.toThrow();
    expect(await entriesOf(desk.handler, scope)).toHaveLength(1);
  });

  it('gives equal contents unequal hashes', async () => {
    const { scope } = await caseWithLog([desk.handler], 0);
    const event = { scope, action: 'case_opened', actor: null, details: {} };
    await audit.append(server.db, event);
    await audit.append(server.db, event);
    const [first, second] = await entriesOf(desk.handler, scope);
    expect(first?.content).toBe(second?.content);
    expect(first?.contentHash).not.toBe(second?.contentHash);
  });
});

describe('verification of every chain', () => {
  it('counts scopes and entries, page by page', async () => {
    const { scope } = await caseWithLog([desk.handler], AUDIT_PAGE + 3);
    expect(await audit.verifyAll(server.db)).toEqual({
      scopes: 3,
      entries: AUDIT_PAGE + 3 + 1 + 2,
      broken: [],
    });
    await server
      .db('audit')
      .where({ scope, sequence: AUDIT_PAGE + 1 })
      .update({ content: '{}' });
    const verdict = await audit.verifyAll(server.db);
    expect(verdict.broken).toEqual([{ scope, sequence: AUDIT_PAGE + 1 }]);
  });

  it('holds after contents were erased', async () => {
    const { scope } = await caseWithLog([desk.handler], 3);
    expect(await audit.eraseScope(server.db, scope)).toBe(3);
    const rows: unknown[] = await server.db('audit').where({ scope });
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain('case_opened');
    expect((await audit.verifyAll(server.db)).broken).toEqual([]);
    expect(await audit.eraseScope(server.db, scope)).toBe(0);
  });

  const tampering: Record<string, (scope: string) => Promise<unknown>> = {
    'a changed content': (scope) =>
      server.db('audit').where({ scope, sequence: 2 }).update({ content: '{"at":"never"}' }),
    'a content erased without its salt': (scope) =>
      server.db('audit').where({ scope, sequence: 2 }).update({ content: null }),
    'a missing entry': (scope) => server.db('audit').where({ scope, sequence: 2 }).delete(),
    'entries in another order': async (scope) => {
      await server.db('audit').where({ scope, sequence: 2 }).update({ sequence: 9 });
      await server.db('audit').where({ scope, sequence: 3 }).update({ sequence: 2 });
      await server.db('audit').where({ scope, sequence: 9 }).update({ sequence: 3 });
    },
    'an entry of another chain': async (scope) => {
      const row: unknown = await server
        .db('audit')
        .where({ scope: 'operation', sequence: 2 })
        .first();
      await server.db('audit').where({ scope, sequence: 2 }).delete();
      await server.db('audit').insert({ ...(row as object), scope });
    },
  };

  it.each(Object.entries(tampering))('finds %s', async (_, tamper) => {
    const { scope } = await caseWithLog([desk.handler], 4);
    await tamper(scope);
    expect((await audit.verifyAll(server.db)).broken).toEqual([{ scope, sequence: 2 }]);
  });
});
