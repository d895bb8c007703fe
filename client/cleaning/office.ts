import type { Findings, Report } from './findings.js';
import type { FileKind, Piece } from './models.js';
import { cleanNested, type CleanNested } from './nested.js';
import { CannotClean, type Reader } from './reader.js';
import { cleanPart } from './office-parts.js';
import { elements, textOf } from './xml.js';
import { createUnpacker, readDirectory, writeArchive, type Entry, type NewEntry } from './zip.js';

/** Word, Excel and PowerPoint since 2007: an archive of XML. */

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const types = 'http://schemas.openxmlformats.org';
const empty: readonly [RegExp, string][] = [
  [
    // the second is what libraries of .NET call it
    /^docprops\/core\.xml$|\.psmdcp$/u,
    `<cp:coreProperties xmlns:cp="${types}/package/2006/metadata/core-properties"/>`,
  ],
  [
    /^docprops\/app\.xml$/u,
    `<Properties xmlns="${types}/officeDocument/2006/extended-properties"/>`,
  ],
  [
    /^docprops\/custom\.xml$/u,
    `<Properties xmlns="${types}/officeDocument/2006/custom-properties"/>`,
  ],
  [
    /^docmetadata\/labelinfo\.xml$/u,
    '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"/>',
  ],
  [/^customxml\/(?!itemprops)[^/]*\.xml$/u, '<empty/>'],
];

/** Parts that go, with the links to them. */
const gone =
  /thumbnail|printerSettings|_xmlsignatures|changesInfos|revisionInfo|\/revisions\/|recipientData/iu;
const goneLink =
  /\/(?:thumbnail|printerSettings|digital-signature[^"]*|changesInfo|revisionInfo|revisionHeaders|usernames|recipientData|mailMerge\w*)"/u;
/** Folders of the parts that are looked through, in small letters as all names are compared. */
const known = /^(?:word|xl|ppt|customxml|_rels)\//u;

function properties(text: string, found: Findings): void {
  elements(text, 'dc:creator|cp:lastModifiedBy|Manager', '', 'author', found);
  elements(text, 'Company', '', 'company', found);
  elements(text, 'dcterms:created|dcterms:modified|cp:lastPrinted', '', 'dates', found);
  elements(text, 'Application|AppVersion|Template', '', 'software', found);
  elements(text, 'TotalTime|cp:revision', '', 'editing', found);
  elements(text, 'dc:title|dc:subject|dc:description|cp:keywords|cp:category', '', 'title', found);
  if (/<property\s|<clbl:label\s/u.test(text)) found.add('technical');
}

/** Links between parts: those to parts that go are taken out, and folders of a device out of others. */
function cleanLinks(given: string, { removed }: Report): string {
  return given.replace(/<Relationship\s[^<>]*>/gu, (link) => {
    if (goneLink.test(link) || link.includes('/attachedTemplate"')) return '';
    if (!link.includes('TargetMode="External"')) return link;
    // all else is a place on the device, or one beside the document there
    return link.replace(
      /\sTarget="(?!(?:https?|mailto|ftp|tel|sip):|#|about:)([^"]*)"/iu,
      (_, to: string) => {
        removed.add('paths', to);
        return ' Target="about:blank"';
      },
    );
  });
}

function noteGone(name: string, { removed }: Report): void {
  if (name.includes('thumbnail')) removed.add('thumbnail');
  else if (name.includes('printersettings')) removed.add('printer');
  else if (name.includes('_xmlsignatures')) removed.add('signature');
  else removed.add('editing');
}

/** Declarations of parts that are no longer there would make programs call the document damaged. */
function cleanTypes(text: string): string {
  return text.replace(/<Override\s[^<>]*>/gu, (line) => (gone.test(line) ? '' : line));
}

async function cleanEntry(
  entry: Entry,
  unpack: (entry: Entry) => Promise<Uint8Array>,
  nested: CleanNested,
  report: Report,
): Promise<NewEntry | null> {
  const { name } = entry;
  // programs take capital and small letters for the same
  const place = name.toLowerCase();
  if (gone.test(name)) {
    noteGone(place, report);
    return null;
  }
  if (/vbaproject|vbadata|activex/u.test(place)) {
    report.left.add('macros');
    return entry;
  }
  if (!/\.(?:xml|rels|vml|psmdcp)$/u.test(place)) return nested(entry, await unpack(entry));
  const text = textOf(await unpack(entry));
  const encode = (changed: string): NewEntry =>
    changed === text ? entry : { name, bytes: new TextEncoder().encode(changed) };
  if (place === '[content_types].xml') return encode(cleanTypes(text));
  if (place.endsWith('.rels')) return encode(cleanLinks(text, report));
  const nothing = empty.find(([pattern]) => pattern.test(place));
  if (nothing === undefined) {
    if (!known.test(place)) report.left.add('embedded', name);
    return encode(cleanPart(place, text, report));
  }
  const neutral = head + nothing[1];
  if (place.startsWith('customxml/') && text !== neutral) report.removed.add('technical');
  properties(text, report.removed);
  return encode(neutral);
}

/** Word, Excel, PowerPoint. */
export async function cleanOffice(reader: Reader, report: Report): Promise<Piece[]> {
  const entries = await readDirectory(reader);
  const unpack = createUnpacker(reader);
  const nested = cleanNested(report);
  const kept: NewEntry[] = [];
  for (const entry of entries) {
    const cleaned = await cleanEntry(entry, unpack, nested, report);
    if (cleaned !== null) kept.push(cleaned);
  }
  return writeArchive(kept);
}

/** What an archive is, by the names in it. */
export async function archiveKind(reader: Reader): Promise<FileKind> {
  try {
    const names = (await readDirectory(reader)).map(({ name }) => name);
    if (names.includes('[Content_Types].xml')) return 'office';
    return names.includes('mimetype') && names.includes('content.xml') ? 'opendocument' : 'archive';
  } catch (error) {
    if (error instanceof CannotClean) return 'archive';
    throw error;
  }
}
