/**
 * Calls from a page to its worker and back. A call is one message, `{ id, method, args }`, its answer
 * `{ id, result }` or `{ id, error }`. Functions among the arguments (progress) stay with the caller
 * and are called by `{ id, callback, args }`; an AbortSignal among them stays too, and is told by
 * `{ id, abort: true }`. Errors travel as their stable code alone.
 */

/** The page's side of an interface that a worker serves: the same methods, each a promise. */
export type Remote<Api> = {
  [K in keyof Api]: Api[K] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** What {@link callWorker} needs of a Worker; a MessagePort has it too. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void;
}

/**
 * Thrown to the page. `code` is that of the error in the worker (a ClientError's code or a
 * ProtocolError's fault), `cancelled` after an abort, `worker_failed` when the worker could not be
 * loaded or broke, `unexpected` for whatever has no code. A table of texts is keyed by it.
 */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

interface CallMessage {
  id: number;
  method: string;
  args: unknown[];
}

type WorkerMessage =
  | { id: number; result: unknown }
  | { id: number; error: string }
  | { id: number; callback: number; args: unknown[] };

interface Pending {
  resolve(value: unknown): void;
  reject(error: RemoteError): void;
  callbacks: ((...args: unknown[]) => unknown)[];
  forget(): void;
}

const CALLBACK = 'casekey:callback';
const SIGNAL = 'casekey:signal';

/**
 * A stand-in for the interface that `port` serves with {@link serve}. Each method posts its
 * arguments (anything the structured clone takes, `File` and `Blob` included) and resolves with the
 * result or rejects with a {@link RemoteError}.
 */
export function callWorker<Api>(port: Port): Remote<Api> {
  const pending = new Map<number, Pending>();
  let last = 0;
  let broken = false;

  port.addEventListener('message', (event) => {
    const message = event.data as WorkerMessage;
    const call = pending.get(message.id);
    if (call === undefined) return;
    if ('callback' in message) {
      call.callbacks[message.callback]?.(...message.args);
      return;
    }
    pending.delete(message.id);
    call.forget();
    if ('error' in message) call.reject(new RemoteError(message.error));
    else call.resolve(message.result);
  });

  const failAll = (): void => {
    broken = true;
    for (const call of pending.values()) {
      call.forget();
      call.reject(new RemoteError('worker_failed'));
    }
    pending.clear();
  };
  port.addEventListener('error', failAll);
  port.addEventListener('messageerror', failAll);

  const call = (method: string, args: readonly unknown[]): Promise<unknown> => {
    if (broken) return Promise.reject(new RemoteError('worker_failed'));
    last += 1;
    const id = last;
    const callbacks: Pending['callbacks'] = [];
    let signal: AbortSignal | undefined;
    const sent = args.map((argument) => {
      if (typeof argument === 'function') {
        callbacks.push(argument as (...args: unknown[]) => unknown);
        return { [CALLBACK]: callbacks.length - 1 };
      }
      if (argument instanceof AbortSignal) {
        signal = argument;
        return { [SIGNAL]: true };
      }
      return argument;
    });
    if (signal?.aborted === true) return Promise.reject(new RemoteError('cancelled'));
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        port.postMessage({ id, abort: true });
      };
      const forget = (): void => signal?.removeEventListener('abort', abort);
      pending.set(id, { resolve, reject, callbacks, forget });
      signal?.addEventListener('abort', abort);
      port.postMessage({ id, method, args: sent } satisfies CallMessage);
    });
  };

  return new Proxy({} as Remote<Api>, {
    // a proxy that answers `then` would be taken for a promise
    get: (_, name) =>
      typeof name === 'string' && name !== 'then'
        ? (...args: unknown[]) => call(name, args)
        : undefined,
  });
}

/** What {@link serve} needs of a worker's global scope; a MessagePort has it too. */
export interface ServingPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/**
 * Serves the functions of `api` to {@link callWorker} on the other side. Only its own properties can
 * be called.
 */
