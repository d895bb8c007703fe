import { deflateSync } from 'node:zlib';
import type { FileSource } from '../models.js';

/** A file in memory to send. */
export function memoryFile(name: string, type: string, bytes: Uint8Array): FileSource {
  return {
    name,
    type,
    size: bytes.length,
    lastModified: 0,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    }
  }
  return (value ^ 0xffffffff) >>> 0;
}

function chunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc(named), named.length + 4);
  return framed;
}

/** A PNG of 8-bit colours whose every pixel a function gives. */
function png(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => readonly [number, number, number],
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.set(colourAt(x, y), y * (1 + width * 3) + 1 + x * 3);
    }
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** A pressure gauge whose needle stands in the red. */
export function gaugePicture(): FileSource {
  const [width, height] = [480, 360];
  const [centreX, centreY, radius] = [240, 210, 150];
  const needle = -0.55;
  const bytes = png(width, height, (x, y) => {
    const [right, down] = [x - centreX, y - centreY];
    const distance = Math.hypot(right, down);
    const angle = Math.atan2(down, right);
    const along = right * Math.cos(needle) + down * Math.sin(needle);
    const aside = Math.abs(right * Math.sin(needle) - down * Math.cos(needle));
    if (distance < 12 || (along > 0 && along < radius - 30 && aside < 4)) return [30, 34, 40];
    if (distance > radius - 22 && distance < radius - 6 && down < 40) {
      return angle > -0.9 && angle < 0.3 ? [196, 48, 43] : [58, 125, 88];
    }
    if (distance < radius) return [246, 244, 238];
    if (distance < radius + 10) return [120, 126, 134];
    return [168 - Math.floor(y / 8), 176 - Math.floor(y / 8), 184 - Math.floor(y / 8)];
  });
  return memoryFile('gauge hall 4.png', 'image/png', bytes);
}

/** A PDF of one page with lines of plain text. */
function pdf(lines: readonly string[]): Uint8Array {
  const escaped = lines.map((line) => line.replace(/[\\()]/gu, '\\$&'));
  const text = escaped.map((line) => `(${line}) Tj T*`).join('\n');
  const stream = `BT /F1 12 Tf 16 TL 72 770 Td\n${text}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${String(stream.length)} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = file.length;
    file += `${String(index + 1)} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const count = String(objects.length + 1);
  const start = String(file.length);
  file += `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

/** A copy of an invoice that was paid twice. */
export function invoiceCopy(): FileSource {
  const bytes = pdf([
    'INVOICE 20417  (copy)',
    '',
    'Scaffolding, hall 4, week 11 to 13                 186 400 SEK',
    'Scaffolding, hall 4, week 11 to 13                 186 400 SEK',
    '',
    'Approved by: site office',
    'Paid: 14 April and 28 April',
  ]);
  return memoryFile('invoice 20417.pdf', 'application/pdf', bytes);
}

/** A page of an inspection log. */
export function inspectionLog(): FileSource {
  const text = [
    'date;pump;inspected by;pressure',
    '2 March;P-14;signature missing;11.2 bar',
    '9 March;P-14;signature missing;11.9 bar',
    '16 March;P-14;signature missing;12.6 bar (limit 12.0)',
    '',
  ].join('\n');
  return memoryFile('inspections P-14.txt', 'text/plain', Buffer.from(text, 'utf8'));
}
