import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { confirmPaper, signInInBrowser } from '../support/desk-page.js';
import { expectAccessible, leakyFields } from '../support/reporter-page.js';
import { goTo, loaded, overflow, type DeskPage } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// What the desk's pages do, with made-up cases in the place of the engine.

const desk = useFakeDesk();
const { visit, enter } = desk;

async function openCase(page: Page, title: string): Promise<void> {
  await page.locator('.row-open', { hasText: title }).click();
  await page.waitForSelector('.entry');
  await loaded(page);
}

const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;

// English and light at two widths: desk-accessible.test.ts
describe('every view, 360 pixels, dark, Swedish', () => {
  const options = { ...phone, path: 'sv/' };
  const lang = 'sv';
  const check = async ({ page, complaints }: DeskPage): Promise<void> => {
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
  };

  it('signing in and recovering', async () => {
    const opened = await visit('usual', options);
    const { page } = opened;
    await check(opened);
    await page.fill('#sign-in-name', 'code');
    await page.fill('#sign-in-passphrase', 'x');
    await page.click('form [type=submit]');
    await page.waitForSelector('[data-part=code-field]:not([hidden])');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('sign-in-code');
    await check(opened);
    await page.click('[data-part=lost]');
    await check(opened);
    await page.fill('#recover-words', Array.from({ length: 24 }, () => 'zoo').join(' '));
    await page.click('form [type=submit]');
    await page.waitForSelector('.paper');
    await check(opened);
    await page.click('[data-part=to-questions]');
    await page.click('.paper form [type=submit]');
    await check(opened);
    await page.click('[data-part=to-words]');
    await confirmPaper(page.locator('.paper'));
    await page.waitForSelector('[data-part=in-force]:not([hidden])');
    await check(opened);
  });

  it('the inbox: full, searched, empty', async () => {
    const opened = await enter('usual', options);
    await check(opened);
    await opened.page.fill('#inbox-search', 'oil');
    await opened.page.keyboard.press('Enter');
    await opened.page.waitForSelector('.excerpts:not([hidden])');
    await check(opened);
    await check(await enter('empty', options));
  });

  it('a case, each of its parts, and closing it', async () => {
    const opened = await enter('left-out', options);
    const { page } = opened;
    await openCase(page, 'Invoices for guards');
    for (const tab of ['conversation', 'notes', 'files', 'access', 'trail']) {
      await page.click(`[data-tab=${tab}]`);
      await loaded(page);
      await check(opened);
    }
    await page.click('[data-tab=access]');
    await page.click('[data-part=take]:visible');
    await check(opened);
    await page.click('[data-tab=conversation]');
    await page.check('input[value=closure]');
    await page.selectOption('[data-part=writing] [data-part=outcome]', 'minor');
    await page.fill('[data-part=writing] textarea', 'Done.');
    await page.click('[data-part=writing] [data-part=submit]');
    await check(opened);
    await page.click('[data-part=rename]');
    await check(opened);
  });

  it('warnings: a case that does not verify, a stale directory, changes, forged keys', async () => {
    const opened = await enter('warnings', options);
    const { page } = opened;
    await check(opened);
    await page.click('.row-open >> nth=0');
    await page.waitForSelector('.entry');
    await check(opened);
    await goTo(page, 'people');
    await check(opened);
    await goTo(page, 'audit');
    await page.click('[data-part=verify]');
    await loaded(page);
    await check(opened);
  });

  it('people, channel, log, account, and the locked desk', async () => {
    const opened = await enter('administrator', options);
    const { page } = opened;
    await check(opened);
    await page.click('.person [data-part=remove]:visible >> nth=0');
    await page.fill('#invite-name', 'Siv');
    await page.click('[data-part=invite-form] [type=submit]');
    await page.waitForSelector('[data-part=link-box]:not([hidden])');
    await check(opened);
    for (const view of ['channel', 'audit', 'account']) {
      await goTo(page, view);
      await check(opened);
    }
    await page.click('[data-part=codes-start]');
    await page.waitForSelector('.qr svg');
    await check(opened);
    await page.fill('#account-current', 'x');
    await page.click('[data-part=passphrase-form] [type=submit]');
    await page.waitForSelector('.account .paper');
    await check(opened);
    await confirmPaper(page.locator('.account .paper'));
    await page.waitForSelector('[data-part=passphrase-done]:not([hidden])');
    await check(opened);
    await page.click('[data-part=lock]');
    await page.waitForSelector('.locked');
    await check(opened);
  });

  it('set-up and joining', async () => {
    const opened = await visit('set-up', { ...options, path: `${lang}/set-up#good` });
    const { page } = opened;
    await page.waitForSelector('[data-part=begin]:not([disabled])');
    await check(opened);
    await page.click('[data-part=begin]');
    await check(opened);
    await page.selectOption('#set-up-country', 'SE');
    for (const field of await page.locator('.language-texts input:visible').all()) {
      await field.fill('Name');
    }
    await page.click('[data-part=step-organisation] [data-part=next]');
    await check(opened);
    const joining = await visit('usual', { ...options, path: `${lang}/join#secret` });
    await joining.page.waitForSelector('[data-part=invitation]:not([hidden])');
    await check(joining);
    await joining.page.fill('#join-name', 'taken');
    await joining.page.click('[data-part=join]');
    await check(joining);
    await confirmPaper(joining.page.locator('[data-part=paper]'));
    await joining.page.waitForSelector('[data-part=join-form] [data-part=problem]:not([hidden])');
    await check(joining);
    await joining.page.fill('#join-name', 'siv');
    await joining.page.click('[data-part=join]');
    await joining.page.waitForSelector('[data-part=step-words]:not([hidden])');
    await check(joining);
  });
});

