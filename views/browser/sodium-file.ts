/*
 * libsodium's code as a file of its own, for workers where WebAssembly is allowed. build/sodium.ts
 * puts this between libsodium and its wrappers; the address and the hash stand in the worker.
 */

/** Longer than any line needs that could carry a report. */
const PATIENCE = 120_000;

/** Thrown where libsodium's code is not there; pages have words for both codes. */
export class SodiumFault extends Error {
  override readonly name = 'SodiumFault';
  readonly code: 'network' | 'worker_failed';

  constructor(code: SodiumFault['code']) {
    super(code);
    this.code = code;
  }
}

/** What libsodium's own start takes: Emscripten's name for who makes the instance in its place. */
interface StartOptions {
  instantiateWasm?: (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ) => object;
}

/** The file, and what hangs on it. */
export interface SodiumFile {
  /** Resolves when the file is here. After a failure it is asked for again. Throws {@link SodiumFault}. */
  load(): Promise<void>;
  /** Asks for the file, and starts libsodium once it is here, however many tries that takes. */
  start<T>(
    factory: (options: StartOptions) => Promise<T>,
    options: Readonly<Record<string, unknown>>,
  ): Promise<T>;
  /** Has `sodium.ready` load the file first, every time it is waited for. Answers `sodium`. */
  before<S extends { readonly ready: Promise<void> }>(sodium: S): S;
}

async function fetchModule(href: string, integrity: string): Promise<WebAssembly.Module> {
  let bytes: ArrayBuffer;
  try {
    // what has another hash never arrives, whatever its status
    const response = await fetch(href, {
      integrity,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE),
    });
    bytes = await response.arrayBuffer();
  } catch {
    throw new SodiumFault('network');
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch {
    throw new SodiumFault('worker_failed');
  }
}

/** The file at this address of the worker's own origin, if it has this hash. */
export function sodiumFile(href: string, integrity: string): SodiumFile {
  let arrive: (module: WebAssembly.Module) => void = () => undefined;
  const arrived = new Promise<WebAssembly.Module>((resolve) => {
    arrive = resolve;
  });
  let loading: Promise<void> | undefined;
  const load = (): Promise<void> => {
    loading ??= fetchModule(href, integrity).then(arrive, (fault: unknown) => {
      loading = undefined;
      throw fault;
    });
    return loading;
  };
  return {
    load,
    async start(factory, options) {
      // whoever waits for libsodium asks again, and is told
      load().catch(() => undefined);
      const module = await arrived;
      return factory({
        ...options,
        // at once, so that a fault in it is thrown to the factory, which waits for no promise here
        instantiateWasm(imports, done) {
          done(new WebAssembly.Instance(module, imports));
          return {};
        },
      });
    },
    before(sodium) {
      const { ready } = sodium;
      return Object.defineProperty(sodium, 'ready', { get: () => load().then(() => ready) });
    },
  };
}
