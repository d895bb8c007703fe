import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodes } from '../../client/cli/failure.js';
import { help } from '../../client/cli/help.js';
import { messageOf } from '../../client/cli/messages.js';
import { parseOptions } from '../../client/cli/options.js';
import { createTerminal } from '../../client/cli/terminal.js';
import { ClientError } from '../../client/errors.js';
import { safeFileName } from '../../client/node/save-file.js';
import { ProtocolError } from '../../crypto/private.js';
import { errorStatus } from '../../server/http/errors.js';

function person(): {
  type: (text: string) => void;
  seen: () => string;
  terminal: ReturnType<typeof createTerminal>;
} {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const errors = Object.assign(new PassThrough(), { isTTY: true });
  const seen: Buffer[] = [];
  errors.on('data', (piece: Buffer) => seen.push(piece));
  return {
    type: (text) => input.write(text),
    seen: () => Buffer.concat(seen).toString('utf8'),
    terminal: createTerminal({ input, output: new PassThrough(), errors }),
  };
}

describe('a terminal', () => {
  it('shows nothing of what is typed in secret, over several pasted lines', async () => {
    const { type, seen, terminal } = person();
    const answer = terminal.askHidden('Key: ', (text) => text.split(/\s+/u).length >= 4);
    type('legal winner\nthank year\n');
    expect(await answer).toBe('legal winner\nthank year');
    expect(seen()).toContain('Key: ');
    for (const word of ['legal', 'winner', 'thank', 'year']) expect(seen()).not.toContain(word);
  });

  it('takes the echo of the system away before it asks', async () => {
    const order: string[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode(raw: boolean) {
        order.push(raw ? 'raw' : 'cooked');
        return input;
      },
    });
    const errors = Object.assign(new PassThrough(), { isTTY: true });
    errors.on('data', (piece: Buffer) => order.push(piece.toString('utf8').trim()));
    const terminal = createTerminal({ input, output: new PassThrough(), errors });
    const answer = terminal.askHidden('Key:', () => true);
    input.write('legal\n');
    await answer;
    expect(order.slice(0, 2)).toEqual(['raw', 'Key:']);
  });

  it('reads lines until a single dot', async () => {
    const { type, terminal } = person();
    const answer = terminal.askText('Text');
    type('first\nsecond\n.\n');
    expect(await answer).toBe('first\nsecond');
  });

  it('stops at Ctrl-C', async () => {
    const { type, terminal } = person();
    const answer = terminal.ask('Name: ');
    type('\u0003');
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('what is said about errors', () => {
  it('has words for every code of the server', () => {
    for (const code of Object.keys(errorStatus)) {
      const text = messageOf(new ClientError(code));
      expect(text, code).toMatch(/^[A-Z].{20,}\.$/u);
    }
  });

  it('tells apart who is to blame by the exit code, and lists the codes in the help', () => {
    expect(exitCodeOf(new ClientError('network', true))).toBe(exitCodes.network);
    expect(exitCodeOf(new ClientError('case_not_found'))).toBe(exitCodes.refused);
    expect(exitCodeOf(new ProtocolError('wrong_signature'))).toBe(exitCodes.unverified);
    expect(exitCodeOf(new TypeError('x'))).toBe(exitCodes.unexpected);
    for (const code of Object.values(exitCodes)) {
      expect(help).toMatch(new RegExp(`^  ${String(code)} +\\w`, 'mu'));
    }
  });

  it('repeats nothing of an unexpected error', () => {
    expect(messageOf(new Error('legal winner thank'))).not.toContain('winner');
  });
});

describe('arguments', () => {
  it('explain themselves when there are none', () => {
    expect(parseOptions([])).toBeNull();
    expect(parseOptions(['report', '--help'])).toBeNull();
  });

  it.each([
    [['dance'], 'no such command'],
    [['return'], '--address'],
    [['return', '--address', 'reports.example.org'], 'https://'],
    [['return', '--address', 'https://a:b@reports.example.org'], 'password'],
    [['return', '--address', 'https://x.example', '--file', 'a'], 'no option of return'],
    [['attach', '--address', 'https://x.example'], 'files to send'],
    [['return', '--address', 'http://abc.onion'], 'add --socks'],
    [['verify', 'https://abc.onion'], 'add --socks'],
    [['verify', 'https://x.example', 'https://y.example'], 'one address'],
    [['verify', 'https://x.example', '--socks', '9050'], 'HOST:PORT'],
    [['verify', 'https://x.example', '--socks', 'tor:99999'], 'HOST:PORT'],
    [['verify', 'https://x.example', '--manifest', 'm.json'], 'go together'],
    [['verify', 'https://x.example', '--release-key', 'k'], 'go together'],
    [['return', '--address', 'https://x.example', '--manifest', 'm.json'], 'no option of return'],
  ])('%j are refused', (args, why) => {
    expect(() => parseOptions(args)).toThrow(why);
  });

  it('take http for onion services, and drop what follows the host', () => {
    const tor = ['--socks', '127.0.0.1:9050'];
    const options = parseOptions(['return', '--address', 'http://abc.onion/en/?x', ...tor]);
    expect(options?.address).toBe('http://abc.onion');
    expect(options?.socks).toEqual({ host: '127.0.0.1', port: 9050 });
    const other = parseOptions(['verify', 'http://abc.onion', '--socks', '[::1]:9150']);
    expect(other).toMatchObject({
      address: 'http://abc.onion',
      socks: { host: '::1', port: 9150 },
    });
  });
});

describe('names of saved files', () => {
  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['.bashrc', 'bashrc'],
    ['a\u0000b\u202egpj.exe', 'a_b_gpj.exe'],
    ['NUL.txt', '_NUL.txt'],
    ['', 'file'],
    ['...', 'file'],
    ['Årsredovisning 2025.pdf', 'Årsredovisning 2025.pdf'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it('are cut to what file systems take, endings kept', () => {
    const safe = safeFileName(`${'å'.repeat(300)}.pdf`);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(180);
    expect(safe.endsWith('.pdf')).toBe(true);
  });
});
