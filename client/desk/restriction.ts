import { keepingOf } from '../casework/keeping.js';
import { saidIn } from '../casework/said.js';
import { ClientError } from '../errors.js';
import type { OpenedForHandler } from './case-opening.js';

/**
 * Throws ClientError `case_restricted` where nothing that stands in the case may be changed or given
 * out now (GDPR article 18).
 */
export function checkUnrestricted({ file, timeZone }: OpenedForHandler): void {
  const { restriction } = keepingOf(saidIn(file, timeZone));
  if (restriction !== null) throw new ClientError('case_restricted');
}
