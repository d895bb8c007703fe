import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  exportsOf as exportsBy,
  exportWaits,
  type ExportSource,
} from '../../../client/casework/exports.js';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { namesLeft, withoutNames } from '../../../client/casework/redact.js';
import { type Effect, ready } from '../../../crypto/private.js';
import { contents } from '../../support/casework.js';

beforeAll(ready);

type Said = Pick<ExportSource, 'author' | 'hash' | 'content'>;
const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const OUT = 'BBBBBBBBBBBBBBBBBBBBBA';
const ASKED = 'A'.repeat(43);
/** These as notes, whose authors had seen the conversation as far as `seen` says of each hash. */
const exportsOf = (
  notes: readonly Said[],
  seen: Record<string, number> = {},
  ...dialogue: Said[]
) =>
  exportsBy(
    [
      ...dialogue.map((each, at) => placed('dialogue', each, at)),
      ...notes.map((each, at) => placed('internal', each, at)),
    ],
    {
      seen: (sequence) => seen[notes[sequence - 2]?.hash ?? ''] ?? 1,
      staysSince: () => true,
      // whoever came back has a number behind the name
      person: (each) => each.replace(/\d$/u, ''),
    },
  );
// the first record of each is the entry that opens its epoch
const placed = (compartment: 'dialogue' | 'internal', said: Said, at: number): ExportSource => ({
  ...said,
  compartment,
  sequence: at + 2,
});
const by = (name: string, input: CaseworkInput, hash: string): Said => ({
  author: { side: 'reader', id: name, name },
  hash,
  content: caseworkEntry(input, '2026-03-02T10:00:00.000Z'),
});
type State = 'asked' | 'made' | 'withdrawn';
const taken = (
  name: string,
  state: State,
  text = 'For the board.',
  disclosure: string | null = null,
  hash = ASKED,
): Said => by(name, { kind: 'export', id, form: 'whole', text, disclosure, state }, hash);
const answered = (name: string, answer: 'yes' | 'no', of = ASKED): Said =>
  by(name, { kind: 'export_confirmed', of, answer, text: '' }, `${name} says ${answer}`);
const LATER = `${'A'.repeat(42)}E`;

