import { createHmac, randomBytes } from 'node:crypto';
import type { DraftKeyAnswer } from '../../crypto/public.js';
import { bytesOf, textOf } from '../bytes.js';
import type { Clock } from '../clock.js';
import { ApiError } from '../http/errors.js';

const HOUR = 3_600_000;
/** Hours for which a secret is kept. */
const KEPT_HOURS = 6;
/** An id is 8 bytes that name the secret, and 16 random ones. */
const NAME_BYTES = 8;
const RANDOM_BYTES = 16;
const SECRET_BYTES = 32;

/** Keys for what is being written in a tab: they outlive the tab's memory, and nothing else. */
export interface Drafts {
  /**
   * A new key, or the one of an earlier id while it lives.
   *
   * @throws ApiError `draft_key_gone` once its hours are over or the server was started anew,
   * `malformed`.
   */
  key(id: string | null): DraftKeyAnswer;
}

interface HourSecret {
  name: string;
  secret: Buffer;
  until: number;
}

/**
 * Makes the keys. Each is a keyed hash of its id under a secret that is drawn each hour and kept for
 * six, in memory alone: so nothing of a draft is stored here, not even that there is one.
 */
export function createDrafts({ clock }: { readonly clock: Clock }): Drafts {
  let secrets: HourSecret[] = [];

  /** The living secrets, oldest first; what is over is overwritten. */
  const living = (now: number): HourSecret[] => {
    for (const { secret } of secrets.filter(({ until }) => until <= now)) secret.fill(0);
    secrets = secrets.filter(({ until }) => until > now);
    return secrets;
  };

  const current = (now: number): HourSecret => {
    const newest = living(now).at(-1);
    if (newest !== undefined && newest.until - now > (KEPT_HOURS - 1) * HOUR) return newest;
    const fresh = {
      name: textOf(randomBytes(NAME_BYTES)),
      secret: randomBytes(SECRET_BYTES),
      until: now + KEPT_HOURS * HOUR,
    };
    secrets.push(fresh);
    return fresh;
  };

  const keyOf = ({ secret }: HourSecret, id: Buffer): string =>
    createHmac('sha256', secret).update('casekey/1 draft key').update(id).digest('base64url');

  return {
    key(given) {
      const now = clock().getTime();
      if (given === null) {
        const secret = current(now);
        const id = Buffer.concat([bytesOf(secret.name), randomBytes(RANDOM_BYTES)]);
        return { id: textOf(id), key: keyOf(secret, id) };
      }
      const id = bytesOf(given);
      const name = textOf(id.subarray(0, NAME_BYTES));
      const secret = living(now).find((each) => each.name === name);
      if (secret === undefined) throw new ApiError('draft_key_gone');
      return { id: given, key: keyOf(secret, id) };
    },
  };
}
