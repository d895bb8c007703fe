import type { Request } from 'express';

/** How requests say who asks: `Authorization: <scheme> <token>`. */
export type AuthorizationScheme = 'Case' | 'Upload' | 'Desk' | 'Setup' | 'Invitation';

/** Bytes of every token. */
const TOKEN_BYTES = 32;

/**
 * The token of a request's Authorization header (base64url), null where there is none of this
 * scheme or it is not in the one spelling that 32 bytes have.
 */
export function tokenOf(request: Request, scheme: AuthorizationScheme): string | null {
  const [given, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (given !== scheme || token === undefined || rest.length > 0) return null;
  const bytes = Buffer.from(token, 'base64url');
  return bytes.length === TOKEN_BYTES && bytes.toString('base64url') === token ? token : null;
}
