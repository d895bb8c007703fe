/**
 * Covers the page while it is hidden, so that a task switcher shows nothing of it. On touch screens
 * also as soon as it loses the focus: the picture that a task switcher takes can be older than the
 * news that the page is hidden. What lies beneath stays as it is, what is typed and the focus
 * included. The markup is `partials/cover`.
 *
 * @throws Error when the page has no cover.
 */
export function coverWhileHidden(): void {
  const cover = document.getElementById('cover');
  if (cover === null) throw new Error('No cover');
  const touch = matchMedia('(pointer: coarse)').matches;
  const show = (): void => {
    // a dialog lies above everything that is not in it
    (document.querySelector('dialog:modal') ?? document.body).append(cover);
    cover.hidden = false;
  };
  const uncover = (): void => {
    if (document.visibilityState === 'visible') cover.hidden = true;
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') show();
    else uncover();
  });
  window.addEventListener('pagehide', show);
  window.addEventListener('pageshow', uncover);
  window.addEventListener('focus', uncover);
  cover.addEventListener('click', uncover);
  document.addEventListener('keydown', uncover);
  if (touch) {
    window.addEventListener('blur', () => {
      // a frame of the page that was tapped is no other page
      if (!(document.activeElement instanceof HTMLIFrameElement)) show();
    });
  }
}
