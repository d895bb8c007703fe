import type { RequestHandler } from 'express';
import { ApiError } from './errors.js';

/**
 * Refuses changes that a page of another site asks for. Browsers say where a request comes from in
 * Sec-Fetch-Site; older ones in Origin, compared with the host that was asked, since one installation
 * may be reached by several (an onion address, for one). Programs send neither and are let through:
 * they carry no one's session.
 *
 * @throws ApiError `cross_site`.
 */
export const refuseCrossSite: RequestHandler = (request, _response, next) => {
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (!reading && !isOwnSite(request.headers, request.host)) throw new ApiError('cross_site');
  next();
};

function isOwnSite(
  headers: { readonly 'sec-fetch-site'?: unknown; readonly origin?: unknown },
  host: string | undefined,
): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  if (origin === undefined) return true;
  if (typeof origin !== 'string') return false;
  return URL.canParse(origin) && new URL(origin).host === host;
}
