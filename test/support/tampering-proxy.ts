import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  gunzipSync,
  gzipSync,
} from 'node:zlib';

/** An answer on its way to whoever asked. */
export interface Passing {
  status: number;
  /** Names and values; a repeated header is a list. */
  headers: Record<string, string | string[]>;
  /** The decoded body; it is encoded again as it was, unless `sent` is set. */
  body: Buffer;
  /** What goes out in place of `body`, as it is. */
  sent?: Buffer;
  /** Sent as 103 Early Hints beforehand. */
  hints?: string;
}

/** Who asks for what. */
export interface Asking {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What came of its body so far. */
  readonly body: () => Buffer;
}

/** A proxy in front of an honest installation that changes what it passes on. */
export interface TamperingProxy {
  readonly url: string;
  readonly port: number;
  /** Requests so far. */
  readonly asked: readonly Asking[];
  /** From now on, the answers to such requests go through this. */
  change(which: (asking: Asking) => boolean, how: (answer: Passing, asking: Asking) => void): void;
  /** From now on, connections of such requests are cut. */
  cut(which: (asking: Asking) => boolean): void;
  /** Passes on everything as it is. */
  rest(): void;
  stop(): Promise<void>;
}

const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
// the best quality takes seconds for a worker
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const encoders = { br: (body: Buffer) => brotliCompressSync(body, quick), gzip: gzipSync };

/** Starts one on a port of its own, over TLS where a certificate is given. */
export async function startTamperingProxy(
  upstream: string,
  secured?: { readonly cert: Buffer; readonly key: Buffer },
): Promise<TamperingProxy> {
  let change: (answer: Passing, asking: Asking) => void = () => undefined;
  let changes: (asking: Asking) => boolean = () => false;
  let cut: (asking: Asking) => boolean = () => false;
  const asked: Asking[] = [];
  const agent = new http.Agent({ keepAlive: true });

  const listener: RequestListener = (request, response) => {
    const { method = '', headers } = request;
    const received: Buffer[] = [];
    request.on('data', (piece: Buffer) => received.push(piece));
    const asking = {
      method,
      path: request.url ?? '',
      headers,
      body: () => Buffer.concat(received),
    };
    asked.push(asking);
    if (cut(asking)) {
      request.socket.destroy();
      return;
    }
    const onward = http.request(upstream + asking.path, { method, headers, agent }, (answer) => {
      if (!changes(asking)) {
        response.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
        answer.pipe(response);
        return;
      }
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => {
        const encoding = answer.headers['content-encoding'];
        const known = encoding === 'br' || encoding === 'gzip' ? encoding : undefined;
        const whole = Buffer.concat(pieces);
        const own = Object.entries(answer.headersDistinct);
        const passing: Passing = {
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(own.map(([name, values = []]) => [name, values])),
          body: known === undefined ? whole : decoders[known](whole),
        };
        delete passing.headers['connection'];
        delete passing.headers['keep-alive'];
        const before = passing.body;
        change(passing, asking);
        const encode = known === undefined ? (body: Buffer) => body : encoders[known];
        const out = passing.sent ?? (passing.body === before ? whole : encode(passing.body));
        passing.headers['content-length'] = String(out.length);
        if (passing.hints !== undefined) response.writeEarlyHints({ link: passing.hints });
        response.writeHead(passing.status, passing.headers).end(out);
      });
    });
    onward.on('error', () => request.socket.destroy());
    request.pipe(onward);
  };
  const server =
    secured === undefined ? http.createServer(listener) : https.createServer(secured, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url:
      secured === undefined
        ? `http://127.0.0.1:${String(port)}`
        : `https://localhost:${String(port)}`,
    port,
    asked,
    change(which, how) {
      changes = which;
      change = how;
    },
    cut(which) {
      cut = which;
    },
    rest() {
      changes = () => false;
      cut = () => false;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}
