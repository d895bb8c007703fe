import { beforeAll, describe, expect, it } from 'vitest';
import {
  accountKeys,
  type Day,
  type Directory,
  handbookFollows,
  type HandbookContents,
  handbookRecipients,
  openHandbook,
  randomBytes,
  ready,
  sealHandbook,
  toBase64,
  verifyHandbook,
  type AccountKeys,
  type PutHandbook,
} from '../../../crypto/private.js';
import { createHandbookDesk } from '../../../client/desk/handbook.js';
import type { DirectoryWatch } from '../../../client/desk/directory-watch.js';
import type { Memory } from '../../../client/desk/memory.js';
import type { DeskSession } from '../../../client/desk/session.js';
import { makeOrganisation } from '../../support/organisation.js';

const contents: HandbookContents = { v: 1, stages: [], labels: ['Site north'], texts: [] };

let directory: Directory;
let keys: AccountKeys;
let handbook: PutHandbook;

/** The directory with its administrator under keys that this test has. */
const withState = (state: 'active' | 'revoked'): Directory => ({
  ...directory,
  administrators: directory.administrators.map((each) => ({
    ...each,
    kem: toBase64(keys.kem.publicKey),
    sig: toBase64(keys.sig.publicKey),
    state,
  })),
});

function save(number: number, previous: string | null = null): PutHandbook {
  return sealHandbook(contents, {
    installation: directory.installation,
    account: directory.administrators[0]?.id ?? '',
    keys,
    number,
    previous,
    date: '2026-03-02' as Day,
    readers: handbookRecipients(withState('active')),
  });
}

beforeAll(async () => {
  await ready();
  directory = (await makeOrganisation({ parts: ['handler', 'recovery_officer'] })).directory;
  keys = accountKeys(randomBytes(32));
  handbook = save(1);
});

describe('a signed handbook', () => {
  it('is sealed to handlers and administrators, and to nobody else', () => {
    const { readers, administrators } = directory;
    expect(handbook.keys.map(({ recipient }) => recipient)).toEqual([
      readers[0]?.record.id,
      administrators[0]?.id,
    ]);
    expect(handbookRecipients(withState('revoked'))).toHaveLength(1);
  });

  it('holds by an administrator of the directory, and counts while that one is there', () => {
    expect(verifyHandbook(handbook.handbook, handbook.box, withState('active')).counts).toBe(true);
    expect(verifyHandbook(handbook.handbook, handbook.box, withState('revoked')).counts).toBe(
      false,
    );
    expect(() => verifyHandbook(handbook.handbook, handbook.box, directory)).toThrow(
      'wrong_signature',
    );
    expect(() => verifyHandbook(handbook.handbook, save(1).box, withState('active'))).toThrow(
      'wrong_commitment',
    );
    const elsewhere = { ...withState('active'), installation: toBase64(randomBytes(16)) };
    expect(() => verifyHandbook(handbook.handbook, handbook.box, elsewhere as Directory)).toThrow(
      'wrong_directory',
    );
  });

  it('follows what was seen where it is the same, names it, or came later', () => {
    const now = withState('active');
    const verified = (put: PutHandbook) => verifyHandbook(put.handbook, put.box, now);
    const one = verified(handbook);
    const seen = { number: 1, hash: one.hash };
    expect(handbookFollows(null, one)).toBe(true);
    expect(handbookFollows(seen, one)).toBe(true);
    expect(handbookFollows(seen, verified(save(1)))).toBe(false);
    expect(handbookFollows(seen, verified(save(2, one.hash)))).toBe(true);
    expect(handbookFollows(seen, verified(save(2, verified(save(1)).hash)))).toBe(false);
    expect(handbookFollows(seen, verified(save(7, verified(save(6)).hash)))).toBe(true);
    expect(handbookFollows({ ...seen, number: 2 }, one)).toBe(false);
  });

  it('opens to administrators, its signer among them, and to nobody without a key', () => {
    const { handbook: document } = verifyHandbook(
      handbook.handbook,
      handbook.box,
      withState('active'),
    );
    const account = directory.administrators[0]?.id ?? '';
    const { box, keys: shared } = handbook;
    const key = shared.find(({ recipient }) => (recipient as string) === account) ?? null;
    expect(openHandbook({ box, key }, document, account, keys)).toEqual(contents);
    expect(openHandbook({ box, key: null }, document, account, keys)).toBeNull();
    const stranger = accountKeys(randomBytes(32));
    expect(() => openHandbook({ box, key }, document, account, stranger)).toThrow(
      'wrong_commitment',
    );
  });
});

describe('a desk', () => {
  function deskWith(
    state: 'active' | 'revoked',
    memory: Partial<Memory> = {},
  ): { sent: unknown[]; desk: ReturnType<typeof createHandbookDesk> } {
    const sent: unknown[] = [];
    const account = { id: directory.administrators[0]?.id ?? '', part: 'administrator' };
    const session = {
      signedIn: () => ({ keys, account, credential: null, installation: directory.installation }),
      today: () => '2026-03-03',
      api: {
        ask: () =>
          Promise.resolve({
            handbook: {
              ...handbook,
              key: null,
              recipients: handbook.keys.map((each) => each.recipient),
            },
          }),
        tell: ({ json }: { json: unknown }) => {
          sent.push(json);
          return Promise.resolve();
        },
      },
    };
    const watch = { current: () => Promise.resolve({ directory: withState(state) }) };
    let kept = memory as Memory;
    const keeping = {
      read: () => kept,
      change: (_: unknown, change: (before: Memory) => Memory) => {
        kept = change(kept);
        return Promise.resolve();
      },
    };
    const desk = createHandbookDesk(
      session as unknown as DeskSession,
      watch as unknown as DirectoryWatch,
      keeping,
    );
    return { sent, desk };
  }

  it('uses nothing that somebody signed who has left, and saves the next one after it', async () => {
    const { desk, sent } = deskWith('revoked');
    expect(await desk.handbook()).toMatchObject({
      number: 1,
      reason: 'signer_left',
      contents: { labels: [] },
    });
    await desk.saveHandbook({ ...contents, labels: [] });
    const [{ handbook: next, box } = handbook] = sent as PutHandbook[];
    const { handbook: document } = verifyHandbook(next, box, withState('active'));
    expect(document.number).toBe(2);
    expect(document.previous).toBe(
      verifyHandbook(handbook.handbook, handbook.box, withState('active')).hash,
    );
  });

  it('signs nothing after an older one than it has seen', async () => {
    const seen = { number: 5, hash: toBase64(randomBytes(32)) };
    const { desk, sent } = deskWith('active', { handbook: seen });
    expect(await desk.handbook()).toMatchObject({ reason: 'rolled_back' });
    await expect(desk.saveHandbook(contents)).rejects.toMatchObject({
      code: 'handbook_rolled_back',
    });
    expect(sent).toEqual([]);
  });
});
