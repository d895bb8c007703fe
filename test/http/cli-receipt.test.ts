import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../client/cli/run.js';
import { createVisit } from '../../client/node/visit.js';
import {
  randomBytes,
  ReceiptAnswer,
  ReporterCase,
  signingKeys,
  toBase64,
  type KeptReceipt,
} from '../../crypto/private.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { createLyingServer } from '../support/lying-server.js';
import { makeOrganisation } from '../support/organisation.js';
import { givingReceipts } from '../support/receipt.js';
import { projectDist, temporaryFolder } from '../support/server.js';
import { createTestTerminal, type TestTerminal } from '../support/terminal.js';

let installation: Installation;
let folder: string;
const server = createLyingServer();
const RECEIPT = /^\/api\/case\/receipt$/;

beforeAll(async () => {
  installation = await startInstallation();
  folder = await temporaryFolder();
});
afterEach(() => {
  server.tellTheTruth();
});
afterAll(async () => {
  await installation.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => path.join(folder, name);

/** Runs the command at the installation, or with no address at all. */
async function casekey(
  args: readonly string[],
  options: { readonly offline?: boolean; readonly words?: string } = {},
): Promise<TestTerminal & { exit: number; json: () => Record<string, unknown> }> {
  const { words } = options;
  const terminal = createTestTerminal(
    words === undefined
      ? {}
      : {
          interactive: true,
          answer: (question) => (/Case key/u.test(question) ? words : undefined),
        },
  );
  const exit = await run(
    [...args, ...(options.offline === true ? [] : ['--address', installation.address])],
    {
      terminal,
      network: () => ({
        fetch: (input, init) => {
          if (options.offline === true) throw new Error('nothing may be asked');
          return server.fetch(input, init);
        },
        visit: createVisit(),
      }),
      now: installation.clock.now,
      signal: new AbortController().signal,
      build: projectDist,
    },
  );
  return { ...terminal, exit, json: () => JSON.parse(terminal.printed) as Record<string, unknown> };
}

let count = 0;
/** Reports with a receipt; answers the files of key and receipt. */
async function reported(
  ...args: string[]
): Promise<{ key: string; receipt: string; json: unknown }> {
  count += 1;
  const [text, key, receipt] = [at('text.txt'), at(`key-${count}`), at(`receipt-${count}`)];
  await writeFile(text, 'The pump was never inspected.\n');
  const sent = await casekey([
    ...['report', '--text-file', text, '--key-file', key, '--receipt', receipt, '--json'],
    ...args,
  ]);
  expect(sent.said).toContain('only\nas long as whoever runs this server is honest');
  expect(sent.exit).toBe(0);
  return { key, receipt, json: sent.json() };
}

const receiptIn = async (file: string): Promise<KeptReceipt> =>
  JSON.parse(await readFile(file, 'utf8')) as KeptReceipt;

async function changed(file: string, change: (receipt: KeptReceipt) => object): Promise<string> {
  const other = at('changed');
  await writeFile(other, JSON.stringify(change(await receiptIn(file))));
  return other;
}

async function directoryFile(): Promise<string> {
  const file = at('directory.json');
  const answer = await fetch(`${installation.address}/api/directory`);
  await writeFile(file, await answer.text());
  return file;
}

describe('casekey report --receipt', () => {
  it('sends nothing where the channel gives no receipts, or the file is there', async () => {
    await writeFile(at('text.txt'), 'x');
    const before = (await installation.server.db('cases').select('id')).length;
    const plain = ['report', '--text-file', at('text.txt'), '--key-file', at('no-key')];
    const off = await casekey([...plain, '--receipt', at('none')]);
    expect([off.exit, off.said]).toEqual([
      2,
      '--receipt: this channel gives no receipts. Nothing was sent.\n',
    ]);
    const { administrator, channel } = installation;
    await administrator.desk.updateChannel(channel, { receipts: true });
    const there = await casekey([...plain, '--receipt', at('text.txt')]);
    expect([there.exit, there.said]).toEqual([2, expect.stringContaining('exists already')]);
    expect(await installation.server.db('cases').select('id')).toHaveLength(before);
  });

  it('keeps one for its owner alone, and none unless it was asked for', async () => {
    const { receipt, json } = await reported();
    expect((await stat(receipt)).mode & 0o777).toBe(0o600);
    expect(json).toMatchObject({ receipt: 'kept', receivedOn: '2026-03-02' });
    expect(JSON.stringify(json)).not.toContain('commitment');
    const without = await casekey([
      ...['report', '--text-file', at('text.txt'), '--key-file', at('quiet'), '--json'],
    ]);
    expect(Object.keys(without.json()).sort()).toEqual([
      'acknowledgementBy',
      'feedbackBy',
      'practice',
      'receivedOn',
    ]);
  });

  it('and return --receipt say so where the server signs something else, and keep nothing', async () => {
    const { key } = await reported();
    const forged = toBase64(randomBytes(64));
    server.lieTo('POST', ReceiptAnswer, RECEIPT, (answer) => ({ ...answer, signature: forged }));
    const file = at('forged');
    for (const args of [
      ['return', '--key-file', key],
      ['report', '--text-file', at('text.txt'), '--key-file', at('key-forged')],
    ]) {
      const told = await casekey([...args, '--receipt', file, '--json']);
      expect([told.exit, told.json()['receipt']]).toEqual([5, 'wrong_signature']);
      expect(told.said).toContain('a receipt that does not hold (wrong_signature)');
      await expect(stat(file)).rejects.toThrow();
    }
    server.tellTheTruth();
    const later = await casekey(['return', '--key-file', key, '--receipt', file]);
    expect([later.exit, later.printed]).toEqual([0, expect.stringContaining('Received on')]);
    expect((await casekey(['receipt', file])).exit).toBe(0);
  });
});

describe('casekey receipt', () => {
  it('says what a receipt says, what it proves and what not', async () => {
    const { receipt } = await reported();
    const { exit, printed } = await casekey(['receipt', receipt]);
    expect(exit).toBe(0);
    expect(printed).toContain('The receipt holds: a report arrived here on 2026-03-02');
    expect(printed).toContain(installation.fingerprint.join(' '));
    expect(printed).toContain('Compare them with the poster');
    expect(printed).toContain('so it proves filing only while they were honest');
    expect(printed).toContain('add --with-key');
  });

  it('shows with the case key that the report stands in the case', async () => {
    const { key, receipt } = await reported();
    const words = (await readFile(key, 'utf8')).trim();
    const typed = await casekey(['receipt', receipt, '--with-key'], { words });
    expect([typed.exit, typed.printed]).toEqual([
      0,
      expect.stringContaining('stands in this case'),
    ]);
    expect(typed.printed + typed.said).not.toContain(words.split(' ').slice(0, 3).join(' '));
    const { json } = await casekey(['receipt', receipt, '--key-file', key, '--json']);
    expect(json()).toMatchObject({ holds: true, standing: 'in_case', formerKey: false });
    const { key: other } = await reported();
    const wrong = await casekey(['receipt', receipt, '--key-file', other, '--json']);
    expect([wrong.exit, wrong.json()]).toEqual([5, { error: { code: 'receipt_not_of_key' } }]);
  });

  it('takes no case key from the arguments', async () => {
    const { key, receipt } = await reported();
    const words = (await readFile(key, 'utf8')).trim().split(' ');
    expect((await casekey(['receipt', receipt, ...words])).exit).toBe(2);
    expect((await casekey(['receipt', receipt, '--with-key', ...words])).exit).toBe(2);
  });

  it('needs no server: a saved directory, the eight words and the key are enough', async () => {
    const { key, receipt } = await reported();
    const directory = await directoryFile();
    const fingerprint = installation.fingerprint.join(' ');
    const args = ['receipt', receipt, '--directory', directory, '--fingerprint', fingerprint];
    const offline = await casekey([...args, '--key-file', key, '--json'], { offline: true });
    expect([offline.exit, offline.json()]).toEqual([
      0,
      expect.objectContaining({ holds: true, standing: 'not_looked_up', day: '2026-03-02' }),
    ]);
    const other = ['abandon', ...installation.fingerprint.slice(1)].join(' ');
    const wrong = await casekey([...args.slice(0, -1), other, '--json'], { offline: true });
    expect([wrong.exit, wrong.json()]).toEqual([5, { error: { code: 'wrong_fingerprint' } }]);
  });

  it('says that the case is gone where it is, and that the receipt is the key’s all the same', async () => {
    const { key, receipt } = await reported();
    const gone = await casekeyWithoutCase(['receipt', receipt, '--key-file', key, '--json']);
    expect([gone.exit, gone.json()]).toEqual([
      0,
      expect.objectContaining({ standing: 'case_gone' }),
    ]);
  });

  it('does not take a case that the server changed for the one of the receipt', async () => {
    const { key, receipt } = await reported();
    server.lieAbout(ReporterCase, /^\/api\/case$/, (answer) => ({
      ...answer,
      entries: answer.entries.slice(0, 1),
    }));
    const told = await casekey(['receipt', receipt, '--key-file', key, '--json']);
    expect([told.exit, told.json()]).toEqual([5, { error: { code: 'receipt_record_differs' } }]);
  });

  it('tells a file that was changed, made up or is of elsewhere, each by its code', async () => {
    const { receipt } = await reported();
    const strange = givingReceipts(await makeOrganisation(), signingKeys(randomBytes(32)));
    const elsewhere = at('elsewhere.json');
    await writeFile(
      elsewhere,
      JSON.stringify({ directory: strange.signed, stamps: [], maxFileBytes: 1 }),
    );
    await writeFile(at('no-directory.json'), '{}');
    const code = async (file: string, ...args: string[]): Promise<unknown> => {
      const told = await casekey(['receipt', file, '--json', ...args], {
        offline: args.includes('--directory'),
      });
      return [told.exit, (told.json()['error'] as { code: string }).code];
    };
    const other = toBase64(randomBytes(32));
    const as = (change: object): Promise<string> =>
      changed(receipt, (own) => ({ ...own, ...change }));
    expect(await code(await as({ day: '2026-03-01' }))).toEqual([5, 'receipt_unsigned']);
    expect(await code(await as({ practice: true }))).toEqual([5, 'receipt_unsigned']);
    expect(await code(await as({ commitment: other }))).toEqual([5, 'receipt_unsigned']);
    expect(await code(await as({ case: other }))).toEqual([5, 'receipt_malformed']);
    expect(await code(await as({ day: '2026-02-31' }))).toEqual([5, 'receipt_malformed']);
    expect(await code(receipt, '--directory', elsewhere)).toEqual([5, 'receipt_elsewhere']);
    expect(await code(receipt, '--directory', at('no-directory.json'))).toEqual([
      5,
      'directory_malformed',
    ]);
    expect(await code(receipt, '--directory', at('missing'))).toEqual([6, 'file_unreadable']);
    await writeFile(at('long'), 'x'.repeat(5000));
    expect(await code(at('long'))).toEqual([5, 'receipt_malformed']);
    expect(await code(at('missing'))).toEqual([6, 'file_unreadable']);
  });

  it('wants one file, and says where its options belong', async () => {
    for (const args of [['receipt'], ['receipt', 'a', 'b'], ['return', '--with-key']]) {
      expect((await casekey(args)).exit).toBe(2);
    }
    const { exit, said } = await casekey(['receipt', 'a'], { offline: true });
    expect([exit, said]).toEqual([2, expect.stringContaining('--address is missing')]);
  });
});

/** As after the purge: no case opens with the key. */
async function casekeyWithoutCase(
  args: readonly string[],
): Promise<Awaited<ReturnType<typeof casekey>>> {
  const { db } = installation.server;
  const kept = await db<{ id: string; token_hash: string | null }>('cases').select(
    'id',
    'token_hash',
  );
  for (const { id } of kept) await db('cases').where({ id }).update({ token_hash: null });
  try {
    return await casekey(args);
  } finally {
    for (const { id, token_hash } of kept) await db('cases').where({ id }).update({ token_hash });
  }
}
