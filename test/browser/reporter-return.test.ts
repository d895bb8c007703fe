import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArchive } from '../../client/archive/zip-reader.js';
import { createReporter } from '../../client/reporter.js';
import type { DirectoryAnswer, Entry, ReporterCase } from '../../crypto/private.js';
import { changeCase, withAnswers, withFacts, type TestAnswer } from '../support/answers.js';
import { launchBrowser } from '../support/browser.js';
import { fileOf } from '../support/fixtures.js';
import { installOrganisation } from '../support/organisation.js';
import {
  dayFromNow,
  expectAccessible,
  leakyFields,
  openCaseWith,
  openReporterPage,
  startReporterSite,
  unusedKey,
  type ReporterSite,
} from '../support/reporter-page.js';

const text = 'The doors are locked.\n  Every evening.';
const fileText = 'what the photo shows '.repeat(60_000);

let browser: Browser;
let site: ReporterSite;
let words: string[];

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), startReporterSite()]);
  words = await newCase();
});

afterAll(async () => {
  await browser.close();
  await site.server.stop();
});

/** A case sent by the engine itself. */
async function newCase(at: ReporterSite = site, today = dayFromNow(0)): Promise<string[]> {
  const reporter = createReporter({
    address: at.server.url,
    fetch,
    today: () => today,
  });
  const key = await reporter.newCaseKey();
  const bytes = Buffer.from(fileText);
  await reporter.submit(
    {
      words: key,
      channel: at.organisation.channel.id,
      language: 'en',
      category: 'work_safety',
      relation: 'not_said',
      text,
      answers: { where: { known: true, text: 'Warehouse 2' }, when: { known: false } },
      leftOut: [],
    },
    [
      {
        name: 'door.txt',
        type: 'text/plain',
        size: bytes.length,
        lastModified: 0,
        read: (start, end) => Promise.resolve(new Uint8Array(bytes.subarray(start, end))),
      },
    ],
    () => undefined,
  );
  return key;
}

const open = async (): Promise<Page> => (await openReporterPage(browser, site, '/en/return')).page;

const day = (days: number): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(dayFromNow(days)),
  );

const answers = (): TestAnswer[] => {
  const by = site.organisation.readers[0];
  if (by === undefined) throw new Error('no reader');
  const at = `${dayFromNow(0)}T08:00:00.000Z`;
  return [
    { by, kind: 'acknowledgement', at, text: 'We have read it.', files: [] },
    { by, kind: 'reply', at, text: '<b>Which</b> doors?', files: [] },
  ];
};

