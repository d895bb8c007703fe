import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer as it went over the wire. */
export interface WireAnswer {
  path: string;
  encoding: string;
  /** Bytes of status line and headers, as HTTP/1.1 writes them. */
  headerBytes: number;
  bodyBytes: number;
}

/** Stands between browser and server and counts. */
export interface CountingProxy {
  address: string;
  answers: WireAnswer[];
  stop(): Promise<void>;
}

function headerBytes(answer: IncomingMessage): number {
  let bytes = `HTTP/1.1 ${String(answer.statusCode)} ${answer.statusMessage ?? ''}\r\n\r\n`.length;
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    bytes += `${answer.rawHeaders[index] ?? ''}: ${answer.rawHeaders[index + 1] ?? ''}\r\n`.length;
  }
  return bytes;
}

/** Starts a proxy to a server; bytes are counted as the server sent them, compressed. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const answers: WireAnswer[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const forward = request(
      `${target}${incoming.url ?? '/'}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        const record: WireAnswer = {
          path: incoming.url ?? '/',
          encoding: answer.headers['content-encoding'] ?? '',
          headerBytes: headerBytes(answer),
          bodyBytes: 0,
        };
        answers.push(record);
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.on('data', (piece: Buffer) => {
          record.bodyBytes += piece.length;
        });
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => {
      outgoing.destroy();
    });
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    // browsers ask for brotli over https, and of localhost
    address: `http://localhost:${String(port)}`,
    answers,
    stop: () =>
      new Promise((resolve) => {
        proxy.close(() => {
          resolve();
        });
        proxy.closeAllConnections();
      }),
  };
}
