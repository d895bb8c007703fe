/**
 * The choice of a language hands on what stands after `#` in the poster's address, and takes it out
 * of this page's own.
 */
const { hash } = location;
if (hash !== '') {
  history.replaceState(null, '', location.pathname);
  for (const link of document.querySelectorAll('a')) link.hash = hash;
}
