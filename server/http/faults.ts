import { ProtocolError } from '../../crypto/public.js';
import { ApiError } from './errors.js';

/**
 * Runs a check of the protocol's.
 *
 * @throws ApiError `wrong_directory` for that fault, `malformed` for any other.
 */
export function asApiError<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ApiError(error.fault === 'wrong_directory' ? 'wrong_directory' : 'malformed');
  }
}
