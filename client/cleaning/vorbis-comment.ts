import type { Findings } from './findings.js';
import type { FindingCode } from './models.js';
import { viewOf } from './reader.js';

/** Names of remarks, and what they tell; whoever writes them may use any other. */
const names: readonly [FindingCode, RegExp][] = [
  ['thumbnail', /^(?:METADATA_BLOCK_PICTURE|COVERART.*)$/u],
  ['place', /LOCATION|GEO|GPS|^(?:CITY|COUNTRY|PLACE|VENUE)/u],
  [
    'author',
    /ARTIST|PERFORMER|AUTHOR|COMPOSER|COPYRIGHT|CONTACT|ORGANI[SZ]ATION|PUBLISHER|ENCODED.BY/u,
  ],
  ['title', /TITLE|ALBUM|GENRE|LYRICS/u],
  ['comment', /COMMENT|DESCRIPTION|SYNOPSIS/u],
  ['dates', /DATE|TIME|YEAR/u],
  ['software', /ENCODER|SOFTWARE|TOOL/u],
  ['device', /MAKE|MODEL|DEVICE/u],
  ['ids', /ISRC|MUSICBRAINZ|BARCODE|^UUID|_ID$/u],
];
/** What sort of trace a remark of this name is. */
export function codeOfRemark(name: string): FindingCode {
  return names.find(([, pattern]) => pattern.test(name.toUpperCase()))?.[0] ?? 'technical';
}

/** What is looked at of a remark, and how many are. */
const LETTERS = 400;
const MOST = 1000;

/**
 * Notes what remarks tell, as Vorbis, Opus, Theora and Speex have them after the name of their kind:
 * who coded it, then pairs. They are taken out whole, whatever they say.
 */
export function readVorbisComment(bytes: Uint8Array, found: Findings): void {
  const view = viewOf(bytes);
  let at = 0;
  const text = (): string | null => {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) return null;
    const letters = bytes.subarray(at + 4, Math.min(end, at + 4 + LETTERS));
    at = end;
    return new TextDecoder().decode(letters);
  };
  const vendor = text();
  if (vendor !== null && vendor !== '') found.add('software', vendor);
  const count = at + 4 > bytes.length ? 0 : view.getUint32(at, true);
  at += 4;
  for (let index = 0; index < Math.min(count, MOST); index += 1) {
    const pair = text();
    if (pair === null) break;
    const equals = pair.indexOf('=');
    const code = codeOfRemark(pair.slice(0, Math.max(0, equals)));
    found.add(code, code === 'thumbnail' ? '' : pair.slice(equals + 1));
  }
  // not even remarks, or something behind them
  if (bytes.subarray(Math.min(at, bytes.length)).some((byte) => byte > 1)) found.add('technical');
}
