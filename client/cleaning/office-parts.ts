import type { Report } from './findings.js';
import { attributes, elements, without } from './xml.js';

/** Parts of Word, Excel and PowerPoint. */

/** A folder of somebody's device, with the person's name in it as a rule. */
const devicePath = /file:\/\/|(?<![\w.])[A-Z]:(?:\\|\/(?!\/))|^\\\\|[\\/](?:Users|home)[\\/]/iu;
const fileName =
  /\.(?:jpe?g|png|gif|bmp|tiff?|webp|hei[cf]|svg|[ew]mf|pdf|mp4|mov|docx?|xlsx?|pptx?)$/iu;

/**
 * Pictures are called by the name of the file that they came from, or by the place where it lay;
 * fields and settings name places too.
 */
function cleanNames(given: string, { removed }: Report): string {
  const text = given.replace(/<\w+:(?:cNvPr|docPr|imagedata)\s[^<>]*>/gu, (tag) =>
    tag.replace(
      /\s((?:o:)?(?:name|descr|title))="([^"]*)"/gu,
      (whole, key: string, value: string) => {
        const isFile = key === 'o:title' || fileName.test(value) || devicePath.test(value);
        if (!isFile || value === '') return whole;
        removed.add('paths', value);
        return ` ${key}="${key === 'name' ? 'Picture' : ''}"`;
      },
    ),
  );
  const blank = (whole: string, before: string, value: string, after: string): string => {
    if (!devicePath.test(value)) return whole;
    removed.add('paths', value);
    return before + after;
  };
  return text
    .replace(/(\s(?!xmlns|formatCode)[\w:]+=")([^"<>]*)(")/gu, blank)
    .replace(/(<w:instrText(?:\s[^<>]*)?>)([^<]*)(<)/gu, blank);
}

/** Excel begins a remark with its author's name. */
function cleanRemarks(given: string, { removed }: Report): string {
  const names = [...given.matchAll(/<author>([^<]+)<\/author>/gu)].map(([, name = '']) => name);
  return given.replace(
    /(<t(?:\s[^<>]*)?>\s*)([^<]+?)(?=:\s*<\/t>)/gu,
    (whole, open: string, name: string) => {
      if (name === 'Author' || !names.includes(name)) return whole;
      removed.add('comment_authors', name);
      return `${open}Author`;
    },
  );
}

/**
 * Takes names, dates and numbers of sittings out of a part of XML.
 *
 * @param name of the part, in small letters.
 */
export function cleanPart(name: string, given: string, report: Report): string {
  const { removed, left } = report;
  let text = cleanNames(given, report);
  if (name.startsWith('word/')) {
    const code = name.includes('comments') ? 'comment_authors' : 'tracked_changes';
    text = attributes(text, 'w\\w*:author', 'Author', code, removed);
    text = attributes(text, 'w:initials', 'A', code, removed);
    text = attributes(text, 'w\\w*:date(?:Utc)?', null, 'dates', removed);
    text = attributes(text, 'w:rsid\\w*', null, 'editing', removed);
    text = without(text, 'w:rsids|w14:docId|w15:docId|w16cid:durableId', 'ids', removed);
    text = without(text, 'w:docVars|w:attachedTemplate|w:mailMerge', 'paths', removed);
    if (name.endsWith('people.xml')) {
      text = attributes(text, 'w15:userId|w15:providerId', 'None', 'author', removed);
    }
  } else if (name.startsWith('xl/')) {
    text = cleanRemarks(text, report);
    text = without(text, 'xr:revisionPtr', 'ids', removed);
    text = elements(text, 'author', 'Author', 'comment_authors', removed);
    text = without(text, 'x15ac:absPath', 'paths', removed);
    text = attributes(text, 'refreshedBy', null, 'author', removed);
    text = attributes(text, 'refreshedDate|refreshedDateIso', null, 'dates', removed);
    text = attributes(text, 'userName', null, 'author', removed);
    if (name.includes('/persons/')) {
      text = attributes(text, 'displayName', 'Author', 'comment_authors', removed);
      text = attributes(text, 'userId|providerId', 'None', 'comment_authors', removed);
    }
    if (name.includes('/threadedcomments/')) text = attributes(text, 'dT', null, 'dates', removed);
    if (name === 'xl/connections.xml') left.add('links');
    if (/\/worksheets\/|\/chartsheets\//u.test(name)) {
      text = text.replace(/(<pageSetup\b[^<>]*?)\sr:id="[^"]*"/gu, '$1');
    }
  } else if (name.startsWith('ppt/')) {
    if (/commentauthors|authors\.xml/u.test(name)) {
      text = attributes(text, 'name', 'Author', 'comment_authors', removed);
      text = attributes(text, 'initials', 'A', 'comment_authors', removed);
      text = attributes(text, 'userId|providerId', 'None', 'comment_authors', removed);
    }
    if (name.includes('/tags/')) text = attributes(text, 'val', '', 'technical', removed);
    if (name.includes('/comments/')) text = attributes(text, 'dt|created', null, 'dates', removed);
  }
  return text;
}
