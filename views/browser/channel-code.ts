/**
 * Six digits by which an address names one of several channels. They stand after `#`, so no server and
 * no network learns which channel somebody was sent to, and say nothing to who finds them in a history.
 */
export function channelCode(id: string): string {
  let code = 0;
  for (const sign of id) code = (code * 31 + (sign.codePointAt(0) ?? 0)) % 1_000_000;
  return code.toString().padStart(6, '0');
}

/** What an address says after `#`: a channel's digits and the root key, either of which may be missing. */
export function readFragment(hash: string): { code: string; root: string } {
  const found = /^#?(?:(\d{6})(?:\.|$))?([A-Za-z0-9_-]{43})?$/.exec(hash);
  return { code: found?.[1] ?? '', root: found?.[2] ?? '' };
}
