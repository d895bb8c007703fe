/**
 * Who or what waits, as a view showed it, to be handed back to whoever signs.
 *
 * @throws Error where nothing waits.
 */
export function waiting<T>(view: T | undefined): T {
  if (view === undefined) throw new Error('nothing waits');
  return view;
}
