import {
  type AccountKeys,
  type CaseFacts,
  type Entry,
  type EntryContent,
  type EpochBody,
  type EpochKey,
  epochBodyOf,
  type EpochEntry,
  type Grant,
  type Member,
  isEpochEntry,
  makeEpochEntry,
  newEpochKey,
  newestOfOtherSide,
  newId,
  type ProtocolFault,
  randomBytes,
  ReaderId,
  recordHashOf,
  reporterKeys,
  type ReporterKeys,
  sealEntry,
  sealGrant,
  sealPreviousKey,
  signingKeys,
  toBase64,
  toJsonBytes,
  utf8,
  type VerifiedChain,
} from '../../crypto/private.js';
import { message, reply, resignedBy } from './case.js';
import { noiseFrom, sayingBytes } from './hostile.js';

/** What a server hands out of a case that reporters and readers take alike. */
export interface Told {
  readonly case: CaseFacts;
  readonly entries: readonly Entry[];
  readonly grants: readonly Grant[];
}

/** With what lies are made: everything that somebody who runs the server and a handler can have. */
export interface LieKit {
  readonly words: readonly string[];
  /** A handler who wrote in the case, with the keys of that person. */
  readonly handler: { readonly id: string; readonly keys: AccountKeys };
  /** Another reader whom the reporter left out, with public keys of the directory. */
  readonly leftOut: Member;
  /** The newest key of the dialogue. */
  readonly epoch: EpochKey;
  /** Of another case, as the same asker is told. */
  readonly other: Told;
}

/** One thing that a server can hand out in the place of the truth. */
export interface Lie {
  readonly name: string;
  /** What a client must call it. */
  readonly fault: ProtocolFault;
  /** Whether nothing can be done, new keys are needed, or the entry alone is not shown. */
  readonly means: 'stop' | 'new keys' | 'unreadable';
  /** The same for a handler, where it is not: whose notes the keys do not fit, say. */
  readonly atDesk?: 'stop';
  /** Keys of the words that say it, in the reporter's page and at the desk, and the program's own. */
  readonly words: { readonly reporter: string; readonly desk: string; readonly program: string };
  readonly tell: (told: Told, kit: LieKit) => Partial<Told>;
}

interface Making {
  readonly reporter: ReporterKeys;
  readonly dialogue: readonly Entry[];
  readonly last: Entry;
  readonly epoch: EpochKey;
  readonly body: EpochBody;
}

/** The dialogue and its key, by which a forger writes on. */
function makingOf({ entries }: Told, { words, epoch }: LieKit): Making {
  const reporter = reporterKeys(words);
  const dialogue = entries.filter(({ header }) => header.compartment === 'dialogue');
  const last = dialogue.at(-1);
  const opened = dialogue.findLast((entry): entry is EpochEntry => isEpochEntry(entry));
  if (last === undefined || opened === undefined) throw new Error('an empty case');
  return { reporter, dialogue, last, epoch, body: epochBodyOf(opened) };
}

function placeOf(making: Making, author: string, secretKey: Uint8Array) {
  const records = making.dialogue.map((entry) => ({ entry, hash: recordHashOf(entry) }));
  return {
    author: author as ReaderId,
    secretKey,
    sequence: making.last.header.sequence + 1,
    previous: recordHashOf(making.last),
    seen: newestOfOtherSide({ records } as unknown as VerifiedChain, author as ReaderId),
  };
}

/** The next entry, as its author's own client would make it. */
function written(told: Told, kit: LieKit, content: EntryContent, by: 'handler' | 'reporter') {
  const making = makingOf(told, kit);
  const [author, secretKey] =
    by === 'reporter'
      ? ['reporter', making.reporter.sig.secretKey]
      : [kit.handler.id, kit.handler.keys.sig.secretKey];
  return sealEntry(making.epoch, placeOf(making, author, secretKey), content);
}

type Header = Entry['header'];

/** An answer more than anybody wrote, with this in its header, signed by the handler. */
function answerWith(header: (told: Told) => Partial<Header>): Lie['tell'] {
  return (told, kit) => {
    const entry = written(told, kit, reply('Never written.'), 'handler');
    const forged = resignedBy(kit.handler.keys.sig.secretKey, entry, header(told));
    return { entries: [...told.entries, forged] };
  };
}

