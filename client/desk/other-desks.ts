import * as v from 'valibot';

/** Most desks of other organisations that somebody keeps, and the longest name of one. */
export const DESKS_LIMIT = 20;
export const DESK_NAME_LIMIT = 60;
const ADDRESS_LIMIT = 120;

/** The desk of another organisation at which the same person serves. */
export interface OtherDesk {
  /** Scheme and host (and port), without a slash at its end. */
  address: string;
  /** What this person calls it. */
  name: string;
}

/** Whether nobody between can read or change what goes to a host without TLS. */
function isSafeWithout(host: string): boolean {
  return /(^|\.)(localhost|onion)$/.test(host) || /^(127(\.\d+){3}|\[::1\])$/.test(host);
}

/**
 * The address of a desk from what was typed or pasted, which may be that of any of its pages: scheme
 * and host alone. Null for what is no address, is not `https` (but on this computer and at onion
 * addresses), or carries a name and password.
 */
export function deskAddress(typed: string): string | null {
  const text = typed.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return null;
  const { protocol, hostname, username, password, origin } = new URL(whole);
  if (username !== '' || password !== '' || origin.length > ADDRESS_LIMIT) return null;
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isSafeWithout(hostname));
  return isSafe && hostname !== '' ? origin : null;
}

/** An address as {@link deskAddress} writes it: what else was kept is never made a link. */
export const DeskAddress = v.pipe(
  v.string(),
  v.check((text) => deskAddress(text) === text),
);

/** What somebody calls a desk: a line that looks like what it is. */
export const DeskName = v.pipe(
  v.string(),
  v.maxLength(DESK_NAME_LIMIT),
  v.check((name) => name === name.trim() && /^[^\p{C}]+$/u.test(name)),
);
