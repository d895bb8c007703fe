import { shownFileName } from './file-name.js';

/** Hands a decrypted file to the browser to save, under the name by which it is shown. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = shownFileName(name);
  link.click();
  // the browser needs the address a moment longer than the click
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
