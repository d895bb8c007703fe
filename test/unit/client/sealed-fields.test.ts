import { beforeAll, describe, expect, it } from 'vitest';
import { createDeskMemory, type Memory } from '../../../client/desk/memory.js';
import type { DeskSession, SignedInState } from '../../../client/desk/session.js';
import { openPack } from '../../../client/figures/packs.js';
import {
  AMOUNT_LIMIT,
  COUNTED_DAYS_LIMIT,
  COUNTED_LIMIT,
  derive,
  DUE_DAYS_LIMIT,
  LABELS_BYTES,
  LABEL_LIMIT,
  newCaseKey,
  newEpochKey,
  newOverview,
  openHead,
  openOverview,
  openReceipt,
  pad,
  randomBytes,
  readReceipt,
  ready,
  reporterKeys,
  sealBox,
  sealOverview,
  toBase64,
  toJsonBytes,
  utf8,
  type CaseId,
  type EpochKey,
  type KeptReceipt,
} from '../../../crypto/private.js';
import { faultOf } from '../crypto/faults.js';

/*
 * What desks and reporters seal for themselves, or keep as a file: each field by itself is refused where
 * it is anything else than it can be. Everything goes the way of what was really sealed.
 */

await ready();

const id = 'A'.repeat(22);
const otherId = `${'B'.repeat(21)}A`;
const hash = 'A'.repeat(43);

const notText = [null, true, 7, [], {}];
const notList = [null, true, 7, 'a', {}];
const notObject = [null, true, 7, 'a', []];
// of another length, and with bits that no encoder writes
const notId = [...notText, '', id.slice(1), `${id}A`, `${id.slice(1)}B`, `${id.slice(1)}=`];
const notHash = [...notText, '', id, hash.slice(1), `${hash}A`, `${hash.slice(1)}B`, `${hash}=`];
const noDay = [
  '',
  '2026-02-30',
  '2026-3-2',
  '2026-03-02T10:00:00.000Z',
  '2.3.2026',
  '+12026-03-02',
];
const notDay = [...notText, ...noDay];
const noWord = ['', 'Fraud', 'fraud ', 'other than these'];
const notWord = [...notText, ...noWord];
const notCount = [null, true, '1', [], {}, 0, -1, 1.5, Number.MAX_SAFE_INTEGER + 1];
/** From zero to a limit. */
const notWithin = (limit: number): unknown[] => [true, '1', [], {}, -1, 0.5, limit + 1];
/** What may be null, is refused where it is anything else. */
const orNull = (values: readonly unknown[]): unknown[] => values.filter((value) => value !== null);

type Holder = Record<string, unknown>;

/** A kind of document with every field that it can have. */
interface Kind {
  document: unknown;
  /** Reads a document as the code that needs it does. */
  open: (bytes: Uint8Array) => unknown;
  /** Values that are refused in each place; a path names it. */
  refused: Readonly<Record<string, readonly unknown[]>>;
  /** Places that may be missing. */
  optional?: readonly string[];
  /** Lists of which each item is alike, which `refused` tells of whole. */
  lists?: readonly string[];
}

const key = new Uint8Array(32).fill(7);
const caseId = hash as CaseId;
const epoch: EpochKey = {
  ...newEpochKey({ case: caseId, compartment: 'dialogue', epoch: 1 }),
  key,
};

function openMemory(bytes: Uint8Array): Memory | null {
  const box = toBase64(sealBox(key, 'memory', [id, otherId], bytes));
  const state = { memory: box, keys: { own: key }, installation: id, account: { id: otherId } };
  return createDeskMemory({} as DeskSession).read(state as unknown as SignedInState);
}

