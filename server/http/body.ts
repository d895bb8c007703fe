import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { ApiError } from './errors.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a request's JSON body and checks it against its wire schema.
 *
 * @param limit the most bytes it may have.
 * @throws ApiError `unsupported_media_type` unless it is plain application/json, `too_large`, or
 * `malformed` for anything else wrong with it.
 */
export async function readJson<Output>(
  request: IncomingMessage,
  schema: v.GenericSchema<unknown, Output>,
  limit: number,
): Promise<Output> {
  const bytes = await readBody(request, 'application/json', limit);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    throw new ApiError('malformed');
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) throw new ApiError('malformed');
  return result.output;
}

/**
 * Reads a request's raw body, as sealed chunks are sent.
 *
 * @param limit the most bytes it may have.
 * @throws ApiError `unsupported_media_type` unless it is application/octet-stream, or `too_large`.
 */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return readBody(request, 'application/octet-stream', limit);
}

async function readBody(request: IncomingMessage, type: string, limit: number): Promise<Buffer> {
  const { headers } = request;
  const encoded = headers['content-encoding'] !== undefined;
  if (encoded || !isType(headers['content-type'], type)) {
    throw new ApiError('unsupported_media_type');
  }
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > limit) throw new ApiError('too_large');
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // left open when stopped early: the answer still goes out over the same connection
    const stream = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    // the client went away: nobody hears this answer, and it is no fault of ours
    throw new ApiError('timeout', { cause });
  }
  if (size > limit) throw new ApiError('too_large');
  return Buffer.concat(chunks, size);
}

function isType(header: string | undefined, type: string): boolean {
  const [name, ...parameters] = (header ?? '').toLowerCase().split(';');
  const utf8Only = parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter));
  return name?.trim() === type && utf8Only;
}
