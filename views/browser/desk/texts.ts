/**
 * The first text that this page has, else `otherwise`: for codes that others name, and of which a
 * newer server may have more than this page has words for.
 */
export function textOr(otherwise: string, ...reads: readonly (() => string)[]): string {
  for (const read of reads) {
    try {
      return read();
    } catch {
      // not on this page
    }
  }
  return otherwise;
}

/** Several names as the page's language lists them. */
export function listText(names: readonly string[]): string {
  return new Intl.ListFormat(document.documentElement.lang).format(names);
}
