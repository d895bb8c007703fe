import type { RequestHandler } from 'express';
import { guardOptions, type GuardOptions } from '../../server/accounts/sessions.js';
import type { Capability } from '../../server/app.js';
import { randomBytes, toBase64 } from '../../crypto/private.js';

/** A route of the API. */
export interface Route {
  method: string;
  /** With parameters as Express writes them. */
  path: string;
  /** Null for a route that asks for no session. */
  guard: GuardOptions | null;
}

/**
 * Every route of the capabilities, as their routers know them.
 *
 * @throws Error for a layer that is no route: what answers there would be in no list.
 */
export function routesOf(capabilities: readonly Capability[]): Route[] {
  return capabilities.flatMap(({ path, router }) =>
    router.stack.flatMap(({ route }) => {
      if (route === undefined) throw new Error(`${path} has a layer without a route`);
      return route.stack
        .filter((layer, index) => index === 0 || layer.method !== route.stack[index - 1]?.method)
        .map((layer) => ({
          method: layer.method.toUpperCase(),
          path: `${path}${route.path === '/' ? '' : route.path}`,
          guard: guardOptions(layer.handle as RequestHandler),
        }));
    }),
  );
}

/** A route's path with random ids in it. */
export function fillPath(path: string): string {
  return path.replace(/:\w+/g, toBase64(randomBytes(16)));
}
