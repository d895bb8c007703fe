import { afterEach, describe, expect, it } from 'vitest';
import { callWorker, RemoteError, serve } from '../../views/browser/rpc.js';

const api = {
  add: (a: number, b: number) => a + b,
  async count(to: number, onProgress: (value: number) => void) {
    for (let value = 1; value <= to; value += 1) {
      onProgress(value);
      await Promise.resolve();
    }
    return 'done';
  },
  wait: (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new DOMException('stopped', 'AbortError'));
      });
    }),
  refuse: () => Promise.reject(Object.assign(new Error('secret text'), { code: 'case_not_found' })),
  fault: () => Promise.reject(Object.assign(new Error('x'), { fault: 'wrong_signature' })),
  crash: () => Promise.reject(new TypeError('secret text')),
};

let close: (() => void) | undefined;
afterEach(() => close?.());

function connect() {
  const { port1, port2 } = new MessageChannel();
  serve(port2, api);
  const remote = callWorker<typeof api>(port1);
  port1.start();
  port2.start();
  close = () => {
    port1.close();
    port2.close();
  };
  return { remote, port: port1 };
}

describe('calls to a worker', () => {
  it('answers each call with its own result', async () => {
    const { remote } = connect();
    expect(await Promise.all([remote.add(1, 2), remote.add(3, 4)])).toEqual([3, 7]);
  });

  it('calls progress functions in order, before the result', async () => {
    const { remote } = connect();
    const seen: number[] = [];
    expect(await remote.count(3, (value) => void seen.push(value))).toBe('done');
    expect(seen).toEqual([1, 2, 3]);
  });

  it('rejects a cancelled call with the code `cancelled`', async () => {
    const { remote } = connect();
    const controller = new AbortController();
    const waiting = remote.wait(controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(remote.wait(controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('carries the code of an error and nothing else of it', async () => {
    const { remote } = connect();
    await expect(remote.refuse()).rejects.toEqual(new RemoteError('case_not_found'));
    await expect(remote.fault()).rejects.toEqual(new RemoteError('wrong_signature'));
    await expect(remote.crash()).rejects.toEqual(new RemoteError('unexpected'));
  });

  it('calls only what the worker serves', async () => {
    const { remote } = connect();
    const other = remote as unknown as Record<string, () => Promise<unknown>>;
    await expect(other['toString']?.()).rejects.toEqual(new RemoteError('unexpected'));
  });

  it('rejects every open and later call once the worker broke', async () => {
    const { remote, port } = connect();
    const waiting = remote.wait(new AbortController().signal);
    port.dispatchEvent(new Event('error'));
    await expect(waiting).rejects.toMatchObject({ code: 'worker_failed' });
    await expect(remote.add(1, 2)).rejects.toMatchObject({ code: 'worker_failed' });
  });
});
