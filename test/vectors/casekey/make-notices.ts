import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { fromUtf8, ready, toJsonBytes, verifyDirectory } from '../../../crypto/private.js';
import { oddText, Vectors } from './form.js';
import { signedWith, type NoticeVectors } from './run-notices.js';

/*
 * The fourth version of the office's directory, in which its organisation says something to notices;
 * it continues what protocol-1.json froze.
 */

const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const word = { country: 'SE', words: { en: oddText, sv: 'Två\nrader' }, reason: oddText };
const authority = {
  names: { en: 'Supervisor', sv: 'Tillsyn Ö' },
  url: 'https://supervisor.example/report?to=1',
  contact: 'Box 1\n123 45 Ö',
  conditions: { en: 'For banks.' },
};
const notices = {
  authorities: { ...word, added: [authority, { ...authority, url: null, conditions: {} }] },
  anonymity: word,
  advice: { ...word, words: {} },
};
const withAuthority = (change: object): object => ({
  authorities: { ...word, added: [{ ...authority, ...change }] },
});
const wrong: Record<string, object> = {
  'nothing at all': {},
  'no reason': { advice: { ...word, reason: '' } },
  'no country': { advice: { words: word.words, reason: word.reason } },
  'a notice of another kind': { protection: word },
  'one that hides the country’s': { authorities: { ...word, added: [], hidden: true } },
  'a word that is too long': { advice: { ...word, words: { en: 'x'.repeat(601) } } },
  'a word that turns the direction': { advice: { ...word, words: { en: 'a\u202eb' } } },
  'a word that is not seen': { advice: { ...word, words: { en: '\u200b' } } },
  'six authorities': {
    authorities: { ...word, added: Array.from({ length: 6 }, () => authority) },
  },
  'an authority without a name': withAuthority({ names: {} }),
  'an authority that nobody can reach': withAuthority({ url: null, contact: null }),
  'an address without https': withAuthority({ url: 'http://supervisor.example/' }),
  'an address with a user name': withAuthority({ url: 'https://a@supervisor.example/' }),
  'an address that is a script': withAuthority({ url: 'javascript:alert(1)' }),
  'an address in another spelling': withAuthority({ url: 'https://SUPERVISOR.example/' }),
};

const file = folder('notices-1.json');
if (existsSync(file)) {
  console.error('notices-1.json is frozen: a changed wire format is another protocol version');
  process.exitCode = 1;
} else {
  await ready();
  const { office } = v.parse(Vectors, JSON.parse(readFileSync(folder('protocol-1.json'), 'utf8')));
  // with the fields in the order in which clients write them
  const { directory } = verifyDirectory(signedWith(office, notices));
  const written = directory.channels[0]?.notices;
  const version = signedWith(office, written);
  const vectors: NoticeVectors = {
    version,
    hash: verifyDirectory(version).hash,
    notices: fromUtf8(toJsonBytes(written)),
    refused: Object.fromEntries(
      Object.entries(wrong).map(([what, each]) => [what, JSON.stringify(each)]),
    ),
  };
  writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`);
}
