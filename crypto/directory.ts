/** The signed list of who is there: who was let in by whom, who reads which channel, what follows what. */
export { EXPIRED_AFTER_DAYS, SHORTER_TERM_DAYS, STALE_AFTER_DAYS } from './directory/ages.js';
export { identitiesOf, withSuccessors } from './directory/identities.js';
export * from './directory/readers.js';
export { receiptKeyInUse } from './directory/receipt-keys.js';
export { rosterSigners } from './directory/rosters.js';
export * from './directory/signed-fields.js';
export { checkLater, checkRoot, checkSuccession } from './directory/succession.js';
export { stampHolds, verifyDirectory, type VerifiedDirectory } from './directory/verified.js';
