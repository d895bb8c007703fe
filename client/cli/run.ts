import { dayOf } from '../../crypto/private.js';
import type { Fetch } from '../api.js';
import { codeOf } from '../errors.js';
import { createReporter } from '../reporter.js';
import type { CommandContext } from './context.js';
import { saveFiles, showCase, writeOn } from './conversation.js';
import { exitCodeOf, exitCodes, Failure, type ExitCode } from './failure.js';
import { help } from './help.js';
import { messageOf } from './messages.js';
import { parseOptions } from './options.js';
import { report } from './report.js';
import type { Terminal } from './terminal.js';

/** What the program runs with besides its arguments. */
export interface Surroundings {
  terminal: Terminal;
  fetch: Fetch;
  now: () => Date;
  signal: AbortSignal;
}

async function perform(context: CommandContext): Promise<ExitCode> {
  switch (context.options.command) {
    case 'report':
      await report(context);
      return exitCodes.done;
    case 'reply':
    case 'attach':
      return writeOn(context);
    case 'return':
      return showCase(context);
    case 'read':
      return saveFiles(context);
  }
}

/** Runs one command and answers the exit code; whatever goes wrong is said, nothing is thrown. */
export async function run(
  args: readonly string[],
  { terminal, fetch, now, signal }: Surroundings,
): Promise<ExitCode> {
  try {
    const options = parseOptions(args);
    if (options === null) {
      terminal.print(help.trimEnd());
      return exitCodes.done;
    }
    const today = () => dayOf(now());
    return await perform({
      options,
      terminal,
      reporter: createReporter({ address: options.address, fetch, today }),
      asks: terminal.interactive && !options.yes && !options.json,
      signal,
    });
  } catch (error) {
    terminal.progress('');
    terminal.say(messageOf(error));
    if (args.includes('--json')) {
      const code = error instanceof Failure ? error.code : codeOf(error);
      terminal.print(JSON.stringify({ error: { code } }));
    }
    return exitCodeOf(error);
  }
}
