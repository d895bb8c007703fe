/**
 * The secret behind `#` in the page's address, taken out of the address and the history at once, so
 * that it stands on the screen and in the browser's memory of visits for as short as can be.
 */
export function takeLinkSecret(): string {
  const secret = location.hash.slice(1);
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return secret;
}

/**
 * Lets the links to the other languages carry the secret on, since it is no longer in the address.
 * Once work has begun they go: another language is another page, and what was made would be lost.
 */
export function carrySecret(secret: string): { hide(): void } {
  const links = document.querySelectorAll<HTMLAnchorElement>('a[hreflang]');
  for (const link of links) link.hash = secret;
  return {
    hide() {
      for (const link of links) link.closest('nav')?.setAttribute('hidden', '');
    },
  };
}

/** Asks before the page is left while something on it would be lost. */
export function guardLeaving(isLosing: () => boolean): void {
  window.addEventListener('beforeunload', (event) => {
    if (isLosing()) event.preventDefault();
  });
}
