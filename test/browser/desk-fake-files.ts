/** Small files as strangers send them, made by hand. */

/** A PDF of `pages` pages that says which page it is. */
export function samplePdf(pages = 7): Uint8Array<ArrayBuffer> {
  const objects: string[] = [];
  const kids = Array.from({ length: pages }, (_, index) => `${(4 + 2 * index).toString()} 0 R`);
  objects.push('<< /Type /Catalog /Pages 2 0 R >>');
  objects.push(`<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${pages.toString()} >>`);
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  for (let page = 1; page <= pages; page += 1) {
    const content = `BT /F1 28 Tf 60 700 Td (Schedule, sheet ${page.toString()}) Tj ET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${(3 + 2 * page).toString()} 0 R >>`,
      `<< /Length ${content.length.toString()} >>\nstream\n${content}\nendstream`,
    );
  }
  let text = '%PDF-1.4\n';
  const offsets: number[] = [];
  objects.forEach((object, index) => {
    offsets.push(text.length);
    text += `${(index + 1).toString()} 0 obj\n${object}\nendobj\n`;
  });
  const start = text.length;
  text += `xref\n0 ${(objects.length + 1).toString()}\n0000000000 65535 f \n`;
  for (const offset of offsets) text += `${offset.toString().padStart(10, '0')} 00000 n \n`;
  text += `trailer\n<< /Size ${(objects.length + 1).toString()} /Root 1 0 R >>\nstartxref\n${start.toString()}\n%%EOF\n`;
  return new TextEncoder().encode(text);
}

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAIAAACDRijCAAAAiElEQVR42q3MMQrCYABD4RzHQzh7RIcODg4OhRZRKCgSodBSFAoVoddxNyTTD9/4eNjXLAJVwyJwOLMIHK8sAqeOzma7+xNi1Dc6Ogox2gcdHYUYlycdHYUYXU9HRyHGfaCjoxCDEx0dhRj9m46OQoxxpqOjEOO10NFRiDF/6egoxPisdHQU4h+SdtmLXglAlQAAAABJRU5ErkJggg==';

/** A small picture. */
export function samplePng(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(PNG), (letter) => letter.charCodeAt(0));
}

/** A PNG that says to be as large as a PNG can be, and holds nothing. */
export function endlessPng(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  bytes.set([0x7f, 255, 255, 255, 0x7f, 255, 255, 255, 8, 6], 16);
  return bytes;
}
