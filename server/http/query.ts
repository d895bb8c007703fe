import type { Request } from 'express';
import { ApiError } from './errors.js';

/**
 * A query parameter; null where it is absent.
 *
 * @throws ApiError `malformed` when it is there more than once.
 */
export function queryText(request: Request, name: string): string | null {
  const value = request.query[name];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new ApiError('malformed');
  return value;
}

/**
 * A query parameter that counts from zero; zero where it is absent.
 *
 * @throws ApiError `malformed` for anything but a whole number.
 */
export function queryCount(request: Request, name: string): number {
  const text = queryText(request, name) ?? '0';
  if (!/^\d{1,15}$/.test(text)) throw new ApiError('malformed');
  return Number(text);
}

/** A parameter of a route's path, such as `id` in `/invitations/:id`. */
export function pathText(request: Request, name: string): string {
  const value = request.params[name];
  if (typeof value !== 'string') throw new Error(`a route without ${name}`);
  return value;
}
