import { VOICE_RATE } from '../../../client/voice/disguise.js';
import { soundBytes, wavOf } from '../../../client/voice/sound.js';
import { announce, clone, slot } from '../reporter/dom.js';
import { plural, t } from '../strings.js';
import { canRecord, CaptureError, openMicrophone, play, type Capture } from './capture.js';
import type { VoiceHost, VoicePanel } from './messages.js';

/** How long a recording can be, where files may be large enough. */
const MOST_SECONDS = 600;
/** Softer than this, nobody spoke. */
const SILENT = 0.02;

type State =
  | { at: 'words' }
  | { at: 'asking'; abort: AbortController }
  | { at: 'recording'; abort: AbortController; capture: Capture }
  | { at: 'recorded' }
  | { at: 'listening'; stop: () => void };

function time(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/**
 * Shows a panel in which somebody is told what a disguise is and is not, records, listens, and takes
 * the recording or throws it away. The microphone and the loudspeaker are shut when the page is
 * hidden; all sound is overwritten when it is left.
 */
export function createVoicePanel(host: VoiceHost): VoicePanel {
  const panel = clone('voice');
  const most = Math.min(MOST_SECONDS, Math.floor((host.most() - soundBytes(0)) / VOICE_RATE) - 1);
  let state: State = { at: 'words' };
  let sound: Uint8Array<ArrayBuffer>[] = [];
  let loudest = 0;
  /** Of the newest recording: what comes late of an earlier one is none of it. */
  let current: AbortController | null = null;

  const isAt = (wanted: State['at']): boolean => state.at === wanted;
  const part = (name: string): HTMLElement => slot(panel, name);
  const seconds = (): number => sound.reduce((sum, run) => sum + run.length, 0) / VOICE_RATE;
  const forgetSound = (): void => {
    for (const run of sound) run.fill(0);
    sound = [];
    loudest = 0;
  };
  const say = (text: string | null): void => {
    part('problem').textContent = text;
    part('problem').hidden = text === null;
  };

  const go = (next: State, focus: string | null): void => {
    state = next;
    const isBefore = next.at === 'words' || next.at === 'asking';
    const isAfter = next.at === 'recorded' || next.at === 'listening';
    part('before').hidden = !isBefore;
    part('during').hidden = next.at !== 'recording';
    part('after').hidden = !isAfter;
    part('asking').hidden = next.at !== 'asking';
    (part('start') as HTMLButtonElement).disabled = next.at === 'asking' || !canRecord();
    part('listen').textContent = t(next.at === 'listening' ? 'voice.silence' : 'voice.listen');
    if (isAfter) part('length').textContent = t('voice.length', { time: time(seconds()) });
    if (focus !== null) part(focus).focus();
  };

  const showTime = (loudness: number): void => {
    part('time').textContent = t('voice.time', { time: time(seconds()), most: time(most) });
    (part('loudness') as HTMLMeterElement).value = Math.sqrt(loudness);
  };

  /** Ends a recording; what was recorded until then can be heard and kept. */
  const stop = async (why: string | null): Promise<void> => {
    if (state.at !== 'recording') return;
    const { capture } = state;
    go({ at: 'recorded' }, null);
    await capture.stop();
    // thrown away meanwhile
    if (!isAt('recorded')) return;
    if (seconds() === 0) {
      go({ at: 'words' }, 'start');
      say(t('voice.fault.failed'));
      return;
    }
    say(why ?? (loudest < SILENT ? t('voice.silent') : null));
    go({ at: 'recorded' }, 'listen');
    announce(t('voice.stopped', { time: time(seconds()) }));
  };

  const start = async (): Promise<void> => {
    forgetSound();
    say(null);
    const abort = new AbortController();
    current = abort;
    go({ at: 'asking', abort }, null);
    showTime(0);
    try {
      const capture = await openMicrophone(
        most,
        {
          heard(run, loudness) {
            const isWanted = isAt('recording') || isAt('recorded');
            if (!isWanted || abort !== current || abort.signal.aborted) {
              run.fill(0);
              return;
            }
            sound.push(run);
            loudest = Math.max(loudest, loudness);
            showTime(loudness);
            if (seconds() >= most) void stop(t('voice.limit'));
          },
          lost: () => void stop(t('voice.lost')),
        },
        abort.signal,
      );
      if (!isAt('asking') || abort.signal.aborted) return;
      go({ at: 'recording', abort, capture }, 'stop');
      announce(t('voice.recording'));
      if (document.visibilityState === 'hidden') await stop(t('voice.hidden'));
    } catch (error) {
      if (!isAt('asking') || abort.signal.aborted) return;
      go({ at: 'words' }, 'start');
      say(t(`voice.fault.${error instanceof CaptureError ? error.fault : 'failed'}`));
    }
  };

  /** Shuts microphone and loudspeaker. */
  const shut = (): void => {
    if (state.at === 'asking' || state.at === 'recording') state.abort.abort();
    if (state.at === 'listening') state.stop();
  };

  const discard = (): void => {
    shut();
    forgetSound();
    say(null);
    go({ at: 'words' }, 'start');
    announce(t('voice.discarded'));
  };

  const listen = (): void => {
    if (state.at === 'listening') {
      state.stop();
      return;
    }
    say(null);
    const playing = play(sound, () => {
      if (state.at === 'listening') go({ at: 'recorded' }, null);
    });
    go({ at: 'listening', stop: playing.stop }, null);
  };

  const close = (): void => {
    shut();
    forgetSound();
    document.removeEventListener('visibilitychange', onHide);
    window.removeEventListener('pagehide', close);
    panel.remove();
    host.closed();
  };

  const onHide = (): void => {
    if (document.visibilityState !== 'hidden') return;
    if (state.at === 'listening') state.stop();
    void stop(t('voice.hidden'));
  };

  const actions: Readonly<Record<string, () => void>> = {
    start: () => void start(),
    stop: () => void stop(null),
    cancel: discard,
    discard,
    listen,
    take() {
      shut();
      const recording = new Blob([wavOf(sound) as BlobPart], { type: 'audio/wav' });
      host.take(recording);
      close();
    },
    close,
  };
  for (const [name, action] of Object.entries(actions)) {
    part(name).addEventListener('click', action);
  }
  document.addEventListener('visibilitychange', onHide);
  window.addEventListener('pagehide', close);
  part('most').textContent = plural('voice.most', Math.max(1, Math.floor(most / 60)));
  host.place.append(panel);
  go({ at: 'words' }, null);
  if (!canRecord()) say(t('voice.fault.unsupported'));
  panel.focus();

  return {
    isUndecided: () => state.at !== 'words',
    focus() {
      panel.focus();
    },
    wipe: close,
  };
}
