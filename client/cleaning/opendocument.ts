import type { Report } from './findings.js';
import type { Piece } from './models.js';
import { cleanNested } from './nested.js';
import { CannotClean, type Reader } from './reader.js';
import { attributes, elements, textOf, without } from './xml.js';
import { createUnpacker, readDirectory, writeArchive, type NewEntry } from './zip.js';

/** Text, tables and slides of LibreOffice and others: an archive of XML. */

const emptyMeta =
  '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta ' +
  'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2">' +
  '<office:meta/></office:document-meta>';
const gone = /^(?:Thumbnails\/|META-INF\/\w*signatures|Versions\/|VersionList\.xml|layout-cache)/u;

function readMeta(text: string, { removed }: Report): void {
  elements(text, 'meta:initial-creator|dc:creator|meta:printed-by', '', 'author', removed);
  elements(text, 'meta:creation-date|dc:date|meta:print-date', '', 'dates', removed);
  elements(text, 'meta:generator', '', 'software', removed);
  elements(text, 'meta:editing-cycles|meta:editing-duration', '', 'editing', removed);
  elements(text, 'dc:title|dc:subject|dc:description|meta:keyword', '', 'title', removed);
  if (/<meta:(?:user-defined|template)/u.test(text)) removed.add('technical');
}

function noteGone(name: string, { removed }: Report): void {
  if (name.startsWith('Thumbnails')) removed.add('thumbnail');
  else if (name.startsWith('META-INF')) removed.add('signature');
  else if (name.startsWith('Version')) removed.add('editing');
}

function cleanContent(given: string, { removed }: Report): string {
  let text = elements(given, 'dc:creator', 'Author', 'comment_authors', removed);
  text = elements(
    text,
    'meta:creator-initials|loext:sender-initials|text:sender-initials',
    'A',
    'comment_authors',
    removed,
  );
  text = without(text, 'dc:date|meta:date-string', 'dates', removed);
  text = attributes(text, '\\w+:(?:par)?rsid', null, 'editing', removed);
  // inside the document all lies in folders below
  return text.replace(
    /(\sxlink:href=")((?:file:|\.\.\/|\/|[A-Za-z]:)[^"]*)(?=")/giu,
    (_, open: string, to: string) => {
      removed.add('paths', to);
      return open;
    },
  );
}

function cleanSettings(given: string, { removed }: Report): string {
  return given.replace(
    /(<config:config-item config:name="(Printer(?:Name|Setup)|Rsid(?:Root)?)"[^<>]*>)([^<]+)(?=<)/gu,
    (whole, open: string, name: string, value: string) => {
      const isNumber = name.startsWith('Rsid');
      if (isNumber && value === '0') return whole;
      removed.add(isNumber ? 'editing' : 'printer');
      return isNumber ? `${open}0` : open;
    },
  );
}

/** OpenDocument. */
export async function cleanOpenDocument(reader: Reader, report: Report): Promise<Piece[]> {
  const unpack = createUnpacker(reader);
  const nested = cleanNested(report);
  const kept: NewEntry[] = [];
  for (const entry of await readDirectory(reader)) {
    const { name } = entry;
    if (gone.test(name)) {
      noteGone(name, report);
      continue;
    }
    if (/^(?:Basic|Scripts)\//u.test(name)) report.left.add('macros');
    if (name === 'mimetype') {
      kept.push(entry);
      continue;
    }
    const bytes = await unpack(entry);
    if (!/\.(?:xml|rdf)$/u.test(name)) {
      kept.push(await nested(entry, bytes));
      continue;
    }
    const text = textOf(bytes);
    let changed: string;
    if (name === 'META-INF/manifest.xml') {
      if (text.includes('manifest:encryption-data')) throw new CannotClean('encrypted');
      changed = text.replace(/<manifest:file-entry\s[^<>]*>/gu, (line) =>
        gone.test(/manifest:full-path="([^"]*)"/u.exec(line)?.[1] ?? '') ? '' : line,
      );
    } else if (name.endsWith('meta.xml')) {
      if (text !== emptyMeta) readMeta(text, report);
      changed = emptyMeta;
    } else if (name.endsWith('settings.xml')) changed = cleanSettings(text, report);
    else changed = cleanContent(text, report);
    const isSame = changed === text;
    kept.push(isSame ? entry : { name, bytes: new TextEncoder().encode(changed) });
  }
  return writeArchive(kept);
}