/** New keys of the dialogue by the handler, with this in their body. */
function epochWith(
  body: (making: Making, kit: LieKit) => Partial<EpochBody>,
  secretKey?: Uint8Array,
): Lie['tell'] {
  return (told, kit) => {
    const making = makingOf(told, kit);
    const { epoch, reporter } = making;
    // who made the case stands in the first epoch alone
    const { members, directory } = making.body;
    const next = newEpochKey({ case: epoch.case, compartment: 'dialogue', epoch: epoch.epoch + 1 });
    const forged = makeEpochEntry(
      next,
      placeOf(making, kit.handler.id, secretKey ?? kit.handler.keys.sig.secretKey),
      { members, directory, previousKey: sealPreviousKey(next, epoch), ...body(making, kit) },
    );
    const handler = members.find(({ id }) => id === kit.handler.id);
    if (handler === undefined) throw new Error('a member');
    const grants = [
      sealGrant(next, { id: 'reporter', kem: reporter.publicKeys.kem }),
      sealGrant(next, handler),
    ];
    return { entries: [...told.entries, forged], grants: [...told.grants, ...grants] };
  };
}

const random = (): string => toBase64(randomBytes(32));

/**
 * What a server, alone or with a handler, can hand out of a case so that every client finds it: one
 * for each fault of `docs/protocol.md` that entries, keys and facts can show. The case has a report,
 * answers of the handler, and a message of the reporter.
 */
