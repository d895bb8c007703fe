import { describe, expect, it } from 'vitest';
import { createBodyRoom } from '../../server/http/body-room.js';

const KIB = 1024;

describe('room for bodies', () => {
  it('is for what they hold beyond 64 KiB, and the one that holds most gives way', () => {
    const room = createBodyRoom(100 * KIB);
    const gone: string[] = [];
    const enter = (name: string) => room.enter(() => gone.push(name));
    const usual = enter('usual');
    usual.holds(64 * KIB);
    const one = enter('one');
    one.holds(64 * KIB + 60 * KIB);
    const other = enter('other');
    other.holds(64 * KIB + 40 * KIB);
    expect(gone).toEqual([]);
    other.holds(64 * KIB + 50 * KIB);
    expect(gone).toEqual(['one']);
    // what the one held is free again
    other.holds(64 * KIB + 100 * KIB);
    expect(gone).toEqual(['one']);
    other.holds(64 * KIB + 101 * KIB);
    expect(gone).toEqual(['one', 'other']);
  });

  it('is given back by those who leave', () => {
    const room = createBodyRoom(100 * KIB);
    const gone: string[] = [];
    for (let count = 0; count < 10; count += 1) {
      const place = room.enter(() => gone.push('gone'));
      place.holds(164 * KIB);
      place.leave();
      place.leave();
    }
    expect(gone).toEqual([]);
  });
});
