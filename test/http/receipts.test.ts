import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDesk } from '../../client/handler.js';
import type { ReceiptOffer } from '../../client/models.js';
import { createReporter, type Reporter } from '../../client/reporter.js';
import {
  CaseCreated,
  checkReceipt,
  dayOf,
  DirectoryAnswer,
  fromBase64,
  openReceipt,
  randomBytes,
  readReceipt,
  receiptBytes,
  ReceiptAnswer,
  receiptCommitment,
  recordHashOf,
  ReporterCase,
  reporterKeys,
  sign,
  signingKeys,
  toBase64,
  utf8,
  verifyDirectory,
  type Directory,
  type KeptReceipt,
  type RecordHash,
} from '../../crypto/private.js';
import { receiptKeyOf } from '../../server/receipts/keys.js';
import { ask, fingerprintOf } from '../support/api.js';
import { reportInput, silent } from '../support/fixtures.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer, hurry } from '../support/lying-server.js';
import { startTestServer, temporaryFolder } from '../support/server.js';
import { placesBelow } from '../support/traces.js';

let installation: Installation;
const RECEIPT = /^\/api\/case\/receipt$/;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

const newest = async (): Promise<Directory> => {
  const { json } = await ask(installation.server, 'GET', '/api/directory');
  return verifyDirectory(v.parse(DirectoryAnswer, json).directory).directory;
};

async function submitted(
  reporter: Reporter = installation.newReporter(),
): Promise<{ words: string[]; receipt: ReceiptOffer; receivedOn: string }> {
  const words = await reporter.newCaseKey();
  const sent = await reporter.submit(reportInput(installation.channel, words), [], silent);
  return { words, receipt: sent.receipt, receivedOn: sent.receivedOn };
}

function readyFile(offer: ReceiptOffer): KeptReceipt {
  if (offer.state !== 'ready') throw new Error(JSON.stringify(offer));
  return readReceipt(utf8(offer.file));
}

const askFor = (words: readonly string[], json: unknown) =>
  ask(installation.server, 'POST', '/api/case/receipt', {
    json,
    authorization: `Case ${reporterKeys(words).lookupToken}`,
  });

async function recordOf(words: readonly string[]): Promise<RecordHash> {
  const { lookupToken } = reporterKeys(words);
  const { json } = await ask(installation.server, 'GET', '/api/case', {
    authorization: `Case ${lookupToken}`,
  });
  const [, report] = v.parse(ReporterCase, json).entries;
  if (report === undefined) throw new Error('a case begins with a report');
  return recordHashOf(report);
}

const keyFile = (): string => path.join(installation.server.dataFolder, 'receipt.key');

describe('receipts before anybody switched them on', () => {
  it('are not asked for, offered or signed, and there is no key', async () => {
    const { receiptKeys, channels } = await newest();
    expect([receiptKeys, channels.map(({ receipts }) => receipts)]).toEqual([[], [false]]);
    const server = createLyingServer();
    const reporter = installation.newReporter(server.fetch);
    const { words, receipt } = await submitted(reporter);
    expect(receipt).toEqual({ state: 'none' });
    expect((await reporter.open(words)).receipt).toEqual({ state: 'none' });
    expect(server.writes()).toEqual(['POST /api/cases']);
    const { receiptSalt: salt } = reporterKeys(words);
    expect(await askFor(words, { salt })).toMatchObject({ status: 409, code: 'receipts_off' });
    expect(existsSync(keyFile())).toBe(false);
    const { desk } = installation.administrator;
    expect(await desk.receiptKeyListed()).toBe(false);
    expect(existsSync(keyFile())).toBe(false);
  });

  it('change no byte of what a report is answered', async () => {
    const server = createLyingServer();
    const answers: unknown[] = [];
    server.lieTo('POST', CaseCreated, /^\/api\/cases$/, (answer) => {
      answers.push(answer);
      return answer;
    });
    const off = await submitted(installation.newReporter(server.fetch));
    await installation.administrator.desk.updateChannel(installation.channel, { receipts: true });
    const on = await submitted(installation.newReporter(server.fetch));
    expect([off.receipt.state, on.receipt.state]).toEqual(['none', 'ready']);
    expect(answers).toEqual([{ receivedOn: off.receivedOn }, { receivedOn: on.receivedOn }]);
  });
});

