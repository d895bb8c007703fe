import * as v from 'valibot';
import {
  accountKeys,
  epochBodyOf,
  fromBase64,
  fromJsonBytes,
  isDataRequest,
  isEpochEntry,
  openBox,
  openGrant,
  openOrigin,
  ORIGIN_BYTES,
  pad,
  reporterKeys,
  sign,
  toBase64,
  toJsonBytes,
  unpad,
  verifyDirectory,
  type CaseOrigin,
  type ChainContext,
  type Directory,
  type Entry,
  type EpochEntry,
  type EpochKey,
  type Field,
  type ProtocolFault,
  type SigningPurpose,
} from '../../../crypto/private.js';
import { faultWith } from './changed.js';
import { boxWith, flipped, nonceOf, same, type Check } from './checks.js';
import type { Vectors } from './form.js';

/** The mark of a case that a handler made, as its document spells it. */
const Mark = v.strictObject({
  made: v.literal('handler'),
  by: v.string(),
  way: v.string(),
  receivedOn: v.string(),
  key: v.string(),
  signature: v.string(),
});
type Mark = v.InferOutput<typeof Mark>;

/** The case, the box in its first epoch, and who could sign. */
interface World {
  entries: readonly Entry[];
  context: ChainContext;
  directory: Directory;
  /** The first epoch and the later ones, those of the notes among them. */
  first: EpochEntry;
  later: readonly EpochEntry[];
  key: EpochKey;
  box: string;
  mark: Mark;
  signers: { reporter: Uint8Array; handler: Uint8Array; guest: Uint8Array };
  guest: string;
  otherCase: string;
}

function worldOf({ case: frozen, keys }: Vectors): World {
  const newest = verifyDirectory(frozen.directory.newest.directory);
  const { directory, hash } = newest;
  const reporter = reporterKeys(frozen.words);
  const { entries, grants } = frozen.case;
  const [first, ...later] = entries.filter(isEpochEntry);
  const [grant] = grants;
  const guest = directory.readers.find(({ record }) => record.part === 'guest')?.record.id;
  const otherCase = keys.caseKeys[0]?.caseId;
  if (!first || !grant || !guest || !otherCase) throw new Error('a case with a guest');
  const { case: id, commitment } = first.header;
  const key = openGrant(grant, { case: id, compartment: 'dialogue', epoch: 1 }, commitment, reporter.kem);
  const { origin: box } = epochBodyOf(first);
  if (box === undefined) throw new Error('a mark');
  return {
    entries,
    context: {
      caseId: id,
      reporter: reporter.publicKeys,
      directory,
      directories: new Map([[directory.version, hash]]),
      dialogue: null,
    },
    directory,
    first,
    later,
    key,
    box,
    mark: fromJsonBytes(Mark, unpad(openBox(key.key, 'origin', [id], fromBase64(box)))),
    signers: {
      reporter: reporter.sig.secretKey,
      handler: accountKeys(fromBase64(frozen.seed)).sig.secretKey,
      guest: accountKeys(fromBase64(frozen.guestSeed)).sig.secretKey,
    },
    guest,
    otherCase,
  };
}

/** What a handler signs of the case, as the document of the protocol lists it. */
function fieldsOf(id: string, { by, way, receivedOn, key }: Omit<Mark, 'signature'>): Field[] {
  return [fromBase64(id), by, way, receivedOn, key];
}

/** The box of any document in the place of the mark. */
function sealed({ key, box }: World, document: unknown, purpose = 'origin', id: string = key.case): string {
  const padded = pad(toJsonBytes(document), ORIGIN_BYTES);
  return boxWith(nonceOf(box), key.key, purpose, [id], padded);
}

