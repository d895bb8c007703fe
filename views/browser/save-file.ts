/**
 * Hands a decrypted file to the browser to save, under a name without path, control or direction
 * letters: a name that reads backwards must not hide what kind of file it is.
 */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replace(/[\p{C}/\\]/gu, '_');
  link.click();
  // the browser needs the address a moment longer than the click
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
