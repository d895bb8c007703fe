import { dayOf } from '../../crypto/private.js';
import { createApi } from '../api.js';
import { loadDirectory, type LoadedDirectory } from '../directory.js';
import { codeOf } from '../errors.js';
import type { Network } from '../node/network.js';
import type { SocksProxy } from '../node/socks.js';
import type { Visit } from '../node/visit.js';
import { createReporter } from '../reporter.js';
import type { CommandContext } from './context.js';
import { answerQuestion, answerSpoken, saveFiles, showCase, writeOn } from './conversation.js';
import { copyCase } from './copy.js';
import { exitCodeOf, exitCodes, Failure, type ExitCode } from './failure.js';
import { help } from './help.js';
import { messageOf } from './messages.js';
import { parseOptions } from './options.js';
import { verifyReceipt } from './receipt.js';
import { report } from './report.js';
import type { Terminal } from './terminal.js';
import { verifyExport } from './verify-export.js';
import { verifyInstallation } from './verify.js';
import { jsonText } from './printable.js';

/** What the program runs with besides its arguments. */
export interface Surroundings {
  terminal: Terminal;
  /** Through this proxy and no other way, or directly. */
  network: (proxy: SocksProxy | undefined) => Network;
  now: () => Date;
  signal: AbortSignal;
  /** Folder of the build that belongs to this program. */
  build: string;
}

interface Means {
  visit: Visit;
  build: string;
  loadDirectory: () => Promise<LoadedDirectory>;
}

async function perform(context: CommandContext, means: Means): Promise<ExitCode> {
  switch (context.options.command) {
    case 'report':
      return report(context);
    case 'reply':
    case 'attach':
      return writeOn(context);
    case 'agree':
    case 'rectify':
    case 'meet':
      return answerSpoken(context);
    case 'consent':
      return answerQuestion(context);
    case 'return':
      return showCase(context);
    case 'read':
      return saveFiles(context);
    case 'copy':
      return copyCase(context);
    case 'receipt':
      return verifyReceipt({ ...context, ...means });
    case 'verify':
      return verifyInstallation({ ...context, ...means });
    case 'verify-export':
      return verifyExport(context);
  }
}

/** Runs one command and answers the exit code; whatever goes wrong is said, nothing is thrown. */
export async function run(
  args: readonly string[],
  { terminal, network, now, signal, build }: Surroundings,
): Promise<ExitCode> {
  try {
    const options = parseOptions(args);
    if (options === null) {
      terminal.print(help.trimEnd());
      return exitCodes.done;
    }
    const today = () => dayOf(now());
    const { fetch, visit } = network(options.socks);
    const connection = { address: options.address, fetch };
    const context = {
      options,
      terminal,
      reporter: createReporter({ ...connection, today }),
      asks: terminal.interactive && !options.yes && !options.json,
      signal,
    };
    const load = (): Promise<LoadedDirectory> => loadDirectory(createApi(connection), today());
    return await perform(context, { visit, build, loadDirectory: load });
  } catch (error) {
    terminal.progress('');
    terminal.say(messageOf(error));
    if (args.includes('--json')) {
      const code = error instanceof Failure ? error.code : codeOf(error);
      terminal.print(jsonText({ error: { code } }));
    }
    return exitCodeOf(error);
  }
}
