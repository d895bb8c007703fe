/**
 * What a response is, as far as its headers go. `preview` is the sandboxed frame that shows
 * decrypted files; its scripts and styles (`preview-asset`) are fetched from an opaque origin.
 */
export const kinds = [
  'page',
  'away',
  'preview',
  'asset',
  'preview-asset',
  'worker',
  'api',
] as const;
export type Kind = (typeof kinds)[number];

const policies: Readonly<Record<Kind, readonly string[]>> = {
  page: [
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types casekey',
  ],
  away: ["style-src 'self'", "img-src 'self' data:", "require-trusted-types-for 'script'"],
  preview: [
    'sandbox allow-scripts',
    "script-src 'self'",
    "style-src 'self'",
    'img-src blob: data:',
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
  api: ['sandbox'],
};

/** Device features no page of ours uses. Copying a case key needs the clipboard: not listed. */
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
  const isDocument = kind === 'page' || kind === 'away' || kind === 'preview';
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policyFor(kind),
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': features.map((feature) => `${feature}=()`).join(', '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-DNS-Prefetch-Control': 'off',
    'X-Frame-Options': kind === 'preview' ? 'SAMEORIGIN' : 'DENY',
    ...(isDocument ? { 'Integrity-Policy': 'blocked-destinations=(script)' } : {}),
    ...(kind === 'away' ? { 'Clear-Site-Data': '"cache", "storage"' } : {}),
    ...(kind === 'preview-asset' ? { 'Access-Control-Allow-Origin': '*' } : {}),
    ...(options.secure
      ? { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' }
      : {}),
  };
}

function policyFor(kind: Kind): string {
  return [
    "default-src 'none'",
    ...policies[kind],
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${kind === 'preview' ? "'self'" : "'none'"}`,
  ].join('; ');
}
