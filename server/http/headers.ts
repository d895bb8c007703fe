import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/**
 * What a response is, as far as its headers go. `voice-page` is a page on which a reporter can
 * record: the only ones that may ask for a microphone. `preview` is the sandboxed frame that shows
 * decrypted files; its scripts and styles (`preview-asset`) are fetched from an opaque origin.
 * `worker` seals and opens; `cleaner` is the worker that reads files of people, hostile ones among
 * them, and so has neither network nor WebAssembly.
 */
export const kinds = [
  'page',
  'voice-page',
  'away',
  'preview',
  'asset',
  'preview-asset',
  'worker',
  'cleaner',
  'api',
] as const;
export type Kind = (typeof kinds)[number];

const ofPages = [
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types casekey',
];

const policies: Readonly<Record<Kind, readonly string[]>> = {
  page: ofPages,
  'voice-page': ofPages,
  away: ["style-src 'self'", "img-src 'self' data:", "require-trusted-types-for 'script'"],
  preview: [
    'sandbox allow-scripts',
    "script-src 'self'",
    "style-src 'self'",
    'img-src blob: data:',
    'media-src blob:',
    'font-src data:',
    "require-trusted-types-for 'script'",
    'trusted-types casekey',
  ],
  asset: ['sandbox'],
  'preview-asset': ['sandbox'],
  worker: [
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types casekey',
  ],
  // what is not named falls back to nothing: no request, no code from elsewhere or from text
  cleaner: ["require-trusted-types-for 'script'", "trusted-types 'none'"],
  api: ['sandbox'],
};

/**
 * Device features no page of ours uses, but for those of {@link allowed}. Copying a case key needs the clipboard: not listed.
 */
const features = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
];

/** What a kind of page may use all the same; its frames may not. */
const allowed: Partial<Readonly<Record<Kind, readonly string[]>>> = {
  'voice-page': ['microphone'],
};

/** The headers of every kind, made once for a server. */
export type HeaderTable = Readonly<Record<Kind, Readonly<Record<string, string>>>>;

/** As {@link headersFor}, for all kinds. */
export function headerTable(options: { readonly secure: boolean }): HeaderTable {
  const entries = kinds.map((kind) => [kind, headersFor(kind, options)] as const);
  return Object.fromEntries(entries) as HeaderTable;
}

/**
 * Headers that answers may carry besides their own, since proxies add them and browsers run nothing
 * by them. Alt-Svc is not among them: a verifier looks at what it says.
 */
export const permittedHeaders = [
  'Connection',
  'Content-Encoding',
  'Content-Length',
  'Date',
  'Keep-Alive',
  'Server',
  'Transfer-Encoding',
  'Via',
] as const;

/** What answers of an installation on https carry besides, whatever their kind. */
export function secureHeaders(): Readonly<Record<string, string>> {
  const plain = headersFor('page', { secure: false });
  const secure = Object.entries(headersFor('page', { secure: true }));
  return Object.fromEntries(secure.filter(([name]) => !(name in plain)));
}

/**
 * The headers a kind of response carries besides its content's own. The build writes them into
 * `dist/manifest.json` and the server sends them from here, so that a live installation can be
 * compared with a release, headers included.
 *
 * @param options.secure whether the installation's public address is https.
 */
export function headersFor(
  kind: Kind,
  options: { readonly secure: boolean },
): Readonly<Record<string, string>> {
  const isDocument = ['page', 'voice-page', 'away', 'preview'].includes(kind);
  const may = (feature: string): boolean => allowed[kind]?.includes(feature) === true;
  return {
    ...helmetHeaders(kind, options.secure),
    'Cache-Control': 'no-store',
    'Permissions-Policy': features
      .map((feature) => `${feature}=(${may(feature) ? 'self' : ''})`)
      .join(', '),
    ...(isDocument ? { 'Integrity-Policy': 'blocked-destinations=(script)' } : {}),
    ...(kind === 'away' ? { 'Clear-Site-Data': '"cache", "storage"' } : {}),
    ...(kind === 'preview-asset' ? { 'Access-Control-Allow-Origin': '*' } : {}),
  };
}

/**
 * What helmet sets for this kind, as a table instead of as a middleware: the build needs the same
 * headers for its manifest as the server sends.
 */
function helmetHeaders(kind: Kind, secure: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = Object.assign(new ServerResponse(new IncomingMessage(new Socket())), {
    setHeader(name: string, value: string): void {
      headers[name] = value;
    },
  });
  const middleware = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: directivesFor(kind) },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    frameguard: { action: kind === 'preview' ? 'sameorigin' : 'deny' },
    hsts: secure ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    // isolated pages have an agent cluster of their own as it is; asking again, Chromium warns
    originAgentCluster: false,
    permittedCrossDomainPolicies: false,
    referrerPolicy: { policy: 'no-referrer' },
    xDownloadOptions: false,
    xXssProtection: false,
  });
  middleware(response.req, response, (error?: unknown) => {
    if (error !== undefined) throw error as Error;
  });
  return headers;
}

function directivesFor(kind: Kind): Record<string, string[]> {
  const directives = [
    "default-src 'none'",
    ...policies[kind],
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${kind === 'preview' ? "'self'" : "'none'"}`,
  ];
  return Object.fromEntries(
    directives.map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values];
    }),
  );
}
