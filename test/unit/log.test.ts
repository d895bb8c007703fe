import { describe, expect, it } from 'vitest';
import { createLog, type LogRecord } from '../../server/log.js';

const clock = () => new Date('2026-05-06T07:08:09Z');

function logged(record: LogRecord): Record<string, unknown> {
  let line = '';
  createLog(clock, (text) => (line = text))(record);
  expect(line.endsWith('\n')).toBe(true);
  return JSON.parse(line) as Record<string, unknown>;
}

describe('log', () => {
  it('tells the day and what it was given', () => {
    expect(logged({ event: 'purged', counts: { cases: 3 } })).toEqual({
      day: '2026-05-06',
      event: 'purged',
      counts: { cases: 3 },
    });
  });

  it('drops fields it does not know', () => {
    const record = { event: 'x', address: '192.0.2.1', headers: { cookie: 'c' } };
    expect(logged(record)).toEqual({ day: '2026-05-06', event: 'x' });
  });

  it('does not print what looks like input', () => {
    expect(
      logged({ event: 'x', code: 'He said "fire"', route: '/api/x?token=1', counts: { '?': 1 } }),
    ).toEqual({ day: '2026-05-06', event: 'x', code: 'unprintable', route: 'unprintable' });
  });
});
