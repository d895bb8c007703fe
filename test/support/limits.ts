import type { Storage } from '../../server/storage/service.js';
import type { Work } from '../../server/work/service.js';

/** Room without end, for tests of a part of the server. */
export const endlessStorage: Storage = {
  checkFile: () => Promise.resolve(),
  checkText: () => Promise.resolve(),
};

/** A server to which nothing is ever too much, for tests of a part of it. */
export const calmWork: Work = {
  challenge: () => Promise.reject(new Error('nobody is asked for work')),
  spend: () => Promise.resolve(),
};
