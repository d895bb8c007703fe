import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkExtract, saysRestricted } from '../../../client/casework/extract-check.js';
import { datesOf } from '../../../client/casework/dates.js';
import { noticesOf } from '../../../client/casework/disclosures.js';
import { caseworkEntry, type CaseworkInput } from '../../../client/casework/input.js';
import { keepingOf } from '../../../client/casework/keeping.js';
import {
  coveredContent,
  coveredViews,
  endsLast,
  isPartRestricted,
  isRestrictable,
  partsIn,
  restrictedWords,
  textsToChoose,
  type RestrictedPart,
} from '../../../client/casework/parts.js';
import { removalOf } from '../../../client/casework/removals.js';
import type { EntryView } from '../../../client/models.js';
import {
  newId,
  PartRestrictionEntry,
  ready,
  WorkId,
  type Effect,
  type EntryContent,
  type OpenedContent,
} from '../../../crypto/private.js';
import { contents } from '../../support/casework.js';
import { message, note } from '../../support/case.js';

beforeAll(ready);

const at = '2026-03-02T10:00:00.000Z';
const timeZone = 'Europe/Berlin';

type PartInput = Extract<CaseworkInput, { kind: 'part_restriction' }>;

/** A restriction of the first letters of the report's text, if nothing else is said. */
function restriction(more: Partial<PartInput> = {}): RestrictedPart {
  const input: PartInput = {
    kind: 'part_restriction',
    id: newId(WorkId),
    of: { compartment: 'dialogue', sequence: 2 },
    part: { after: null, passages: [{ field: 'text', from: 0, to: 4 }], files: [] },
    ground: 'accuracy',
    text: 'A witness contests it.',
    review: '2026-04-01',
    ...more,
  };
  return v.parse(PartRestrictionEntry, caseworkEntry(input, at));
}

const end = (id: string, last: boolean): EntryContent =>
  caseworkEntry({ kind: 'part_unrestriction', id, text: 'Told.', last }, at);
const noise = (effect: Effect): OpenedContent => ({
  kind: 'unreadable',
  fault: 'does_not_open',
  effect,
});

describe('what is restricted in part', () => {
  it('stands until its own end, and others stand on', () => {
    const [one, other] = [restriction(), restriction()];
    expect(partsIn([one, other])).toEqual({ parts: [one, other], partsUnknown: false });
    expect(partsIn([one, other, end(one.id, false)]).parts).toEqual([other]);
    expect(partsIn([one, other, end(one.id, false), end(other.id, true)]).parts).toEqual([]);
    const changed = { ...one, review: restriction({ review: '2026-06-01' }).review };
    expect(partsIn([one, changed]).parts).toEqual([changed]);
  });

  it('never says otherwise than the headers, by which the server lets time run again', () => {
    const [one, other] = [restriction(), restriction()];
    // a last end ends all, and whatever is no last end leaves one
    expect(isPartRestricted(partsIn([one, other, end(one.id, true)]))).toBe(false);
    expect(partsIn([one, end(one.id, false)]).parts).toEqual([one]);
    expect(partsIn([one, other, noise('unrestrict_part')]).parts).toEqual([]);
    const unread = partsIn([noise('restrict_part')]);
    expect(unread).toEqual({ parts: [], partsUnknown: true });
    expect(isPartRestricted(unread)).toBe(true);
    expect(partsIn([one, noise('restrict_part'), end(one.id, false)])).toEqual(unread);
    expect(isPartRestricted(partsIn([noise('restrict_part'), end(one.id, true)]))).toBe(false);
  });

  it('tells which end would be the last', () => {
    const [one, other] = [restriction(), restriction()];
    expect(endsLast(partsIn([one]), one.id)).toBe(true);
    expect(endsLast(partsIn([one, other]), one.id)).toBe(false);
    expect(endsLast(partsIn([one]), other.id)).toBe(false);
    expect(endsLast(partsIn([one, noise('restrict_part')]), one.id)).toBe(false);
    expect(endsLast(partsIn([noise('restrict_part')]), one.id)).toBe(true);
    expect(endsLast(partsIn([]), one.id)).toBe(false);
  });

  it('undoes a removal that was proposed, as the server does', () => {
    const proposal = contents.removal_proposal;
    const said = { internal: [proposal], timeZone };
    expect(removalOf(said).proposal).not.toBeNull();
    expect(removalOf({ ...said, internal: [proposal, restriction()] }).proposal).toBeNull();
    const unread = [proposal, noise('restrict_part')];
    expect(removalOf({ ...said, internal: unread }).proposal).toBeNull();
  });

  it('has a day of review among the dates, and those who had the data are told of it once', () => {
    const disclosed = caseworkEntry(
      {
        kind: 'disclosure',
        id: null,
        recipient: 'Police',
        ground: 'Investigation.',
        scope: 'The report.',
        on: '2026-03-01',
        state: 'made',
      },
      at,
    );
    const one = restriction();
    const internal = [disclosed, one, { ...one, text: 'It is being looked into.' }];
    const said = { dialogue: [], internal, timeZone };
    expect(datesOf(said).map(({ what, by }) => [what, by])).toEqual([
      ['restriction_review', '2026-04-01'],
      ['recipient_told', '2026-04-02'],
    ]);
    expect(noticesOf(said).map(({ change }) => [change.what, change.id])).toEqual([
      ['restriction', one.id],
    ]);
    const ended = { ...said, internal: [...internal, end(one.id, true)] };
    expect(datesOf(ended).map(({ what }) => what)).toEqual(['recipient_told']);
    expect(noticesOf(ended)).toHaveLength(1);
    expect(keepingOf(ended)).toMatchObject({ restriction: null, parts: [] });
  });
});