export const lies: readonly Lie[] = [
  {
    name: 'an entry kept back from among the others',
    fault: 'missing_entry',
    means: 'stop',
    words: {
      reporter: 'error.case_missing',
      desk: 'desk.fault.missing',
      program: 'a case in which an entry is missing',
    },
    tell: answerWith(({ entries }) => ({ sequence: entries.length + 9 })),
  },
  {
    name: 'an entry of another case',
    fault: 'wrong_case_id',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.other_case',
      program: 'another case than the one asked for',
    },
    tell: ({ entries }, { other }) => ({ entries: [...entries, ...other.entries.slice(-1)] }),
  },
  {
    name: 'an entry that follows none of the others',
    fault: 'wrong_previous',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.altered',
      program: 'entries that do not follow each other',
    },
    tell: answerWith(() => ({ previous: random() as Header['previous'] })),
  },
  {
    name: 'an entry that answers one which is not shown',
    fault: 'truncated_chain',
    means: 'stop',
    words: {
      reporter: 'error.case_missing',
      desk: 'desk.fault.missing',
      program: 'a case in which later entries are missing',
    },
    tell: answerWith(() => ({ seen: random() as Header['seen'] })),
  },
  {
    name: 'an entry that answers something older than its author had seen',
    fault: 'reused_seen_head',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.altered',
      program: 'an entry that answers something older than it should',
    },
    tell: answerWith(() => ({ seen: null })),
  },
  {
    name: 'an answer that the server made up',
    fault: 'wrong_signature',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.altered',
      program: 'something whose signature is wrong',
    },
    tell: (told, kit) => {
      const entry = written(told, kit, reply('Nobody said this.'), 'handler');
      const secretKey = signingKeys(randomBytes(32)).secretKey;
      return { entries: [...told.entries, resignedBy(secretKey, entry, {})] };
    },
  },
  {
    name: 'an answer by somebody who may not write in the case',
    fault: 'not_a_member',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.members',
      program: 'something from a person who may not write here',
    },
    tell: answerWith(() => ({ author: newId(ReaderId) })),
  },
  {
    name: 'an entry under keys that nobody made',
    fault: 'wrong_epoch',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.members',
      program: 'a list of readers that the organisation did not confirm',
    },
    tell: answerWith(({ entries }) => ({ epoch: (entries.at(-1)?.header.epoch ?? 0) + 1 })),
  },
  {
    name: 'an entry under another key than its readers were given',
    fault: 'wrong_commitment',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.altered',
      program: 'something sealed under another key',
    },
    tell: answerWith(() => ({ commitment: random() })),
  },
  {
    name: 'a closure in the name of the reporter',
    fault: 'wrong_effect',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.altered',
      program: 'an entry that does to the case what its author may not',
    },
    tell: (told, kit) => {
      const entry = written(told, kit, message('I close it.'), 'reporter');
      const { secretKey } = reporterKeys(kit.words).sig;
      const forged = resignedBy(secretKey, entry, { effect: 'close' });
      return { entries: [...told.entries, forged] };
    },
  },
  {
    name: 'new keys for everybody that the server made',
    fault: 'wrong_signature',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.altered',
      program: 'something whose signature is wrong',
    },
    tell: epochWith(() => ({}), signingKeys(new Uint8Array(32).fill(7)).secretKey),
  },
  {
    name: 'new keys for somebody whom the directory does not know',
    fault: 'wrong_epoch',
    means: 'stop',
    words: {
      reporter: 'error.case_altered',
      desk: 'desk.fault.members',
      program: 'a list of readers that the organisation did not confirm',
    },
    tell: epochWith(({ body, reporter }) => ({
      members: [...body.members, { ...reporter.publicKeys, id: newId(ReaderId) }],
    })),
  },
  {
    name: 'new keys under a directory newer than the one shown',
    fault: 'directory_rolled_back',
    means: 'stop',
    words: {
      reporter: 'error.directory_other',
      desk: 'desk.fault.directory',
      program: 'an older list of readers than',
    },
    tell: epochWith(({ body: { directory } }) => ({
      directory: { ...directory, version: directory.version + 900 },
    })),
  },
  {
    name: 'new keys under another directory of the same number',
    fault: 'wrong_directory',
    means: 'stop',
    words: {
      reporter: 'error.directory_other',
      desk: 'desk.fault.directory',
      program: 'a list of readers that is not the one',
    },
    tell: epochWith(({ body: { directory } }) => ({
      directory: { ...directory, hash: random() as typeof directory.hash },
    })),
  },
  {
    name: 'that the case is closed, which nobody closed',
    fault: 'wrong_facts',
    means: 'stop',
    words: {
      reporter: 'error.case_facts',
      desk: 'desk.fault.facts',
      program: 'something about the case that its entries contradict',
    },
    tell: (told) => {
      const closedOn = told.case.receivedOn;
      return { case: { ...told.case, closedOn, purgeOn: closedOn } };
    },
  },
  {
    name: 'no key to what is written now',
    fault: 'missing_entry',
    means: 'new keys',
    words: {
      reporter: 'error.key_missing',
      desk: 'desk.keys.missing',
      program: 'You were given no key to what is written in this case now',
    },
    tell: () => ({ grants: [] }),
  },
  {
    name: 'a key that the case was not sealed under',
    fault: 'wrong_commitment',
    means: 'new keys',
    words: {
      reporter: 'error.key_wrong',
      desk: 'desk.keys.wrong',
      program: 'The key that you were given to what is written in this case now is wrong',
    },
    tell: (told, { other }) => ({
      grants: told.grants.map((grant, at) => other.grants[at] ?? grant),
    }),
  },
  {
    name: 'new keys for somebody whom the reporter left out',
    fault: 'left_out_member',
    means: 'new keys',
    atDesk: 'stop',
    words: {
      reporter: 'error.left_out',
      desk: 'desk.left_out.reads',
      program: 'Somebody whom you left out was given access',
    },
    tell: epochWith(({ body }, { leftOut }) => ({ members: [...body.members, leftOut] })),
  },
  {
    name: 'an entry that its author sealed to nobody',
    fault: 'does_not_open',
    means: 'unreadable',
    words: {
      reporter: 'conversation.unreadable',
      desk: 'desk.unreadable.sealed',
      program: 'that cannot be read',
    },
    tell: (told, kit) => {
      const entry = written(told, kit, message('Noise.'), 'reporter');
      return { entries: [...told.entries, noiseFrom(kit.words, entry)] };
    },
  },
  {
    name: 'an answer in the name of the reporter',
    fault: 'unknown_author',
    means: 'unreadable',
    words: {
      reporter: 'conversation.unreadable',
      desk: 'desk.unreadable.not_theirs',
      program: 'that cannot be read',
    },
    tell: (told, kit) => {
      const { epoch, reporter } = makingOf(told, kit);
      const entry = written(told, kit, message('Something.'), 'reporter');
      const bytes = toJsonBytes(reply('Readers alone reply.'));
      const forged = sayingBytes(entry, epoch, reporter.sig.secretKey, bytes);
      return { entries: [...told.entries, forged] };
    },
  },
  {
    name: 'an entry that is no document',
    fault: 'malformed',
    means: 'unreadable',
    words: {
      reporter: 'conversation.unreadable',
      desk: 'desk.unreadable.sealed',
      program: 'that cannot be read',
    },
    tell: (told, kit) => {
      const { epoch, reporter } = makingOf(told, kit);
      const entry = written(told, kit, message('Something.'), 'reporter');
      const forged = sayingBytes(entry, epoch, reporter.sig.secretKey, utf8('{"kind":"no"}'));
      return { entries: [...told.entries, forged] };
    },
  },
];
