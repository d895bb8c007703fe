import { beforeAll, describe, expect, it } from 'vitest';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { proposalHash, removalOf } from '../../../client/casework/removals.js';
import {
  ready,
  type Effect,
  type OpenedContent,
  type RecordHash,
} from '../../../crypto/private.js';

beforeAll(ready);

const hashOf = (letter: string): RecordHash => letter.repeat(43) as RecordHash;
const said = (input: CaseworkInput, day = '2026-03-02'): OpenedContent =>
  caseworkEntry(input, `${day}T10:00:00.000Z`);
const noise = (effect: Effect): OpenedContent => ({
  kind: 'unreadable',
  fault: 'does_not_open',
  effect,
});
const proposal = (text: string, ground: 'outcome' | 'archive' = 'outcome'): OpenedContent =>
  said({
    kind: 'removal_proposal',
    id: null,
    ground,
    decidedBy: 'The head of legal',
    archive: ground === 'archive' ? 'City archive' : '',
    reference: '',
    text,
  });
const agreement = (received = '', day = '2026-03-03'): OpenedContent =>
  said({ kind: 'removal', of: hashOf('A'), received }, day);
const none = { proposal: null, agreedOn: null, received: '' };

const [first, second] = ['The first words.', 'The second words.'];

describe('a proposal to remove a case', () => {
  it('takes the place of the one before, with nothing left of that', () => {
    const { proposal: shown } = removalOf({
      internal: [proposal(first, 'archive'), proposal(second)],
    });
    expect(shown).toMatchObject({ ground: 'outcome', archive: '', text: second });
  });

  it('takes the place of what was agreed, which waits for agreement anew', () => {
    const agreed = [proposal(first, 'archive'), agreement('Letter 7')];
    expect(removalOf({ internal: agreed })).toMatchObject({
      proposal: { text: first },
      agreedOn: '2026-03-03',
      received: 'Letter 7',
    });
    const again = [...agreed, proposal(second)];
    expect(removalOf({ internal: again })).toMatchObject({
      proposal: { text: second },
      agreedOn: null,
      received: '',
    });
    const anew = [...again, agreement('', '2026-03-09')];
    expect(removalOf({ internal: anew })).toMatchObject({
      proposal: { text: second },
      agreedOn: '2026-03-09',
      received: '',
    });
  });

  it('that nobody can read takes the place of one that was read, and is told as such', () => {
    const internal = [proposal(first), agreement('Letter 7'), noise('propose_removal')];
    expect(removalOf({ internal })).toMatchObject({ ...none, proposal: 'unknown' });
    expect(removalOf({ internal: [...internal, proposal(second)] })).toMatchObject({
      proposal: { text: second },
      agreedOn: null,
    });
  });

  it.each<[string, OpenedContent]>([
    ['taking it back', said({ kind: 'removal_declined', text: '' })],
    ['taking it back in words that nobody can read', noise('decline_removal')],
    [
      'a hold',
      said({
        kind: 'hold',
        ground: 'court',
        reference: '',
        decidedBy: 'The board',
        scope: 'All of it.',
        review: '2026-09-01',
      }),
    ],
    ['a hold that nobody can read', noise('hold')],
    [
      'a restriction',
      said({
        kind: 'restriction',
        id: null,
        ground: 'accuracy',
        text: 'A witness contests it.',
        review: '2026-04-01',
      }),
    ],
    ['a restriction that nobody can read', noise('restrict')],
  ])('is undone by %s, agreed or not', (_, ends) => {
    for (const before of [[proposal(first)], [proposal(first), agreement('Letter 7')]]) {
      expect(removalOf({ internal: [...before, ends] })).toMatchObject(none);
    }
  });

  it('stands beside the decision that the case is still needed, of which the newest counts', () => {
    const needed = (text: string, day: string): OpenedContent =>
      said({ kind: 'still_needed', text, review: '2027-01-01' }, day);
    const internal = [
      proposal(first),
      needed('A claim.', '2026-03-04'),
      needed('Another claim.', '2026-03-05'),
    ];
    expect(removalOf({ internal })).toMatchObject({
      proposal: { text: first },
      stillNeeded: { text: 'Another claim.', review: '2027-01-01', on: '2026-03-05' },
    });
  });
});

describe('whoever agrees', () => {
  it('names the newest proposal, and none where that cannot be read', () => {
    const entry = (letter: string, content: OpenedContent) => ({ hash: hashOf(letter), content });
    const entries = [entry('A', proposal(first)), entry('E', proposal(second))];
    expect(proposalHash([])).toBeNull();
    expect(proposalHash(entries)).toBe(hashOf('E'));
    expect(proposalHash([...entries, entry('I', agreement())])).toBe(hashOf('E'));
    expect(proposalHash([...entries, entry('I', noise('propose_removal'))])).toBeNull();
    expect(proposalHash([...entries, entry('I', noise('hold'))])).toBe(hashOf('E'));
  });
});
