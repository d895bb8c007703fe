import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from '../../client/handler.js';
import type { LogFinding } from '../../client/models.js';
import {
  AuditAnswer,
  AuditHeadsAnswer,
  DeskCase,
  fromBase64,
  randomBytes,
  reporterKeys,
  SignedIn,
  toBase64,
  utf8,
  type AuditHead,
} from '../../crypto/private.js';
import { chainRows, rewriteChain, truncateChain } from '../support/audit-chain.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';
import { createLyingServer, type LyingServer } from '../support/lying-server.js';

/*
 * Whoever runs the server can write the audit log anew, so that it holds by itself. What people
 * signed at sign-in stands against it, on the server, in what a desk remembers, and in saved files.
 */

let installation: Installation;
let server: LyingServer;
let anna: InstallationPerson;
let hanna: InstallationPerson;
let harald: InstallationPerson;

/** A case that Hanna opened, and the name of its chain. */
let id: string;
let scope: string;
/** The log, its heads and the desks' memories, to which every test returns. */
let before: () => Promise<void>;

beforeAll(async () => {
  installation = await startInstallation();
  anna = installation.administrator;
  [hanna, harald] = installation.handlers;
  server = createLyingServer();
  for (const person of [anna, hanna, harald]) expect(await signedIn(person)).toEqual([]);
  ({ id, scope } = await openedCase());
  before = await copyOfLog();
});
afterEach(async () => {
  server.tellTheTruth();
  await before();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

/** A new case that Hanna opened. */
async function openedCase(): Promise<{ id: string; scope: string }> {
  const { words } = await installation.report();
  const caseId = reporterKeys(words).caseId;
  expect((await (await freshDesk(hanna)).openCase(caseId)).log).toEqual([]);
  const rows = await installation.server
    .db<{ id: string; audit_scope: string }>('cases')
    .where('id', caseId)
    .select('audit_scope');
  return { id: caseId, scope: rows[0]?.audit_scope ?? '' };
}

/** Keeps log, heads and memories as they are; answers how to put them back. */
async function copyOfLog(): Promise<() => Promise<void>> {
  const { db } = installation.server;
  const log = await db('audit').select<object[]>();
  const heads = await db(HEADS).select<object[]>();
  const accounts = await db('accounts').select<{ id: string; memory: Buffer | null }[]>(
    'id',
    'memory',
  );
  const kept = await db('heads').select<object[]>();
  return async () => {
    await db('audit').delete();
    await db(HEADS).delete();
    await db('heads').delete();
    for (const row of log) await db('audit').insert(row);
    for (const row of heads) await db(HEADS).insert(row);
    for (const row of kept) await db('heads').insert(row);
    for (const { id: account, ...memory } of accounts) {
      await db('accounts').where({ id: account }).update(memory);
    }
  };
}

async function freshDesk(person: InstallationPerson, through = server.fetch): Promise<Desk> {
  // of an account's many sessions the longest unused ends: at one moment none would be
  installation.clock.set(new Date(installation.clock.now().getTime() + 1));
  const desk = installation.newDesk(through);
  await desk.signIn(person.name, person.passphrase);
  return desk;
}

/** What a desk finds at a sign-in. */
async function signedIn(person: InstallationPerson): Promise<LogFinding[]> {
  return (await freshDesk(person)).signLog();
}

async function verified(person: InstallationPerson): Promise<LogFinding[]> {
  return (await (await freshDesk(person)).verifyAudit()).findings;
}

const HEADS = 'audit_heads';

/** The end of the organisation's chain: all three signed it. */
async function end(): Promise<{ sequence: number; hash: string }> {
  const last = (await chainRows(installation.server, 'organisation')).at(-1);
  if (last === undefined) throw new Error('an empty log');
  return last;
}

/** Something new in the organisation's log. */
async function goOn(): Promise<void> {
  await anna.desk.invite({ shownName: 'Siv' });
}

function about({ code, signer, sequence }: LogFinding): [string, string | null, number] {
  return [code, signer, sequence];
}

describe('an honest log', () => {
  it('is signed at sign-in by everybody, each chain by who may read it', async () => {
    const heads = (await installation.server.db(HEADS).select()) as AuditHead[];
    const { sequence, hash } = await end();
    const ofOrganisation = heads.filter(({ scope }) => scope === 'organisation');
    expect(ofOrganisation.map((head) => [head.account, head.sequence, head.hash]).sort()).toEqual(
      [anna, hanna, harald].map(({ id }) => [id, sequence, hash]).sort(),
    );
    const ofOperation = heads.filter(({ scope }) => scope === 'operation');
    expect(ofOperation.map(({ account }) => account)).toEqual([anna.id]);
    expect(await verified(hanna)).toEqual([]);
    expect(await verified(anna)).toEqual([]);
  });

  it('is followed from what was signed last, and signed again only where it went on', async () => {
    const desk = await freshDesk(hanna);
    await desk.directory();
    server.listen();
    await desk.signLog();
    const { sequence } = await end();
    const asked = server.sent.filter(({ path }) => path.includes('/audit'));
    expect(asked).toEqual([
      { method: 'GET', path: `/api/desk/audit?scope=organisation&after=${String(sequence - 1)}` },
    ]);
    expect(server.writes()).toEqual([]);
    await goOn();
    server.listen();
    expect(await desk.signLog()).toEqual([]);
    expect(server.writes()).toEqual(['PUT /api/desk/audit/heads', 'PUT /api/desk/account/memory']);
  });

  it('contradicts nobody after two windows of one person signed in turn', async () => {
    const one = await freshDesk(hanna);
    const two = await freshDesk(hanna);
    await goOn();
    expect(await one.signLog()).toEqual([]);
    await goOn();
    expect(await two.signLog()).toEqual([]);
    expect(await one.signLog()).toEqual([]);
    expect(await signedIn(hanna)).toEqual([]);
    expect(await verified(hanna)).toEqual([]);
  });

  it('contradicts nobody where the answer to a signed head was lost', async () => {
    const desk = await freshDesk(hanna);
    await goOn();
    server.loseAnswer('PUT', /\/audit\/heads$/);
    await expect(desk.signLog()).rejects.toMatchObject({ code: 'network' });
    expect(await signedIn(hanna)).toEqual([]);
    server.loseRequest('PUT', /\/audit\/heads$/);
    await goOn();
    await expect((await freshDesk(hanna)).signLog()).rejects.toMatchObject({ code: 'network' });
    expect(await signedIn(hanna)).toEqual([]);
  });
});

describe('a log that was changed after people signed it', () => {
  it('rewritten from the start contradicts all of them, by name, day, number and hash', async () => {
    const { sequence, hash } = await end();
    await rewriteChain(installation.server, 'organisation', (content) =>
      content.replace(/"at":"[^"]+"/, '"at":"2026-01-01T00:00:00.000Z"'),
    );
    const contradiction = { code: 'contradicts', chain: 'organisation', sequence, hash };
    const expected = { ...contradiction, caseId: null, day: '2026-03-02', signer: hanna.id };
    expect(await signedIn(hanna)).toEqual([expected]);
    const found = await verified(hanna);
    expect(found).toContainEqual(expected);
    expect(found.map(about).sort()).toEqual(
      [anna, hanna, harald].map(({ id }) => ['contradicts', id, sequence]).sort(),
    );
  });

  it('is found by each in turn, and signed by nobody who finds it', async () => {
    const signed: unknown = await installation.server.db(HEADS).select();
    await rewriteChain(installation.server, 'organisation', (content, sequence) =>
      sequence === 1 ? content.replace('set_up', 'set_uP') : content,
    );
    await goOn();
    for (const person of [hanna, harald]) {
      expect((await signedIn(person)).map(({ code }) => code)).toEqual(['contradicts']);
      expect((await signedIn(person)).map(({ code }) => code)).toEqual(['contradicts']);
    }
    expect(await installation.server.db(HEADS).select()).toEqual(signed);
  });

  it('with one entry replaced and the rest left as it was is broken there', async () => {
    await installation.server
      .db('audit')
      .where({ scope: 'organisation', sequence: 2 })
      .update({ content: '{"at":"never"}' });
    const found = await verified(hanna);
    expect(found.map(about)).toEqual([['broken', null, 2]]);
  });

  it('that ends before what was signed is missed', async () => {
    const { sequence } = await end();
    await truncateChain(installation.server, 'organisation', sequence - 1);
    expect((await signedIn(hanna)).map(about)).toEqual([['ends_before', hanna.id, sequence]]);
    const found = await verified(harald);
    expect(found.map(({ code }) => code)).toEqual(['ends_before', 'ends_before', 'ends_before']);
    await truncateChain(installation.server, 'organisation', 0);
    expect((await signedIn(hanna)).map(about)).toEqual([['ends_before', hanna.id, sequence]]);
  });

  it('of operation is found by the administrator who signed it', async () => {
    await rewriteChain(installation.server, 'operation', (content) =>
      content.includes('signed_in') ? null : content,
    );
    expect((await signedIn(anna)).map(({ code, chain }) => [code, chain])).toEqual([
      ['ends_before', 'operation'],
    ]);
    expect(await signedIn(hanna)).toEqual([]);
  });

  it('is not noticed where nobody had signed what was changed', async () => {
    await goOn();
    const { sequence } = await end();
    await truncateChain(installation.server, 'organisation', sequence - 1);
    expect(await verified(hanna)).toEqual([]);
  });
});

describe('signed heads that the server keeps', () => {
  it('cannot be dropped while the desk remembers that it signed', async () => {
    const { sequence, hash } = await end();
    await installation.server.db(HEADS).delete();
    expect(await signedIn(hanna)).toEqual([
      {
        code: 'own_head_gone',
        chain: 'organisation',
        caseId: null,
        sequence,
        hash,
        day: null,
        signer: hanna.id,
      },
    ]);
    expect((await verified(hanna)).map(about)).toEqual([['own_head_gone', hanna.id, sequence]]);
    await rewriteChain(installation.server, 'organisation', (content) =>
      content.replace('joined', 'joineD'),
    );
    expect((await signedIn(hanna)).map(({ code }) => code).sort()).toEqual([
      'contradicts',
      'own_head_gone',
    ]);
    expect((await verified(hanna)).map(({ code }) => code).sort()).toEqual(['own_head_gone']);
  });

  it('cannot be put back to older ones while the desk remembers', async () => {
    const older = (await installation.server
      .db(HEADS)
      .where({ account: hanna.id })
      .select()) as AuditHead[];
    await goOn();
    expect(await signedIn(hanna)).toEqual([]);
    await installation.server.db(HEADS).where({ account: hanna.id }).delete();
    for (const head of older) await installation.server.db(HEADS).insert(head);
    expect((await signedIn(hanna)).map(({ code }) => code)).toEqual(['own_head_gone']);
  });

  it('speak where the desk was made to forget', async () => {
    await rewriteChain(installation.server, 'organisation', (content) =>
      content.replace('joined', 'joineD'),
    );
    server.lieTo('POST', SignedIn, /\/api\/desk\/sessions$/, (answer) => ({
      ...answer,
      account: { ...answer.account, memory: null },
    }));
    const { sequence } = await end();
    expect((await signedIn(hanna)).map(about)).toEqual([['contradicts', hanna.id, sequence]]);
  });

  it('say nothing where log, heads and memory are all put back: only a file from outside does', async () => {
    await goOn();
    const desk = await freshDesk(hanna);
    await desk.signLog();
    const { file } = await desk.saveHeads();
    await before();
    expect(await signedIn(hanna)).toEqual([]);
    expect(await verified(hanna)).toEqual([]);
    const found = await (await freshDesk(hanna)).checkHeads(file ?? new Uint8Array());
    expect(found.findings.map(({ code }) => code)).toEqual(['ends_before']);
  });

  it('that were forged accuse nobody: the signature is not that person’s', async () => {
    server.lieAbout(AuditHeadsAnswer, /\/audit\/heads/, (answer) => ({
      ...answer,
      heads: answer.heads.map((head) =>
        head.account === harald.id ? { ...head, hash: toBase64(randomBytes(32)) } : head,
      ),
    }));
    const found = await verified(hanna);
    expect(found.map(({ code, signer }) => [code, signer])).toEqual([
      ['wrong_signature', harald.id],
    ]);
  });

  it('of somebody whom the directory does not know are told', async () => {
    const stranger = toBase64(randomBytes(16)) as AuditHead['account'];
    server.lieAbout(AuditHeadsAnswer, /\/audit\/heads/, (answer) => ({
      ...answer,
      heads: answer.heads.map((head) =>
        head.account === harald.id ? { ...head, account: stranger } : head,
      ),
    }));
    expect((await verified(hanna)).map(({ code, signer }) => [code, signer])).toEqual([
      ['unknown_signer', stranger],
    ]);
  });

  it('are told as forged where the server shows a person a head of their own that is none', async () => {
    server.lieAbout(AuditAnswer, /\/audit\?scope=/, (answer) => ({
      ...answer,
      own: answer.own && { ...answer.own, sequence: answer.own.sequence + 1 },
    }));
    expect((await signedIn(hanna)).map(({ code }) => code)).toEqual([
      'wrong_signature',
      'own_head_gone',
    ]);
  });
});

describe('the log of a case', () => {
  it('is signed when the case is opened, and not by whoever was left out', async () => {
    const left = await installation.report({ leftOut: [harald.id] });
    const caseId = reporterKeys(left.words).caseId;
    await (await freshDesk(hanna)).openCase(caseId);
    const heads = (await installation.server.db(HEADS).select()) as AuditHead[];
    expect(heads.filter((head) => head.scope === scope).map(({ account }) => account)).toEqual([
      hanna.id,
    ]);
    const seen = await (await freshDesk(harald)).verifyAudit();
    await (await freshDesk(hanna)).openCase(caseId);
    await (await freshDesk(hanna)).note(caseId, 'Ask accounting.', [], () => undefined);
    expect(await (await freshDesk(harald)).verifyAudit()).toEqual(seen);
  });

  it('that was rewritten contradicts whoever opened it, in that session and in later ones', async () => {
    const open = await freshDesk(hanna);
    expect((await open.openCase(id)).log).toEqual([]);
    await rewriteChain(installation.server, scope, (content) =>
      content.replace('opened', 'openeD'),
    );
    for (const desk of [open, await freshDesk(hanna)]) {
      const { log, writable } = await desk.openCase(id);
      expect(log?.map(({ code, caseId, signer }) => [code, caseId, signer])).toEqual([
        ['contradicts', id, hanna.id],
      ]);
      expect(writable).toBe('yes');
    }
    const found = await verified(hanna);
    expect(found.map(({ code, chain, caseId }) => [code, chain, caseId])).toEqual([
      ['contradicts', 'case', id],
    ]);
  });

  it('whose signed head was dropped is missed by the memory of the case', async () => {
    await installation.server.db(HEADS).where({ scope }).delete();
    const { log } = await (await freshDesk(hanna)).openCase(id);
    expect(log?.map(({ code }) => code)).toEqual(['own_head_gone']);
  });

  it('swapped for that of another case contradicts what was signed', async () => {
    const other = await openedCase();
    server.lieAbout(DeskCase, /^\/api\/desk\/cases\/[^/?]+$/, (answer) => ({
      ...answer,
      auditScope: other.scope,
    }));
    const { log } = await (await freshDesk(hanna)).openCase(id);
    expect(log).not.toEqual([]);
  });

  it('does not keep a case from being read where it cannot be followed', async () => {
    const desk = await freshDesk(hanna);
    server.loseRequest('GET', /\/audit\?scope=/, 10);
    const view = await desk.openCase(id);
    expect(view.log).toBeNull();
    expect(view.entries.length).toBeGreaterThan(0);
  });
});

describe('a file of heads', () => {
  it('holds nothing but heads, and says later that the log still bears them out', async () => {
    const desk = await freshDesk(hanna);
    const { file } = await desk.saveHeads();
    const text = new TextDecoder().decode(file ?? undefined);
    for (const secret of ['hanna', 'Hanna', 'set_up', 'Handler']) {
      expect(text).not.toContain(secret);
    }
    await goOn();
    const found = await (await freshDesk(harald)).checkHeads(utf8(text));
    expect(found.findings).toEqual([]);
    expect(found.heads).toBeGreaterThan(2);
  });

  it('finds what was changed, although all heads on the server were dropped', async () => {
    const { file } = await (await freshDesk(hanna)).saveHeads();
    await installation.server.db(HEADS).delete();
    await rewriteChain(installation.server, 'organisation', (content) =>
      content.replace('joined', 'joineD'),
    );
    const found = await (await freshDesk(harald)).checkHeads(file ?? new Uint8Array());
    expect(found.findings.map(({ code, signer }) => [code, signer]).sort()).toEqual(
      [anna, hanna, harald].map(({ id }) => ['contradicts', id]).sort(),
    );
  });

  it('is not made of a log that contradicts what was signed', async () => {
    await rewriteChain(installation.server, 'organisation', (content) =>
      content.replace('joined', 'joineD'),
    );
    expect((await (await freshDesk(hanna)).saveHeads()).file).toBeNull();
  });

  it('counts apart what this person cannot read', async () => {
    const { file } = await (await freshDesk(anna)).saveHeads();
    const found = await (await freshDesk(hanna)).checkHeads(file ?? new Uint8Array());
    expect(found).toMatchObject({ unreadable: 1, findings: [] });
  });

  it('is refused where it is something else, or of another installation', async () => {
    const desk = await freshDesk(hanna);
    const { file } = await desk.saveHeads();
    const text = new TextDecoder().decode(file ?? undefined);
    for (const wrong of ['', '{}', `${text} `, text.replace('"v":1', '"v":2')]) {
      await expect(desk.checkHeads(utf8(wrong))).rejects.toMatchObject({
        code: 'not_a_heads_file',
      });
    }
    const own = (JSON.parse(text) as { installation: string }).installation;
    const other = toBase64(fromBase64(own).map((byte) => byte ^ 255));
    await expect(desk.checkHeads(utf8(text.replace(own, other)))).rejects.toMatchObject({
      code: 'other_installation',
    });
  });
});

describe('somebody who left', () => {
  it('still stands by what was signed before', async () => {
    await anna.desk.remove(harald.id);
    expect(await verified(hanna)).toEqual([]);
    await rewriteChain(installation.server, 'organisation', (content) =>
      content.replace('invited', 'inviteD'),
    );
    const found = await verified(hanna);
    expect(found.map(({ signer }) => signer)).toContain(harald.id);
    expect(found.every(({ code }) => code === 'contradicts')).toBe(true);
  });
});
