import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { describeSettings } from '../../build/configuration.js';
import { loadConfig } from '../../server/config.js';
import { temporaryFolder } from '../support/server.js';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function configFile(text: string): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  const file = path.join(folder, 'casekey.json');
  await writeFile(file, text);
  return file;
}

async function messageOf(env: Record<string, string>): Promise<string> {
  const error: unknown = await loadConfig(env).catch((caught: unknown) => caught);
  return error instanceof Error ? error.message : 'no error';
}

describe('loadConfig', () => {
  it('works without any setting', async () => {
    const config = await loadConfig({ PATH: '/bin', CASEKEY_PORT: '' });
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicAddress: 'http://localhost:8080',
      dataFolder: path.resolve('data'),
      database: path.resolve('data/casekey.sqlite'),
      maxFileBytes: 2 ** 30,
      smtp: undefined,
    });
  });

  it('takes variables before the file before defaults', async () => {
    const file = await configFile(
      JSON.stringify({ port: 9000, mailHour: 6, smtp: { host: 'mail.example.org', port: 25 } }),
    );
    const config = await loadConfig({
      CASEKEY_CONFIG: file,
      CASEKEY_PORT: '9001',
      CASEKEY_SMTP_FROM: 'casekey@example.org',
    });
    expect(config).toMatchObject({ port: 9001, mailHour: 6, purgeHour: 3 });
    expect(config.smtp).toEqual({
      host: 'mail.example.org',
      port: 25,
      user: undefined,
      password: undefined,
      from: 'casekey@example.org',
      tls: 'starttls',
    });
  });

  it('puts the database into the data folder and strips the slash of the public address', async () => {
    const config = await loadConfig({
      CASEKEY_DATA_FOLDER: '/srv/casekey',
      CASEKEY_PUBLIC_ADDRESS: 'https://report.example.org/',
    });
    expect(config.database).toBe('/srv/casekey/casekey.sqlite');
    expect(config.publicAddress).toBe('https://report.example.org');
  });

  it.each([
    ['CASEKEY_PORT', '99999', 'must be a whole number from 0 to 65535'],
    ['CASEKEY_PORT', '80a', 'must be a whole number'],
    ['CASEKEY_HOST', 'a b', 'must be a host name'],
    ['CASEKEY_PUBLIC_ADDRESS', 'report.example.org', 'must be an address that begins with https'],
    ['CASEKEY_PUBLIC_ADDRESS', 'https://example.org/report', 'must name scheme and host'],
    ['CASEKEY_DATABASE', 'postgres://u:p@h/d', 'PostgreSQL is not supported yet'],
    ['CASEKEY_MAX_FILE_BYTES', '1.5', 'must be a whole number'],
    ['CASEKEY_TRUSTED_PROXIES', '10.0.0.0/33', 'must be IP addresses'],
    ['CASEKEY_TIME_ZONE', 'Mars/Olympus', 'must be a time zone'],
    ['CASEKEY_MAIL_HOUR', '24', 'must be a whole number from 0 to 23'],
    ['CASEKEY_SMTP_TLS', 'maybe', 'must be one of starttls, implicit, none'],
    ['CASEKEY_SMTP_PASSWORD', 'hunter2-secret', 'CASEKEY_SMTP_HOST: is needed'],
    ['CASEKEY_PROT', '1', 'there is no such setting'],
  ])('refuses %s=%s and shows no value', async (variable, value, reason) => {
    const message = await messageOf({ [variable]: value });
    expect(message).toContain(reason);
    expect(message).toContain(variable.startsWith('CASEKEY_SMTP_P') ? 'CASEKEY_SMTP' : variable);
    expect(message).not.toContain(value === '1' ? '=1' : value);
  });

  it('names every wrong value at once, the file’s by their keys', async () => {
    const file = await configFile('{"port":"x","smtp":{"tls":1},"colour":"red"}');
    const message = await messageOf({ CASEKEY_CONFIG: file, CASEKEY_PURGE_HOUR: '-1' });
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
      'colour in CASEKEY_CONFIG',
      'port in CASEKEY_CONFIG',
      'CASEKEY_PURGE_HOUR',
      'smtp.tls in CASEKEY_CONFIG',
    ]);
  });

  it.each([
    ['{', 'is not valid JSON'],
    ['[]', 'holds no JSON object'],
  ])('refuses a file that holds %s', async (text, reason) => {
    expect(await messageOf({ CASEKEY_CONFIG: await configFile(text) })).toContain(reason);
  });

  it('refuses a file that is not there', async () => {
    expect(await messageOf({ CASEKEY_CONFIG: '/no/such/file' })).toContain('cannot be read');
  });

  it('wants sender, and name and password together, with a mail server', async () => {
    const host = { CASEKEY_SMTP_HOST: 'mail.example.org' };
    expect(await messageOf(host)).toContain('CASEKEY_SMTP_FROM');
    expect(
      await messageOf({ ...host, CASEKEY_SMTP_FROM: 'a@b.example', CASEKEY_SMTP_USER: 'u' }),
    ).toContain('give both or neither');
  });

  it('sends mail without TLS to the same machine only', async () => {
    const env = { CASEKEY_SMTP_FROM: 'a@b.example', CASEKEY_SMTP_TLS: 'none' };
    expect(await messageOf({ ...env, CASEKEY_SMTP_HOST: 'mail.example.org' })).toContain(
      'CASEKEY_SMTP_TLS: none is for a mail server on the same machine only',
    );
    const config = await loadConfig({ ...env, CASEKEY_SMTP_HOST: 'localhost' });
    expect(config.smtp?.tls).toBe('none');
  });
});

describe('docs/configuration.md', () => {
  it('is what the table of settings says', async () => {
    expect(await readFile('docs/configuration.md', 'utf8')).toBe(describeSettings());
  });
});
