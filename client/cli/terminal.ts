import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ClientError } from '../errors.js';

/** How a command talks: results on one stream, everything else on another, questions if there is a person. */
export interface Terminal {
  /** Whether a person sits there who can be asked. */
  readonly interactive: boolean;
  /** A part of the result, for standard output. */
  print(text: string): void;
  /** Anything else, for standard error. */
  say(text: string): void;
  /** A line that the next one overwrites; empty to end it. Nothing where no person looks. */
  progress(line: string): void;
  /** One line. Throws ClientError `cancelled` at Ctrl-C or where the input ends. */
  ask(question: string): Promise<string>;
  /** Lines until one that is a single dot, or the end. */
  askText(question: string): Promise<string>;
  /** Lines without showing them, until `enough` of what was typed so far. */
  askHidden(question: string, enough: (text: string) => boolean): Promise<string>;
  /** Shows a text on a screen of its own until Enter: it does not stay in the window's history. */
  showOnce(text: string): Promise<void>;
  /** Everything on standard input. */
  readInput(): Promise<string>;
}

/** The streams of a process. */
export interface Streams {
  input: NodeJS.ReadableStream & { isTTY?: boolean | undefined };
  output: NodeJS.WritableStream;
  errors: NodeJS.WritableStream & { isTTY?: boolean | undefined };
}

const OTHER_SCREEN = '\u001b[?1049h\u001b[H';
const BACK = '\u001b[?1049l';

/** Makes a terminal of a process's streams. */
export function createTerminal({ input, output, errors }: Streams): Terminal {
  const interactive = input.isTTY === true && errors.isTTY === true;
  let progressing = false;

  function endProgress(): void {
    if (progressing) errors.write('\n');
    progressing = false;
  }

  function lines(
    question: string,
    hidden: boolean,
    complete: (typed: readonly string[]) => boolean,
  ): Promise<string[]> {
    endProgress();
    const nowhere = new Writable({
      write(_chunk, _encoding, done) {
        done();
      },
    });
    const reader = createInterface({
      input,
      output: hidden ? nowhere : errors,
      terminal: interactive,
      historySize: 0,
      prompt: '',
    });
    // from here on the terminal itself echoes nothing: only then may a person be asked
    const start = question.lastIndexOf('\n') + 1;
    errors.write(hidden ? question : question.slice(0, start));
    if (!hidden) {
      reader.setPrompt(question.slice(start));
      reader.prompt();
    }
    return new Promise((resolve, reject) => {
      const typed: string[] = [];
      let over = false;
      const finish = (end: () => void): void => {
        if (over) return;
        over = true;
        reader.close();
        if (hidden) errors.write('\n');
        end();
      };
      reader.on('line', (line) => {
        if (over) return;
        typed.push(line);
        if (complete(typed))
          finish(() => {
            resolve(typed);
          });
      });
      reader.on('SIGINT', () => {
        finish(() => {
          reject(new ClientError('cancelled'));
        });
      });
      reader.on('close', () => {
        finish(() => {
          if (typed.length > 0) resolve(typed);
          else reject(new ClientError('cancelled'));
        });
      });
    });
  }

  return {
    interactive,
    print(text) {
      endProgress();
      output.write(`${text}\n`);
    },
    say(text) {
      endProgress();
      errors.write(`${text}\n`);
    },
    progress(line) {
      if (!interactive) return;
      if (line === '') {
        endProgress();
        return;
      }
      errors.write(`\r\u001b[K${line}`);
      progressing = true;
    },
    async ask(question) {
      const [line = ''] = await lines(question, false, () => true);
      return line.trim();
    },
    async askText(question) {
      const typed = await lines(`${question}\n`, false, (all) => all.at(-1) === '.');
      if (typed.at(-1) === '.') typed.pop();
      return typed.join('\n').trim();
    },
    async askHidden(question, enough) {
      const typed = await lines(question, true, (all) => enough(all.join('\n')));
      return typed.join('\n');
    },
    async showOnce(text) {
      errors.write(`${OTHER_SCREEN}${text}\n\n`);
      try {
        await lines('Enter to go on ', false, () => true);
      } finally {
        errors.write(BACK);
      }
    },
    async readInput() {
      const pieces: Buffer[] = [];
      for await (const piece of input) pieces.push(Buffer.from(piece as Buffer));
      return Buffer.concat(pieces).toString('utf8');
    },
  };
}