describe('what people type and what is decrypted', () => {
  it('is kept from spelling services, autofill and translators in every field', async () => {
    for (const path of ['en/', 'en/set-up#good', 'en/join#secret']) {
      const { page } = await visit('set-up', { path });
      expect(await leakyFields(page, [])).toEqual([]);
    }
    const { page } = await enter('left-out');
    await openCase(page, 'Invoices for guards');
    const open = await page.evaluate(() =>
      [...document.querySelectorAll('h1, .written, .answers:not([hidden]), .file-name')]
        .filter((each) => each.closest('[translate=no]') === null)
        .map((each) => each.outerHTML),
    );
    expect(open).toEqual([]);
    expect(await leakyFields(page, [])).toEqual([]);
    await goTo(page, 'channel');
    expect(await leakyFields(page, [])).toEqual([]);
  });

  it('leaves nothing in storage, address or title', async () => {
    const { page } = await enter('usual');
    await openCase(page, 'Invoices for guards');
    await page.fill('[data-part=writing] textarea', 'A draft.');
    await goTo(page, 'account');
    const left = await page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      cookie: document.cookie,
      state: JSON.stringify(history.state),
      title: document.title,
    }));
    expect(left).toEqual({
      local: 0,
      session: 0,
      databases: 0,
      caches: 0,
      cookie: '',
      state: '{"desk":2}',
      title: 'Desk: my account',
    });
    expect(page.url()).toBe(`${desk.url}/desk/en/`);
  });
});

describe('moving about', () => {
  it('works with keys: skip link, rows, tabs, and the focus back where it was', async () => {
    const { page } = await enter('usual');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    const second = await page.locator('.row-open').nth(1).innerText();
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).innerText)).toBe(
      second,
    );
    await page.keyboard.press('Enter');
    await page.waitForSelector('.entry');
    await page.focus('[data-tab=conversation]');
    await page.keyboard.press('ArrowRight');
    expect(await page.isVisible('#panel-work')).toBe(true);
    await page.keyboard.press('End');
    expect(await page.isVisible('#panel-trail')).toBe(true);
    await page.click('[data-part=back]');
    await page.waitForSelector('.row-open');
    await page.waitForFunction(
      (title) => (document.activeElement as HTMLElement).innerText.includes(title),
      second.replace('New', '').trim(),
    );
    await page.fill('#inbox-search', 'jjkk');
    expect(await page.inputValue('#inbox-search')).toBe('jjkk');
    await page.focus('[data-part=skip]');
    await page.keyboard.press('Enter');
    expect(page.url()).toBe(`${desk.url}/desk/en/`);
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
  });

  it('stays inside the desk when the browser goes back', async () => {
    const { page } = await enter('usual');
    await openCase(page, 'Invoices for guards');
    await goTo(page, 'people');
    await page.goBack();
    await page.waitForSelector('.entry');
    await page.goBack();
    await page.waitForSelector('.inbox');
    await page.goForward();
    await page.waitForSelector('.entry');
  });

  it('keeps a draft, and asks before the page is left with one that is not kept yet', async () => {
    const { page } = await enter('usual');
    await openCase(page, 'Invoices for guards');
    const asksToStay = (): Promise<boolean> =>
      page.evaluate(() => {
        const event = new Event('beforeunload', { cancelable: true });
        window.dispatchEvent(event);
        return event.defaultPrevented;
      });
    await page.check('input[value=feedback]');
    await page.fill('[data-part=writing] textarea', 'We will look at the invoices.');
    expect(await asksToStay()).toBe(true);
    await goTo(page, 'people');
    await goTo(page, 'inbox');
    await openCase(page, 'Invoices for guards');
    expect(await page.inputValue('[data-part=writing] textarea')).toContain('look at the invoices');
    expect(await page.isChecked('input[value=feedback]')).toBe(true);
    expect(await asksToStay()).toBe(false);
    await page.click('[data-part=writing] [data-part=submit]');
    await page.waitForSelector('.kind-feedback');
    expect(await page.inputValue('[data-part=writing] textarea')).toBe('');
  });

  it('filters, remembers the filter, and shows 3,000 rows without drawing them all', async () => {
    const { page } = await enter('many');
    expect(await page.locator('.row').count()).toBeLessThan(400);
    await page.click('.group-open [data-part=rest]');
    expect(await page.locator('.group-open .row').count()).toBe(600);
    await page.selectOption('#inbox-category', 'environment');
    expect(await page.locator('.row-title').allTextContents()).toEqual([
      'A case that could not be verified',
      'Waste oil behind the garage',
    ]);
    await goTo(page, 'people');
    await goTo(page, 'inbox');
    expect(await page.inputValue('#inbox-category')).toBe('environment');
    expect(await page.locator('.row').count()).toBe(2);
  });
});

