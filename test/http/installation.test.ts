import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation, type Installation } from '../support/installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('an installation for other tests', () => {
  it('has two handlers and a channel', async () => {
    const directory = await installation.newReporter().directory();
    expect(directory.channels).toMatchObject([
      { readers: [{ name: 'Hanna Handler' }, { name: 'Harald Handler' }] },
    ]);
    expect(directory.fingerprint).toEqual(installation.fingerprint);
  });
});
