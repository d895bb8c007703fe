/** What the desk and its preview frame say to each other. */

/** Kinds of file that the frame can show. */
export type PreviewKind = 'image' | 'pdf' | 'sound' | 'text';

/** Words of the frame, since the frame has none of its own. `{number}` and `{pages}` are filled there. */
export interface PreviewTexts {
  page: string;
  pageText: string;
  morePages: string;
  pageLimit: string;
  cut: string;
  /** Of the file. */
  name: string;
}

/** From the desk, once, after the frame said that it is ready. */
export interface PreviewOrder {
  kind: PreviewKind;
  bytes: ArrayBuffer;
  language: string;
  texts: PreviewTexts;
}

/** From the frame; `too_large` for a picture that is not decoded for its size, `left` when somebody pressed Escape in it, which the desk does not hear. */
export interface PreviewReport {
  state: 'ready' | 'shown' | 'failed' | 'too_large' | 'left';
}

/** Largest file that is handed to the frame, in bytes. */
export const PREVIEW_BYTES: Readonly<Record<PreviewKind, number>> = {
  image: 50_000_000,
  pdf: 100_000_000,
  sound: 100_000_000,
  text: 5_000_000,
};
