/** The whole protocol: for browsers, the command-line client and tests. The server never imports it. */
export * from './public.js';
export * from './content.js';