describe('the first steps', () => {
  it('count no recovery officer’s paper as the second handler', async () => {
    const { page } = await enter('empty');
    const step = page.locator('[data-step=reader]');
    await step.getByText('does not replace one').waitFor();
    expect(await step.locator('[data-part=reader-done]').isVisible()).toBe(false);
    await goTo(page, 'channel');
    const steps = page.locator('[data-part=steps]');
    await steps.getByText('A paper is accepted, but a second case handler is safer').waitFor();
  });
});

describe('signing in', () => {
  it('leaves the form where it is when the name of the organisation comes', async () => {
    const { page } = await visit('usual');
    const named = page.locator('[data-part=named]');
    await named.waitFor();
    const top = (): Promise<number> =>
      page.locator('form [type=submit]').evaluate((button) => button.getBoundingClientRect().top);
    const after = await top();
    await named.evaluate((element) => {
      element.setAttribute('hidden', '');
    });
    expect(await top()).toBe(after);
  });
});

describe('locking', () => {
  it('warns after 13 idle minutes, and after 15 wipes page and worker', async () => {
    const { page } = await visit('usual');
    await page.clock.install();
    await signInInBrowser(page, 'hanna', 'x');
    await openCase(page, 'Invoices for guards');
    await page.clock.runFor(13 * 60_000 + 2000);
    expect(await page.innerText('[data-part=idle]:visible')).toContain('locks in');
    await page.click('[data-part=stay]');
    await page.waitForSelector('[data-part=idle]', { state: 'hidden' });
    await page.clock.runFor(15 * 60_000 + 2000);
    await page.waitForSelector('.locked');
    expect(await page.innerText('body')).toContain('15 minutes');
    const rest = await page.evaluate(() => document.documentElement.outerHTML);
    expect(rest).not.toContain('Invoices');
    await page.clock.runFor(4000);
    await expect.poll(() => page.workers().length).toBe(0);
    await page.click('[data-part=again]');
    await page.waitForSelector('#sign-in-name');
  });

  it('locks at once when a laptop wakes up later, whatever key is pressed first', async () => {
    const { page } = await visit('usual');
    await page.clock.install();
    await signInInBrowser(page, 'hanna', 'x');
    await page.clock.setSystemTime(Date.now() + 3_600_000);
    await page.keyboard.press('j');
    await page.waitForSelector('.locked');
  });

  it('locks when the server no longer knows the session', async () => {
    const { page } = await enter('ended');
    await page.click('.desk-nav [data-go=audit]');
    await page.waitForSelector('.locked');
    expect(await page.innerText('body')).toContain('session has ended');
  });
});

