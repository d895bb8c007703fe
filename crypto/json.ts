import * as v from 'valibot';
import { fromUtf8, utf8 } from './bytes.js';
import { ProtocolError } from './errors.js';

/** The exact bytes of a JSON document as this project writes it. */
export function toJsonBytes(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}

/**
 * The document that bytes spell, checked against a schema of strict objects. Throws `malformed` for
 * anything but the one spelling that {@link toJsonBytes} writes: so a duplicate field (of which
 * parsers keep only one), white space or another escape is refused, like an unknown field. Fields may
 * stand in any order: directories and epoch bodies are hashed and signed as the bytes they came in.
 */
export function fromJsonBytes<const S extends v.GenericSchema>(
  schema: S,
  bytes: Uint8Array,
): v.InferOutput<S> {
  const text = fromUtf8(bytes);
  let value: unknown;
  let canonical: string;
  try {
    value = JSON.parse(text);
    // throws where arrays stand in arrays many thousand deep
    canonical = JSON.stringify(value);
  } catch {
    throw new ProtocolError('malformed', 'not JSON');
  }
  if (canonical !== text) throw new ProtocolError('malformed', 'not canonical JSON');
  const result = v.safeParse(schema, value);
  if (!result.success) throw new ProtocolError('malformed', 'not of this schema');
  return result.output;
}
