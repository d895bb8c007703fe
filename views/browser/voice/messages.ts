/** What a page and the worklet that disguises say to each other. */

/** To the worklet, when it starts. Any message afterwards means the end. */
export interface VoiceOrder {
  /** Drawn for this recording. */
  random: Uint8Array;
}

/** From the worklet: disguised sound, as bytes of μ-law. */
export interface VoiceReport {
  sound: Uint8Array<ArrayBuffer>;
  /** Whether nothing follows, and all that was heard is overwritten. */
  isLast: boolean;
}

/** What a page asks of the part that records, which is loaded when somebody wants it. */
export interface VoiceHost {
  /** Where the panel is shown. */
  place: HTMLElement;
  /** Bytes that a file may have at most, when it is asked. */
  most: () => number;
  /** Takes a recording that the person wants to send. */
  take: (recording: Blob) => void;
  /** Hears that the panel was closed, with or without a recording taken. */
  closed: () => void;
}

/** A panel in which somebody records. */
export interface VoicePanel {
  /** Whether there is a recording, or one is being made, that was neither taken nor thrown away. */
  isUndecided: () => boolean;
  focus: () => void;
  /** Stops, overwrites all sound and closes. */
  wipe: () => void;
}

/** The event on the document by which a page asks for a panel, once the part is loaded. */
export const VOICE_EVENT = 'casekey:voice';

/** Its detail. */
export interface VoiceRequest {
  host: VoiceHost;
  answer: (panel: VoicePanel) => void;
}