/** A mark that counts as said, but for by whom: nothing that its signature does not cover is believed. */
function runUnproven(world: World): void {
  const { key, directory, mark, signers, guest, otherCase, box } = world;
  const { signature, ...said } = mark;
  const signedBy = (
    secretKey: Uint8Array,
    document: Omit<Mark, 'signature'> = said,
    id: string = key.case,
    purpose: SigningPurpose = 'recording',
  ): Mark => ({
    ...document,
    signature: toBase64(sign(secretKey, purpose, ...fieldsOf(id, document))),
  });
  const proven = (document: Mark): unknown => {
    const origin = openOrigin(key, sealed(world, document), directory);
    return origin.made === 'handler' ? origin.proven : origin.made;
  };
  same('signed', signedBy(signers.handler), mark);
  same('sealed', sealed(world, mark), box);
  same('as it is', proven(mark), true);

  const unproven: Record<string, Mark> = {
    'signed by a guest': signedBy(signers.guest),
    'signed by the reporter': signedBy(signers.reporter),
    'by a guest': signedBy(signers.guest, { ...said, by: guest }),
    'in the name of a guest': signedBy(signers.handler, { ...said, by: guest }),
    'by somebody unknown': signedBy(signers.handler, { ...said, by: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    'of another case': signedBy(signers.handler, said, otherCase),
    'another way': { ...mark, way: 'letter' },
    'another day': { ...mark, receivedOn: '2026-02-28' },
    'another key': { ...mark, key: 'not_kept' },
    'another name': { ...mark, by: guest },
    'with a flipped bit': { ...mark, signature: flipped(signature) },
  };
  for (const [what, document] of Object.entries(unproven)) same(what, proven(document), false);
  for (const purpose of ['entry', 'creation', 'receipt', 'identity answer'] as const) {
    const other = signedBy(signers.handler, said, key.case, purpose);
    same(`signed as ${purpose}`, proven(other), false);
  }
  const [id = '', ...rest] = fieldsOf(key.case, said);
  const turned = sign(signers.handler, 'recording', id, ...rest.toReversed());
  same('fields turned round', proven({ ...mark, signature: toBase64(turned) }), false);
}

/** Which case is no report but a request about data: what a handler signed so, and nothing else. */
function runDataRequest(world: World): void {
  const { key, directory, mark, signers } = world;
  const { signature, ...said } = mark;
  const asked = { ...said, way: 'data_request', key: 'not_kept' };
  const signedBy = (secretKey: Uint8Array, document: Omit<Mark, 'signature'>): Mark => ({
    ...document,
    signature: toBase64(sign(secretKey, 'recording', ...fieldsOf(key.case, document))),
  });
  const opened = (document: Mark): CaseOrigin => openOrigin(key, sealed(world, document), directory);
  const request = signedBy(signers.handler, asked);
  same('a request', opened(request), {
    ...{ made: 'handler', by: said.by, way: 'data_request', receivedOn: said.receivedOn },
    ...{ key: 'not_kept', proven: true },
  });
  same('is one', isDataRequest(opened(request)), true);
  same('a report is none', isDataRequest(opened(mark)), false);
  same('nor is a reporter’s own', isDataRequest({ made: 'reporter' }), false);
  const unsigned: Record<string, Mark> = {
    'signed as a report': { ...asked, signature },
    'signed by a guest': signedBy(signers.guest, asked),
    'signed by the reporter': signedBy(signers.reporter, asked),
    'a report signed as a request': { ...request, way: 'letter' },
    'another day': { ...request, receivedOn: '2026-02-28' },
  };
  for (const [what, document] of Object.entries(unsigned)) {
    const origin = opened(document);
    same(what, [origin.made, isDataRequest(origin)], ['handler', false]);
  }
  // with a key that somebody has it says nothing, signed or not
  const handed = signedBy(signers.handler, { ...asked, key: 'handed_over' });
  same('with a key handed over', opened(handed), { made: 'unknown' });
}

/** What says nothing of who made a case, and stops nobody. */
function runUnknown(world: World): void {
  const { key, directory, mark, box, otherCase } = world;
  const expectUnknown = (what: string, changed: string, under: EpochKey = key): void => {
    same(what, openOrigin(under, changed, directory), { made: 'unknown' });
  };
  for (const field of Object.keys(mark)) {
    const rest = Object.fromEntries(Object.entries(mark).filter(([name]) => name !== field));
    expectUnknown(`without ${field}`, sealed(world, rest));
    expectUnknown(`a number for ${field}`, sealed(world, { ...mark, [field]: 1 }));
  }
  const changes = {
    'another word': { way: 'fax' },
    'another fate of the key': { key: 'lost' },
    'no day': { receivedOn: '2026-02-30' },
    'another maker': { made: 'server' },
    'more than a reporter says': { made: 'reporter' },
    'a field too many': { case: otherCase },
    'half a signature': { signature: mark.signature.slice(0, 43) },
  };
  for (const [what, change] of Object.entries(changes)) {
    expectUnknown(what, sealed(world, { ...mark, ...change }));
  }
  expectUnknown('no mark', sealed(world, null));
  expectUnknown('for another purpose', sealed(world, mark, 'overview'));
  expectUnknown('sealed for another case', sealed(world, mark, 'origin', otherCase));
  expectUnknown('a flipped bit', flipped(box));
  expectUnknown('a flipped commitment', flipped(box, 30));
  expectUnknown('a flipped nonce', flipped(box, 1));
  expectUnknown('another version', flipped(box, 0));
  expectUnknown('of another case', box, { ...key, case: otherCase as typeof key.case });
  expectUnknown('under another key', box, { ...key, key: new Uint8Array(32) });
}

/** Where it stands: in the first epoch, which the reporter's key signs, and in no other. */
function runPlace(world: World): void {
  const { entries, context, first, later, box, mark, signers } = world;
  const faultIn = (entry: EpochEntry, change: object, key: Uint8Array | null): ProtocolFault | null => {
    const body = toBase64(toJsonBytes({ ...epochBodyOf(entry), ...change }));
    return faultWith({ ...entry, body }, { key }, entries, context);
  };
  same('as it is', faultIn(first, {}, signers.reporter), null);
  same('taken away', faultIn(first, { origin: undefined }, null), 'wrong_signature');
  const other = sealed(world, { ...mark, way: 'letter' });
  same('another', faultIn(first, { origin: other }, null), 'wrong_signature');
  same('by a handler', faultIn(first, { origin: other }, signers.handler), 'wrong_signature');
  for (const origin of ['', flipped(box).slice(4), 1, null]) {
    same('no box', faultIn(first, { origin }, signers.reporter), 'malformed');
  }
  const [second] = later;
  if (second === undefined) throw new Error('a second epoch');
  same('in the second', faultIn(second, { origin: box }, signers.handler), 'wrong_epoch');
}

/** The mark of a case that a handler made: runs every vector of it that is refused. */
export function runMark(vectors: Vectors, check: Check): void {
  let world: World | undefined;
  const run = (name: string, part: (world: World) => void): void => {
    check(name, () => {
      world ??= worldOf(vectors);
      part(world);
    });
  };
  run('mark of a case that a handler made, as nobody signed it', runUnproven);
  run('mark of a case that is a request about data', runDataRequest);
  run('mark of a case that a handler made, changed', runUnknown);
  run('mark of a case that a handler made, in its place', runPlace);
}
