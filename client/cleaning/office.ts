import type { Findings, Report } from './findings.js';
import type { FileKind, Piece } from './models.js';
import { cleanNested, type CleanNested } from './nested.js';
import { CannotClean, type Reader } from './reader.js';
import { attributes, elements, textOf, without } from './xml.js';
import { createUnpacker, readDirectory, writeArchive, type Entry, type NewEntry } from './zip.js';

/** Word, Excel and PowerPoint since 2007: an archive of XML. */

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const types = 'http://schemas.openxmlformats.org';
const empty: readonly [RegExp, string][] = [
  [
    /^docProps\/core\.xml$/u,
    `<cp:coreProperties xmlns:cp="${types}/package/2006/metadata/core-properties"/>`,
  ],
  [
    /^docProps\/app\.xml$/u,
    `<Properties xmlns="${types}/officeDocument/2006/extended-properties"/>`,
  ],
  [
    /^docProps\/custom\.xml$/u,
    `<Properties xmlns="${types}/officeDocument/2006/custom-properties"/>`,
  ],
  [
    /^docMetadata\/LabelInfo\.xml$/u,
    '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"/>',
  ],
  [/^customXml\/item\d+\.xml$/u, '<empty/>'],
];

/** Parts that go, with the links to them. */
const gone = /thumbnail|printerSettings|_xmlsignatures|changesInfos|revisionInfo|\/revisions\//u;
const goneLink =
  /\/(?:thumbnail|printerSettings|digital-signature[^"]*|changesInfo|revisionInfo|revisionHeaders|usernames)"/u;

function properties(text: string, found: Findings): void {
  elements(text, 'dc:creator|cp:lastModifiedBy|Manager', '', 'author', found);
  elements(text, 'Company', '', 'company', found);
  elements(text, 'dcterms:created|dcterms:modified|cp:lastPrinted', '', 'dates', found);
  elements(text, 'Application|AppVersion|Template', '', 'software', found);
  elements(text, 'TotalTime|cp:revision', '', 'editing', found);
  elements(text, 'dc:title|dc:subject|dc:description|cp:keywords|cp:category', '', 'title', found);
  if (/<property\s|<clbl:label\s/u.test(text)) found.add('technical');
}

/** Names, dates and numbers of sittings in a part of XML. */
function cleanPart(name: string, given: string, { removed, left }: Report): string {
  let text = given;
  if (name.startsWith('word/')) {
    const code = name.includes('comments') ? 'comment_authors' : 'tracked_changes';
    text = attributes(text, 'w:author|w15:author', 'Author', code, removed);
    text = attributes(text, 'w:initials', 'A', code, removed);
    text = attributes(text, 'w:date|w16du:dateUtc', null, 'dates', removed);
    text = attributes(text, 'w:rsid\\w*', null, 'editing', removed);
    text = without(text, 'w:rsids|w14:docId|w15:docId|w16cid:durableId', 'ids', removed);
    text = without(text, 'w:docVars|w:attachedTemplate', 'paths', removed);
    if (name.endsWith('people.xml')) {
      text = attributes(text, 'w15:userId|w15:providerId', 'None', 'author', removed);
    }
  } else if (name.startsWith('xl/')) {
    text = elements(text, 'author', 'Author', 'comment_authors', removed);
    text = without(text, 'x15ac:absPath', 'paths', removed);
    text = attributes(text, 'refreshedBy', null, 'author', removed);
    text = attributes(text, 'refreshedDate|refreshedDateIso', null, 'dates', removed);
    text = attributes(text, 'userName', null, 'author', removed);
    if (name.includes('/persons/')) {
      text = attributes(text, 'displayName', 'Author', 'comment_authors', removed);
      text = attributes(text, 'userId|providerId', 'None', 'comment_authors', removed);
    }
    if (name.includes('/threadedComments/')) text = attributes(text, 'dT', null, 'dates', removed);
    if (name === 'xl/connections.xml') left.add('links');
    if (/\/worksheets\/|\/chartsheets\//u.test(name)) {
      text = text.replace(/(<pageSetup\b[^<>]*?)\sr:id="[^"]*"/gu, '$1');
    }
  } else if (name.startsWith('ppt/')) {
    if (/commentAuthors|authors\.xml/u.test(name)) {
      text = attributes(text, 'name', 'Author', 'comment_authors', removed);
      text = attributes(text, 'initials', 'A', 'comment_authors', removed);
      text = attributes(text, 'userId|providerId', 'None', 'comment_authors', removed);
    }
    if (name.includes('/comments/')) text = attributes(text, 'dt|created', null, 'dates', removed);
  }
  return text;
}

/** Links between parts: those to parts that go are taken out, and folders of a device out of others. */
function cleanLinks(given: string, { removed }: Report): string {
  return given.replace(/<Relationship\s[^<>]*>/gu, (link) => {
    if (goneLink.test(link) || link.includes('/attachedTemplate"')) return '';
    if (!link.includes('TargetMode="External"')) return link;
    return link.replace(/\sTarget="(?:file:|[A-Za-z]:|\\\\|\/)[^"]*"/u, () => {
      removed.add('paths');
      return ' Target="about:blank"';
    });
  });
}

function noteGone(name: string, { removed }: Report): void {
  if (name.includes('thumbnail')) removed.add('thumbnail');
  else if (name.includes('printerSettings')) removed.add('printer');
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
  if (gone.test(name)) {
    noteGone(name, report);
    return null;
  }
  if (/vbaProject|vbaData|activeX/u.test(name)) {
    report.left.add('macros');
    return entry;
  }
  if (!/\.(?:xml|rels|vml)$/u.test(name)) return nested(entry, await unpack(entry));
  const text = textOf(await unpack(entry));
  const encode = (changed: string): NewEntry =>
    changed === text ? entry : { name, bytes: new TextEncoder().encode(changed) };
  if (name === '[Content_Types].xml') return encode(cleanTypes(text));
  if (name.endsWith('.rels')) return encode(cleanLinks(text, report));
  const nothing = empty.find(([pattern]) => pattern.test(name));
  if (nothing === undefined) return encode(cleanPart(name, text, report));
  const neutral = head + nothing[1];
  if (name.startsWith('customXml/') && text !== neutral) report.removed.add('technical');
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