describe('receipts that are switched on', () => {
  it('come with their key in the directory, which every desk announces', async () => {
    const { receiptKeys, channels } = await newest();
    expect(receiptKeys).toHaveLength(1);
    expect(channels.map(({ receipts }) => receipts)).toEqual([true]);
    const seed = Buffer.from(readFileSync(keyFile(), 'utf8').trim(), 'base64url');
    expect(toBase64(signingKeys(seed).publicKey)).toBe(receiptKeys[0]?.sig);
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    const [hanna] = installation.handlers;
    const lines = (await hanna.desk.directoryChanges()).flatMap((change) => change.lines);
    expect(lines.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['receipts_on', 'receipt_key_added']),
    );
    expect(await installation.administrator.desk.receiptKeyListed()).toBe(true);
  });

  it('hold, name the day, and open to the report for its case key alone', async () => {
    const { words, receipt, receivedOn } = await submitted();
    const kept = readyFile(receipt);
    expect(kept).toMatchObject({ day: receivedOn, practice: false });
    expect(checkReceipt(kept, await newest())).toEqual({ verdict: 'holds', formerKey: false });
    expect(openReceipt(kept, reporterKeys(words))).toBe(await recordOf(words));
    const { words: others } = await submitted();
    expect(() => openReceipt(kept, reporterKeys(others))).toThrow('wrong_commitment');
  });

  it('are the same on returning, later and after a message, and are asked for without a press', async () => {
    const { words, receipt } = await submitted();
    const { opening, ...signed } = readyFile(receipt);
    expect(opening).toHaveLength(140);
    installation.clock.addDays(1);
    const server = createLyingServer();
    const reporter = installation.newReporter(server.fetch);
    expect(readyFile((await reporter.open(words)).receipt)).toMatchObject(signed);
    expect(server.writes()).toEqual(['POST /api/case/receipt']);
    const after = await reporter.send(words, 'One more thing.', [], silent);
    expect(readyFile(after.receipt)).toMatchObject(signed);
    expect(server.writes()).toEqual(['POST /api/case/receipt', 'POST /api/case/entries']);
    installation.clock.addDays(-1);
  });

  it('are the same answer to the same request, and store nothing', async () => {
    const { words } = await submitted();
    const { receiptSalt: salt } = reporterKeys(words);
    const before = await fingerprintOf(installation.server.db);
    const [first, second] = [await askFor(words, { salt }), await askFor(words, { salt })];
    expect([first.status, second.text]).toEqual([200, first.text]);
    expect(await fingerprintOf(installation.server.db)).toBe(before);
  });

  it('leave neither salt nor commitment nor signature in file, journal or log', async () => {
    const { words, receipt } = await submitted();
    const { commitment, signature, opening } = readyFile(receipt);
    const secrets = [commitment, signature, opening, reporterKeys(words).receiptSalt];
    const places = {
      ...placesBelow(installation.server.dataFolder),
      log: Buffer.from(installation.server.logged.join('\n')),
    };
    for (const [name, bytes] of Object.entries(places)) {
      for (const secret of secrets) {
        expect([name, bytes.includes(secret)]).toEqual([name, false]);
        expect([name, bytes.includes(Buffer.from(fromBase64(secret)))]).toEqual([name, false]);
      }
    }
  });

  it('tell nobody else anything: a stranger gets the one answer of every miss', async () => {
    const { words } = await submitted();
    const { receiptSalt: salt } = reporterKeys(words);
    const stranger = await installation.newReporter().newCaseKey();
    const misses = [
      await askFor(stranger, { salt }),
      await ask(installation.server, 'GET', '/api/case', {
        authorization: `Case ${reporterKeys(stranger).lookupToken}`,
      }),
      await ask(installation.server, 'POST', '/api/case/receipt', { json: { salt } }),
    ];
    expect(new Set(misses.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    for (const json of [{}, { salt: 1 }, { salt: 'A' }, { salt, more: 1 }, [salt]]) {
      expect(await askFor(words, json)).toMatchObject({ status: 400, code: 'malformed' });
    }
  });

  it('are no part of what a desk gets, and its key no part of any backup but its own file', async () => {
    const { receiptKeys } = await newest();
    const places = Object.entries(placesBelow(installation.server.dataFolder));
    const secret = readFileSync(keyFile(), 'utf8').trim();
    const holding = places.filter(
      ([, bytes]) => bytes.includes(secret) || bytes.includes(Buffer.from(secret, 'base64url')),
    );
    expect(holding.map(([name]) => name)).toEqual(['receipt.key']);
    expect(receiptKeys.map(({ until }) => until)).toEqual([null]);
  });
});

describe('a server that lies about receipts', () => {
  afterEach(() => {
    server.tellTheTruth();
  });
  const server = createLyingServer();

  function secretKey(): Uint8Array {
    const seed = Buffer.from(readFileSync(keyFile(), 'utf8').trim(), 'base64url');
    return signingKeys(seed).secretKey;
  }

  async function offered(change: (answer: ReceiptAnswer) => unknown): Promise<string> {
    const { words } = await submitted();
    const before = await installation.newReporter().open(words);
    server.tellTheTruth();
    server.lieTo('POST', ReceiptAnswer, RECEIPT, change);
    const reporter = installation.newReporter(server.fetch);
    const returned = await reporter.open(words);
    // the case itself is not to blame
    expect({ ...returned, receipt: null }).toEqual({ ...before, receipt: null });
    const { receipt } = await submitted(installation.newReporter(server.fetch));
    const [first, later] = [receipt, returned.receipt].map((each) =>
      each.state === 'failed' ? each.code : each.state,
    );
    expect(first).toBe(later);
    return first ?? '';
  }

  it('is found out by another key, day, record or flag, and nothing is offered', async () => {
    const { installation: id } = await newest();
    const thief = signingKeys(randomBytes(32)).secretKey;
    const forge = (key: Uint8Array, commitment: string, day: never) =>
      toBase64(sign(key, 'receipt', id, day, 0, fromBase64(commitment)));
    const random = (): string => toBase64(randomBytes(32));
    expect(await offered((answer) => answer)).toBe('ready');
    const codes = [
      await offered((answer) => ({ ...answer, signature: toBase64(randomBytes(64)) })),
      await offered((answer) => ({
        ...answer,
        signature: forge(thief, random(), answer.day as never),
      })),
      // its own key, over something else
      await offered((answer) => ({
        ...answer,
        signature: forge(secretKey(), random(), answer.day as never),
      })),
      await offered((answer) => ({ ...answer, day: '2020-01-01' })),
      await offered((answer) => ({ ...answer, practice: true })),
      await offered(() => ({ day: 'soon' })),
    ];
    expect(codes).toEqual([
      'wrong_signature',
      'wrong_signature',
      'wrong_signature',
      'wrong_facts',
      'wrong_facts',
      'unexpected_answer',
    ]);
  });

  it('and one that is silent keep no report from arriving', async () => {
    hurry();
    server.loseRequest('POST', RECEIPT, 2);
    const reporter = installation.newReporter(server.fetch);
    const { words, receipt } = await submitted(reporter);
    expect(receipt).toEqual({ state: 'failed', code: 'network' });
    expect((await reporter.open(words)).receipt.state).toBe('ready');
  });

  it('offers none of a case that does not verify', async () => {
    const { words } = await submitted();
    server.lieAbout(ReporterCase, /^\/api\/case$/, (answer) => ({
      ...answer,
      case: { ...answer.case, practice: true },
    }));
    const view = await installation.newReporter(server.fetch).open(words);
    expect([view.warnings.map(({ code }) => code), view.receipt]).toEqual([
      ['wrong_facts'],
      { state: 'none' },
    ]);
  });
});

describe('the key for receipts', () => {
  it('signs as the rest of the protocol does', () => {
    const seed = randomBytes(32);
    const claim = {
      installation: toBase64(randomBytes(16)) as never,
      day: '2026-03-02' as never,
      practice: false,
      commitment: receiptCommitment(
        toBase64(randomBytes(32)) as never,
        toBase64(randomBytes(32)) as RecordHash,
        toBase64(randomBytes(32)),
      ),
    };
    const { installation: id, day, commitment } = claim;
    const { secretKey, publicKey } = signingKeys(seed);
    const key = receiptKeyOf(seed);
    expect(key.sig).toBe(toBase64(publicKey));
    expect(key.sign(receiptBytes(claim))).toBe(
      toBase64(sign(secretKey, 'receipt', id, day, 0, fromBase64(commitment))),
    );
  });

  it('cannot be listed by an administrator unless it is the server’s', async () => {
    const { administrator } = installation;
    const own = toBase64(signingKeys(randomBytes(32)).publicKey);
    const server = createLyingServer();
    server.lieTo('POST', v.object({ sig: v.string() }), /receipt-key$/, () => ({ sig: own }));
    const desk = await installation.signIn(administrator, server.fetch);
    const before = await newest();
    await expect(
      desk.updateChannel(installation.channel, { receipts: true }),
    ).rejects.toMatchObject({ code: 'wrong_directory' });
    expect(await newest()).toEqual(before);
    await installation.signIn(administrator);
  });

  it('is replaced by a new file and a change at the desk; what the former signed goes on holding', async () => {
    const dataFolder = await temporaryFolder();
    const first = await startInstallation({ dataFolder });
    const { administrator, channel, clock } = first;
    const file = path.join(dataFolder, 'receipt.key');
    await administrator.desk.updateChannel(channel, { receipts: true });
    const words = await first.newReporter().newCaseKey();
    const sent = await first.newReporter().submit(reportInput(channel, words), [], silent);
    const kept = readyFile(sent.receipt);
    await first.stop();

    renameSync(file, `${file}.stolen`);
    const server = await startTestServer({ clock: clock.now, dataFolder });
    const { url: address } = server;
    const reporter = () => createReporter({ address, fetch, today: () => dayOf(clock.now()) });
    const desk = createDesk({ address, fetch, now: clock.now, stretch: 'least' });
    const signIn = () => desk.signIn(administrator.name, administrator.passphrase);
    const directory = async (): Promise<Directory> => {
      const { json } = await ask(server, 'GET', '/api/directory');
      return verifyDirectory(v.parse(DirectoryAnswer, json).directory).directory;
    };
    expect((await reporter().open(words)).receipt).toEqual({
      state: 'failed',
      code: 'receipts_off',
    });
    clock.addDays(3);
    await signIn();
    expect(await desk.receiptKeyListed()).toBe(false);
    await desk.updateChannel(channel, { receipts: true });
    expect(await desk.receiptKeyListed()).toBe(true);
    const after = await directory();
    expect(after.receiptKeys.map(({ until }) => until)).toEqual(['2026-03-05', null]);
    expect(checkReceipt(kept, after)).toEqual({ verdict: 'holds', formerKey: true });
    const anew = readyFile((await reporter().open(words)).receipt);
    expect([anew.day, anew.commitment]).toEqual([kept.day, kept.commitment]);
    expect(anew.signature).not.toBe(kept.signature);
    expect(checkReceipt(anew, after)).toEqual({ verdict: 'holds', formerKey: false });
    expect(server.faults).toEqual([]);
    await server.stop();

    writeFileSync(file, 'nonsense\n');
    await expect(startTestServer({ clock: clock.now, dataFolder })).rejects.toThrow(
      /receipt\.key holds no key for receipts/u,
    );
    await rm(dataFolder, { recursive: true, force: true });
  });
});