export function serve(port: ServingPort, api: object): void {
  const running = new Map<number, AbortController>();

  const answer = async ({ id, method, args }: CallMessage): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const found: unknown = Object.hasOwn(api, method) ? Reflect.get(api, method) : undefined;
      if (typeof found !== 'function') throw new RemoteError('unexpected');
      const received = args.map((argument) => {
        if (typeof argument !== 'object' || argument === null) return argument;
        if (SIGNAL in argument) return controller.signal;
        if (!(CALLBACK in argument)) return argument;
        const callback = argument[CALLBACK];
        return (...values: unknown[]): void => {
          port.postMessage({ id, callback, args: values });
        };
      });
      const run = found as (...args: unknown[]) => unknown;
      const result: unknown = await run.apply(api, received);
      port.postMessage({ id, result });
    } catch (error) {
      port.postMessage({ id, error: controller.signal.aborted ? 'cancelled' : codeOf(error) });
    } finally {
      running.delete(id);
    }
  };

  port.addEventListener('message', (event) => {
    const message = event.data as CallMessage | { id: number; abort: true };
    if ('abort' in message) running.get(message.id)?.abort();
    else void answer(message);
  });
}

/**
 * The stable code of any error: its `code` (ClientError, RemoteError) or `fault` (ProtocolError),
 * `cancelled` for an abort, else `unexpected`.
 */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unexpected';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('fault' in error && typeof error.fault === 'string') return error.fault;
  if ('name' in error && error.name === 'AbortError') return 'cancelled';
  return 'unexpected';
}

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface WithTrustedTypes {
  trustedTypes?: {
    createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
  };
}

let policy: ScriptUrlPolicy | undefined;

/**
 * Starts a worker of the page. The page's root element names them: `<html data-worker="…"
 * data-worker-nowasm="…" data-worker-cleaning="…">`; the second is taken where the browser has no
 * WebAssembly (Tor Browser's level "Safer", Lockdown Mode), the third where files are cleaned.
 *
 * @throws RemoteError `worker_failed` where the page names none.
 */
export function startWorker(which: 'main' | 'cleaning' = 'main'): Worker {
  const { worker, workerNowasm, workerCleaning } = document.documentElement.dataset;
  const main = typeof WebAssembly === 'object' ? worker : workerNowasm;
  const address = which === 'cleaning' ? workerCleaning : main;
  if (address === undefined) throw new RemoteError('worker_failed');
  return new Worker(trusted(address));
}

/**
 * Loads a further script of the page, which its root element names with its hash: `<html
 * data-recorder="…" data-recorder-integrity="…">`.
 *
 * @throws RemoteError `worker_failed` where the page names none, or it cannot be had.
 */
export function loadScript(which: 'recorder' | 'questions'): Promise<void> {
  const { [which]: address, [`${which}Integrity`]: integrity } = document.documentElement.dataset;
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      script.remove();
      reject(new RemoteError('worker_failed'));
    };
    const script = document.createElement('script');
    if (address === undefined || integrity === undefined) {
      fail();
      return;
    }
    script.integrity = integrity;
    script.crossOrigin = 'anonymous';
    script.addEventListener('load', () => {
      resolve();
    });
    script.addEventListener('error', fail);
    script.src = trusted(address);
    document.head.append(script);
  });
}

function trusted(address: string): string {
  const { dataset } = document.documentElement;
  const { worker, workerNowasm, workerCleaning, recorder, questions } = dataset;
  // a policy's name can be taken once a page
  policy ??= createPolicy([worker, workerNowasm, workerCleaning, recorder, questions]);
  return policy.createScriptURL(address);
}

function createPolicy(addresses: readonly (string | undefined)[]): ScriptUrlPolicy {
  const rules = {
    createScriptURL: (url: string): string => {
      if (!addresses.includes(url)) throw new RemoteError('worker_failed');
      return url;
    },
  };
  return (globalThis as WithTrustedTypes).trustedTypes?.createPolicy('casekey', rules) ?? rules;
}