const kinds: Readonly<Record<string, Kind>> = {
  'the line of a list': {
    document: [
      'Two of four guards',
      'fraud',
      '2026-03-03',
      '2026-05-01',
      'spam',
      'investigation',
      ['Site north'],
      [id],
      ['task', '2026-03-09', 5],
      '2026-08-31',
      11,
      '2026-03-01',
    ],
    open(bytes) {
      const sealing = derive(key, 'overview');
      const box = toBase64(sealBox(sealing, 'overview', [caseId, 'dialogue', 1], bytes));
      return openOverview(epoch, { compartment: 'dialogue', epoch: 1, box });
    },
    refused: {
      '0': notText,
      '1': notWord,
      '2': orNull(notDay),
      '3': orNull(notDay),
      '4': orNull(notWord),
      '5': notWord,
      '6': [
        ...notList,
        [1],
        [''],
        ['a', 'a'],
        ['a', 'b', 'c', 'd', 'e'],
        ['a'.repeat(LABEL_LIMIT + 1)],
        ['å'.repeat(LABEL_LIMIT), 'ä'.repeat(LABELS_BYTES / 4)],
      ],
      '7': [
        ...notList,
        [1],
        [hash],
        [id, id],
        ['A', 'Q', 'g', 'w'].map((last) => id.slice(1) + last),
      ],
      '8': orNull(notList),
      '8.0': [...notWord, 'acknowledge'],
      '8.1': notDay,
      '8.2': [null, ...notWithin(DUE_DAYS_LIMIT)],
      '9': orNull(notDay),
      '10': [null, false, '0', 6, 7, ...notWithin(13)],
      '11': orNull(notDay),
    },
    lists: ['6', '7'],
  },
  'a pack of figures': {
    document: [
      [
        id,
        otherId,
        2,
        2026,
        2027,
        'fraud',
        'worker',
        'spam',
        3,
        80,
        { currency: 'EUR', damage: 120_000, recovered: 0 },
      ],
    ],
    open(bytes) {
      const place = { installation: id, account: otherId, number: 3 };
      const box = sealBox(key, 'pack of figures', [id, otherId, '3'], bytes);
      return openPack(key, place, toBase64(box));
    },
    refused: {
      '0': notList,
      '0.0': notId,
      '0.1': notId,
      '0.2': [...notCount, COUNTED_LIMIT + 1],
      '0.3': [null, true, '2026', [], {}, 1999, 10_000, 2026.5],
      '0.4': [null, true, '2026', [], {}, 1999, 10_000, 2026.5],
      '0.5': notWord,
      '0.6': notWord,
      '0.7': orNull(notWord),
      '0.8': notWithin(COUNTED_DAYS_LIMIT),
      '0.9': notWithin(COUNTED_DAYS_LIMIT),
      '0.10': orNull(notObject),
      '0.10.currency': [...notText, '', 'eur', 'EURO', 'EU', '€'],
      '0.10.damage': notWithin(AMOUNT_LIMIT),
      '0.10.recovered': notWithin(AMOUNT_LIMIT),
    },
    optional: ['0'],
  },
  'how far a case was seen': {
    document: {
      dialogue: { sequence: 3, hash },
      internal: { sequence: 1, hash },
      readThrough: 2,
      log: [7, hash],
    },
    open: (bytes) => openHead(key, caseId, id, toBase64(sealBox(key, 'head', [caseId, id], bytes))),
    refused: {
      dialogue: notObject,
      'dialogue.sequence': notCount,
      'dialogue.hash': notHash,
      internal: orNull(notObject),
      'internal.sequence': notCount,
      'internal.hash': notHash,
      readThrough: [null, true, '2', [], {}, -1, 0.5],
      log: notList,
      'log.0': notCount,
      'log.1': notHash,
    },
    optional: ['log'],
  },
  'the memory of a desk': {
    document: {
      version: 4,
      hash,
      read: 3,
      renewed: 0,
      log: { organisation: [9, hash], operation: [5, hash] },
      handbook: { number: 2, hash },
    },
    open: openMemory,
    refused: {
      version: notCount,
      hash: notHash,
      read: notCount,
      renewed: [null, ...notWithin(Number.MAX_SAFE_INTEGER)],
      log: notObject,
      'log.organisation': orNull(notList),
      'log.organisation.0': notCount,
      'log.organisation.1': notHash,
      'log.operation': orNull(notList),
      'log.operation.0': notCount,
      'log.operation.1': notHash,
      handbook: notObject,
      'handbook.number': notCount,
      'handbook.hash': notHash,
    },
    optional: ['log', 'handbook'],
  },
  'a receipt': {
    document: {
      format: 'casekey receipt 1',
      installation: id,
      day: '2026-03-02',
      practice: false,
      commitment: hash,
      signature: 'A'.repeat(86),
      opening: 'A'.repeat(140),
    },
    open: readReceipt,
    refused: {
      format: [...notText, '', 'casekey receipt 2', 'casekey receipt 1\n'],
      installation: notId,
      day: notDay,
      practice: [null, 0, 1, 'false', [], {}],
      commitment: notHash,
      signature: [...notText, '', hash, 'A'.repeat(85), 'A'.repeat(87), `${'A'.repeat(85)}B`],
      opening: [...notText, '', hash, 'A'.repeat(139), 'A'.repeat(141), `${'A'.repeat(139)}=`],
    },
  },
};

function holderAt(document: unknown, path: readonly string[]): Holder {
  return path.reduce((holder, name) => holder[name] as Holder, document as Holder);
}

/** The document with one place changed. */
function changed(
  document: unknown,
  path: string,
  change: (holder: Holder, name: string) => void,
): unknown {
  const copy = { root: structuredClone(document) };
  const names = ['root', ...path.split('.').filter((name) => name !== '')];
  change(holderAt(copy, names.slice(0, -1)), names.at(-1) ?? '');
  return copy.root;
}

