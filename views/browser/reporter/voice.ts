import { loadScript } from '../rpc.js';
import { t } from '../strings.js';
import { VOICE_EVENT, type VoicePanel, type VoiceRequest } from '../voice/messages.js';
import { slot } from './dom.js';

/** A place where somebody can record instead of write, if they want to. */
export interface VoicePlace {
  /** Whether a recording was begun and neither taken nor thrown away. */
  isUndecided: () => boolean;
  focus: () => void;
  /** Stops, overwrites all sound and closes. */
  wipe: () => void;
}

let loading: Promise<void> | undefined;
/** Of the recordings of this page, wherever in it they were made: no two have one name. */
let count = 0;

/** Fetches what records, once a page; after a failure, again. */
function load(): Promise<void> {
  loading ??= loadScript('recorder').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * Makes `partials/voice` work. Nothing that records is loaded, and no microphone is asked for, before
 * somebody presses.
 *
 * @param place the partial's element; a page may have several, and one `partials/voice-panel`.
 * @param most bytes that a file may have at most, asked when the panel opens.
 * @param take gets each recording that the person wants to send, as a file with a name that says
 * nothing.
 */
export function createVoice(
  place: HTMLElement,
  most: () => number,
  take: (recording: File) => void,
): VoicePlace {
  let panel: VoicePanel | null = null;
  const button = slot(place, 'voice-open') as HTMLButtonElement;
  const problem = slot(place, 'voice-problem');

  const open = async (): Promise<void> => {
    button.disabled = true;
    problem.hidden = true;
    try {
      await load();
    } catch {
      button.disabled = false;
      problem.textContent = t('voice.fault.loading');
      problem.hidden = false;
      return;
    }
    button.hidden = true;
    const request: VoiceRequest = {
      host: {
        place,
        most,
        take(recording) {
          count += 1;
          const name = `${t('files.word.recording')}-${String(count)}.wav`;
          // when it was made stays on the device
          take(new File([recording], name, { type: recording.type, lastModified: 0 }));
        },
        closed() {
          panel = null;
          button.hidden = false;
          button.disabled = false;
          button.focus();
        },
      },
      answer(opened) {
        panel = opened;
      },
    };
    document.dispatchEvent(new CustomEvent(VOICE_EVENT, { detail: request }));
  };
  button.addEventListener('click', () => void open());

  return {
    isUndecided: () => panel?.isUndecided() ?? false,
    focus: () => panel?.focus(),
    wipe: () => panel?.wipe(),
  };
}
