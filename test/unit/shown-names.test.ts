import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../client/cli/printable.js';
import { Invite, ReaderRecord } from '../../crypto/public.js';
import { shownFileName } from '../../views/browser/file-name.js';

describe('the name of somebody who reads', () => {
  const takes = (name: string): boolean =>
    v.is(ReaderRecord.entries.name, name) && v.is(Invite.entries.shownName, name);

  it.each(['Åsa Öberg', 'O’Neill-Ó Briain', 'محمد علی', 'نام\u200cخانوادگی', '李', 'B.'])(
    'can be %s',
    (name) => {
      expect(takes(name)).toBe(true);
    },
  );

  it.each([
    ['nothing', ''],
    ['spaces', ' \u00a0\u3000'],
    ['letters that are not seen', '\u200b\u2060\ufeff'],
    ['a filler that counts as a letter', '\u3164\u115f'],
    ['Braille without dots', '\u2800'],
    ['letters turned round', 'Anna \u202egreB\u202c'],
    ['two lines', 'Anna\nBerg'],
    ['two paragraphs', 'Anna\u2029Berg'],
    ['a command', '\u009b31mAnna'],
  ])('cannot be %s', (_, name) => {
    expect(takes(name)).toBe(false);
  });
});

describe('the name of a file', () => {
  it('is shown in the order of its letters, as it is saved', () => {
    expect(shownFileName('plan\u202egpj.exe')).toBe('plan_gpj.exe');
    expect(shownFileName('../a\u2028b\\c.txt')).toBe('.._a_b_c.txt');
    expect(shownFileName('Översikt 2026.pdf')).toBe('Översikt 2026.pdf');
  });
});

describe('JSON for scripts', () => {
  it('commands no terminal and says the same', () => {
    const value = { text: 'a\u001b[2J\u009b2J\u0085\u202eb\u2028å', list: [1] };
    const text = jsonText(value);
    // eslint-disable-next-line no-control-regex -- they are what must not come
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/u);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toContain('å');
  });
});