/** Paths of every place in a document, of lists and objects too; the document itself is ''. */
function placesIn(value: unknown, lists: readonly string[], path = ''): string[] {
  if (typeof value !== 'object' || value === null || lists.includes(path)) return [path];
  const under = Object.entries(value).flatMap(([name, each]) =>
    placesIn(each, lists, path === '' ? name : `${path}.${name}`),
  );
  return [path, ...under];
}

function remove(holder: Holder, name: string): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else Reflect.deleteProperty(holder, name);
}

const table = Object.entries(kinds).map(([name, kind]) => ({ name, ...kind }));

describe.each(table)('$name', ({ document, open, refused, optional = [], lists = [] }) => {
  const inBytes = (value: unknown): Uint8Array => toJsonBytes(value);
  const places = placesIn(document, lists).filter((path) => path !== '');

  it('opens as it is, and every field of it is in the table', () => {
    open(inBytes(document));
    expect(Object.keys(refused).sort()).toEqual([...places].sort());
  });

  it.each(Object.entries(refused))('is refused for what %s cannot be', (path, values) => {
    for (const value of values) {
      const other = changed(document, path, (holder, name) => {
        holder[name] = value;
      });
      expect([value, faultOf(() => open(inBytes(other)))]).toEqual([value, 'malformed']);
    }
  });

  it('is refused without any field that has to be there', () => {
    for (const path of places) {
      const less = inBytes(changed(document, path, remove));
      if (optional.includes(path)) open(less);
      else expect([path, faultOf(() => open(less))]).toEqual([path, 'malformed']);
    }
  });

  it('is refused with a field more than it has, anywhere', () => {
    const holders = ['', ...places].filter((path) => {
      const value = path === '' ? document : holderAt(document, path.split('.'));
      return typeof value === 'object' && value !== null && !lists.includes(path);
    });
    for (const path of holders) {
      const more = changed(document, path, (holder, name) => {
        const value = holder[name];
        if (Array.isArray(value)) value.push(0);
        else holder[name] = { ...(value as Holder), more: 0 };
      });
      expect([path, faultOf(() => open(inBytes(more)))]).toEqual([path, 'malformed']);
    }
  });

  it('is refused in any other spelling, and as no document at all', () => {
    const text = JSON.stringify(document);
    const spellings = [
      ` ${text}`,
      `${text}\n\n`,
      text.replaceAll(',', ', '),
      text.replace('2026', '\\u0032026'),
      text.slice(0, -1),
      `${text}${text}`,
      '',
      'null',
      '[]]',
      '\ufeff{}',
    ];
    for (const spelling of spellings.filter((each) => each !== text)) {
      expect([spelling, faultOf(() => open(utf8(spelling)))]).toEqual([spelling, 'malformed']);
    }
    expect(faultOf(() => open(Uint8Array.of(0xff, 0xfe)))).toBe('malformed');
  });
});

describe.each(table.filter(({ name }) => name !== 'a receipt'))('$name', ({ document, open }) => {
  it('is refused where anything stands after the padding began', () => {
    const padded = pad(toJsonBytes(document), 600);
    open(padded);
    padded[599] = 1;
    expect(faultOf(() => open(padded))).toBe('malformed');
  });
});

describe('the line of a list', () => {
  it('is not sealed where its words do not fit', () => {
    const overview = newOverview({ title: 'x'.repeat(600), category: 'fraud' });
    expect(faultOf(() => sealOverview(epoch, overview))).toBe('too_long');
  });
});

describe('the opening of a receipt', () => {
  let receipt: KeptReceipt;
  const keys = reporterKeys(newCaseKey());
  const sealed = (bytes: Uint8Array): KeptReceipt => {
    const { installation, day, commitment } = receipt;
    const context = [installation, day, commitment];
    const opening = toBase64(sealBox(keys.receiptKey, 'receipt', context, bytes));
    return { ...receipt, opening };
  };
  beforeAll(() => {
    receipt = readReceipt(toJsonBytes(kinds['a receipt']?.document));
  });

  it('is of one length, and names the record that was committed to or none', () => {
    expect(faultOf(() => openReceipt(sealed(randomBytes(32)), keys))).toBe('wrong_commitment');
    for (const length of [0, 31, 33, 64]) {
      const other = sealed(randomBytes(length));
      expect(faultOf(() => readReceipt(toJsonBytes(other)))).toBe('malformed');
      expect(faultOf(() => openReceipt(other, keys))).toBe('wrong_commitment');
    }
    const { opening } = sealed(randomBytes(32));
    for (const wrong of [opening.slice(1), 'A'.repeat(140), `${opening.slice(0, -1)}!`]) {
      const fault = faultOf(() => openReceipt({ ...receipt, opening: wrong }, keys));
      expect(['malformed', 'unknown_version', 'wrong_commitment']).toContain(fault);
    }
  });
});
