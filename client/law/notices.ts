import type { NoticeKind, Notices, NoticeWord, OwnAuthority } from '../../crypto/public.js';

/**
 * What an organisation says beneath a notice of a country: nothing where it said that of another one,
 * or has taken it back. It comes beside the country's notice and never in its place.
 */
export function wordBeneath<Kind extends NoticeKind>(
  notices: Partial<Notices>,
  kind: Kind,
  country: string,
): NonNullable<Notices[Kind]> | null {
  const word = notices[kind];
  if (word?.country !== country) return null;
  const { words, added = [] }: NoticeWord & { added?: readonly OwnAuthority[] } = word;
  return Object.keys(words).length + added.length === 0 ? null : word;
}
