import { createDisguise, type Disguise } from '../../../client/voice/disguise.js';
import { toMuLaw } from '../../../client/voice/sound.js';
import type { VoiceOrder, VoiceReport } from '../voice/messages.js';

/*
 * Where the microphone's sound arrives, and the only code that ever holds it: it is disguised here,
 * in the thread that the browser keeps for sound, and only what was disguised goes to the page.
 */

/** What the scope of an audio worklet has; TypeScript's own libraries do not know it. */
declare const sampleRate: number;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: readonly (readonly Float32Array[])[]): boolean;
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: VoiceOrder }) => AudioWorkletProcessor,
): void;

/** Bytes that go to the page at once: a quarter of a second. */
const RUN = 4096;

class VoiceProcessor extends AudioWorkletProcessor {
  readonly #disguise: Disguise;
  readonly #run = new Uint8Array(RUN);
  #filled = 0;
  #isOver = false;

  constructor({ processorOptions: { random } }: { processorOptions: VoiceOrder }) {
    super();
    this.#disguise = createDisguise(sampleRate, random);
    this.port.onmessage = () => {
      // whatever is said, it means the end
      if (this.#isOver) return;
      this.#isOver = true;
      this.#disguise.wipe();
      this.#tell(true);
    };
  }

  process([channels]: readonly (readonly Float32Array[])[]): boolean {
    const [samples] = channels ?? [];
    if (this.#isOver) return false;
    if (samples === undefined) return true;
    for (const byte of toMuLaw(this.#disguise.push(samples))) {
      this.#run[this.#filled] = byte;
      this.#filled += 1;
      if (this.#filled === RUN) this.#tell(false);
    }
    return true;
  }

  #tell(isLast: boolean): void {
    const sound = this.#run.slice(0, this.#filled);
    this.#run.fill(0);
    this.#filled = 0;
    this.port.postMessage({ sound, isLast } satisfies VoiceReport, [sound.buffer]);
  }
}

registerProcessor('voice', VoiceProcessor);