describe('entering the key', () => {
  it.each([
    [
      'pasted with numbers and line breaks',
      (w: string[]) => w.map((x, i) => `${i + 1}. ${x}\n`).join(''),
    ],
    ['in capitals, with commas', (w: string[]) => w.join(', ').toUpperCase()],
    ['by its first four letters', (w: string[]) => w.map((x) => x.slice(0, 4)).join(' ')],
  ])('opens the case: %s', async (_name, form) => {
    const page = await open();
    await openCaseWith(page, [form(words)]);
    expect(await page.inputValue('#words')).toBe('');
    await page.context().close();
  });

  it('offers words after two letters, and completes the one that is chosen', async () => {
    const page = await open();
    await page.locator('#words').pressSequentially(`${words[0] ?? ''} ban`);
    await page.click('#chips button:has-text("banana")');
    expect(await page.inputValue('#words')).toBe(`${words[0] ?? ''} banana `);
    await page.context().close();
  });

  it('word by word takes a pasted key, and moves on when a word is chosen', async () => {
    const page = await open();
    await page.click('#enter-switch');
    await page.locator('#word-1').pressSequentially('ban');
    await page.waitForSelector('#word-1-list li');
    await expectAccessible(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('word-2');
    await page.locator('#word-1').fill('');
    await page.locator('#word-1').evaluate((input, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', pasted);
      input.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, words.join('\n'));
    expect(await page.inputValue('#word-12')).toBe(words[11]);
    await page.click('#enter-open');
    await page.waitForSelector('#case:not([hidden])');
    await page.context().close();
  });

  it('names the wrong word and mends it at a click', async () => {
    const page = await open();
    const [first = '', ...rest] = words;
    const misread = `${first.slice(0, -1)}q${first.slice(-1)}`;
    await page.fill('#words', [misread, ...rest].join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    expect(await page.innerText('#enter-faults')).toContain(
      `Word 1 is not on the list: “${misread}”`,
    );
    await expectAccessible(page);
    await page.click(`#enter-faults button:text-is("${first}")`);
    await page.waitForSelector('#case:not([hidden])');
    await page.context().close();
  });

  it('says when words are missing, and when they are no key together', async () => {
    const page = await open();
    await page.fill('#words', words.slice(1).join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    expect(await page.innerText('#enter-faults')).toContain('has 12 words; here are 11');
    await page.fill('#words', Array<string>(12).fill('abandon').join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    expect(await page.innerText('#enter-faults')).toContain('together they are no case key');
    await page.context().close();
  });

  it('answers an unknown key without saying why it opens nothing', async () => {
    const page = await open();
    await page.fill('#words', (await unusedKey()).join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    expect(await page.innerText('#enter-faults')).toContain('We cannot tell which');
    expect(await page.locator('#case').isVisible()).toBe(false);
    await page.context().close();
  });
});

describe('where the list of readers cannot be relied on', () => {
  /** The directory as a server might hand it out, from now on; null for none at all. */
  const handOut = async (
    page: Page,
    change: ((answer: DirectoryAnswer) => DirectoryAnswer) | 'withheld' | null,
  ): Promise<void> => {
    await page.context().route('**/api/directory', async (route) => {
      if (change === null) return route.abort();
      if (change === 'withheld') {
        return route.fulfill({ status: 404, json: { error: { code: 'not_set_up' } } });
      }
      const response = await route.fetch();
      const answer = (await response.json()) as DirectoryAnswer;
      await route.fulfill({ response, json: change(answer) });
    });
  };
  const unsigned = (answer: DirectoryAnswer): DirectoryAnswer => {
    const signature = answer.directory.signature.replace(/^./, (l) => (l === 'A' ? 'B' : 'A'));
    return { ...answer, directory: { ...answer.directory, signature } };
  };

  it.each([
    ['not signed', unsigned, 'does not carry the organisation’s signature'],
    ['not to be had', null, 'could not be reached'],
    ['withheld', 'withheld', 'but not the list of its readers'],
  ] as const)('%s: says so, and keeps the words to be tried again', async (_name, change, said) => {
    const page = await open();
    await handOut(page, change);
    await page.fill('#words', words.join(' '));
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    const told = await page.innerText('#enter-faults');
    expect(told).toContain(said);
    expect(told).toContain('Your words are still in the field');
    expect(await page.inputValue('#words')).toBe(words.join(' '));
    expect(await page.locator('#case').isVisible()).toBe(false);
    await expectAccessible(page);
    await page.context().unroute('**/api/directory');
    await page.click('#enter-open');
    await page.waitForSelector('#case:not([hidden])');
    await page.context().close();
  });

  it('keeps twelve single words too', async () => {
    const page = await open();
    await handOut(page, unsigned);
    await page.fill('#words', words.join(' '));
    await page.click('#enter-switch');
    await page.click('#enter-open');
    await page.waitForSelector('#enter-faults:not([hidden])');
    const typed = await page
      .locator('#word-fields input')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
    expect(typed).toEqual(words);
    await page.context().close();
  });

  it('while the case stands open says so where news is looked for, and leaves what is shown', async () => {
    const page = await open();
    await openCaseWith(page, words);
    await page.fill('#answer-text', 'Being written.');
    await handOut(page, null);
    await page.click('#refresh');
    await page.waitForSelector('#refresh-state:not([hidden])');
    expect(await page.innerText('#refresh-state')).toContain('could not be reached');
    expect(await page.innerText('#conversation')).toContain('The doors are locked');
    expect(await page.inputValue('#answer-text')).toBe('Being written.');
    await expectAccessible(page);
    await page.context().unroute('**/api/directory');
    await page.click('#refresh');
    await page.waitForSelector('#refresh-state', { state: 'hidden' });
    await page.context().close();
  });

  it('older than the one the case was written with is told apart from an unsigned one', async () => {
    const other = await startReporterSite();
    const { signed, stamp } = other.organisation;
    const newer = other.organisation.next((directory) => directory);
    await installOrganisation(other.server.db, newer);
    const key = await newCase(other);
    const { page } = await openReporterPage(browser, other, '/en/return');
    await handOut(page, (answer) => ({ ...answer, directory: signed, stamps: [stamp] }));
    await openCaseWith(page, key);
    await page.waitForSelector('#warnings:not([hidden])');
    expect(await page.innerText('#warnings')).toContain('is older, or another one');
    expect(await page.innerText('#warning-codes')).toContain('directory_rolled_back');
    expect(await page.locator('#answer-actions').isVisible()).toBe(false);
    await expectAccessible(page);
    await page.context().close();
    await other.server.stop();
  });

  it('confirmed by nobody for over 90 days opens the case and says what that means', async () => {
    const other = await startReporterSite({ confirmed: 91 });
    const key = await newCase(other, dayFromNow(-91));
    const { page } = await openReporterPage(browser, other, '/en/return');
    await openCaseWith(page, key);
    expect(await page.innerText('#warnings')).toContain('for more than 90 days');
    expect(await page.innerText('#warnings')).toContain('turn to an authority');
    expect(await page.innerText('#conversation')).toContain('The doors are locked');
    await page.context().close();
    await other.server.stop();
  });
});

describe('the case', () => {
  it('shows what was sent, and that nobody opened it yet', async () => {
    const page = await open();
    await openCaseWith(page, words);
    expect(await page.innerText('#case-title')).toBe('Nothing new for you');
    expect(await page.innerText('#situation')).toContain('No reader has opened');
    expect(await page.innerText('#situation')).toContain(day(7));
    const shown = await page.innerText('#conversation');
    for (const each of [text, 'Warehouse 2', 'I don’t know', 'Safety at work', 'door.txt']) {
      expect(shown).toContain(each);
    }
    expect(await page.innerText('#who-reads')).toContain('Reader 1 and Reader 2');
    await expectAccessible(page);
    expect(await leakyFields(page, ['conversation'])).toEqual([]);
    await page.context().close();
  });

  it('shows what is new, who wrote it, and that and when a reader opened the report', async () => {
    const page = await open();
    await changeCase(page, (answer) =>
      withFacts(withAnswers(answer, words, answers()), {}, [{ sequence: 2, day: dayFromNow(0) }]),
    );
    await openCaseWith(page, words);
    expect(await page.innerText('#case-title')).toBe('2 new messages for you');
    expect(await page.innerText('#situation')).toContain(
      `A reader opened your report on ${day(0)}`,
    );
    expect(await page.locator('.entry.fresh').count()).toBe(2);
    await page.click('#to-new');
    const reached = page.locator('.entry:focus');
    expect(await reached.innerText()).toContain('New');
    expect(await reached.innerText()).toContain('Confirmation');
    const shown = await page.innerText('#conversation');
    expect(shown).toContain('Confirmation');
    expect(shown).toContain('Reader 1');
    // what a handler writes is text, never markup
    expect(shown).toContain('<b>Which</b> doors?');
    expect(await page.locator('#timeline li.done').count()).toBe(3);
    expect(await page.locator('#warnings').isVisible()).toBe(false);
    await expectAccessible(page);
    await page.context().close();
  });

  it('says what is overdue and who else can be turned to', async () => {
    const page = await open();
    await changeCase(page, (answer) => withFacts(answer, { receivedOn: dayFromNow(-8) }));
    await openCaseWith(page, words);
    expect(await page.innerText('#timeline .late')).toContain(`overdue since ${day(-1)}`);
    expect(await page.innerText('#overdue')).toContain('Arbetsmiljöverket');
    expect(await page.innerText('#overdue')).not.toContain('unless an answer');
    await expectAccessible(page);
    await page.context().close();
  });

  it('says of feedback that is overdue that an answer may have named a later day', async () => {
    const page = await open();
    const facts = { receivedOn: dayFromNow(-120) };
    await changeCase(page, (answer) => withFacts(withAnswers(answer, words, answers()), facts));
    await openCaseWith(page, words);
    expect(await page.innerText('#timeline .late')).toContain('Feedback overdue since');
    expect(await page.innerText('#overdue')).toContain('unless an answer of the readers');
    expect(await page.innerText('#overdue')).toContain('Arbetsmiljöverket');
    await page.context().close();
  });

  it('shows that it was closed, with which outcome and when it will be removed, asks about reprisals, and still takes messages', async () => {
    const page = await open();
    const [first] = answers();
    if (first === undefined) throw new Error('no answer');
    const { by, at } = first;
    const closure: TestAnswer = {
      by,
      at,
      kind: 'closure',
      outcome: 'substantiated',
      text: 'Mended.',
      files: [],
    };
    await changeCase(page, (answer) =>
      withFacts(withAnswers(answer, words, [closure]), {
        closedOn: dayFromNow(-100),
        purgeOn: dayFromNow(630),
      }),
    );
    await openCaseWith(page, words);
    expect(await page.innerText('#conversation')).toContain('The report proved true');
    expect(await page.innerText('#timeline')).toContain(`Removed on ${day(630)}`);
    expect(await page.locator('#answer-closed').isVisible()).toBe(true);
    expect(await page.locator('#answer').isVisible()).toBe(true);
    expect(await page.innerText('#reprisals')).toContain('Has anything happened to you since?');
    await expectAccessible(page);
    await page.click('#reprisals-write');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('answer-text');
    await page.context().close();
  });

  it.each<[string, string, (entries: Entry[]) => Entry[]]>([
    [
      'a missing entry',
      'belong to this case are missing',
      (entries) => entries.filter((_, at) => at !== 2),
    ],
    [
      'an edited entry',
      'does not fit together',
      (entries) =>
        entries.map((entry, at) =>
          at === 2 && 'ciphertext' in entry
            ? {
                ...entry,
                ciphertext: entry.ciphertext.replace(/^./, (l) => (l === 'A' ? 'B' : 'A')),
              }
            : entry,
        ),
    ],
  ])('says plainly what a server tampered with: %s', async (_name, said, tamper) => {
    const page = await open();
    await changeCase(page, (answer): ReporterCase => {
      const honest = withAnswers(answer, words, answers());
      return { ...honest, entries: tamper(honest.entries) };
    });
    await openCaseWith(page, words);
    await page.waitForSelector('#warnings:not([hidden])');
    const warning = await page.innerText('#warnings');
    expect(warning).toContain('not right with this case');
    expect(warning).toContain(said);
    expect(await page.innerText('#warning-codes')).toMatch(/: \w+/);
    expect(await page.innerText('#case-title')).toBe('Only a part of this case can be shown');
    // nobody writes into a case that is not shown as it is, and what is typed is not taken away
    expect(await page.innerText('#answer-stopped')).toContain('Nothing can be sent now');
    expect(await page.locator('#answer-actions').isVisible()).toBe(false);
    expect(await page.locator('#answer-text').isVisible()).toBe(true);
    // what was checked before it still stands
    expect(await page.innerText('#conversation')).toContain('The doors are locked');
    await expectAccessible(page);
    await page.context().close();
  });
});

describe('a copy of the own case', () => {
  it('is saved below a warning, and the server learns of nothing but the files', async () => {
    const page = await open();
    await openCaseWith(page, words);
    await page.click('#copy summary');
    expect(await page.innerText('#copy')).toContain('knows that somebody reported');
    await expectAccessible(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const saved = async (button: string): Promise<{ name: string; bytes: Buffer }> => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    };
    const copy = await saved('#copy-page');
    expect(copy.name).toBe('note.html');
    expect(copy.bytes.toString()).toContain('The doors are locked.\n  Every evening.');
    expect(copy.bytes.toString()).toContain('Warehouse 2');
    expect(asked.filter((path) => path.startsWith('/'))).toEqual([]);
    const archive = await saved('#copy-files');
    expect(archive.name).toBe('note.zip');
    const files = await readArchive(fileOf(archive.bytes));
    expect(files.map(({ name }) => name)).toEqual([
      ...['case.html', 'case.json', 'files/001 door.txt'],
    ]);
    expect(files.at(-1)?.size).toBe(fileText.length);
    expect(archive.bytes.includes(fileText)).toBe(true);
    expect(archive.bytes.includes(words.slice(0, 3).join(' '))).toBe(false);
    expect(archive.bytes.includes('"key"')).toBe(false);
    const fetched = asked.filter((path) => path.startsWith('/api/'));
    expect(fetched.every((path) => path.startsWith('/api/case/attachments/'))).toBe(true);
    await page.context().close();
  });
});

describe('files', () => {
  it('come back byte by byte', async () => {
    const page = await open();
    await openCaseWith(page, words);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('#conversation button'),
    ]);
    expect(download.suggestedFilename()).toBe('door.txt');
    expect(await readFile(await download.path(), 'utf8')).toBe(fileText);
    await page.waitForFunction(() =>
      document.querySelector('#conversation [data-slot=state]')?.textContent.includes('Checked'),
    );
    await page.context().close();
  });

  it('that the server swapped are not saved', async () => {
    const page = await open();
    await page.context().route('**/api/case/attachments/*/chunks/1', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[100] = (body[100] ?? 0) ^ 1;
      await route.fulfill({ response, body });
    });
    await openCaseWith(page, words);
    const saved: unknown[] = [];
    page.on('download', (download) => saved.push(download));
    await page.click('#conversation button');
    await page.waitForSelector('#conversation .error');
    expect(await page.innerText('#conversation .error')).toContain('not what its sender wrote');
    expect(saved).toEqual([]);
    await page.context().close();
  });
});

describe('writing on', () => {
  it('adds text and files to the case', async () => {
    const key = await newCase();
    const page = await open();
    await openCaseWith(page, key);
    await page.fill('#answer-text', 'One more thing.');
    await page.setInputFiles('#file-input', {
      name: 'key.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('a key'),
    });
    await page.click('#answer button[type=submit]');
    await page.waitForSelector('#answer-sent:not([hidden])');
    expect(await page.innerText('#conversation .entry:last-child')).toContain('One more thing.');
    expect(await page.innerText('#conversation .entry:last-child')).toContain('key.txt');
    expect(await page.inputValue('#answer-text')).toBe('');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('answer-sent');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.context().close();
  });

  it('asks visibly for a text or a file where there is neither', async () => {
    const page = await open();
    await openCaseWith(page, words);
    await page.click('#answer button[type=submit]');
    expect(await page.innerText('#answer-empty')).toContain('Write something');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('answer-text');
    await expectAccessible(page);
    await page.keyboard.type('Now there is.');
    expect(await page.locator('#answer-empty').isVisible()).toBe(false);
    await page.context().close();
  });

  it('hints at personal data before anything is sent, once, and never moves a pressed button', async () => {
    const key = await newCase();
    const page = await open();
    await openCaseWith(page, key);
    await page.click('#answer-text');
    await page.keyboard.type('Ask a.b@example.org about it.');
    const button = page.locator('#answer button[type=submit]');
    const hint = page.locator('.personal[data-for="answer-text"]');
    await button.hover();
    await page.mouse.down();
    expect(await hint.isVisible()).toBe(false);
    await page.mouse.up();
    await hint.waitFor();
    expect(await hint.innerText()).toMatch(
      /looks like an e-mail address.* press “Send” once more/u,
    );
    expect(await page.locator('#answer-sent').isVisible()).toBe(false);
    await expectAccessible(page);
    await button.click();
    await page.waitForSelector('#answer-sent:not([hidden])');
    expect(await hint.isVisible()).toBe(false);
    await page.fill('#answer-text', 'Or c.d@example.org.');
    await page.locator('#answer-text').blur();
    expect(await hint.innerText()).toContain('looks like an e-mail address');
    await page.context().close();
  });

  it('keeps the text when it cannot be sent', async () => {
    const { page } = await openReporterPage(browser, site, '/en/return', { hurried: true });
    await openCaseWith(page, words);
    await page.context().route('**/api/case/entries', (route) => route.abort());
    await page.fill('#answer-text', 'Still here.');
    await page.click('#answer button[type=submit]');
    await page.waitForSelector('#send-error:not([hidden])', { timeout: 60_000 });
    expect(await page.inputValue('#answer-text')).toBe('Still here.');
    await expectAccessible(page);
    await page.context().close();
  });

  it('brings the text back after a reload, in the same case only', async () => {
    const other = await newCase();
    const page = await open();
    await openCaseWith(page, words);
    await page.fill('#answer-text', 'A secret thought.');
    await page.waitForFunction(() => sessionStorage.getItem('m') !== null);
    expect(await page.evaluate(() => sessionStorage.getItem('m'))).not.toContain('secret');
    await page.reload();
    await openCaseWith(page, words);
    await page.waitForFunction(() => {
      const area = document.getElementById('answer-text');
      return area instanceof HTMLTextAreaElement && area.value !== '';
    });
    expect(await page.inputValue('#answer-text')).toBe('A secret thought.');
    await page.reload();
    await openCaseWith(page, other);
    await page.fill('#answer-text', 'Of the other case.');
    await page.click('#close-case');
    await openCaseWith(page, words);
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#answer-text')).toBe('A secret thought.');
    await page.click('#close-case');
    await openCaseWith(page, other);
    await page.waitForSelector('#draft-notice:not([hidden])');
    expect(await page.inputValue('#answer-text')).toBe('Of the other case.');
    await page.context().close();
  });
});

describe('coming back', () => {
  it('says that nobody can restore a lost key, and to report again', async () => {
    const page = await open();
    await page.click('#enter details summary');
    const said = await page.innerText('#enter details');
    expect(said).toContain('Nobody can restore it');
    expect(said).toContain('Write a new report and mention the first');
    await page.context().close();
  });

  it('asks for nothing by itself, however long the case stands open', async () => {
    const { page } = await openReporterPage(browser, site, '/en/away');
    await page.clock.install();
    await page.goto(`${site.server.url}/en/return`);
    await openCaseWith(page, words);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.fastForward('24:00:00');
    await page.click('#refresh');
    await page.waitForFunction(() => document.activeElement?.id === 'case-title');
    expect(asked.map((url) => new URL(url).pathname)).toEqual(['/api/case', '/api/directory']);
    expect(await page.context().cookies()).toEqual([]);
    await page.context().close();
  });
});

describe('leaving a case', () => {
  it('clears it from the page, and the key is asked for again', async () => {
    const page = await open();
    await openCaseWith(page, words);
    await page.click('#close-case');
    expect(await page.locator('#enter').isVisible()).toBe(true);
    expect(await page.evaluate(() => document.body.textContent)).not.toContain('doors are locked');
    await page.context().close();
  });

  it('by the browser’s own means asks for the key on the way back', async () => {
    const page = await open();
    await openCaseWith(page, words);
    await page.click('.ways a >> nth=0');
    await page.waitForURL('**/en/');
    await page.goBack();
    await page.waitForSelector('#enter:not([hidden])');
    expect(await page.evaluate(() => document.body.textContent)).not.toContain('doors are locked');
    expect(await page.inputValue('#words')).toBe('');
    await page.context().close();
  });

  it('leaves the key in no storage, address or title', async () => {
    const page = await open();
    const asked: string[] = [];
    page.on('request', (request) => {
      asked.push(`${request.url()} ${JSON.stringify(request.headers())}`);
    });
    await openCaseWith(page, words);
    const places = await page.evaluate(() =>
      JSON.stringify([
        Object.entries(sessionStorage),
        Object.entries(localStorage),
        location.href,
        document.title,
        history.state,
        document.body.textContent,
        [...document.querySelectorAll('input, textarea')].map((each) =>
          'value' in each ? each.value : '',
        ),
      ]),
    );
    const run = words.slice(0, 3).join(' ');
    for (const place of [places, ...asked]) expect(place).not.toContain(run);
    expect(asked.filter((each) => each.includes('/api/case ')).length).toBe(1);
    await page.context().close();
  });
});
