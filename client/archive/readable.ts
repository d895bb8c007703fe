/** A file as a readable copy names it. */
export interface ReadableFile {
  name: string;
  /** Its size in words. */
  size: string;
  /** Where it lies beside the copy; null where it is not there. */
  path: string | null;
}

/** Something that somebody wrote. */
export interface ReadableEntry {
  kind: 'entry';
  /** Whose, what kind of entry and when, already in words. */
  head: string;
  /** Sets apart what the reporter wrote. */
  fromReporter: boolean;
  /** The language of the texts; empty where nobody knows. */
  language: string;
  text: string;
  facts: readonly (readonly [name: string, value: string])[];
  /** Sentences about the entry. */
  remarks: readonly string[];
  files: readonly ReadableFile[];
}

/** A part of a readable copy. */
export type ReadableBlock =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'warning'; text: string }
  | { kind: 'facts'; facts: readonly (readonly [name: string, value: string])[] }
  | { kind: 'list'; lines: readonly string[] }
  | ReadableEntry;

/** What a readable copy of a case says, in its order and in one language. */
export interface ReadableCopy {
  language: string;
  title: string;
  blocks: readonly ReadableBlock[];
}

const STYLE = `
:root{color-scheme:light;font:1rem/1.55 system-ui,sans-serif;color:#1a1a1a;background:#fff}
body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;line-height:1.25}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-top:1px solid #767676;padding-top:1rem}
p,dd,li{overflow-wrap:anywhere}
.written{white-space:pre-wrap}
.warning{border:2px solid #8a1c1c;padding:.7rem 1rem}
dl{margin:.6rem 0}
dt{color:#4a4a4a;font-size:.9rem;margin-top:.5rem}
dd{margin:0}
ul{padding-left:1.2rem}
article{border-left:3px solid #767676;padding:.1rem 0 .1rem 1rem;margin:1.2rem 0;break-inside:auto}
article.reporter{border-color:#1a4f8a}
article>h3{font-size:1rem;margin:.2rem 0}
article>p.remark{color:#4a4a4a;font-size:.9rem}
@media print{body{margin:0;max-width:none}h2,h3{break-after:avoid}a{color:inherit}}
`;

/**
 * A text as it may stand in a page: nothing of it is markup, and what moves the cursor, hides, or turns
 * the direction of what follows becomes a sign that is seen.
 */
export function escaped(text: string): string {
  return text
    .replace(/\r\n?/gu, '\n')
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(
      // eslint-disable-next-line no-control-regex -- they are what must not stay
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu,
      (letter) => `[U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
    .replace(/'/gu, '&#39;');
}

function languageOf(language: string): string {
  return /^[a-z]{2}$/u.test(language) ? ` lang="${language}"` : '';
}

function facts(all: ReadableEntry['facts'], language = ''): string {
  if (all.length === 0) return '';
  const rows = all.map(
    ([name, value]) =>
      `<dt>${escaped(name)}</dt><dd class="written" dir="auto"${languageOf(language)}>${escaped(value)}</dd>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}

function fileLine({ name, size, path }: ReadableFile): string {
  const label = `<bdi>${escaped(name)}</bdi>`;
  const address = path?.split('/').map(encodeURIComponent).join('/');
  const linked = address === undefined ? label : `<a href="${escaped(address)}">${label}</a>`;
  return `<li>${linked} (${escaped(size)})</li>`;
}

function entry(block: ReadableEntry): string {
  const { head, fromReporter, language, text, remarks, files } = block;
  return [
    `<article${fromReporter ? ' class="reporter"' : ''}>`,
    `<h3 dir="auto">${escaped(head)}</h3>`,
    text === '' ? '' : `<p class="written" dir="auto"${languageOf(language)}>${escaped(text)}</p>`,
    facts(block.facts, language),
    ...remarks.map((remark) => `<p class="remark written" dir="auto">${escaped(remark)}</p>`),
    files.length === 0 ? '' : `<ul>${files.map(fileLine).join('')}</ul>`,
    '</article>',
  ].join('');
}

function blockText(block: ReadableBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h2 dir="auto">${escaped(block.text)}</h2>`;
    case 'text':
      return `<p class="written" dir="auto">${escaped(block.text)}</p>`;
    case 'warning':
      return `<p class="warning" dir="auto">${escaped(block.text)}</p>`;
    case 'facts':
      return facts(block.facts);
    case 'list':
      return `<ul>${block.lines.map((line) => `<li class="written" dir="auto">${escaped(line)}</li>`).join('')}</ul>`;
    case 'entry':
      return entry(block);
  }
}

/**
 * A readable copy as one HTML file: nothing in it runs, nothing is fetched, and it prints as it is. Its
 * own policy keeps it so where a text should ever get past the escaping.
 */
export function htmlOf({ language, title, blocks }: ReadableCopy): string {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return [
    `<!doctype html>\n<html${languageOf(language)}>\n<head>\n<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">',
    `<title>${escaped(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>`,
    `<h1 dir="auto">${escaped(title)}</h1>`,
    ...blocks.map(blockText),
    '</main>\n</body>\n</html>\n',
  ].join('\n');
}
