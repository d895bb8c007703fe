import { describe, expect, it } from 'vitest';
import { identityMayGo, identityTalksOf, nobodyReads } from '../../../client/casework/consent.js';
import type {
  CaseOrigin,
  Day,
  DisclosureEntry,
  EntryContent,
  RecordHash,
  WorkId,
} from '../../../crypto/private.js';

type Identity = NonNullable<DisclosureEntry['identity']>;

const timeZone = 'Europe/Helsinki';
const when = { at: '2026-03-10T22:30:00.000Z', on: '2026-03-11' as Day };
const id = 'A'.repeat(22) as WorkId;
const hashes = ['A', 'B', 'C', 'D'].map((letter) => `${letter.repeat(42)}A` as RecordHash);
const [first, second, third] = hashes;
const at = '2026-03-02T10:00:00.000Z';
const asked = (to: string, basis: 'consent' | 'obligation' = 'consent'): EntryContent => ({
  kind: 'identity_disclosure',
  at,
  id,
  basis,
  to,
  what: 'The name',
  text: 'Why',
  files: [],
});
const police = { recipient: 'Police', ...when };
const answered = (
  answer: 'agree' | 'refuse' | 'withdraw',
  request = first as RecordHash,
  on = '2026-03-03',
): EntryContent => ({
  kind: 'consent',
  at: on as Day,
  request,
  answer,
});

describe('consent to giving the identity', () => {
  it('is what the reporter said last about that very question', () => {
    const said = (...dialogue: EntryContent[]) => ({ dialogue, hashes, timeZone });
    const consent = { ...police, identity: { basis: 'consent', entry: id } } as const;
    expect(identityMayGo(said(asked('Police')), consent)).toBe(false);
    expect(identityMayGo(said(asked('Police'), answered('agree')), consent)).toBe(true);
    const withdrawn = said(asked('Police'), answered('agree'), answered('withdraw'));
    expect(identityMayGo(withdrawn, consent)).toBe(false);
    const elsewhere = said(asked('Police'), answered('agree', third));
    expect(identityMayGo(elsewhere, consent)).toBe(false);
    // before the question nobody could know what it says
    expect(identityMayGo(said(answered('agree'), asked('Police')), consent)).toBe(false);
  });

  it('is judged by the day of a disclosure that is past, and of one of today by what stands now', () => {
    const answers = [answered('agree'), answered('withdraw', first, '2026-03-08')];
    const said = { dialogue: [asked('Police'), ...answers], hashes, timeZone };
    const wentOn = (on: string): boolean =>
      identityMayGo(said, { ...police, on: on as Day, identity: { basis: 'consent', entry: id } });
    expect(['2026-03-02', '2026-03-03', '2026-03-07'].map(wentOn)).toEqual([false, true, true]);
    expect(['2026-03-08', '2026-03-10', '2026-03-11'].map(wentOn)).toEqual([false, false, false]);
    const again = [...answers, answered('agree', first, '2026-03-12')];
    const now = { dialogue: [asked('Police'), ...again], hashes, timeZone };
    const consent = { ...police, identity: { basis: 'consent', entry: id } } as const;
    // the reporter's device is a day ahead
    expect(identityMayGo(now, consent)).toBe(true);
  });

  it.each(['consent', 'obligation'] as const)(
    'counts for the recipient that the reporter read, and nobody else: %s',
    (basis) => {
      const said = { dialogue: [asked('Police', basis), answered('agree')], hashes, timeZone };
      const to = (recipient: string) =>
        identityMayGo(said, { ...when, recipient, identity: { basis, entry: id } });
      expect(to('Police')).toBe(true);
      for (const other of ['Newspaper', 'police', 'Police ', '']) expect(to(other)).toBe(false);
    },
  );

  it('says where a handler, who made the key, may have been the one who agreed', () => {
    const origin = { made: 'handler' } as CaseOrigin;
    const talk = (...dialogue: EntryContent[]) =>
      identityTalksOf({ dialogue, hashes, origin })[0]?.state;
    expect(talk(asked('Police'), answered('agree'))).toBe('agree_handler_key');
    expect(talk(asked('Police'), answered('agree'), answered('withdraw'))).toBe('withdraw');
    expect(talk(asked('Police'))).toBe('waiting');
    expect(talk(asked('Police', 'obligation'))).toBe('told');
    const own = { dialogue: [asked('Police'), answered('agree')], hashes };
    expect(identityTalksOf({ ...own, origin: { made: 'reporter' } })).toMatchObject([
      { state: 'agree' },
    ]);
  });

  it('keeps the words that were answered, whoever writes others under the same id', () => {
    const dialogue = [asked('Police'), answered('agree'), asked('Newspaper', 'obligation')];
    expect(identityTalksOf({ dialogue, hashes })).toMatchObject([
      { to: 'Police', basis: 'consent', answer: { answer: 'agree' } },
    ]);
    expect(
      identityMayGo(
        { dialogue, hashes, timeZone },
        { ...when, recipient: 'Newspaper', identity: { basis: 'obligation', entry: id } },
      ),
    ).toBe(false);
  });

  it('is none to other words that stood under the same id before, nor where those answered are gone', () => {
    const consent = { ...police, identity: { basis: 'consent', entry: id } } as const;
    const dialogue = [asked('Newspaper'), asked('Police'), answered('agree', second)];
    expect(identityMayGo({ dialogue, hashes, timeZone }, consent)).toBe(false);
    const erased = [asked('Newspaper'), { kind: 'erased' } as const, answered('agree', second)];
    expect(identityMayGo({ dialogue: erased, hashes, timeZone }, consent)).toBe(false);
  });

  it('is not needed where telling the reporter would jeopardise the proceedings, for a reason', () => {
    const reasoned = (text: string) =>
      identityMayGo(
        { dialogue: [], timeZone },
        { ...police, identity: { basis: 'jeopardy', text } },
      );
    expect(reasoned('Evidence.')).toBe(true);
    expect(reasoned('  ')).toBe(false);
  });
});

