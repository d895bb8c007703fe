import { disguiseBytes, VOICE_RATE } from '../../../client/voice/disguise.js';
import { fromMuLaw } from '../../../client/voice/sound.js';
import type { VoiceOrder, VoiceReport } from './messages.js';

/** Why there is no recording. */
export type CaptureFault = 'unsupported' | 'refused' | 'none' | 'failed';

/** A microphone that is open. */
export interface Capture {
  /** Closes it. Resolves when the last of the disguised sound has come. */
  stop: () => Promise<void>;
}

/** What comes of an open microphone. */
export interface CaptureEvents {
  /** Disguised sound, as bytes of μ-law; `loudness` of it between 0 and 1. */
  heard: (sound: Uint8Array<ArrayBuffer>, loudness: number) => void;
  /** It was closed by something else: the device went away, or the browser stopped it. */
  lost: () => void;
}

/** Thrown by {@link openMicrophone}. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly fault: CaptureFault;

  constructor(fault: CaptureFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Whether this browser could record at all; Tor Browser, for one, switches microphones off. */
export function canRecord(): boolean {
  return 'mediaDevices' in navigator && 'AudioWorkletNode' in globalThis;
}

function faultOf(error: unknown): CaptureFault {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'failed';
}

async function askForMicrophone(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      // less of the room, and as loud from near as from far
      audio: { channelCount: 1, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new CaptureError(faultOf(error));
  }
}

function loudnessOf(sound: Uint8Array): number {
  return fromMuLaw(sound).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/**
 * Asks for the microphone and disguises what it hears, in a worklet: the page gets disguised sound
 * alone. The browser may ask the person first, for as long as they take.
 *
 * @param seconds how long will be recorded at most.
 * @param signal ends it at any time; the microphone is closed then, even where it opens only later.
 * @throws CaptureError
 */
export async function openMicrophone(
  seconds: number,
  events: CaptureEvents,
  signal: AbortSignal,
): Promise<Capture> {
  const { worklet } = document.documentElement.dataset;
  if (!canRecord() || worklet === undefined) throw new CaptureError('unsupported');
  const stream = await askForMicrophone();
  const context = new AudioContext();
  const silence = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  let node: AudioWorkletNode | undefined;
  let ended: Promise<void> = Promise.resolve();
  const shut = async (): Promise<void> => {
    silence();
    // said before its thread goes, so that the worklet wipes what it holds
    node?.port.postMessage('end');
    // one that rests, since the system took the sound away, answers nothing
    if (context.state === 'running') await ended;
    await context.close();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shut());
  signal.addEventListener('abort', () => void close());
  try {
    await context.audioWorklet.addModule(worklet);
    if (signal.aborted) throw new CaptureError('failed');
    // not waited for: where no sound can be put out, it never comes in some browsers
    void context.resume().catch(() => undefined);
    const random = crypto.getRandomValues(new Uint8Array(disguiseBytes(seconds)));
    const voice = new AudioWorkletNode(context, 'voice', {
      numberOfInputs: 1,
      numberOfOutputs: 0,
      processorOptions: { random } satisfies VoiceOrder,
    });
    random.fill(0);
    ended = new Promise<void>((resolve) => {
      voice.port.onmessage = ({ data }: MessageEvent<VoiceReport>) => {
        const isWanted = data.sound.length > 0 && !signal.aborted;
        if (isWanted) events.heard(data.sound, loudnessOf(data.sound));
        if (data.isLast) resolve();
      };
      voice.addEventListener('processorerror', () => {
        resolve();
        events.lost();
      });
    });
    node = voice;
    for (const track of stream.getTracks()) track.addEventListener('ended', events.lost);
    context.createMediaStreamSource(stream).connect(voice);
    return { stop: close };
  } catch (error) {
    await close();
    throw error instanceof CaptureError ? error : new CaptureError('failed');
  }
}

/** Plays bytes of μ-law through the loudspeaker, without an element that the system would show. */
export function play(sound: readonly Uint8Array[], onEnd: () => void): { stop: () => void } {
  const context = new AudioContext();
  const samples = sound.reduce((sum, run) => sum + run.length, 0);
  const buffer = context.createBuffer(1, Math.max(1, samples), VOICE_RATE);
  let at = 0;
  for (const run of sound) {
    buffer.copyToChannel(fromMuLaw(run) as Float32Array<ArrayBuffer>, 0, at);
    at += run.length;
  }
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  let isOver = false;
  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    source.stop();
    buffer.getChannelData(0).fill(0);
    void context.close();
    onEnd();
  };
  source.addEventListener('ended', stop);
  source.start();
  void context.resume();
  return { stop };
}
