import { FILES_LIMIT } from '../../crypto/private.js';
import type { ReporterCaseView } from '../models.js';
import { saveFile } from '../node/save-file.js';
import { cleanFiles } from './cleaning.js';
import { consentOf } from './consent.js';
import { closeFiles, openFiles, progressOn, type CommandContext } from './context.js';
import { exitCodes, Failure, usage, type ExitCode } from './failure.js';
import { checkReceiptFile, keepReceipt } from './keep-receipt.js';
import { checkInputs, readCaseKey } from './key.js';
import { jsonText, bytesText, printableLine } from './printable.js';
import { checkFingerprint } from './readers.js';
import { caseJson, caseText, filesOf, warningsOf } from './show.js';
import { spokenWord } from './spoken.js';
import { textFrom } from './text.js';

/** Compares the organisation with the words that the person gave, before anything else. */
export async function checkOrganisation({ options, reporter }: CommandContext): Promise<void> {
  if (options.fingerprint !== undefined) {
    checkFingerprint(await reporter.directory(), options.fingerprint);
  }
}

function show(
  { options, terminal }: CommandContext,
  view: ReporterCaseView,
  more: object = {},
): ExitCode {
  const { texts, exit } = warningsOf(view);
  for (const text of texts) terminal.say(text);
  terminal.print(options.json ? jsonText({ ...caseJson(view), ...more }) : caseText(view));
  return exit;
}

/** `casekey return`: opens and shows the case. */
export async function showCase(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter } = context;
  checkInputs(options.keyFile, undefined);
  await checkReceiptFile(options.receipt);
  await checkOrganisation(context);
  const words = await readCaseKey(terminal, options.keyFile);
  const view = await reporter.open(words);
  const file = options.receipt;
  if (file === undefined) return show(context, view);
  const kept = await keepReceipt(file, view.receipt);
  const exit = show(context, view, { receipt: kept.code });
  terminal.say(kept.text);
  return exit === exitCodes.done ? kept.exit : exit;
}

/** Opens a case to write on in it. Throws Failure where it does not verify. */
async function openToWrite(
  { terminal, reporter }: CommandContext,
  words: readonly string[],
): Promise<ReporterCaseView> {
  const before = await reporter.open(words);
  const { texts, exit } = warningsOf(before);
  for (const text of texts) terminal.say(text);
  if (exit === exitCodes.done) return before;
  throw new Failure(
    before.warnings[0]?.code ?? 'malformed',
    exit,
    'Nothing was sent, since the case does not verify.',
  );
}

/** `casekey agree`, `casekey rectify` and `casekey meet`: answers about what is spoken. */
export async function answerSpoken(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter, asks, signal } = context;
  checkInputs(options.keyFile, options.textFile);
  await checkOrganisation(context);
  const words = await readCaseKey(terminal, options.keyFile);
  const before = await openToWrite(context, words);
  if (asks) terminal.say(caseText(before));
  const after = await reporter.say(words, await spokenWord(context, before), signal);
  if (options.json) return show(context, after);
  terminal.print('It arrived.');
  return exitCodes.done;
}

/** `casekey consent`: answers whether somebody outside may be told who the reporter is. */
export async function answerQuestion(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter, signal } = context;
  checkInputs(options.keyFile, undefined);
  await checkOrganisation(context);
  const words = await readCaseKey(terminal, options.keyFile);
  const before = await openToWrite(context, words);
  const { request, answer } = consentOf(context, before);
  const after = await reporter.consent(words, request, answer, signal);
  if (options.json) return show(context, after);
  terminal.print('It arrived.');
  return exitCodes.done;
}

/** `casekey reply` and `casekey attach`: writes on in a case. */
export async function writeOn(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter, asks, signal } = context;
  checkInputs(options.keyFile, options.textFile);
  if (options.files.length > FILES_LIMIT) throw usage(`At most ${String(FILES_LIMIT)} files.`);
  const wantsText = options.textFile !== undefined || options.command === 'reply';
  await checkOrganisation(context);
  const files = await openFiles(options.files);
  try {
    const words = await readCaseKey(terminal, options.keyFile);
    const before = await openToWrite(context, words);
    if (asks) terminal.say(caseText(before));
    const toSend = await cleanFiles(context, files);
    const fromInput = options.keyFile !== undefined && files.length === 0;
    const text = wantsText
      ? await textFrom(context, 'Your message. End with a line that is a single dot.', fromInput)
      : '';
    if (text === '' && files.length === 0) throw usage('A message needs a text or a file.');
    const after = await reporter.send(words, text, toSend, progressOn(terminal), signal);
    if (options.json) return show(context, after);
    terminal.print('It arrived.');
    return exitCodes.done;
  } finally {
    await closeFiles(files);
  }
}

/** `casekey read`: saves files of the case. */
export async function saveFiles(context: CommandContext): Promise<ExitCode> {
  const { options, terminal, reporter, signal } = context;
  checkInputs(options.keyFile, undefined);
  await checkOrganisation(context);
  const words = await readCaseKey(terminal, options.keyFile);
  const view = await reporter.open(words);
  const { texts, exit } = warningsOf(view);
  for (const text of texts) terminal.say(text);
  const all = filesOf(view);
  const wanted = options.rest.map((number) => {
    const item = all.find((one) => String(one.number) === number);
    if (item === undefined) {
      throw usage(`There is no file ${printableLine(number)}: the case has ${String(all.length)}.`);
    }
    return item;
  });
  const saved: { number: number; name: string; path: string }[] = [];
  for (const { number, file } of wanted.length > 0 ? wanted : all) {
    const onReceived = (bytes: number): void => {
      const done = `${bytesText(bytes)} of ${bytesText(file.size)}`;
      terminal.progress(`${printableLine(file.name)}: ${done}`);
    };
    const bytes = reporter.download(words, file, onReceived, signal);
    const path = await saveFile(options.out, file.name, bytes);
    terminal.progress('');
    if (!options.json) terminal.print(`[${String(number)}] ${printableLine(path)}`);
    saved.push({ number, name: file.name, path });
  }
  if (options.json) terminal.print(jsonText({ files: saved }));
  else if (saved.length === 0) terminal.say('The case has no files.');
  return exit;
}
