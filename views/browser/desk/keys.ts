/**
 * Lets j and ↓ move to the next of the elements that match, k and ↑ to the one before, Home and End
 * to the first and last. Letters typed into a field stay letters.
 */
export function moveWithKeys(region: HTMLElement, selector: string): void {
  region.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target;
    if (!(target instanceof HTMLElement) || target.matches('input, textarea, select')) return;
    const items = [...region.querySelectorAll<HTMLElement>(selector)];
    const at = items.findIndex((item) => item === target);
    const to = {
      j: at + 1,
      ArrowDown: at + 1,
      k: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    // arrows scroll the page unless a row has the focus
    if (to === undefined || (at === -1 && event.key !== 'j')) return;
    const item = items[Math.max(0, Math.min(items.length - 1, to))];
    if (item === undefined) return;
    event.preventDefault();
    item.focus();
  });
}
