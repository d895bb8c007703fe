import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import {
  DeskAddress,
  deskAddress,
  DeskName,
  DESKS_LIMIT,
} from '../../../client/desk/other-desks.js';
import { EMPTY_SHELF, fitShelf, mergeShelves } from '../../../client/desk/shelf-contents.js';
import { SHELF_BYTES } from '../../../crypto/private.js';

describe('the address of another desk', () => {
  it.each([
    ['https://report.example.org', 'https://report.example.org'],
    [' report.example.org/sv/ ', 'https://report.example.org'],
    ['HTTPS://Report.Example.org:8443/desk/en/join#abc.def', 'https://report.example.org:8443'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['http://south.localhost:8080', 'http://south.localhost:8080'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://abcdef.onion/desk/en/', 'http://abcdef.onion'],
    ['https://förening.example', 'https://xn--frening-90a.example'],
  ])('is scheme and host of what was typed: %s', (typed, address) => {
    expect(deskAddress(typed)).toBe(address);
    expect(v.is(DeskAddress, address)).toBe(true);
  });

  it.each([
    '',
    'http://report.example.org',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'https://report.example.org@evil.example/',
    'https://user:word@report.example.org',
    'javascript:alert(1)',
    'javascript://report.example.org/%0aalert(1)',
    'data:text/html,x',
    'ftp://report.example.org',
    'blob:https://report.example.org/x',
    'two words',
    `https://${'a.'.repeat(60)}example.org`,
  ])('is none, and never becomes a link: %s', (typed) => {
    expect(deskAddress(typed)).toBeNull();
    expect(v.is(DeskAddress, typed)).toBe(false);
  });

  it('is kept in one spelling only, under a name that shows what it is', () => {
    expect(v.is(DeskAddress, 'https://report.example.org/')).toBe(false);
    expect(v.is(DeskAddress, 'report.example.org')).toBe(false);
    for (const name of ['', ' South', 'So\u202eth', 'a\nb', 'x'.repeat(61)]) {
      expect(v.is(DeskName, name)).toBe(false);
    }
    expect(v.is(DeskName, 'Söder & Co “AB”')).toBe(true);
  });
});

describe('the list of other desks', () => {
  const at = (day: number): string => `2026-03-${day.toString().padStart(2, '0')}T08:00:00.000Z`;
  const address = 'https://south.example';

  it('follows the later word of two desks of one person', () => {
    const added = { ...EMPTY_SHELF, desks: [{ address, at: at(1), name: 'South' }] };
    const removed = { ...EMPTY_SHELF, desks: [{ address, at: at(2), name: null }] };
    for (const merged of [mergeShelves(added, removed), mergeShelves(removed, added)]) {
      expect(merged.desks).toEqual(removed.desks);
    }
  });

  it('is kept whole beside whatever else there is, in the one size', () => {
    const desks = Array.from({ length: DESKS_LIMIT }, (_, index) => ({
      address: `https://${`${index.toString().padStart(2, '0')}${'a'.repeat(50)}.`.repeat(2)}se`,
      at: at(1),
      name: '語'.repeat(60),
    }));
    const gone = desks.map(({ address: of }) => ({ address: `${of}x`, at: at(2), name: null }));
    const filters = Array.from({ length: 40 }, (_, index) => ({
      name: index.toString().padStart(60, 'ö'),
      at: at(1),
      filter: null,
    }));
    const drafts = [
      {
        key: 'a',
        at: at(1),
        draft: { kind: 'reply', text: 'a'.repeat(60_000), outcome: null, files: 0, fields: {} },
      },
    ];
    const { bytes } = fitShelf(
      { v: 1, drafts, filters, desks: [...desks, ...gone] },
      new Date(at(3)),
    );
    expect(bytes.length).toBeLessThanOrEqual(SHELF_BYTES);
    const kept = JSON.parse(new TextDecoder().decode(bytes)) as typeof EMPTY_SHELF;
    expect(kept.desks.filter(({ name }) => name !== null)).toHaveLength(DESKS_LIMIT);
  });
});
