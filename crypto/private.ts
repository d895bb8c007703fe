/** The whole protocol: for browsers, the command-line client and tests. The server never imports it. */
export * from './public.js';
export * from './account.js';
export * from './attachment.js';
export * from './box.js';
export * from './case-key.js';
export * from './content.js';
export { derive } from './derive.js';
export * from './entry.js';
export * from './epoch.js';
export * from './kem.js';
export * from './overview.js';
export * from './padding.js';
export * from './passphrase.js';
export * from './sealed-to.js';
export * from './signature.js';
export * from './statistics.js';
export * from './words.js';