describe('exports of a case', () => {
  it('are confirmed by another person alone, and for what was asked', () => {
    const asked = taken('hanna', 'asked');
    for (const same of ['hanna', 'hanna2']) {
      expect(exportsOf([asked, answered(same, 'yes')])[0]?.second, same).toBeNull();
      const before = [taken(same, 'asked'), answered('hanna', 'yes')];
      expect(exportsOf(before)[0]?.second, same).toBeNull();
    }
    const dropped = exportsOf([asked, answered('hanna2', 'no')]);
    expect(dropped[0]?.second).toMatchObject({ by: { id: 'hanna2' }, answer: 'no' });
    const confirmed = [asked, answered('omar', 'yes')];
    expect(exportsOf([...confirmed, answered('hanna2', 'no')])[0]?.second?.answer).toBe('no');
    expect(exportsOf(confirmed)[0]?.second).toMatchObject({ by: { id: 'omar' }, answer: 'yes' });
    expect(exportsOf([...confirmed, answered('vera', 'no')])[0]?.second?.answer).toBe('no');
    const [made] = exportsOf([...confirmed, taken('hanna', 'made')]);
    expect(made).toMatchObject({ state: 'made', second: { answer: 'yes' } });
    const [other] = exportsOf([...confirmed, taken('hanna', 'made', 'For the press.')]);
    expect(other?.second).toBeNull();
    const [outside] = exportsOf([...confirmed, taken('hanna', 'made', undefined, OUT)]);
    expect(outside).toMatchObject({ disclosure: OUT, second: null });
    const named = [taken('hanna', 'asked', undefined, OUT), answered('omar', 'yes')];
    expect(exportsOf([...named, taken('hanna', 'made')])[0]?.second).toBeNull();
    const [again] = exportsOf([...confirmed, taken('hanna', 'asked'), taken('hanna', 'made')]);
    expect(again?.second).toBeNull();
  });

  it('go outside to whom, and on which ground, a second person was shown', () => {
    const terms = { recipient: 'Police', ground: 'Order', scope: 'All' };
    const asking = { kind: 'export', id, form: 'whole', text: 'For the board.' } as const;
    const to = (change: object = {}): Said =>
      by('hanna', { ...asking, disclosure: null, state: 'asked', ...terms, ...change }, ASKED);
    const disclosed = (change: object = {}): Said =>
      by(
        'hanna',
        {
          ...{ kind: 'disclosure', id: OUT, ...terms, on: '2026-03-02', state: 'made' },
          ...change,
        },
        LATER,
      );
    const secondOf = (asked: Said, ...said: Said[]) =>
      exportsOf([asked, answered('omar', 'yes'), ...said])[0]?.second?.answer ?? null;
    const made = taken('hanna', 'made', undefined, OUT);
    expect(secondOf(to(), disclosed(), made)).toBe('yes');
    for (const change of [{ recipient: 'Newspaper' }, { ground: 'A wish' }, { scope: 'More' }]) {
      expect(secondOf(to(), disclosed(change), made), JSON.stringify(change)).toBeNull();
    }
    const reasoned = { identity: { basis: 'jeopardy', text: 'A search.' } };
    expect(secondOf(to(reasoned), disclosed(reasoned), made)).toBe('yes');
    expect(secondOf(to(reasoned), disclosed(), made)).toBeNull();
    expect(secondOf(to(), disclosed(reasoned), made)).toBeNull();
    const word = { basis: 'elsewhere', how: 'told', on: '2026-03-01', text: 'By letter.' };
    expect(secondOf(to({ identity: word }), disclosed({ identity: word }), made)).toBe('yes');
    for (const change of [{ how: 'agreed' }, { on: '2026-03-02' }, { text: 'By phone.' }]) {
      const other = disclosed({ identity: { ...word, ...change } });
      expect(secondOf(to({ identity: word }), other, made), JSON.stringify(change)).toBeNull();
    }
    // inside is asked as inside, and outside as outside
    expect(secondOf(to(), taken('hanna', 'made'))).toBeNull();
    expect(secondOf(taken('hanna', 'asked'), disclosed(), made)).toBeNull();
    expect(secondOf(to(), made)).toBeNull();
    // what is corrected later takes nothing from what was made
    expect(secondOf(to(), disclosed(), made, disclosed({ scope: 'All of it' }))).toBe('yes');
  });

  it('are confirmed as they were shown, and not as they were changed meanwhile', () => {
    const asked = taken('hanna', 'asked');
    const changed = taken('hanna', 'asked', 'For the press.', null, LATER);
    expect(exportsOf([asked, changed, answered('omar', 'yes')])[0]?.second).toBeNull();
    const [confirmed] = exportsOf([asked, changed, answered('omar', 'yes', LATER)]);
    expect(confirmed).toMatchObject({ record: LATER, second: { answer: 'yes' } });
  });

  it('have a text for outsiders overtaken by what is restricted, corrected or erased after it was asked for', () => {
    const purpose = { text: 'For the board.', disclosure: null };
    const redacted = { kind: 'export', id, form: 'redacted', ...purpose } as const;
    const written = (hash = ASKED, at = '2026-03-02T10:00:00.000Z'): Said => {
      const copy = { copy: 'Kim was there.', attachments: [] };
      const content = caseworkEntry({ ...redacted, state: 'asked', ...copy }, at);
      return { ...taken('hanna', 'asked', undefined, null, hash), content };
    };
    const made = (): Said => by('hanna', { ...redacted, state: 'made' }, 'made');
    const confirmed = [written(), answered('omar', 'yes')];
    expect(exportsOf(confirmed)[0]?.changed).toBe(false);
    const noise = (effect: Effect) => ({ kind: 'unreadable', fault: 'malformed', effect }) as const;
    const changes = [contents.part_restriction, contents.correction, contents.erasure] as const;
    for (const content of [...changes, noise('erase'), noise('restrict_part')]) {
      const change = { ...written('change'), content };
      const kind = content.kind;
      expect(exportsOf([...confirmed, change])[0]?.changed, kind).toBe(true);
      expect(exportsOf([written(), change, answered('omar', 'yes')])[0]?.changed, kind).toBe(true);
      expect(exportsOf([...confirmed, change, made()])[0]?.changed, kind).toBe(true);
      expect(exportsOf([...confirmed, made(), change])[0]?.changed, kind).toBe(true);
      const again = written(LATER, '2026-03-02T11:00:00.000Z');
      expect(exportsOf([...confirmed, change, again])[0]?.changed, kind).toBe(false);
      // a whole one is made of the case as it is then
      expect(exportsOf([taken('hanna', 'asked'), change])[0]?.changed, kind).toBe(false);
    }
  });

  it('have it overtaken by what was erased in the conversation and whoever asked had not seen, whatever any clock said', () => {
    const copy = { copy: 'Kim was there.', attachments: [] };
    const redacted = { kind: 'export', id, form: 'redacted', text: 'For the board.' } as const;
    const written = (hash: string): Said =>
      by('hanna', { ...redacted, disclosure: null, state: 'asked', ...copy }, hash);
    const erased = (at: string): Said => ({
      ...written('erased'),
      content: { ...contents.erasure, at },
    });
    const confirmed = [written(ASKED), answered('omar', 'yes')];
    for (const at of ['2026-03-02T09:00:00.000Z', '2999-01-01T00:00:00.000Z']) {
      // it is the second record there
      const changed = (seen: number, ...notes: Said[]) =>
        exportsOf(notes, { [ASKED]: seen }, erased(at))[0]?.changed;
      expect([changed(1, ...confirmed), changed(2, ...confirmed)], at).toEqual([true, false]);
      const made = by('hanna', { ...redacted, disclosure: null, state: 'made' }, 'made');
      expect(changed(1, ...confirmed, made), at).toBe(true);
      // asked again, by whoever has seen it then
      const anew = exportsOf([...confirmed, written(LATER)], { [LATER]: 2 }, erased(at));
      expect(anew[0]?.changed, at).toBe(false);
    }
    const noise: Said = {
      ...erased(''),
      content: { kind: 'unreadable', fault: 'malformed', effect: 'erase' },
    };
    expect(exportsOf(confirmed, {}, noise)[0]?.changed).toBe(true);
    // other words in the conversation change nothing of a text
    expect(exportsOf(confirmed, {}, { ...noise, content: contents.reply })[0]?.changed).toBe(false);
  });

  it('have a yes that ends with its author’s reading of the case, and one that is given anew', () => {
    const yes = answered('omar', 'yes');
    const ended = (lastWithout: number, ...notes: Said[]) =>
      exportsBy(
        notes.map((each, at) => placed('internal', each, at)),
        {
          seen: () => 1,
          staysSince: (sequence, who) => who !== 'omar' || sequence > lastWithout,
          person: (each) => each,
        },
      )[0]?.second?.ended;
    const asked = taken('hanna', 'asked');
    expect(ended(2, asked, yes)).toBe(false);
    expect(ended(4, asked, yes)).toBe(true);
    expect(ended(6, asked, yes, taken('hanna', 'made'))).toBe(true);
    expect(ended(3, asked, yes, answered('omar', 'yes'))).toBe(false);
    expect(ended(4, asked, answered('vera', 'yes'))).toBe(false);
  });

  it('wait in the lists until somebody answers what was asked last', () => {
    const waits = (...entries: Said[]): boolean =>
      exportWaits({
        internal: entries.map(({ content }) => content),
        internalHashes: entries.map(({ hash }) => hash),
      });
    const asked = taken('hanna', 'asked');
    expect(waits()).toBe(false);
    expect(waits(asked)).toBe(true);
    expect(exportWaits({ internal: [asked.content] })).toBe(true);
    for (const answer of ['yes', 'no'] as const) {
      expect(waits(asked, answered('omar', answer))).toBe(false);
    }
    const changed = taken('hanna', 'asked', 'For the press.', null, LATER);
    expect(waits(asked, answered('omar', 'yes'), changed)).toBe(true);
    for (const state of ['made', 'withdrawn'] as const) {
      expect(waits(asked, taken('hanna', state, undefined, null, LATER))).toBe(false);
    }
    const other = { ...asked, content: { ...asked.content, id: OUT }, hash: LATER } as Said;
    expect(waits(asked, other, answered('omar', 'yes'))).toBe(true);
    const restricted = by(
      'omar',
      {
        ...{ kind: 'restriction', id: null, ground: 'accuracy', text: 'Disputed.' },
        review: '2030-01-01',
      },
      'restricted',
    );
    expect(waits(asked, restricted)).toBe(false);
  });

  it('are gone on with by whoever asked, and stay as they ended', () => {
    const asked = taken('hanna', 'asked');
    expect(exportsOf([asked, taken('omar', 'withdrawn')])[0]?.state).toBe('asked');
    expect(exportsOf([asked, taken('omar', 'made')])[0]).toMatchObject({ by: { id: 'hanna' } });
    const over = [asked, taken('hanna', 'withdrawn')];
    expect(exportsOf([...over, taken('hanna', 'made')])[0]?.state).toBe('withdrawn');
    expect(exportsOf([taken('hanna', 'withdrawn')])).toEqual([]);
    expect(exportsOf([answered('omar', 'yes')])).toEqual([]);
    const unreadable = { kind: 'unreadable', fault: 'does_not_open', effect: null } as const;
    const author = { side: 'reader', id: 'x', name: 'x' } as const;
    const noise: Said = { author, hash: 'noise', content: unreadable };
    expect(exportsOf([noise, asked])).toHaveLength(1);
  });
});

