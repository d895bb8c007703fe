import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../crypto/bytes.js';
import { Answers, EntryContent, Report } from '../../../crypto/content.js';
import { fromJsonBytes, toJsonBytes } from '../../../crypto/json.js';
import { mapOf, Texts } from '../../../crypto/ids.js';
import { Directory } from '../../../crypto/wire/directory.js';
import { EpochBody } from '../../../crypto/wire/entry.js';
import { faultOf } from './faults.js';

const Small = v.strictObject({ a: v.number(), b: v.string() });
const read = (text: string) => fromJsonBytes(Small, utf8(text));

describe('strict JSON', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), (a, b) => {
        const value = { a: a === 0 ? 0 : a, b };
        expect(fromJsonBytes(Small, toJsonBytes(value))).toEqual(value);
      }),
    );
  });

  it('reads any document in one spelling only', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const canonical = JSON.stringify(JSON.parse(text));
        expect(toJsonBytes(fromJsonBytes(v.unknown(), utf8(canonical)))).toEqual(utf8(canonical));
        if (text !== canonical) {
          expect(faultOf(() => fromJsonBytes(v.unknown(), utf8(text)))).toBe('malformed');
        }
      }),
    );
  });

  it.each([
    ['white space', '{"a": 1,"b":"x"}'],
    ['a line end after it', '{"a":1,"b":"x"}\n'],
    ['a byte order mark', '\ufeff{"a":1,"b":"x"}'],
    ['a field twice', '{"a":1,"a":1,"b":"x"}'],
    ['a field twice, in another spelling', '{"a":1,"\\u0061":2,"b":"x"}'],
    ['an escape that is not needed', '{"a":1,"b":"\\u0078"}'],
    ['an escaped slash', '{"a":1,"b":"\\/"}'],
    ['capital letters in an escape', '{"a":1,"b":"\\u001F"}'],
    ['minus zero', '{"a":-0,"b":"x"}'],
    ['a number with a fraction of nothing', '{"a":1.0,"b":"x"}'],
    ['a number with an exponent', '{"a":1e2,"b":"x"}'],
    ['a number that is not kept exactly', '{"a":9007199254740993,"b":"x"}'],
    ['a number beyond all', '{"a":1e400,"b":"x"}'],
    ['a number as text', '{"a":"1","b":"x"}'],
    ['a field too many', '{"a":1,"b":"x","c":1}'],
    ['a field too few', '{"a":1}'],
    ['__proto__', '{"a":1,"b":"x","__proto__":{"c":1}}'],
    ['constructor', '{"a":1,"b":"x","constructor":1}'],
    ['hasOwnProperty', '{"a":1,"b":"x","hasOwnProperty":1}'],
    ['a list', '[]'],
    ['nothing', ''],
    ['null', 'null'],
    ['half a document', '{"a":1,"b":"x"'],
    ['two documents', '{"a":1,"b":"x"}{"a":1,"b":"x"}'],
  ])('refuses %s', (_, text) => {
    expect(faultOf(() => read(text))).toBe('malformed');
  });

  it.each([
    ['__proto__', '{"__proto__":1}'],
    ['constructor', '{"a":"x","constructor":1}'],
    ['prototype', '{"prototype":"x","a":1}'],
    ['an empty list', '[]'],
    ['a list', '["x"]'],
  ])('refuses %s where any name may stand, instead of reading something else', (_, text) => {
    const details = mapOf(v.string(), v.union([v.string(), v.number()]));
    expect(faultOf(() => fromJsonBytes(details, utf8(text)))).toBe('malformed');
  });

  it('takes no list for answers of which none is needed', () => {
    expect(fromJsonBytes(Answers, utf8('{}'))).toEqual({});
    expect(faultOf(() => fromJsonBytes(Answers, utf8('[]')))).toBe('malformed');
  });

  it('keeps half a surrogate pair as it was', () => {
    const value = { a: 1, b: 'x\ud83d' };
    expect(fromJsonBytes(Small, toJsonBytes(value))).toEqual(value);
  });

  it('takes nothing from a prototype', () => {
    const polluted = utf8('{"en":"x","__proto__":"y"}');
    expect(faultOf(() => fromJsonBytes(Texts, polluted))).toBe('malformed');
    for (const schema of [EntryContent, Report, EpochBody, Directory]) {
      expect(faultOf(() => fromJsonBytes(schema, utf8('{"__proto__":{}}')))).toBe('malformed');
    }
    expect(({} as Record<string, unknown>)['c']).toBeUndefined();
  });
});
