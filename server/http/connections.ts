import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server. */
export interface Connections {
  /** Hands requests on, but for those on connections that were closed over them. */
  serve(listener: RequestListener): void;
  /**
   * Closes those that are idle, also those on which nothing was ever asked, which Node.js would keep;
   * the others once they have been answered.
   */
  closeWhenIdle(): void;
}

/** Several organisations behind one server. */
export interface Apart {
  ownerOf(request: IncomingMessage): unknown;
  /** Between 0 and 1. */
  readonly share: number;
}

/** A request that is being asked or answered on a connection. */
interface Asking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly owner: unknown;
}

/**
 * Keeps a server open to others when somebody opens connections and lets them lie. Beyond `most`, for
 * each new connection one is closed: the one that has been idle longest (its first header still on
 * the way, or between two requests), else the one whose request has been arriving longest, else the
 * one that has left its answer lying longest; where all wait for an answer, the new one.
 *
 * A connection on which a request comes before the one before it was answered is closed: no browser
 * and no proxy does that, and thousands of requests in one piece would keep everybody else waiting.
 *
 * Nothing is counted by address: behind a proxy or an onion service all have the same.
 *
 * Where several organisations share the server, the one at whose hosts most is being asked gives way
 * for all: its requests are those that are closed, and even one that waits for an answer where they
 * are more than its share. So nobody who floods one, and none whose database hangs, keeps others out.
 *
 * @param apart whose a request is, and how much of all connections each has at least.
 */
export function watchConnections(server: Server, most: number, apart?: Apart): Connections {
  // each in the order of time
  const idle = new Set<Socket>();
  const asking = new Map<Socket, Asking>();
  let open = 0;
  let closing = false;

  const leastMissed = (newest: Socket): Socket => {
    const [longest = newest] = idle;
    if (longest !== newest) return longest;
    const crowd = largestCrowd();
    for (const [socket, { request }] of crowd) if (!request.complete) return socket;
    for (const [socket, { response }] of crowd) if (response.writableEnded) return socket;
    const [last] = crowd.at(-1) ?? [];
    const isOver = apart !== undefined && crowd.length > most * apart.share;
    return isOver && last !== undefined ? last : newest;
  };

  /** The requests of the owner who has most of them, in the order of time. */
  const largestCrowd = (): [Socket, Asking][] => {
    const crowds = new Map<unknown, [Socket, Asking][]>();
    for (const each of asking) {
      const { owner } = each[1];
      const crowd = crowds.get(owner);
      if (crowd === undefined) crowds.set(owner, [each]);
      else crowd.push(each);
    }
    return [...crowds.values()].reduce(
      (most, crowd) => (crowd.length > most.length ? crowd : most),
      [],
    );
  };

  const close = (socket: Socket): void => {
    // at once, so that the next newcomer does not choose it again before it is gone
    idle.delete(socket);
    asking.delete(socket);
    socket.destroy();
  };

  server.on('connection', (socket: Socket) => {
    open += 1;
    idle.add(socket);
    socket.once('close', () => {
      open -= 1;
      idle.delete(socket);
      asking.delete(socket);
    });
    if (open > most) close(leastMissed(socket));
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // closed a moment ago, with more requests read already
    if (socket.destroyed) return;
    if (asking.has(socket)) {
      close(socket);
      return;
    }
    idle.delete(socket);
    asking.set(socket, { request, response, owner: apart?.ownerOf(request) });
    response.once('close', () => {
      asking.delete(socket);
      if (closing) socket.end();
      else if (!socket.destroyed) idle.add(socket);
    });
  });

  return {
    serve(listener) {
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        if (!request.socket.destroyed) listener(request, response);
      });
    },
    closeWhenIdle() {
      closing = true;
      for (const socket of idle) socket.destroy();
    },
  };
}
