import type { Terminal } from '../../client/cli/terminal.js';

/** A terminal without a window: answers are given beforehand, everything said is kept. */
export interface TestTerminal extends Terminal {
  /** Standard output. */
  printed: string;
  /** Standard error, questions included. */
  said: string;
  /** What was shown on a screen of its own. */
  shownOnce: string[];
}

/** Makes one. Questions are answered by what they match; an unexpected question is an error. */
export function createTestTerminal(
  options: {
    readonly interactive?: boolean;
    readonly input?: string;
    readonly answer?: (question: string, terminal: TestTerminal) => string | undefined;
  } = {},
): TestTerminal {
  const reply = (question: string): Promise<string> => {
    terminal.said += question;
    const answer = options.answer?.(question, terminal);
    if (answer === undefined) throw new Error(`nobody expected the question: ${question}`);
    return Promise.resolve(answer);
  };
  const terminal: TestTerminal = {
    interactive: options.interactive ?? false,
    printed: '',
    said: '',
    shownOnce: [],
    print(text) {
      terminal.printed += `${text}\n`;
    },
    say(text) {
      terminal.said += `${text}\n`;
    },
    progress: () => undefined,
    ask: reply,
    askText: reply,
    askHidden: reply,
    showOnce(text) {
      terminal.shownOnce.push(text);
      return Promise.resolve();
    },
    readInput: () => Promise.resolve(options.input ?? ''),
  };
  return terminal;
}
