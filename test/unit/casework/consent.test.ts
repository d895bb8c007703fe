import { describe, expect, it } from 'vitest';
import { identityMayGo, identityTalksOf } from '../../../client/casework/consent.js';
import type { Day, EntryContent, RecordHash, WorkId } from '../../../crypto/private.js';

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
const answered = (
  answer: 'agree' | 'refuse' | 'withdraw',
  request = first as RecordHash,
): EntryContent => ({
  kind: 'consent',
  at: '2026-03-03' as Day,
  request,
  answer,
});

describe('consent to giving the identity', () => {
  it('is what the reporter said last about that very question', () => {
    const said = (...dialogue: EntryContent[]) => ({ dialogue, hashes });
    const consent = { basis: 'consent', entry: id } as const;
    expect(identityMayGo(said(asked('Police')), consent)).toBe(false);
    expect(identityMayGo(said(asked('Police'), answered('agree')), consent)).toBe(true);
    const withdrawn = said(asked('Police'), answered('agree'), answered('withdraw'));
    expect(identityMayGo(withdrawn, consent)).toBe(false);
    const elsewhere = said(asked('Police'), answered('agree', third));
    expect(identityMayGo(elsewhere, consent)).toBe(false);
    // before the question nobody could know what it says
    expect(identityMayGo(said(answered('agree'), asked('Police')), consent)).toBe(false);
  });

  it('keeps the words that were answered, whoever writes others under the same id', () => {
    const dialogue = [asked('Police'), answered('agree'), asked('Newspaper', 'obligation')];
    expect(identityTalksOf({ dialogue, hashes })).toMatchObject([
      { to: 'Police', basis: 'consent', answer: { answer: 'agree' } },
    ]);
    expect(identityMayGo({ dialogue, hashes }, { basis: 'obligation', entry: id })).toBe(false);
  });

  it('is none to other words that stood under the same id before, nor where those answered are gone', () => {
    const consent = { basis: 'consent', entry: id } as const;
    const dialogue = [asked('Newspaper'), asked('Police'), answered('agree', second)];
    expect(identityMayGo({ dialogue, hashes }, consent)).toBe(false);
    const erased = [asked('Newspaper'), { kind: 'erased' } as const, answered('agree', second)];
    expect(identityMayGo({ dialogue: erased, hashes }, consent)).toBe(false);
  });

  it('is not needed where telling the reporter would jeopardise the proceedings, for a reason', () => {
    expect(identityMayGo({ dialogue: [] }, { basis: 'jeopardy', text: 'Evidence.' })).toBe(true);
    expect(identityMayGo({ dialogue: [] }, { basis: 'jeopardy', text: '  ' })).toBe(false);
  });
});
