import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  fromBase64,
  openEntry,
  openGrant,
  recordHashOf,
  registrationOf,
  ReporterCase,
  toBase64,
  type AttachmentId,
  type CreateCase,
} from '../../crypto/private.js';
import * as v from 'valibot';
import { ask, countRows, fingerprintOf } from '../support/api.js';
import {
  installOrganisation,
  makeOrganisation,
  type TestOrganisation,
} from '../support/organisation.js';
import { makeMessage, makeReport, resigned, type TestReport } from '../support/report.js';
import { createTestClock, startTestServer, type TestServer } from '../support/server.js';

const canary = 'canary-5a1c';

let server: TestServer;
let organisation: TestOrganisation;
const clock = createTestClock('2026-03-02T22:30:00Z');

beforeAll(async () => {
  organisation = await makeOrganisation({ parts: ['handler', 'handler', 'recovery_officer'] });
  server = await startTestServer({
    clock: clock.now,
    env: { CASEKEY_TIME_ZONE: 'Europe/Helsinki' },
  });
  await installOrganisation(server.db, organisation);
});

afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

const send = (json: unknown) => ask(server, 'POST', '/api/cases', { json });
const caseOf = (report: TestReport) =>
  ask(server, 'GET', '/api/case', { authorization: `Case ${report.keys.lookupToken}` });
const append = (report: TestReport, json: unknown) =>
  ask(server, 'POST', '/api/case/entries', {
    json,
    authorization: `Case ${report.keys.lookupToken}`,
  });

