/**
 * A file's name as it is shown and as it is saved, without path, control or direction letters: a name
 * that reads backwards must not hide what kind of file it is.
 */
export function shownFileName(name: string): string {
  return name.replace(/[\p{C}\p{Zl}\p{Zp}/\\]/gu, '_');
}