describe('the preview frame', () => {
  it('has no origin, no network and no way out, and shows nothing that lies about itself', async () => {
    const { page, complaints } = await enter('usual');
    await openCase(page, 'Invoices for guards');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const preview = async (name: string): Promise<void> => {
      await page.locator(`[data-panel=conversation] button[aria-label="Preview: ${name}"]`).click();
    };
    const frame = page.frameLocator('dialog iframe');
    await preview('anteckningar.txt');
    expect(await frame.locator('pre').innerText()).toContain('<script>alert(1)</script>');
    const inside = page.frames().find((each) => each.url().endsWith('/desk/preview'));
    const tried = await inside?.evaluate(async () => {
      const attempt = async (work: () => unknown): Promise<string> => {
        try {
          await work();
          return 'possible';
        } catch {
          return 'refused';
        }
      };
      return {
        origin: self.origin,
        fetch: await attempt(() => fetch('/api/directory')),
        storage: await attempt(() => localStorage),
        desk: await attempt(() => parent.document),
        cookie: await attempt(() => document.cookie),
      };
    });
    expect(tried).toEqual({
      origin: 'null',
      fetch: 'refused',
      storage: 'refused',
      desk: 'refused',
      cookie: 'refused',
    });
    await page.click('dialog [data-part=close]');
    await preview('grind 3.png');
    expect(await frame.locator('img').evaluate((each: HTMLImageElement) => each.naturalWidth)).toBe(
      24,
    );
    await page.click('dialog [data-part=close]');
    await preview('not what it says.png');
    await page.waitForSelector('dialog [data-part=problem]:not([hidden])');
    expect(await page.locator('iframe').count()).toBe(0);
    await page.click('dialog [data-part=close]');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Preview: not what it says.png',
    );
    await preview('endless.png');
    const problem = page.locator('dialog [data-part=problem]:not([hidden])');
    expect(await problem.innerText()).toContain('more points than the preview can show');
    expect(await page.locator('iframe').count()).toBe(0);
    await page.click('dialog [data-part=close]');
    expect(
      requests.every((each) => each === '/desk/preview' || each.startsWith('/assets/preview.')),
    ).toBe(true);
    expect(complaints.filter((each) => !each.includes('/api/directory'))).toEqual([]);
  });
});

describe('paper', () => {
  const pagesOf = (pdf: Buffer): number =>
    [...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b/g)].length;

  it('gets the poster on one page in every language, and nothing else of the desk', async () => {
    const { page } = await visit('administrator');
    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await signInInBrowser(page, 'anna', 'x');
    await goTo(page, 'channel');
    for (const language of ['en', 'sv', 'fi']) {
      await page.selectOption('#poster-language', language);
      await page.click('[data-part=print]');
      expect(await page.getAttribute('.print-sheet .poster', 'lang')).toBe(language);
      await page.emulateMedia({ media: 'print' });
      expect(await page.isVisible('.desk-head')).toBe(false);
      const { width, height } = (await page.locator('.print-sheet').boundingBox()) ?? {
        width: 0,
        height: 0,
      };
      expect(height / width).toBeLessThanOrEqual(297 / 210);
      expect(height / width).toBeGreaterThan(1.4);
      await page.emulateMedia({ media: null });
      // printing ends, and the sheet goes
      expect(pagesOf(await page.pdf({ preferCSSPageSize: true, format: 'A4' }))).toBe(1);
      expect(await page.locator('.print-sheet').count()).toBe(0);
    }
  });

  it('gets a recovery kit on one page, with all its words and no passphrase', async () => {
    const { page } = await visit('usual', { path: 'en/join#secret' });
    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await page.waitForSelector('[data-part=invitation]:not([hidden])');
    await page.fill('#join-name', 'siv');
    await page.click('[data-part=join]');
    await page.waitForSelector('.paper');
    await page.click('[data-part=print]:visible');
    // and the eight words of the keys, to be told to the inviter
    expect(await page.locator('.print-sheet [data-part=words] li').count()).toBe(24);
    expect(await page.locator('.print-sheet [data-part=fingerprint] li').count()).toBe(8);
    expect(await page.locator('.print-sheet').innerText()).toContain('siv');
    expect(pagesOf(await page.pdf({ format: 'A4' }))).toBe(1);
    expect(await page.locator('.print-sheet').count()).toBe(0);
    await confirmPaper(page.locator('[data-part=paper]'));
    await page.waitForSelector('[data-part=step-words]:not([hidden])');
    expect(await page.locator('[data-part=own-words] li').count()).toBe(8);
    expect(await page.locator('[data-part=paper] .words').count()).toBe(0);
  });
});
