/**
 * The platform's own cryptography, undefined where there is none: pages that came over plain http from
 * another machine have no such thing.
 */
export function platformCrypto(): SubtleCrypto | undefined {
  return (crypto as { subtle?: SubtleCrypto }).subtle;
}
