import type { Report } from './findings.js';
import type { FindingCode } from './models.js';
import type { Dictionary, Value } from './pdf-values.js';

/** What goes out of the dictionaries of a PDF. Source of the lists: ISO 32000-2. */

type Codes = Readonly<Record<string, FindingCode>>;

/** Entries that go wherever they stand. */
const gone: Codes = {
  PieceInfo: 'editing',
  LastModified: 'dates',
  Thumb: 'thumbnail',
  SpiderInfo: 'technical',
  AA: 'scripts',
  JavaScript: 'scripts',
  XFA: 'scripts',
  EmbeddedFiles: 'attachments',
  EF: 'attachments',
  AF: 'attachments',
  Collection: 'attachments',
  Perms: 'signature',
  DSS: 'signature',
  CreatorInfo: 'software',
  Threads: 'technical',
  OPI: 'paths',
  IDS: 'technical',
  URLS: 'technical',
  DPM: 'technical',
};
/** Entries of remarks on a page: who, when, and numbers that tell them apart. */
const ofRemarks: Codes = {
  T: 'comment_authors',
  M: 'dates',
  CreationDate: 'dates',
  NM: 'ids',
  RC: 'technical',
};
const actions = ['JavaScript', 'Launch', 'SubmitForm', 'ImportData', 'Rendition'];
/** Actions that lead into another file, whose name is a place on somebody's device. */
const elsewhere = ['GoToR', 'GoToE', 'Thread'];
const devicePath =
  /^(?:file:|[a-z]:[\\/]|\\\\|\/)|[\\/](?:Users|home|Documents and Settings)[\\/]/iu;

const list = (names: string): ReadonlySet<string> => new Set(names.split(' '));
const boxes = 'MediaBox CropBox BleedBox TrimBox ArtBox';
/** All that these may have. Makers write entries of their own here: names, paths, numbers. */
const known: Readonly<
  Record<'Catalog' | 'Pages' | 'Page' | 'Image' | 'Form', ReadonlySet<string>>
> = {
  Catalog: list(
    'Type Version Extensions Pages PageLabels Names Dests ViewerPreferences PageLayout PageMode ' +
      'Outlines OpenAction AcroForm StructTreeRoot MarkInfo Lang OutputIntents OCProperties ' +
      'Requirements NeedsRendering',
  ),
  Pages: list(`Type Parent Kids Count Resources Rotate ${boxes}`),
  Page: list(
    'Type Parent Resources BoxColorInfo Contents Rotate Group Dur Trans Annots StructParents ' +
      `Tabs PresSteps UserUnit VP OutputIntents ${boxes}`,
  ),
  Image: list(
    'Type Subtype Width Height ColorSpace BitsPerComponent Intent ImageMask Mask Decode ' +
      'Interpolate SMask SMaskInData Matte StructParent OC Filter DecodeParms Length',
  ),
  Form: list(
    'Type Subtype FormType BBox Matrix Resources Group StructParent StructParents OC Filter ' +
      'DecodeParms Length',
  ),
};
/** Entries of the standard that go there without a word: they say nothing, or were told above. */
const idle = list('Name DL B ID PZ SeparationInfo Metadata');

/** The name that stands under a key; empty for none. */
export function nameIn(map: Dictionary, key: string): string {
  const value = map.get(key);
  return value?.kind === 'name' ? value.name : '';
}

function bytesOfString(raw: string): string {
  if (raw.startsWith('<')) {
    const digits = raw.replace(/[^0-9a-f]/giu, '');
    return (digits.length % 2 === 0 ? digits : `${digits}0`).replace(/../gu, (pair) =>
      String.fromCharCode(Number.parseInt(pair, 16)),
    );
  }
  const plain = raw.slice(1, -1).replace(/\\\r?\n/gu, '');
  return plain.replace(/\\([0-7]{1,3}|[^])/gu, (_, what: string) => {
    if (/[0-7]/u.test(what)) return String.fromCharCode(Number.parseInt(what, 8) & 255);
    return { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }[what] ?? what;
  });
}

/** A string of a PDF as text; empty for anything else. */
export function textOf(value: Value | undefined): string {
  if (value?.kind !== 'plain' || !/^[(<]/u.test(value.raw)) return '';
  const bytes = bytesOfString(value.raw);
  if (!bytes.startsWith('\xfe\xff')) return bytes;
  return bytes
    .slice(2)
    .replace(/([^])([^])/gu, (_, high: string, low: string) =>
      String.fromCharCode(high.charCodeAt(0) * 256 + low.charCodeAt(0)),
    );
}

function take(map: Dictionary, keys: Codes, report: Report): void {
  for (const [key, code] of Object.entries(keys)) {
    const value = map.get(key);
    if (value === undefined) continue;
    report.removed.add(code, textOf(value));
    map.delete(key);
  }
}

function clear(map: Dictionary, code: FindingCode, report: Report, value = ''): void {
  report.removed.add(code, value);
  map.clear();
}

/** What a dictionary is, as far as all that it may have is known. */
function roleOf(map: Dictionary, isStream: boolean): ReadonlySet<string> | null {
  const [type, subtype] = [nameIn(map, 'Type'), nameIn(map, 'Subtype')];
  if (type === 'Catalog' || type === 'Pages' || type === 'Page') return known[type];
  if (!isStream || (type !== '' && type !== 'XObject')) return null;
  return subtype === 'Image' || subtype === 'Form' ? known[subtype] : null;
}

function takeUnknown(map: Dictionary, isStream: boolean, report: Report): void {
  const role = roleOf(map, isStream);
  for (const [key, value] of [...map]) {
    // TeX tells from which file a figure came
    const isOfTex = key.startsWith('PTEX.');
    if (!isOfTex && (role === null || role.has(key))) continue;
    map.delete(key);
    if (idle.has(key)) continue;
    const code = key === 'PTEX.FileName' || key === 'URI' ? 'paths' : 'technical';
    report.removed.add(code, textOf(value) || key);
  }
}

/**
 * Takes what tells of people out of a dictionary; those in it are visited by themselves.
 *
 * @param isStream whether it describes a stream.
 */
export function cleanDictionary(map: Dictionary, isStream: boolean, report: Report): void {
  const subtype = nameIn(map, 'Subtype');
  take(map, gone, report);
  takeUnknown(map, isStream, report);
  if (map.has('Rect') && subtype !== '' && subtype !== 'Widget') take(map, ofRemarks, report);
  if (map.has('Rect')) take(map, { M: 'dates', NM: 'ids' }, report);
  if (subtype === 'FileAttachment') take(map, { FS: 'attachments' }, report);
  if (nameIn(map, 'FT') === 'Sig') take(map, { V: 'signature' }, report);
  if (map.has('ByteRange')) clear(map, 'signature', report);
  // what is left of a file that is not in it any more: its name
  if (['Filespec', 'F'].includes(nameIn(map, 'Type'))) clear(map, 'paths', report);
  const action = nameIn(map, 'S');
  if (actions.includes(action)) clear(map, 'scripts', report);
  if (elsewhere.includes(action)) clear(map, 'paths', report);
  if (action === 'URI' && devicePath.test(textOf(map.get('URI')))) {
    clear(map, 'paths', report, textOf(map.get('URI')));
  }
}