describe('names in a text for outsiders', () => {
  const names = [
    { name: 'Kim Berg', instead: 'Person A' },
    { name: 'Åsa Öst-Nilsson', instead: 'Person B' },
  ];

  it('are replaced whole and in parts, whatever their capitals', () => {
    const text = 'KIM  BERG met Åsa. Berg’s car, Nilssons gate; Bergen stays. kim.berg@example.org';
    expect(withoutNames(text, names)).toBe(
      'Person A met Person B. Person A car, Person B gate; Bergen stays. Person A@example.org',
    );
  });

  it('are found where they stand inside other words or without their accents', () => {
    expect(namesLeft('asa@example.org and Bergström', names)).toEqual(['Berg', 'Åsa']);
    expect(namesLeft('Person A met Person B.', names)).toEqual([]);
    const short = [
      { name: 'Bo Ek', instead: 'Person C' },
      { name: '王伟', instead: 'Person D' },
    ];
    expect(namesLeft('Then Bo came in Eks car.', short)).toEqual(['Bo', 'Ek']);
    expect(namesLeft('They live (bo) by the book. Ekeby.', short)).toEqual([]);
    expect(namesLeft('是王伟写的', short)).toEqual(['王伟']);
  });

  it('do nothing but replace, whatever signs stand in them', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (text, name, instead) => {
        const known = [{ name, instead }];
        expect(typeof withoutNames(text, known)).toBe('string');
        expect(Array.isArray(namesLeft(text, known))).toBe(true);
      }),
    );
    expect(withoutNames('a (b c', [{ name: '(b $& c)', instead: '$&' }])).toBe('a ($&');
  });
});
