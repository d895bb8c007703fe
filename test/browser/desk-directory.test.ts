import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { goTo, type Scenario } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// How the desk tells of changes to the directory and of the time that closed cases are kept.

const desk = useFakeDesk();
let page: Page;

async function enter(scenario: Scenario, lang = 'en'): Promise<void> {
  ({ page } = await desk.enter(scenario, { path: `${lang}/` }));
}

const texts = (selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

/** The day so many days from today, as pages write it. */
function dayIn(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(date);
}

describe('changes of the directory', () => {
  it('are told one by one, as they were and as they are, until somebody has read them', async () => {
    await enter('warnings');
    expect(await texts('[data-part=changes] li')).toEqual([
      'Omar Lind (Case handler, Internal audit) can read new reports from now on, in: Reporting channel. Let in by Hanna Ek and an administrator. Eight words of the keys: anchor basket candle desert eagle fabric galaxy hammer',
      'Sven Alm no longer reads new reports',
      'An administrator was removed (number 2)',
      'Reporting channel: closed cases are removed after 12 months, before: 24. That is shorter; it counts 90 days after the server took the change. The page Channel shows the day.',
      'Reporting channel: the channel’s name in Finnish is “Ilmoituskanava”, before: none',
      'Reporting channel: your own text to reporters changed in English, Swedish',
      'Reporting channel: offered in English, Swedish, Finnish; before: English, Swedish',
      'The organisation’s name in English: “Northwind Group”, before: “Northwind”',
      'Reporting channel: the country is Sweden, before: Norway',
      'The channel was published: Reporting channel',
    ]);
    await page.click('[data-part=changes] [data-part=seen]');
    expect(await texts('[data-part=changes] li')).toEqual([]);
  });
});

describe('closed cases that are not removed since the clock may be wrong', () => {
  it.each(['en', 'sv'])('are told of to administrators, with what to do: %s', async (lang) => {
    await enter('administrator', lang);
    const box = page.locator('[data-part=removal] section');
    await box.waitFor();
    const said = await box.innerText();
    expect(said).toContain(lang === 'en' ? 'put its clock right' : 'ställa klockan rätt');
    expect(await box.locator('h2').innerText()).toMatch(/\d{4}$/u);
    await expectAccessible(page);
  });

  it('are not told of to handlers, who can do nothing about it', async () => {
    await enter('usual');
    expect(await page.locator('[data-part=removal]').innerText()).toBe('');
  });
});

describe('the time that closed cases are kept', () => {
  it('says, while it is typed, when it would count, and afterwards when it will', async () => {
    await enter('administrator');
    await goTo(page, 'channel');
    const terms = page.locator('[data-part=terms] li');
    await terms.first().waitFor();
    expect(await terms.allInnerTexts()).toEqual(['Now: 24 months after closure.']);
    const effect = page.locator('[data-part=months-effect]');
    expect(await effect.innerText()).toBe('');
    const told: [string, string][] = [
      ['36', 'Takes effect at once.'],
      ['24', ''],
      ['0', ''],
      ['x', ''],
      ['12', `Takes effect on ${dayIn(90)}. Until then the longer time counts.`],
    ];
    for (const [typed, said] of told) {
      await page.fill('#channel-months', typed);
      expect(await effect.innerText()).toBe(said);
    }
    await page.click('[data-part=settings] [type=submit]');
    await terms.nth(1).waitFor();
    expect(await terms.allInnerTexts()).toEqual([
      'Now: 24 months after closure.',
      `From ${dayIn(90)} on: 12 months after closure.`,
    ]);
    // nothing shorter than what counts now waits longer than that already does
    await page.fill('#channel-months', '18');
    expect(await effect.innerText()).toBe(
      `Takes effect on ${dayIn(90)}. Until then the longer time counts.`,
    );
    await page.fill('#channel-months', '30');
    expect(await effect.innerText()).toBe('Takes effect at once.');
  });

  it('is shown to handlers too', async () => {
    await enter('usual');
    await goTo(page, 'channel');
    await page.locator('[data-part=terms] li').waitFor();
    expect(await page.isVisible('#channel-months')).toBe(false);
  });
});
