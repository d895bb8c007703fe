import { beforeAll, describe, expect, it } from 'vitest';
import type { DraftKey } from '../../client/draft.js';
import { ClientError } from '../../client/errors.js';
import { ready } from '../../crypto/private.js';
import { createDrafts } from '../../server/drafts/service.js';
import { createDraftSealer, type DraftSealer } from '../../views/browser/draft-sealer.js';
import { createTestClock, type TestClock } from '../support/server.js';

beforeAll(ready);

/** A tab's worker and the server's keys, on one clock. */
function startTab(clock: TestClock = createTestClock()) {
  let drafts = createDrafts({ clock: clock.now });
  let isDead = false;
  let asked = 0;
  const fetchKey = (id: string | null): Promise<DraftKey> => {
    asked += 1;
    if (isDead) return Promise.reject(new ClientError('network', true));
    try {
      const answer = drafts.key(id);
      return Promise.resolve({ id: answer.id, key: Buffer.from(answer.key, 'base64url') });
    } catch {
      return Promise.reject(new ClientError('draft_key_gone'));
    }
  };
  return {
    clock,
    newWorker: (): DraftSealer => createDraftSealer(fetchKey, () => clock.now().getTime()),
    restartServer: (): void => {
      drafts = createDrafts({ clock: clock.now });
    },
    setDead: (dead: boolean): void => {
      isDead = dead;
    },
    asked: () => asked,
  };
}

const minutes = (clock: TestClock, count: number): void => {
  clock.set(new Date(clock.now().getTime() + count * 60_000));
};

describe('a draft that is written for hours', () => {
  it('opens in a new tab at any time, since its key is renewed long before its end', async () => {
    const { clock, newWorker } = startTab();
    const worker = newWorker();
    for (let written = 0; written < 24; written += 1) {
      const sealed = await worker.seal({ written });
      expect(await newWorker().open(sealed)).toEqual({ written });
      minutes(clock, 35);
    }
  });

  it('has its key renewed at the next letter where it came from an earlier page', async () => {
    const { clock, newWorker } = startTab();
    const first = await newWorker().seal('begun');
    minutes(clock, 4 * 60);
    const worker = newWorker();
    expect(await worker.open(first)).toBe('begun');
    const second = await worker.seal('gone on');
    expect(second.id).not.toBe(first.id);
    minutes(clock, 4 * 60);
    expect(await newWorker().open(second)).toBe('gone on');
  });

  it('is sealed under a key that lives again soon after the server was started anew', async () => {
    const { clock, newWorker, restartServer } = startTab();
    const worker = newWorker();
    const before = await worker.seal('before');
    restartServer();
    await expect(newWorker().open(before)).rejects.toMatchObject({ code: 'draft_key_gone' });
    minutes(clock, 31);
    expect(await newWorker().open(await worker.seal('after'))).toBe('after');
  });

  it('goes on under its key while no new one can be had, and does not ask at every letter', async () => {
    const { clock, newWorker, setDead, asked } = startTab();
    const worker = newWorker();
    const { id } = await worker.seal(1);
    minutes(clock, 31);
    setDead(true);
    const before = asked();
    for (let letter = 0; letter < 5; letter += 1) expect((await worker.seal(letter)).id).toBe(id);
    expect(asked()).toBe(before + 1);
    minutes(clock, 1);
    setDead(false);
    expect((await worker.seal(2)).id).not.toBe(id);
  });

  it('cannot be sealed at all without a first key', async () => {
    const { newWorker, setDead } = startTab();
    setDead(true);
    await expect(newWorker().seal(1)).rejects.toMatchObject({ code: 'network' });
  });
});