describe('a restricted passage', () => {
  const entry = { compartment: 'dialogue', sequence: 2, erasure: null } as const;
  const said = (text: string): EntryContent => ({ ...contents.feedback, text });

  it('is covered where it stands, and nothing else of the entry is', () => {
    const content = said('Anna took the keys.');
    const covered = coveredContent({ ...entry, content }, [restriction()]);
    expect(covered).toEqual({ ...content, text: '[■■■] took the keys.' });
  });

  it('goes with accents and joined letters, of which no piece is left', () => {
    const content = said('Anne\u0301 took the keys.');
    const covered = coveredContent({ ...entry, content }, [restriction()]);
    expect(covered).toMatchObject({ text: '[■■■] took the keys.' });
  });

  it('covers all of the entry where an erasure changed the text, or the place is not there', () => {
    const content = said('Anna took the keys.');
    const after = coveredContent({ ...entry, content, erasure: { sequence: 9 } }, [restriction()]);
    expect(after).toMatchObject({ text: '[■■■]' });
    const part = { after: null, passages: [{ field: 'text', from: 0, to: 999 }], files: [] };
    expect(coveredContent({ ...entry, content }, [restriction({ part })])).toMatchObject({
      text: '[■■■]',
    });
    const known = { after: 9, passages: [{ field: 'text', from: 0, to: 4 }], files: [] };
    const erased = { ...entry, content, erasure: { sequence: 9 } };
    expect(coveredContent(erased, [restriction({ part: known })])).toMatchObject({
      text: '[■■■] took the keys.',
    });
  });

  it('leaves what the course of the case rests on as it is', () => {
    expect(isRestrictable(contents.hold)).toBe(false);
    expect(isRestrictable(contents.part_restriction)).toBe(false);
    expect(isRestrictable(contents.export)).toBe(false);
    expect(isRestrictable(contents.correction)).toBe(true);
    expect(isRestrictable(message('Hello.'))).toBe(true);
    const of = { ...entry, content: contents.hold };
    expect(coveredContent(of, [restriction({ part: null })])).toBe(contents.hold);
  });
});

describe('a restricted entry', () => {
  const author = { side: 'reader', id: 'h', name: 'Hanna' } as const;
  const view = (
    compartment: 'dialogue' | 'internal',
    sequence: number,
    content: OpenedContent,
  ): EntryView => ({
    ...{ compartment, sequence, hash: `${compartment} ${sequence.toString()}`, author, content },
    ...{ erasure: null, erasedFiles: [], readOn: null },
  });

  it('is covered whole in what pages get, with what it says beside it', () => {
    const content = note('Anna took the keys.');
    const mine = restriction({ of: { compartment: 'internal', sequence: 3 }, part: null });
    const views = coveredViews([
      view('internal', 3, content),
      view('internal', 4, note('Nothing else.')),
      view('internal', 5, mine),
    ]);
    expect(views.map(({ content: each }) => ('text' in each ? each.text : ''))).toEqual([
      '[■■■]',
      'Nothing else.',
      mine.text,
    ]);
    expect(views[0]?.restricted).toEqual({ content, parts: [mine], whole: true });
    expect(views.map(restrictedWords)).toEqual([['Anna took the keys.'], [], []]);
    expect(views[1]).not.toHaveProperty('restricted');
  });

  it('shows itself black, letter for letter, where further passages are chosen', () => {
    const mine = restriction({ of: { compartment: 'internal', sequence: 3 } });
    const [shown] = coveredViews([
      view('internal', 3, note('Anna took the keys.')),
      view('internal', 5, mine),
    ]);
    expect(shown && textsToChoose(shown)).toEqual([{ field: 'text', text: '■■■■ took the keys.' }]);
    expect(shown && restrictedWords(shown)).toEqual(['Anna']);
  });
});

describe('the check of what is written for outsiders', () => {
  it('names words that are restricted, few or many', () => {
    const sources = { reporter: [], names: [], handlers: [], days: [] };
    const restricted = ['Anna Berg', 'He took the keys of the store.'];
    const found = checkExtract('It was said that anna Berg took the keys of it.', {
      ...sources,
      restricted,
    });
    expect(found).toEqual([
      { kind: 'restricted', text: 'took the keys of' },
      { kind: 'restricted', text: 'anna Berg' },
    ]);
    expect(checkExtract('Anna was heard.', { ...sources, restricted })).toEqual([]);
    expect(saysRestricted('It was said that ANNA BERG was there.', restricted)).toBe(true);
    expect(saysRestricted('Anna was heard.', restricted)).toBe(false);
  });
});
