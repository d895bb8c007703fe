import type { Fetch } from '../api.js';
import { createFetch, directAgents } from './fetch.js';
import { socksAgents, type SocksProxy } from './socks.js';
import { createVisit, type Visit } from './visit.js';

/** How a program reaches others. */
export interface Network {
  /** For the API. */
  fetch: Fetch;
  /** For looking at pages as they come. */
  visit: Visit;
}

/** Connections through this proxy and no other way, or direct ones where there is none. */
export function createNetwork(proxy: SocksProxy | undefined): Network {
  const agents = proxy === undefined ? directAgents() : socksAgents(proxy);
  return { fetch: createFetch({ agents }), visit: createVisit(agents) };
}