describe('a report', () => {
  test('is taken in whole and read again with its key', async () => {
    const report = makeReport(organisation, { text: 'The till is short every Friday.' });
    const answer = await send(report.request);
    expect(answer.status).toBe(201);
    // the day it is for the organisation, two hours ahead of UTC
    expect(answer.json).toEqual({ receivedOn: '2026-03-03' });

    const read = await caseOf(report);
    expect(read.status).toBe(200);
    const found = v.parse(ReporterCase, read.json);
    expect(found.case).toEqual({
      id: report.keys.caseId,
      organisation: organisation.organisation.id,
      channel: organisation.channel.id,
      country: 'SE',
      practice: false,
      receivedOn: '2026-03-03',
      closedOn: null,
      purgeOn: null,
    });
    expect(found.entries).toEqual(report.request.entries);
    expect(found.readings).toEqual([]);
    expect(found.grants).toEqual(
      report.request.grants.filter(({ recipient }) => recipient === 'reporter'),
    );
    const [grant] = found.grants;
    if (grant === undefined) throw new Error('no grant');
    const place = { case: report.keys.caseId, compartment: 'dialogue', epoch: 1 } as const;
    const key = openGrant(grant, place, report.epoch.commitment, report.keys.kem);
    expect(openEntry(key, report.request.entries[1])).toMatchObject({
      text: 'The till is short every Friday.',
    });
  });

  test('gives its readers access, and nobody else', async () => {
    const [, second, officer] = organisation.readers;
    const report = makeReport(organisation, {
      members: (all) => all.filter(({ id }) => id !== second?.record.id),
    });
    expect((await send(report.request)).status).toBe(201);
    const rows: unknown[] = await server
      .db('access')
      .where({ case_id: report.keys.caseId })
      .orderBy('reader')
      .select('reader', 'state', 'active_day');
    const place = { state: 'open', active_day: '2026-03-03' };
    expect(rows).toEqual(
      [organisation.readers[0]?.record.id, officer?.record.id]
        .sort()
        .map((reader) => ({ reader, ...place })),
    );
  });

  test('gets the same answer when the same request comes again, a day later too', async () => {
    const report = makeReport(organisation);
    const first = await send(report.request);
    const before = await fingerprintOf(server.db);
    clock.addDays(1);
    const again = await send(report.request);
    clock.addDays(-1);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('is stored once when the same request comes twice at once', async () => {
    const report = makeReport(organisation);
    const before = await countRows(server.db);
    const answers = await Promise.all([1, 2, 3, 4].map(() => send(report.request)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const after = await countRows(server.db);
    expect(after['cases']).toBe((before['cases'] ?? 0) + 1);
    expect(after['entries']).toBe((before['entries'] ?? 0) + 2);
  });

  test('of other content under the same case key is refused', async () => {
    const report = makeReport(organisation);
    await send(report.request);
    const before = await fingerprintOf(server.db);
    const other = { ...report.request, overview: makeReport(organisation).request.overview };
    const answer = await send(other);
    expect([answer.status, answer.code]).toEqual([409, 'case_exists']);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('copied by somebody who read it tells nothing of whether the case is still there', async () => {
    const there = makeReport(organisation);
    await send(there.request);
    const before = await fingerprintOf(server.db);
    for (const { request } of [there, makeReport(organisation)]) {
      // of the first request a reader knows all but the hash of the look-up token
      const { tokenHash } = makeReport(organisation).request;
      const copied = await send({ ...request, tokenHash });
      expect([copied.status, copied.code]).toEqual([400, 'wrong_signature']);
      const signed = await send({ ...request, tokenHash, signature: toBase64(new Uint8Array(64)) });
      expect([signed.status, signed.code]).toEqual([400, 'wrong_signature']);
    }
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('whose look-up token another case has is refused', async () => {
    const report = makeReport(organisation);
    await send(report.request);
    const before = await fingerprintOf(server.db);
    const other = makeReport(organisation);
    const { keys } = report;
    const registration = registrationOf({ ...other.keys, lookupToken: keys.lookupToken });
    const answer = await send({ ...other.request, ...registration });
    expect([answer.status, answer.code]).toEqual([409, 'case_exists']);
    expect(await fingerprintOf(server.db)).toBe(before);
  });
});

/** What can be wrong with a report: how it is made wrong, and the answer. */
interface Wrong {
  name: string;
  change: (report: TestReport) => unknown;
  status: number;
  code: string;
}

function changed(report: TestReport, change: Partial<CreateCase>): CreateCase {
  return { ...report.request, ...change };
}

type First = CreateCase['entries'][0];
type Second = CreateCase['entries'][1];

/** The report with its epoch entry changed and everything after it made to fit. */
function withFirst(report: TestReport, change: Parameters<typeof resigned<First>>[2]): unknown {
  const secret = report.keys.sig.secretKey;
  const first = resigned(secret, report.request.entries[0], change);
  const second = resigned(secret, report.request.entries[1], {
    header: { previous: recordHashOf(first) },
  });
  return changed(report, { entries: [first, second] });
}

function withSecond(report: TestReport, change: Parameters<typeof resigned<Second>>[2]): unknown {
  const second = resigned(report.keys.sig.secretKey, report.request.entries[1], change);
  return changed(report, { entries: [report.request.entries[0], second] });
}

function withoutSigning(report: TestReport, signature: string): unknown {
  const [first, second] = report.request.entries;
  return changed(report, { entries: [first, { ...second, signature }] });
}

/** The same bytes in a spelling that no encoder writes: a bit set that carries nothing. */
function misspelt(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(text.slice(-1));
  return text.slice(0, -1) + alphabet.charAt(last ^ 1);
}

const bodyText = (body: unknown) => toBase64(new TextEncoder().encode(JSON.stringify(body)));
const unknownRecord = toBase64(new Uint8Array(32).fill(7));

const wrong: Wrong[] = [
  {
    name: 'a field that is not in the schema',
    change: ({ request }) => ({ ...request, note: canary }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a field missing',
    change: ({ request }) => ({ ...request, overview: undefined }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'text where bytes belong',
    change: (report) => changed(report, { tokenHash: `${canary}${'='.repeat(32)}` }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a version of tomorrow',
    change: ({ request }) => ({ ...request, version: 2 }),
    status: 400,
    code: 'unknown_version',
  },
  {
    name: 'an entry of a version of tomorrow',
    change: (report) => withSecond(report, { header: { version: 2 as 1 } }),
    status: 400,
    code: 'unknown_version',
  },
  {
    name: 'a version that is no number',
    change: ({ request }) => ({ ...request, version: canary }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a signature in another spelling',
    change: (report) => withoutSigning(report, misspelt(report.request.entries[1].signature)),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a token hash in another spelling',
    change: (report) => changed(report, { tokenHash: misspelt(report.request.tokenHash) }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a public key in another spelling',
    change: (report) =>
      changed(report, {
        reporter: { ...report.request.reporter, sig: misspelt(report.request.reporter.sig) },
      }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a grant in another spelling',
    change: (report) =>
      changed(report, {
        grants: report.request.grants.map((grant) => ({ ...grant, kem: misspelt(grant.kem) })),
      }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a text that was cut short',
    change: (report) =>
      withSecond(report, {
        ciphertext: toBase64(fromBase64(report.request.entries[1].ciphertext).slice(0, -8)),
      }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a text that is not padded to a size class',
    change: (report) =>
      withSecond(report, {
        ciphertext: toBase64(
          Buffer.concat([fromBase64(report.request.entries[1].ciphertext), Buffer.alloc(32)]),
        ),
      }),
    status: 400,
    code: 'wrong_size',
  },
  {
    name: 'plain text in place of ciphertext',
    change: (report) => withSecond(report, { ciphertext: canary.repeat(20) }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a signature over something else',
    change: (report) => withoutSigning(report, report.request.entries[0].signature),
    status: 400,
    code: 'wrong_signature',
  },
  {
    name: 'a ciphertext changed after signing',
    change: (report) => {
      const [first, second] = report.request.entries;
      const bytes = fromBase64(second.ciphertext);
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      return changed(report, { entries: [first, { ...second, ciphertext: toBase64(bytes) }] });
    },
    status: 400,
    code: 'wrong_signature',
  },
  {
    name: 'an epoch entry that another key signed',
    change: (report) => {
      const stranger = makeReport(organisation).keys.sig.secretKey;
      const [first, second] = report.request.entries;
      return changed(report, { entries: [resigned(stranger, first, {}), second] });
    },
    status: 400,
    code: 'wrong_signature',
  },
  {
    name: 'the reporter’s keys exchanged',
    change: (report) => changed(report, registrationOf(makeReport(organisation).keys)),
    status: 400,
    code: 'wrong_case',
  },
  {
    name: 'an entry of another case',
    change: (report) =>
      withSecond(report, { header: { case: makeReport(organisation).keys.caseId } }),
    status: 400,
    code: 'wrong_case',
  },
  {
    name: 'an entry in a reader’s name',
    change: (report) => {
      const [reader] = organisation.readers;
      if (reader === undefined) throw new Error('no reader');
      return withSecond(report, { header: { author: reader.record.id } });
    },
    status: 400,
    code: 'wrong_author',
  },
  {
    name: 'an entry among the internal notes',
    change: (report) => withSecond(report, { header: { compartment: 'internal' } }),
    status: 400,
    code: 'wrong_compartment',
  },
  {
    name: 'two entries at one place',
    change: (report) => withSecond(report, { header: { sequence: 1 } }),
    status: 409,
    code: 'sequence_taken',
  },
  {
    name: 'a place left free',
    change: (report) => withSecond(report, { header: { sequence: 3 } }),
    status: 409,
    code: 'sequence_gap',
  },
  {
    name: 'a first entry that is not the first',
    change: (report) => withFirst(report, { header: { sequence: 2 } }),
    status: 409,
    code: 'sequence_gap',
  },
  {
    name: 'a report that follows nothing',
    change: (report) => withSecond(report, { header: { previous: null } }),
    status: 409,
    code: 'previous_unknown',
  },
  {
    name: 'a report that follows another record',
    change: (report) => withSecond(report, { header: { previous: unknownRecord as never } }),
    status: 409,
    code: 'previous_unknown',
  },
  {
    name: 'a record seen that does not exist',
    change: (report) => withSecond(report, { header: { seen: unknownRecord as never } }),
    status: 400,
    code: 'seen_unknown',
  },
  {
    name: 'an epoch that is not the first',
    change: (report) => {
      const { members, directory } = report.body;
      const previousKey = toBase64(new Uint8Array(73 + 32));
      return withFirst(report, {
        header: { epoch: 2 },
        body: bodyText({ members, directory, previousKey }),
      });
    },
    status: 409,
    code: 'epoch_outdated',
  },
  {
    name: 'a word about its maker in an epoch that is not the first',
    change: (report) => withFirst(report, { header: { epoch: 2 } }),
    status: 400,
    code: 'wrong_epoch',
  },
  {
    name: 'a text under an epoch that does not exist',
    change: (report) => withSecond(report, { header: { epoch: 2 } }),
    status: 409,
    code: 'epoch_outdated',
  },
  {
    name: 'a text under another key than the epoch’s',
    change: (report) => withSecond(report, { header: { commitment: unknownRecord } }),
    status: 400,
    code: 'wrong_commitment',
  },
  {
    name: 'an epoch document that is no JSON',
    change: (report) => withFirst(report, { body: toBase64(new TextEncoder().encode(canary)) }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'an epoch document with a field twice',
    change: (report) => {
      const text = JSON.stringify(report.body).replace(/\}$/, ',"previousKey":null}');
      return withFirst(report, { body: toBase64(new TextEncoder().encode(text)) });
    },
    status: 400,
    code: 'malformed',
  },
  {
    name: 'a first epoch that leads back to another',
    change: (report) =>
      withFirst(report, {
        body: bodyText({ ...report.body, previousKey: toBase64(new Uint8Array(73 + 32)) }),
      }),
    status: 400,
    code: 'wrong_epoch',
  },
  {
    name: 'a member twice',
    change: (report) =>
      withFirst(report, {
        body: bodyText({
          ...report.body,
          members: [...report.body.members, report.body.members[1]],
        }),
      }),
    status: 400,
    code: 'wrong_epoch',
  },
  {
    name: 'an epoch without the reporter',
    change: () => makeReport(organisation, { members: (all) => all.slice(1) }).request,
    status: 400,
    code: 'wrong_members',
  },
  {
    name: 'an epoch of the reporter alone',
    change: () => makeReport(organisation, { members: (all) => all.slice(0, 1) }).request,
    status: 400,
    code: 'wrong_members',
  },
  {
    name: 'other keys under the reporter’s name',
    change: () =>
      makeReport(organisation, {
        members: ([reporter, ...others]) => {
          const { publicKeys } = makeReport(organisation).keys;
          return reporter === undefined ? others : [{ ...reporter, ...publicKeys }, ...others];
        },
      }).request,
    status: 400,
    code: 'wrong_members',
  },
  {
    name: 'a member whom nobody admitted',
    change: () =>
      makeReport(organisation, {
        members: (all) =>
          all.map((member, index) =>
            index === 1 ? { ...member, id: toBase64(new Uint8Array(16)) as never } : member,
          ),
      }).request,
    status: 409,
    code: 'member_unknown',
  },
  {
    name: 'a reader with another key than the directory’s',
    change: () =>
      makeReport(organisation, {
        members: (all) => {
          const { kem } = makeReport(organisation).keys.publicKeys;
          return all.map((member, index) => (index === 1 ? { ...member, kem } : member));
        },
      }).request,
    status: 409,
    code: 'member_unknown',
  },
  {
    name: 'a directory that never was',
    change: () =>
      makeReport(organisation, { directory: { version: 1, hash: unknownRecord as never } }).request,
    status: 409,
    code: 'directory_unknown',
  },
  {
    name: 'a directory of tomorrow',
    change: () =>
      makeReport(organisation, { directory: { version: 2, hash: organisation.hash } }).request,
    status: 409,
    code: 'directory_unknown',
  },
  {
    name: 'a grant missing',
    change: (report) => changed(report, { grants: report.request.grants.slice(1) }),
    status: 400,
    code: 'grants_do_not_fit',
  },
  {
    name: 'a grant twice',
    change: (report) =>
      changed(report, { grants: [...report.request.grants, ...report.request.grants.slice(0, 1)] }),
    status: 400,
    code: 'grants_do_not_fit',
  },
  {
    name: 'one grant twice in place of another',
    change: (report) =>
      changed(report, {
        grants: [...report.request.grants.slice(1), ...report.request.grants.slice(1, 2)],
      }),
    status: 400,
    code: 'grants_do_not_fit',
  },
  {
    name: 'a grant of another epoch',
    change: (report) =>
      changed(report, { grants: report.request.grants.map((grant) => ({ ...grant, epoch: 2 })) }),
    status: 400,
    code: 'grants_do_not_fit',
  },
  {
    name: 'an overview of another epoch',
    change: (report) => changed(report, { overview: { ...report.request.overview, epoch: 2 } }),
    status: 409,
    code: 'epoch_outdated',
  },
  {
    name: 'an overview among the internal notes',
    change: (report) =>
      changed(report, { overview: { ...report.request.overview, compartment: 'internal' } }),
    status: 409,
    code: 'epoch_outdated',
  },
  {
    name: 'a channel that does not exist',
    change: (report) => changed(report, { channel: toBase64(new Uint8Array(16)) as never }),
    status: 409,
    code: 'channel_unknown',
  },
  {
    name: 'another organisation than the channel’s',
    change: (report) => changed(report, { organisation: toBase64(new Uint8Array(16)) as never }),
    status: 409,
    code: 'channel_unknown',
  },
  {
    name: 'another country than the channel’s',
    change: (report) => changed(report, { country: 'FI' }),
    status: 409,
    code: 'channel_unknown',
  },
  {
    name: 'practice in a channel that is open',
    change: (report) => changed(report, { practice: true }),
    status: 409,
    code: 'practice_over',
  },
  {
    name: 'a file that was never sent',
    change: (report) =>
      changed(report, { attachments: [toBase64(new Uint8Array(16)) as AttachmentId] }),
    status: 409,
    code: 'upload_incomplete',
  },
  {
    name: 'an epoch entry in place of the report',
    change: (report) =>
      changed(report, { entries: [report.request.entries[0], report.request.entries[0]] as never }),
    status: 400,
    code: 'malformed',
  },
  {
    name: 'one entry more',
    change: (report) =>
      changed(report, {
        entries: [...report.request.entries, report.request.entries[1]] as never,
      }),
    status: 400,
    code: 'malformed',
  },
];

describe('a report is refused for', () => {
  test.each(wrong)('$name: $code', async ({ change, status, code }) => {
    const report = makeReport(organisation, { text: canary });
    const request = change(report);
    const before = await fingerprintOf(server.db);
    const answer = await send(request);
    expect([answer.status, answer.json]).toEqual([status, { error: { code } }]);
    expect(await fingerprintOf(server.db)).toBe(before);
    expect(server.logged.join('')).not.toContain(canary);
    // and what was refused can be sent as it should have been
    expect((await send(report.request)).status).toBe(201);
  });

  test('a body that is no JSON', async () => {
    for (const raw of ['', '{', `"${canary}"`, `{"a":${canary}}`, '[1]', 'null']) {
      const answer = await ask(server, 'POST', '/api/cases', { raw });
      expect([answer.status, answer.json]).toEqual([400, { error: { code: 'malformed' } }]);
    }
  });

  test('a body of another type', async () => {
    const { request } = makeReport(organisation);
    const headers = { 'Content-Type': 'text/plain' };
    const answer = await ask(server, 'POST', '/api/cases', {
      raw: JSON.stringify(request),
      headers,
    });
    expect([answer.status, answer.code]).toEqual([415, 'unsupported_media_type']);
  });

  test('more bytes than any report has', async () => {
    const before = await fingerprintOf(server.db);
    const raw = JSON.stringify({ padding: canary.repeat(300_000) });
    const answer = await ask(server, 'POST', '/api/cases', { raw });
    expect([answer.status, answer.json]).toEqual([413, { error: { code: 'too_large' } }]);
    expect(await fingerprintOf(server.db)).toBe(before);
  });

  test('a reader who has left, and one of another channel', async () => {
    const own = await makeOrganisation({ parts: ['handler', 'handler', 'handler'] });
    const [, leaver, stranger] = own.readers;
    const after = own.next((directory) => ({
      ...directory,
      readers: directory.readers.map((reader) =>
        reader.record.id === leaver?.record.id ? { ...reader, state: 'left' as const } : reader,
      ),
    }));
    const another = await startTestServer({ clock: clock.now });
    try {
      await installOrganisation(another.db, own);
      const early = makeReport(own);
      await installOrganisation(another.db, after);
      const refused = await ask(another, 'POST', '/api/cases', { json: early.request });
      expect([refused.status, refused.code]).toEqual([409, 'member_unknown']);
      expect((await countRows(another.db))['cases']).toBe(0);
      // the directory of before is good enough as long as its readers are
      const named = { version: 1, hash: own.hash };
      const members = (all: TestReport['body']['members']) =>
        all.filter(({ id }) => id === 'reporter' || id === stranger?.record.id);
      const taken = makeReport(own, { members, directory: named });
      const answer = await ask(another, 'POST', '/api/cases', { json: taken.request });
      expect(answer.status).toBe(201);
    } finally {
      await another.stop();
    }
  });

  test('anything, before the organisation is set up', async () => {
    const another = await startTestServer({ clock: clock.now });
    try {
      const { request } = makeReport(organisation);
      const answer = await ask(another, 'POST', '/api/cases', { json: request });
      expect([answer.status, answer.code]).toEqual([409, 'channel_unknown']);
    } finally {
      await another.stop();
    }
  });

  test('being no practice while the channel is not open yet', async () => {
    const own = await makeOrganisation({ published: false });
    const another = await startTestServer({ clock: clock.now });
    try {
      await installOrganisation(another.db, own);
      const report = makeReport(own);
      const answer = await ask(another, 'POST', '/api/cases', {
        json: { ...report.request, practice: false },
      });
      expect([answer.status, answer.code]).toEqual([409, 'practice_only']);
      const practice = await ask(another, 'POST', '/api/cases', { json: report.request });
      expect(practice.status).toBe(201);
    } finally {
      await another.stop();
    }
  });
});

describe('a case', () => {
  test('answers every wrong key alike', async () => {
    const known = makeReport(organisation);
    await send(known.request);
    const purging = makeReport(organisation);
    await send(purging.request);
    await server.db('cases').where({ id: purging.keys.caseId }).update({ purging: 1 });
    const tokens = [
      undefined,
      `Case ${makeReport(organisation).keys.lookupToken}`,
      `Case ${purging.keys.lookupToken}`,
      `Case ${misspelt(known.keys.lookupToken)}`,
      `Case ${canary}`,
      `Desk ${known.keys.lookupToken}`,
      'Case',
    ];
    const answers = await Promise.all(
      tokens.map((authorization) =>
        ask(server, 'GET', '/api/case', authorization === undefined ? {} : { authorization }),
      ),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe('{"error":{"code":"case_not_found"}}');
      const headers = Object.fromEntries(answer.headers);
      const first = Object.fromEntries(answers[0]?.headers ?? []);
      expect({ ...headers, date: '' }).toEqual({ ...first, date: '' });
    }
    const { entry } = makeMessage(purging, purging.request.entries[1]);
    const written = await append(purging, { entry, attachments: [] });
    expect([written.status, written.code]).toEqual([404, 'case_not_found']);
    await server.db('cases').where({ id: purging.keys.caseId }).update({ purging: 0 });
  });

  test('is looked for once and by an index, whether the token is right or wrong', async () => {
    const { request, keys } = makeReport(organisation);
    await send(request);
    const asked: { sql: string; bindings: string[] }[] = [];
    const listen = (query: { sql: string; bindings: string[] }): void => {
      if (query.sql.startsWith('select')) asked.push(query);
    };
    const queriesFor = async (token: string): Promise<typeof asked> => {
      asked.length = 0;
      server.db.on('query', listen);
      await ask(server, 'GET', '/api/case', { authorization: `Case ${token}` });
      server.db.removeListener('query', listen);
      return [...asked];
    };
    const missed = await queriesFor(toBase64(new Uint8Array(32)));
    const hit = await queriesFor(keys.lookupToken);
    expect(missed).toHaveLength(1);
    expect(hit[0]?.sql).toBe(missed[0]?.sql);
    const { sql = '', bindings = [] } = missed[0] ?? {};
    const plan = await server.db.raw<{ detail: string }[]>(`explain query plan ${sql}`, bindings);
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^SEARCH cases USING INDEX \w+ \(token_hash=\?\)$/),
    ]);
  });

  test('takes what its reporter writes later', async () => {
    const report = makeReport(organisation);
    await send(report.request);
    const first = makeMessage(report, report.request.entries[1]);
    expect((await append(report, first)).status).toBe(201);
    const second = makeMessage(report, first.entry, { text: 'x'.repeat(20_000) });
    expect((await append(report, second)).status).toBe(201);
    const read = v.parse(ReporterCase, (await caseOf(report)).json);
    expect(read.entries).toEqual([...report.request.entries, first.entry, second.entry]);
    const row: unknown = await server
      .db('cases')
      .where({ id: report.keys.caseId })
      .first('dialogue_sequence', 'reporter_sequence', 'decision_due_day');
    expect(row).toEqual({ dialogue_sequence: 4, reporter_sequence: 4, decision_due_day: null });
  });

  test('asks for a decision within 30 days when its reporter writes after closure', async () => {
    const report = makeReport(organisation);
    await send(report.request);
    const where = { id: report.keys.caseId };
    await server.db('cases').where(where).update({ closed_day: '2026-03-03' });
    await server.db('access').where({ case_id: where.id }).update({ state: 'closed' });
    const read = v.parse(ReporterCase, (await caseOf(report)).json);
    expect(read.case).toMatchObject({ closedOn: '2026-03-03', purgeOn: '2028-03-03' });

    clock.addDays(2);
    const first = makeMessage(report, report.request.entries[1]);
    expect((await append(report, first)).status).toBe(201);
    clock.addDays(5);
    const second = makeMessage(report, first.entry);
    expect((await append(report, second)).status).toBe(201);
    clock.addDays(-7);
    const row: unknown = await server
      .db('cases')
      .where(where)
      .first('decision_due_day', 'active_day', 'closed_day');
    // counted from the first message, so that writing again delays nothing
    expect(row).toEqual({
      decision_due_day: '2026-04-04',
      active_day: '2026-03-10',
      closed_day: '2026-03-03',
    });
    const places: unknown[] = await server
      .db('access')
      .where({ case_id: where.id })
      .distinct('state', 'active_day');
    expect(places).toEqual([{ state: 'closed', active_day: '2026-03-10' }]);
  });

  const wrongEntries: (Omit<Wrong, 'change'> & {
    change: (report: TestReport) => unknown;
  })[] = [
    {
      name: 'the same again',
      change: ({ request }) => ({ entry: request.entries[1], attachments: [] }),
      status: 409,
      code: 'sequence_taken',
    },
    {
      name: 'an epoch of its own',
      change: ({ request }) => ({ entry: request.entries[0], attachments: [] }),
      status: 400,
      code: 'malformed',
    },
    {
      name: 'an entry too far on',
      change: (report) => {
        const { entry } = makeMessage(report, report.request.entries[1]);
        const far = resigned(report.keys.sig.secretKey, entry, { header: { sequence: 9 } });
        return { entry: far, attachments: [] };
      },
      status: 409,
      code: 'sequence_gap',
    },
    {
      name: 'an entry after another record',
      change: (report) => {
        const { entry } = makeMessage(report, report.request.entries[1]);
        const header = { previous: recordHashOf(report.request.entries[0]) };
        return { entry: resigned(report.keys.sig.secretKey, entry, { header }), attachments: [] };
      },
      status: 409,
      code: 'previous_unknown',
    },
    {
      name: 'somebody else’s signature',
      change: (report) => {
        const { entry } = makeMessage(report, report.request.entries[1]);
        const [reader] = organisation.readers;
        if (reader === undefined) throw new Error('no reader');
        return { entry: resigned(reader.sig.secretKey, entry, {}), attachments: [] };
      },
      status: 400,
      code: 'wrong_signature',
    },
    {
      name: 'an entry of a version of tomorrow',
      change: (report) => {
        const { entry } = makeMessage(report, report.request.entries[1]);
        return { entry: { ...entry, header: { ...entry.header, version: 7 } }, attachments: [] };
      },
      status: 400,
      code: 'unknown_version',
    },
    {
      name: 'another case’s entry',
      change: (report) => {
        const other = makeReport(organisation);
        const { entry } = makeMessage(other, report.request.entries[1]);
        return { entry, attachments: [] };
      },
      status: 400,
      code: 'wrong_case',
    },
    {
      name: 'a file that was never sent',
      change: (report) =>
        makeMessage(report, report.request.entries[1], {
          attachments: [toBase64(new Uint8Array(16)) as AttachmentId],
        }),
      status: 409,
      code: 'upload_incomplete',
    },
  ];

  test.each(wrongEntries)('refuses $name: $code', async ({ change, status, code }) => {
    const report = makeReport(organisation);
    await send(report.request);
    const before = await fingerprintOf(server.db);
    const answer = await append(report, change(report));
    expect([answer.status, answer.json]).toEqual([status, { error: { code } }]);
    expect(await fingerprintOf(server.db)).toBe(before);
    const good = makeMessage(report, report.request.entries[1]);
    expect((await append(report, good)).status).toBe(201);
  });

  test('lets one of two writers at once in, and tells the other', async () => {
    const report = makeReport(organisation);
    await send(report.request);
    const messages = ['a', 'b', 'c'].map((text) =>
      makeMessage(report, report.request.entries[1], { text }),
    );
    const answers = await Promise.all(messages.map((message) => append(report, message)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, 'sequence_taken']));
  });
});
