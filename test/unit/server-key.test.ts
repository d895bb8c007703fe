import { randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { newOneTimeSecret, shownSecret, stepOfCode } from '../../server/accounts/one-time-code.js';
import { createServerKey, readServerKey } from '../../server/accounts/server-key.js';
import { temporaryFolder } from '../support/server.js';

describe("the server's key", () => {
  const key = createServerKey(randomBytes(32));
  const bytes = randomBytes(100);

  it('opens what it wrapped, which looks different each time', () => {
    const wrapped = key.wrap('vault', 'anna', bytes);
    expect(key.unwrap('vault', 'anna', wrapped)).toEqual(bytes);
    expect(key.wrap('vault', 'anna', bytes)).not.toEqual(wrapped);
  });

  it('opens nothing in another place, of another account or by another key', () => {
    const wrapped = key.wrap('vault', 'anna', bytes);
    expect(() => key.unwrap('recovery vault', 'anna', wrapped)).toThrow();
    expect(() => key.unwrap('vault', 'bo', wrapped)).toThrow();
    expect(() => createServerKey(randomBytes(32)).unwrap('vault', 'anna', wrapped)).toThrow();
  });

  it('opens nothing that was changed or cut', () => {
    const wrapped = key.wrap('vault', 'anna', bytes);
    for (const at of [0, 1, 12, 13, 28, 29, wrapped.length - 1]) {
      const changed = Buffer.from(wrapped);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => key.unwrap('vault', 'anna', changed)).toThrow();
    }
    for (const length of [0, 1, 28, wrapped.length - 1]) {
      expect(() => key.unwrap('vault', 'anna', wrapped.subarray(0, length))).toThrow();
    }
  });

  it('is read again from its file, in a folder that is made for it', async () => {
    const file = path.join(await temporaryFolder(), 'keys', 'server.key');
    const wrapped = (await readServerKey(file, true)).wrap('vault', 'anna', bytes);
    expect((await readServerKey(file, false)).unwrap('vault', 'anna', wrapped)).toEqual(bytes);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is not taken from a file that holds none', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'folder'));
    for (const [name, text] of [
      ['empty', ''],
      ['short', randomBytes(31).toString('base64url')],
    ] as const) {
      await writeFile(path.join(folder, name), text);
      await expect(readServerKey(path.join(folder, name), true)).rejects.toThrow(/no server key/);
    }
    await expect(readServerKey(path.join(folder, 'folder'), true)).rejects.toThrow();
    await expect(readServerKey(path.join(folder, 'none'), false)).rejects.toThrow(/missing/);
  });
});

describe('one-time codes', () => {
  const secret = Buffer.from('12345678901234567890');

  // RFC 6238 appendix B, SHA-1, the last six of its eight digits
  it.each([
    ['1970-01-01T00:00:59Z', '287082', 1],
    ['2005-03-18T01:58:29Z', '081804', 37037036],
    ['2009-02-13T23:31:30Z', '005924', 41152263],
    ['2033-05-18T03:33:20Z', '279037', 66666666],
  ])('of %s are those of RFC 6238', (time, code, step) => {
    expect(stepOfCode(secret, code, new Date(time))).toBe(step);
  });

  it('are taken one step early or late, and no further', () => {
    const at = (seconds: number): number | null =>
      stepOfCode(secret, '279037', new Date((66_666_666 * 30 + seconds) * 1000));
    expect([at(-31), at(-30), at(0), at(59), at(60)]).toEqual([
      null,
      66_666_666,
      66_666_666,
      66_666_666,
      null,
    ]);
  });

  it('come from secrets that apps can read', () => {
    const shown = shownSecret(newOneTimeSecret(), 'anna admin');
    expect(shown.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(shown.uri).toContain('otpauth://totp/Casekey:anna%20admin?');
    expect(shown.uri).toContain(`secret=${shown.secret}`);
    expect(shown.uri).toContain('digits=6&period=30');
  });
});