describe('a case whose key a handler threw away', () => {
  const origin = { made: 'handler', key: 'not_kept', proven: true } as CaseOrigin;
  const on = '2026-03-05' as Day;
  const goes = (identity: Identity, made: CaseOrigin = origin): boolean => {
    const dialogue = [asked('Police', 'obligation')];
    const said = { dialogue, hashes, origin: made, timeZone: 'UTC' };
    return identityMayGo(said, { recipient: 'Police', identity, at, on });
  };
  const word = { basis: 'elsewhere', how: 'told', on, text: 'By letter.' } as const;

  it('tells and asks nobody anything in its conversation, whatever stands there', () => {
    expect(goes({ basis: 'obligation', entry: id })).toBe(false);
    const handedOver = { made: 'handler', key: 'handed_over' } as CaseOrigin;
    expect(goes({ basis: 'obligation', entry: id }, handedOver)).toBe(true);
    const agreed = { dialogue: [asked('Police'), answered('agree')], hashes, origin };
    expect(identityTalksOf(agreed)).toMatchObject([{ state: 'unread' }]);
    const disclosure = { recipient: 'Police', identity: { basis: 'consent', entry: id } } as const;
    expect(identityMayGo({ ...agreed, timeZone: 'UTC' }, { ...disclosure, at, on })).toBe(false);
  });

  it('lets the identity go on a handler’s word of what was said elsewhere, beforehand and in words', () => {
    expect(goes(word)).toBe(true);
    expect(goes({ ...word, how: 'agreed' })).toBe(true);
    expect(goes({ ...word, on: '2026-03-06' as Day })).toBe(false);
    expect(goes({ ...word, text: ' ' })).toBe(false);
    expect(goes({ basis: 'jeopardy', text: 'Evidence.' })).toBe(true);
    // elsewhere the conversation is where the reporter is asked
    for (const made of [{ made: 'reporter' }, { made: 'handler', key: 'handed_over' }]) {
      expect(goes(word, made as CaseOrigin)).toBe(false);
    }
  });

  it('is one by a handler’s signature alone: a mark that nobody signed makes no conversation unread', () => {
    const unsigned: CaseOrigin = { ...origin, proven: false } as CaseOrigin;
    expect([nobodyReads({ origin }), nobodyReads({ origin: unsigned })]).toEqual([true, false]);
    expect(nobodyReads({})).toBe(false);
    // a stranger who made the case is asked and told there as anybody is
    expect(goes(word, unsigned)).toBe(false);
    expect(goes({ basis: 'obligation', entry: id }, unsigned)).toBe(true);
    const agreed = { dialogue: [asked('Police'), answered('agree')], hashes, origin: unsigned };
    expect(identityTalksOf(agreed)).toMatchObject([{ state: 'agree_handler_key' }]);
    // as pages have it, which name whoever signed
    const shown = { made: 'handler', way: 'phone', key: 'not_kept' } as const;
    const days = { receivedOn: on, recordedOn: on };
    const named = (name: string | null) => nobodyReads({ origin: { ...shown, ...days, name } });
    expect([named('Hanna'), named(null)]).toEqual([true, false]);
  });
});
