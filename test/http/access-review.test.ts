import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import { couldReadOn } from '../../client/access-review.js';
import type { AccessReview } from '../../client/models.js';
import { AuditAnswer, CaseAccess, reporterKeys } from '../../crypto/private.js';
import { rewriteChain } from '../support/audit-chain.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';

let installation: Installation;
let server: LyingServer;
let anna: InstallationPerson;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let desk: Desk;
/** A case of both handlers from the first day; Harald is taken off on the third, and back on the fifth. */
let shared: string;
/** A case that leaves Harald out. */
let without: string;

const ACCESS = /^\/api\/desk\/cases\/[^/]+\/access$/;

async function reportTo(change = {}): Promise<string> {
  return reporterKeys((await installation.report(change)).words).caseId;
}

beforeAll(async () => {
  installation = await startInstallation();
  anna = installation.administrator;
  [hanna, harald] = installation.handlers;
  shared = await reportTo();
  without = await reportTo({ leftOut: [harald.id] });
  installation.clock.set('2026-03-04T10:00:00Z');
  await installation.signIn(hanna);
  await hanna.desk.revoke(shared, harald.id);
  installation.clock.set('2026-03-06T10:00:00Z');
  await installation.signIn(hanna);
  await hanna.desk.grant(shared, harald.id);
});
beforeEach(async () => {
  server = createLyingServer();
  desk = installation.newDesk(server.fetch);
  await desk.signIn(hanna.name, hanna.passphrase);
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

const silent = (): void => undefined;

function readers({ tenures }: AccessReview, caseId: string, day: string): string[] {
  return tenures
    .filter((tenure) => tenure.caseId === caseId && couldReadOn(tenure, day) !== 'no')
    .map(({ person }) => person)
    .sort();
}

function codes({ contradictions }: AccessReview): string[] {
  return contradictions.map(({ code }) => code);
}

describe('a review of access', () => {
  it('answers for each day who could read which case', async () => {
    const review = await desk.accessReview(silent);
    expect(review.contradictions).toEqual([]);
    const both = [hanna.id, harald.id].sort();
    expect(readers(review, shared, '2026-03-01')).toEqual([]);
    expect(readers(review, shared, '2026-03-02')).toEqual(both);
    expect(readers(review, shared, '2026-03-04')).toEqual(both);
    expect(readers(review, shared, '2026-03-05')).toEqual([hanna.id]);
    expect(readers(review, shared, '2026-03-06')).toEqual(both);
    expect(readers(review, without, '2026-03-06')).toEqual([hanna.id]);
    const own = review.tenures.filter(
      ({ caseId, person }) => caseId === shared && person === harald.id,
    );
    expect(own.map(({ why, givenBy, end, endedBy }) => [why, givenBy, end, endedBy])).toEqual([
      ['report', null, 'taken', hanna.id],
      ['given', hanna.id, null, null],
    ]);
    expect(own[0]?.until?.at).toBe('2026-03-04T10:00:00.000Z');
    expect(review.cases.find(({ id }) => id === shared)).toMatchObject({ state: 'open' });
    expect(review.people.map(({ name }) => name)).toEqual(['Hanna Handler', 'Harald Handler']);
    expect(review.people[1]?.channels[0]?.by).toEqual({
      administrator: anna.id,
      handler: hanna.id,
    });
  });

  it('opens no case, writes nothing, and tells its progress', async () => {
    const before: unknown[] = await installation.server.db('audit').select<object[]>();
    const steps: string[] = [];
    server.listen();
    await desk.accessReview(({ done, of }) => steps.push(`${String(done)}/${String(of)}`));
    expect(steps).toEqual(['0/3', '1/3', '2/3', '3/3']);
    expect(await installation.server.db('audit').select<object[]>()).toEqual(before);
    const writes = server.writes().filter((each) => !/stamp|memory/.test(each));
    expect(writes).toEqual([]);
    expect(server.sent.some(({ path }) => /^\/api\/desk\/cases\/[^/?]+$/.test(path))).toBe(false);
  });

  it('shows somebody who was left out no trace of the case', async () => {
    const other = await installation.signIn(harald, server.fetch);
    const review = await other.accessReview(silent);
    expect(JSON.stringify(review)).not.toContain(without);
    expect(review.cases).toHaveLength(2);
    expect(review.contradictions).toEqual([]);
  });

  it('shows an administrator readers of channels, and no case', async () => {
    const other = await installation.signIn(anna, server.fetch);
    const review = await other.accessReview(silent);
    expect(review).toMatchObject({ cases: [], tenures: [], contradictions: [] });
    expect(review.people).toHaveLength(2);
  });

  it('can be stopped', async () => {
    const controller = new AbortController();
    const stopped = desk.accessReview(() => {
      controller.abort();
    }, controller.signal);
    await expect(stopped).rejects.toThrow();
  });
});

describe('a server that lies about access', () => {
  it('by a log that keeps a change back is found, and nobody is left out', async () => {
    server.lieAbout(CaseAccess, ACCESS, (answer) => answer);
    const rows = (await installation.server.db('cases').where('id', shared).select()) as {
      audit_scope: string;
    }[];
    const scope = rows[0]?.audit_scope ?? '';
    const kept = await installation.server.db('audit').where({ scope }).select<object[]>();
    await rewriteChain(installation.server, scope, (content) =>
      content.includes('2026-03-04') && content.includes('access_changed') ? null : content,
    );
    const review = await desk.accessReview(silent);
    await installation.server.db('audit').where({ scope }).delete();
    for (const row of kept) await installation.server.db('audit').insert(row);
    expect(codes(review)).toEqual(['epoch_not_logged']);
    expect(readers(review, shared, '2026-03-05')).toContain(harald.id);
  });

  it('by a changed log is found', async () => {
    server.lieAbout(AuditAnswer, /\/audit\?scope=(?!organisation)/, ({ entries, own }) => ({
      own,
      entries: entries.map((entry) => ({ ...entry, content: '{}' })),
    }));
    const found = codes(await desk.accessReview(silent));
    expect(found.filter((code) => code === 'log_broken')).toHaveLength(2);
  });

  it('by epochs that nobody signed, left out, or of another case is found', async () => {
    const lies: ((answer: CaseAccess) => object)[] = [
      (answer) => ({ ...answer, epochs: [] }),
      (answer) => ({ ...answer, epochs: answer.epochs.slice(1) }),
      (answer) => ({ ...answer, epochs: answer.epochs.toReversed() }),
      (answer) => ({
        ...answer,
        epochs: answer.epochs.map((epoch) => ({ ...epoch, signature: 'A'.repeat(86) })),
      }),
      (answer) => ({
        ...answer,
        epochs: answer.epochs.map((epoch) => ({
          ...epoch,
          header: { ...epoch.header, case: without },
        })),
      }),
    ];
    for (const lie of lies) {
      server.tellTheTruth();
      server.lieAbout(CaseAccess, new RegExp(`/cases/${shared}/access$`), lie);
      const review = await desk.accessReview(silent);
      const found = review.contradictions.filter(({ caseId }) => caseId === shared);
      expect(found.map(({ code }) => code)).toContain('case_fault');
    }
  });

  it('by keeping the newest change back shows at most what was', async () => {
    server.lieAbout(CaseAccess, new RegExp(`/cases/${shared}/access$`), (answer) => ({
      ...answer,
      epochs: answer.epochs.slice(0, 2),
    }));
    const review = await desk.accessReview(silent);
    expect(codes(review)).toEqual(['logged_without_epoch']);
  });
});

describe('somebody who left', () => {
  it('could read until then, and the directory and the log say when', async () => {
    installation.clock.set('2026-03-08T10:00:00Z');
    await installation.signIn(anna);
    await anna.desk.remove(harald.id);
    installation.clock.set('2026-03-09T10:00:00Z');
    const fresh = await installation.signIn(hanna, server.fetch);
    const review = await fresh.accessReview(silent);
    expect(review.contradictions).toEqual([]);
    expect(readers(review, shared, '2026-03-08')).toContain(harald.id);
    expect(readers(review, shared, '2026-03-09')).not.toContain(harald.id);
    const last = review.tenures.findLast(
      ({ caseId, person }) => caseId === shared && person === harald.id,
    );
    expect(last).toMatchObject({ end: 'left', until: { at: '2026-03-08T10:00:00.000Z' } });
    expect(review.people[1]?.channels[0]?.until).toBe('2026-03-08');
  });
});
