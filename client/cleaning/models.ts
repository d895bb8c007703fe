/** What a file is, told by its bytes and never by its name. */
export type FileKind =
  | 'jpeg'
  | 'png'
  | 'webp'
  | 'gif'
  | 'heic'
  | 'video'
  | 'm4a'
  | 'mp3'
  | 'wav'
  | 'ogg'
  | 'webm'
  | 'pdf'
  | 'office'
  | 'opendocument'
  | 'archive'
  | 'old_office'
  | 'text'
  | 'unknown';

/** One sort of trace. A table of texts is keyed by it. */
export const FINDING_CODES = [
  'place',
  'device',
  'serial',
  'author',
  'company',
  'dates',
  'software',
  'title',
  'comment',
  'comment_authors',
  'tracked_changes',
  'thumbnail',
  'editing',
  'ids',
  'printer',
  'paths',
  'signature',
  'provenance',
  'colour_profile',
  'attachments',
  'scripts',
  'macros',
  'embedded',
  'links',
  'timed',
  'hidden_film',
  'trailing',
  'technical',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** A trace that was found: how often, and a few short values to show to the person. */
export interface Finding {
  code: FindingCode;
  count: number;
  values: string[];
}

/** Why a file cannot be cleaned. */
export type Obstacle = 'unknown' | 'broken' | 'encrypted' | 'too_large' | 'archive' | 'old_office';

/** What a cleaned file is made of: ranges of the original, bytes of our own, and runs of zeros. */
export type Piece = { start: number; end: number } | { zeros: number } | Uint8Array;

/**
 * What became of a file. `clean`: nothing was found and it can go as it is; `cleaned`: what was
 * found is out; `partly`: what stands in `left` is still in; `not_cleanable`: nothing was done.
 */
export interface Cleaning {
  kind: FileKind;
  verdict: 'clean' | 'cleaned' | 'partly' | 'not_cleanable';
  /** Why, for `not_cleanable` alone. */
  obstacle: Obstacle | null;
  removed: Finding[];
  left: Finding[];
  /** The cleaned file, in order; null where nothing was changed. */
  pieces: Piece[] | null;
}
