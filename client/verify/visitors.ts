/** Somebody that a server could take the verifier for, by what browsers say of themselves. */
export interface Visitor {
  readonly name: string;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it sends the Sec-Fetch headers that browsers send. */
  readonly isBrowser: boolean;
}

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/**
 * A program, and browsers of several makes, languages and encodings; what a server gives to one kind
 * of visitor only is found if that kind is here. Their versions age; no server of ours looks at them.
 */
export const visitors: readonly [Visitor, ...Visitor[]] = [
  {
    name: 'a program, uncompressed',
    headers: { 'Accept-Encoding': 'identity' },
    isBrowser: false,
  },
  {
    name: 'Chrome on Windows, English',
    headers: {
      'User-Agent':
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
      'Accept-Language': 'en-GB,en;q=0.9',
      'Accept-Encoding': 'gzip, deflate, br, zstd',
    },
    isBrowser: true,
  },
  {
    name: 'Firefox on Linux, Finnish',
    headers: {
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0',
      'Accept-Language': 'fi-FI,fi;q=0.8,en-US;q=0.5,en;q=0.3',
      'Accept-Encoding': 'gzip, deflate, br, zstd',
    },
    isBrowser: true,
  },
  {
    name: 'Safari on an iPhone, Swedish',
    headers: {
      'User-Agent':
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
      'Accept-Language': 'sv-SE,sv;q=0.9',
      'Accept-Encoding': 'gzip, deflate, br',
    },
    isBrowser: true,
  },
  {
    name: 'Tor Browser',
    headers: {
      'User-Agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Accept-Language': 'en-US,en;q=0.5',
      'Accept-Encoding': 'gzip, deflate, br, zstd',
    },
    isBrowser: true,
  },
  {
    name: 'Edge on Windows, Norwegian, gzip only',
    headers: {
      'User-Agent':
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0',
      'Accept-Language': 'nb,no;q=0.9,nn;q=0.8',
      'Accept-Encoding': 'gzip',
    },
    isBrowser: true,
  },
];

/** What for a browser asks: a page, or what a page needs. */
export type Purpose = 'document' | 'iframe' | 'script' | 'style' | 'worker' | 'image' | 'empty';

/** The headers with which this visitor asks for this. */
export function headersOf(
  { headers, isBrowser }: Visitor,
  purpose: Purpose,
): Record<string, string> {
  if (!isBrowser) return { Accept: '*/*', ...headers };
  const isPage = purpose === 'document' || purpose === 'iframe';
  const accept: Partial<Record<Purpose, string>> = {
    document: html,
    iframe: html,
    style: 'text/css,*/*;q=0.1',
  };
  return {
    Accept: accept[purpose] ?? '*/*',
    ...headers,
    ...(purpose === 'document' ? { 'Upgrade-Insecure-Requests': '1' } : {}),
    'Sec-Fetch-Dest': purpose,
    'Sec-Fetch-Mode': isPage ? 'navigate' : purpose === 'worker' ? 'same-origin' : 'cors',
    'Sec-Fetch-Site': purpose === 'document' ? 'none' : 'same-origin',
    ...(purpose === 'document' ? { 'Sec-Fetch-User': '?1' } : {}),
  };
}
