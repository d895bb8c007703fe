import {
  DeskCase,
  fromBase64,
  fromJsonBytes,
  Directory,
  DirectoryAnswer,
  openGrant,
  ReporterCase,
  reporterKeys,
} from '../../crypto/private.js';
import { fileOf, silent } from './fixtures.js';
import { keysOf } from './hostile.js';
import type { Installation } from './installation.js';
import type { Lie, LieKit, Told } from './lies.js';
import { createLyingServer } from './lying-server.js';

/** A case about which a server lies, and what it takes to lie to each kind of client. */
export interface LiedCase {
  readonly words: string[];
  readonly id: string;
  /** What its file holds. */
  readonly fileBytes: Uint8Array;
  /** The reporter's answer, with this lie in it. */
  toReporter(lie: Lie, answer: ReporterCase): ReporterCase;
  /** The handler's, who is the first one of the installation. */
  toHandler(lie: Lie, answer: DeskCase): DeskCase;
}

const GET_CASE = /^\/api\/case$/;
const DESK_CASE = /^\/api\/desk\/cases\/[^/?]+$/;

/**
 * Makes a case that leaves the second handler out, with a file, answers of the first, and a message;
 * and another one to take things from.
 */
export async function startLiedCase(installation: Installation): Promise<LiedCase> {
  const [hanna, harald] = installation.handlers;
  const fileBytes = new Uint8Array(100_000).fill(65);
  const make = async (text: string): Promise<string[]> => {
    const file = fileOf(fileBytes, { name: 'list.txt' });
    const { words } = await installation.report({ text, leftOut: [harald.id] }, [file]);
    const id = reporterKeys(words).caseId;
    await hanna.desk.reply(id, { kind: 'acknowledgement', text: 'We look at it.' }, [], silent);
    await installation.newReporter().send(words, 'One more thing.', [], silent);
    await hanna.desk.reply(id, { kind: 'reply', text: 'Thank you.' }, [], silent);
    return words;
  };
  const words = await make('Something is wrong here.');
  const otherWords = await make('Something else is wrong.');

  const spy = createLyingServer();
  const asReporter: ReporterCase[] = [];
  const asHandler: DeskCase[] = [];
  const directories: Directory[] = [];
  spy.lieAbout(ReporterCase, GET_CASE, (answer) => {
    asReporter.push(answer);
    return answer;
  });
  spy.lieAbout(DeskCase, DESK_CASE, (answer) => {
    asHandler.push(answer);
    return answer;
  });
  spy.lieAbout(DirectoryAnswer, /^\/api\/directory$/, (answer) => {
    directories.push(fromJsonBytes(Directory, fromBase64(answer.directory.document)));
    return answer;
  });
  await installation.newReporter(spy.fetch).open(words);
  await installation.newReporter(spy.fetch).open(otherWords);
  const desk = installation.newDesk(spy.fetch);
  await desk.signIn(hanna.name, hanna.passphrase);
  await desk.openCase(reporterKeys(otherWords).caseId);

  const [own, ofOther] = asReporter;
  const [handlersOther] = asHandler;
  const grant = own?.grants[0];
  const left = directories[0]?.readers.find(({ record }) => record.id === harald.id)?.record;
  const first = own?.entries[0];
  if (!grant || !ofOther || !handlersOther || !left || !first) throw new Error('an empty case');
  const keys = reporterKeys(words);
  const { compartment, epoch, commitment } = first.header;
  const place = { case: keys.caseId, compartment, epoch };
  const kit = {
    words,
    handler: { id: hanna.id, keys: await keysOf(installation, hanna) },
    leftOut: { id: left.id, kem: left.kem, sig: left.sig },
    epoch: openGrant(grant, place, commitment, keys.kem),
  };
  const changed = <T extends Told>(lie: Lie, answer: T, other: Told): T => {
    const whole: LieKit = { ...kit, other };
    return { ...answer, ...lie.tell(answer, whole) };
  };
  return {
    words,
    id: keys.caseId,
    fileBytes,
    toReporter: (lie, answer) => changed(lie, answer, ofOther),
    toHandler(lie, answer) {
      const told = changed(lie, answer, handlersOther);
      // what the desk kept for itself would answer for the grants
      return lie.means === 'new keys' ? { ...told, keys: [] } : told;
    },
  };
}
