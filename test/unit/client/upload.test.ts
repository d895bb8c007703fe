import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../../client/api.js';
import { download } from '../../../client/download.js';
import { ClientError } from '../../../client/errors.js';
import { createUploadKeeper } from '../../../client/keeper.js';
import type { FileSource, SendProgress } from '../../../client/models.js';
import { createPace } from '../../../client/pace.js';
import { chunkHash, ready } from '../../../crypto/private.js';
import { collect, fileOf, randomFile, silent } from '../../support/fixtures.js';

beforeAll(ready);

/** A place for uploads in memory, which fails where it is told to. */
function createStore(fail: (method: string, path: string) => string | null = () => null) {
  const chunks = new Map<string, Uint8Array[]>();
  const held = { now: 0, most: 0 };
  const requests: string[] = [];
  const check = (method: string, path: string): void => {
    requests.push(`${method} ${path}`);
    const code = fail(method, path);
    if (code !== null) throw new ClientError(code, false);
  };
  const api: Api = {
    ask: (_, { method, path, json }) => {
      check(method, path);
      const { id } = json as { id: string };
      chunks.set(id, []);
      return Promise.resolve({ chunks: 1, stored: [] } as never);
    },
    async tell({ method, path, bytes }) {
      held.now += 1;
      held.most = Math.max(held.most, held.now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      held.now -= 1;
      check(method, path);
      const [, , , id = '', , index = ''] = path.split('/');
      const stored = chunks.get(id) ?? [];
      const before = stored[Number(index)];
      if (before !== undefined && Buffer.compare(before, bytes ?? before) !== 0) {
        throw new ClientError('chunk_taken');
      }
      stored[Number(index)] = bytes?.slice() ?? new Uint8Array(0);
      chunks.set(id, stored);
    },
    async askBytes({ method, path }) {
      check(method, path);
      const [, , , id = '', kind, index = ''] = path.split('/');
      const stored = chunks.get(id) ?? [];
      return kind === 'hashes'
        ? Uint8Array.from(Buffer.concat(await Promise.all(stored.map(chunkHash))))
        : (stored[Number(index)] ?? new Uint8Array(0));
    },
  };
  return { api, chunks, requests, held };
}

describe('uploads', () => {
  it('come back as they were, whatever their size', async () => {
    for (const size of [0, 1, 65_536, 1_048_576, 1_048_577, 5_000_000]) {
      const store = createStore();
      const file = randomFile(size, 'x.bin');
      const [reference] = await createUploadKeeper(store.api).sendAll([file], silent);
      if (reference === undefined) throw new Error('no reference');
      expect(reference).toMatchObject({ name: 'x.bin', size });
      const place = { path: `/api/attachments/${reference.attachment}`, credential: null };
      const received: number[] = [];
      const bytes = await collect(
        download(store.api, place, reference, (count) => received.push(count)),
      );
      expect(Buffer.compare(bytes, await file.read(0, size))).toBe(0);
      expect(received.at(-1)).toBe(size);
    }
  });

  it('hold a few chunks at once, and say how far they are', async () => {
    const store = createStore();
    const progress: number[] = [];
    const note = (each: SendProgress): void => {
      if (each.step === 'file') progress.push(each.sent);
    };
    let reading = 0;
    let most = 0;
    const bytes = new Uint8Array(12 * 1_048_576);
    const file: FileSource = {
      ...fileOf(bytes),
      async read(start, end) {
        reading += 1;
        most = Math.max(most, reading);
        await Promise.resolve();
        reading -= 1;
        return bytes.slice(start, end);
      },
    };
    await createUploadKeeper(store.api).sendAll([file], note);
    expect(store.held.most).toBeLessThanOrEqual(5);
    expect(most).toBeLessThanOrEqual(5);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(16 * 1_048_576);
  });

  it('begin with two chunks at once, and send up to five over a quick line', async () => {
    const store = createStore();
    const arrivals: (() => void)[] = [];
    const tell: Api['tell'] = async (call) => {
      await new Promise<void>((resolve) => arrivals.push(resolve));
      await store.api.tell(call);
    };
    const keeper = createUploadKeeper(
      { ...store.api, tell },
      createPace(() => 0),
    );
    const sending = keeper.sendAll([randomFile(14 * 1_048_576)], silent);
    for (const count of [2, 3, 4, 5, 5, 5, 5, 5, 5, 5]) {
      await vi.waitFor(() => {
        expect(arrivals).toHaveLength(count);
      });
      arrivals.shift()?.();
    }
    for (const count of [5, 5, 4, 3, 2, 1]) {
      await vi.waitFor(() => {
        expect(arrivals).toHaveLength(count);
      });
      arrivals.shift()?.();
    }
    await sending;
  });

  it('stay with two chunks at once over a slow line', async () => {
    const store = createStore();
    let time = 0;
    const tell: Api['tell'] = async (call) => {
      await store.api.tell(call);
      time += 10_000;
    };
    const keeper = createUploadKeeper(
      { ...store.api, tell },
      createPace(() => time),
    );
    await keeper.sendAll([randomFile(12 * 1_048_576)], silent);
    expect(store.held.most).toBe(2);
    expect(store.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(16);
  });

  it('go on with fewer chunks at once after a failure, and never with none', async () => {
    const pace = createPace(() => 0);
    const arrive = () => pace.send(() => Promise.resolve());
    const lose = () => pace.send(() => Promise.reject(new ClientError('network', true)));
    for (let sent = 0; sent < 9; sent += 1) await arrive();
    expect(pace.lanes).toBe(5);
    await expect(lose()).rejects.toThrow('network');
    expect(pace.lanes).toBe(4);
    for (let lost = 0; lost < 9; lost += 1) await expect(lose()).rejects.toThrow('network');
    expect(pace.lanes).toBe(1);
    await arrive();
    expect(pace.lanes).toBe(2);
  });

  it('arrive whole when many chunks fail and the lanes close and open again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const store = createStore();
      const tries = new Map<string, number>();
      const tell: Api['tell'] = async (call) => {
        const count = (tries.get(call.path) ?? 0) + 1;
        tries.set(call.path, count);
        // each third chunk fails once, each fifth three times
        const index = Number(call.path.split('/').at(-1));
        if (count <= (index % 5 === 0 ? 3 : index % 3 === 0 ? 1 : 0)) {
          throw new ClientError('network', true);
        }
        await store.api.tell(call);
      };
      const file = randomFile(15 * 1_048_576);
      const ended = vi.fn();
      const keeper = createUploadKeeper({ ...store.api, tell });
      const sending = keeper.sendAll([file], silent).finally(ended);
      while (ended.mock.calls.length === 0) {
        await vi.advanceTimersByTimeAsync(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const [reference] = await sending;
      if (reference === undefined) throw new Error('no reference');
      const place = { path: `/api/attachments/${reference.attachment}`, credential: null };
      const bytes = await collect(download(store.api, place, reference, silent));
      expect(Buffer.compare(bytes, await file.read(0, file.size))).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('send what was sealed before as it was, whatever went out meanwhile', async () => {
    const lost = new Set<string>();
    const first = new Map<string, Uint8Array>();
    const store = createStore();
    // half of the chunks fail once, after others in the same memory may have gone out
    const tell: Api['tell'] = async (call) => {
      const bytes = call.bytes?.slice() ?? new Uint8Array(0);
      expect(Buffer.compare(bytes, first.get(call.path) ?? bytes)).toBe(0);
      first.set(call.path, bytes);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const odd = Number(call.path.split('/').at(-1)) % 2 === 1;
      if (odd && !lost.has(call.path)) {
        lost.add(call.path);
        throw new ClientError('network', true);
      }
      await store.api.tell(call);
    };
    const file = randomFile(7 * 1_048_576 + 9);
    const keeper = createUploadKeeper({ ...store.api, tell });
    const [reference] = await keeper.sendAll([file], silent);
    if (reference === undefined) throw new Error('no reference');
    expect(lost.size).toBe(4);
    const place = { path: `/api/attachments/${reference.attachment}`, credential: null };
    const bytes = await collect(download(store.api, place, reference, silent));
    expect(Buffer.compare(bytes, await file.read(0, file.size))).toBe(0);
  });

  it('that are stopped while a chunk is being read seal it once', async () => {
    const sealed = new Map<string, Uint8Array>();
    const stop = new AbortController();
    const store = createStore();
    const tell: Api['tell'] = async (call) => {
      const bytes = call.bytes?.slice() ?? new Uint8Array(0);
      expect(Buffer.compare(bytes, sealed.get(call.path) ?? bytes)).toBe(0);
      sealed.set(call.path, bytes);
      if (call.signal?.aborted === true) throw new ClientError('cancelled');
      await store.api.tell(call);
    };
    const bytes = new Uint8Array(8 * 1_048_576);
    const reads: number[] = [];
    const file: FileSource = {
      ...fileOf(bytes),
      async read(start, end) {
        reads.push(start);
        if (reads.length === 4) {
          // longer than the lanes take to stop
          setTimeout(() => {
            stop.abort();
          }, 1);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return bytes.slice(start, end);
      },
    };
    const keeper = createUploadKeeper({ ...store.api, tell });
    await expect(keeper.sendAll([file], silent, stop.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await keeper.sendAll([file], silent);
    expect(sealed.size).toBe(8);
    expect(new Set(reads).size).toBe(reads.length);
    expect(store.chunks.size).toBe(1);
  });

  it('have keys of their own, also for equal files', async () => {
    const store = createStore();
    const same = fileOf(new Uint8Array(10));
    const references = await createUploadKeeper(store.api).sendAll([same, same], silent);
    expect(new Set(references.map(({ key }) => key)).size).toBe(2);
    expect(new Set(references.map(({ attachment }) => attachment)).size).toBe(2);
  });

  it('that were refused begin anew; those that were cut off go on', async () => {
    let code: string | null = 'upload_not_found';
    const store = createStore((method) => (method === 'PUT' ? code : null));
    const keeper = createUploadKeeper(store.api);
    const file = randomFile(100);
    await expect(keeper.sendAll([file], silent)).rejects.toMatchObject({ code });
    code = null;
    await keeper.sendAll([file], silent);
    expect(store.chunks.size).toBe(2);

    const stop = new AbortController();
    const other = createStore();
    const second = createUploadKeeper(other.api);
    stop.abort();
    await expect(second.sendAll([file], silent, stop.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await second.sendAll([file], silent);
    expect(other.chunks.size).toBe(1);
    await second.sendAll([file], silent);
    expect(other.chunks.size).toBe(1);
    second.forget();
    await second.sendAll([file], silent);
    expect(other.chunks.size).toBe(2);
  });

  it('asked for twice at once seal each chunk once', async () => {
    const store = createStore();
    const keeper = createUploadKeeper(store.api);
    const file = randomFile(3_000_000);
    const [one, two] = await Promise.all([
      keeper.sendAll([file], silent),
      keeper.sendAll([file], silent),
    ]);
    expect(one).toEqual(two);
    expect(store.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(4);
  });

  it('of a file that cannot be read, or became shorter, say so', async () => {
    const gone: FileSource = {
      ...fileOf(new Uint8Array(10)),
      read: () => Promise.reject(new Error('NotReadableError')),
    };
    const short: FileSource = { ...fileOf(new Uint8Array(10)), size: 20 };
    for (const file of [gone, short]) {
      const keeper = createUploadKeeper(createStore().api);
      await expect(keeper.sendAll([file], silent)).rejects.toMatchObject({
        code: 'file_unreadable',
      });
    }
  });

  it('keep names and types short', async () => {
    const file = fileOf(new Uint8Array(1), { name: 'n'.repeat(400), type: 't'.repeat(400) });
    const [reference] = await createUploadKeeper(createStore().api).sendAll([file], silent);
    expect(reference?.name).toHaveLength(255);
    expect(reference?.type).toHaveLength(255);
  });
});

describe('downloads', () => {
  it('of a reference with another number of chunks ask for nothing', async () => {
    const store = createStore();
    const [reference] = await createUploadKeeper(store.api).sendAll([randomFile(10)], silent);
    if (reference === undefined) throw new Error('no reference');
    store.requests.length = 0;
    const place = { path: '/api/attachments/x', credential: null };
    for (const change of [{ chunks: 2 }, { size: 2 ** 40 }, { size: Number.MAX_SAFE_INTEGER }]) {
      const reading = collect(download(store.api, place, { ...reference, ...change }, silent));
      await expect(reading).rejects.toMatchObject({ fault: 'wrong_manifest' });
    }
    expect(store.requests).toEqual([]);
  });
});
