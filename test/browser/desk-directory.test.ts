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
      'Reporting channel: the country is Sweden, before: Norway. Reason: We moved.',
      'Reporting channel: for reports received from 1 Dec 2026 on the organisation promises: acknowledgement within 1 day of receipt and feedback within 60 days of receipt. Before: nothing beyond these dates. Reason: We can.',
      'Reporting channel: on independent advice the organisation says: “The union helps.”. Before: none. Reason: People asked.',
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
  const form = '[data-part=retention-change]';
  const problem = (): Promise<string> => page.innerText(`${form} [data-part=problem]`);

  it('has to be decided where the rules of two countries clash, and shows what it moves before it is signed', async () => {
    await enter('administrator');
    await goTo(page, 'channel');
    const terms = page.locator('[data-part=terms] li');
    await terms.first().waitFor();
    const before = 'removed 2 years after closure at the latest';
    expect(await terms.allInnerTexts()).toEqual([`Now: ${before}.`]);
    await page.click(`${form} summary`);
    expect(await page.innerText(`${form} [data-part=conflict]`)).toContain(
      'Sweden (the channel) and Portugal (the organisation) cannot both hold in every case',
    );
    const choices = page.locator(`${form} [data-part=choices] label`);
    expect(await choices.allInnerTexts()).toEqual([
      expect.stringMatching(
        /^Sweden, Lag \(2021:890\): removed 2 years .*7 kap\. 8 §.*Sure: read/su,
      ),
      expect.stringMatching(/^Portugal, .*at least 5 years after receipt.*Fairly sure/su),
      expect.stringMatching(/^Both together/u),
      expect.stringMatching(/^The default/u),
      'A rule of our own',
    ]);
    expect(await page.locator(`${form} [data-part=choices] input:checked`).count()).toBe(0);
    const preview = page.locator(`${form} [data-part=preview]`);
    await preview.click();
    expect(await problem()).toBe('Choose a rule.');
    await choices.nth(2).click();
    await preview.click();
    expect(await problem()).toBe('Decide which time counts where both cannot hold.');
    await page.selectOption(`${form} [data-part=wins]`, 'longer');
    await preview.click();
    expect(await problem()).toBe('Write why you decide so.');
    await page.fill(`${form} [data-part=reason]`, 'The board decided on 2 March.');
    expect(await page.isVisible(`${form} [data-part=rule-publish]`)).toBe(false);
    await preview.click();
    await page.waitForSelector(`${form} [data-part=rule-publish]`);
    expect(await page.innerText(`${form} [data-part=moves-count]`)).toContain(
      'For closed cases the day changes.',
    );
    expect(await texts(`${form} [data-part=moves-list] li`)).toEqual([
      `on ${dayIn(-710)}: from ${dayIn(20)} to ${dayIn(90)}`,
    ]);
    await expectAccessible(page);
    // another rule wants another look
    await page.fill(`${form} [data-part=reason]`, 'The board decided on 3 March.');
    expect(await page.isVisible(`${form} [data-part=rule-publish]`)).toBe(false);
    await preview.click();
    await page.click(`${form} [data-part=rule-publish]`);
    await terms.nth(1).waitFor();
    expect((await terms.allInnerTexts()).at(-1)).toBe(
      `From ${dayIn(90)} on: ${before}; kept for at least 5 years after receipt, then looked at; where both cannot hold, the longer time counts.`,
    );
    expect(await page.innerText('[data-part=retention-why]')).toContain('3 March');
  });

  it.each([
    ['en', '8 kap. 4 § (reports, private sector)', 'longer while proceedings are pending'],
    ['sv', '8 kap. 4 § (rapporter, privat sektor)', 'längre medan ett förfarande pågår'],
  ])(
    'names acts in their own language and tells the source in the page’s: %s',
    async (lang, swedish, portuguese) => {
      await enter('administrator', lang);
      await goTo(page, 'channel');
      await page.click(`${form} summary`);
      const choices = page.locator(`${form} [data-part=choices] label`);
      const acts = choices.locator('span[lang]');
      expect(await acts.allInnerTexts()).toEqual(['Lag (2021:890)', 'Lei 93/2021']);
      expect(await acts.evaluateAll((all) => all.map((each) => each.getAttribute('lang')))).toEqual(
        ['sv', 'pt'],
      );
      expect(await choices.nth(0).innerText()).toContain(swedish);
      expect(await choices.nth(1).innerText()).toContain(portuguese);
      await expectAccessible(page);
    },
  );

  it('says above the rule why it has to be decided, and lets nobody publish before somebody did', async () => {
    await enter('undecided');
    await goTo(page, 'channel');
    const notice = page.locator('[data-part=decision]');
    const publish = page.locator('[data-part=unpublished] [data-part=publish]');
    const step = page.locator('[data-part=steps] li', { hasText: 'How long cases are kept' });
    await step.waitFor();
    expect(await step.innerText()).toContain('missing');
    expect(await publish.isDisabled()).toBe(true);
    expect(await texts('[data-part=doubts] li')).toEqual([
      'The rule in force removes cases sooner than the rules of Poland let them go. In force: removed 2 years after closure at the latest. By the rules of Poland: kept for 3 years after the end of the year of closure, then removed.',
      'The rules of Poland (the channel) and Sweden (the organisation) cannot both hold in every case.',
    ]);
    expect(await notice.innerText()).toContain('Choose a rule below and write why');
    await expectAccessible(page);
    await page.click(`${form} summary`);
    // the default can be chosen knowingly, with a reason
    await page.locator(`${form} [data-part=choices] label`, { hasText: 'The default' }).click();
    await page.fill(`${form} [data-part=reason]`, 'The board decided on 2 March.');
    await page.click(`${form} [data-part=preview]`);
    await page.click(`${form} [data-part=rule-publish]`);
    await notice.waitFor({ state: 'hidden' });
    expect(await step.innerText()).toContain('done');
    expect(await publish.isDisabled()).toBe(false);
    // for another country it has to be decided anew
    await page.selectOption('[data-part=country-choice]', 'AT');
    await page.fill('[data-part=country-reason]', 'The company moved.');
    await page.click('[data-part=settings] [type=submit]');
    await notice.waitFor();
    expect((await texts('[data-part=doubts] li'))[0]).toContain('Austria');
    expect(await publish.isDisabled()).toBe(true);
  });

  it('is called a country’s rule no more once somebody altered its shorter times', async () => {
    for (const months of ['', '5']) {
      await enter('undecided');
      await goTo(page, 'channel');
      await page.click(`${form} summary`);
      await page.locator(`${form} [data-part=choices] label`, { hasText: 'Poland,' }).click();
      await page.fill(`${form} [data-part=reason]`, 'The board decided on 2 March.');
      await page.fill(`${form} [data-part=shorter] input >> nth=0`, months);
      await page.click(`${form} [data-part=preview]`);
      await page.click(`${form} [data-part=rule-publish]`);
      const why = page.locator('[data-part=retention-why]', { hasText: '2 March' });
      await why.waitFor();
      const follows = (await why.innerText()).includes('It follows the rules of Poland.');
      expect(follows).toBe(months === '');
    }
  });

  it('tells before it is signed what each changed shorter time does, and keeps what was typed', async () => {
    await enter('undecided');
    await goTo(page, 'channel');
    const choose = (text: string): Promise<void> =>
      page.locator(`${form} [data-part=choices] label`, { hasText: text }).click();
    const look = async (): Promise<string[]> => {
      await page.fill(`${form} [data-part=reason]`, 'The board decided on 2 March.');
      await page.click(`${form} [data-part=preview]`);
      await page.waitForSelector(`${form} [data-part=rule-publish]`);
      return texts(`${form} [data-part=moves-shorter] li`);
    };
    const publish = async (): Promise<void> => {
      await page.click(`${form} [data-part=rule-publish]`);
      await page.locator(form, { hasText: 'Published.' }).waitFor();
    };
    await page.click(`${form} summary`);
    const spam = page.locator(form).getByLabel('Spam, months from closure');
    const scope = page.locator(form).getByLabel('Out of scope, months from closure');
    await spam.fill('6');
    await scope.fill('1');
    await choose('Poland,');
    await choose('The default');
    expect([await spam.inputValue(), await scope.inputValue()]).toEqual(['6', '1']);
    const atOnce =
      'Once this is published, handlers are reminded at once of the cases whose time has passed; two of them decide.';
    expect(await look()).toEqual([
      `Out of scope: 1 month after closure. ${atOnce}`,
      `Spam: 6 months after closure. ${atOnce}`,
    ]);
    await expectAccessible(page);
    await publish();
    // against what is in force now
    await goTo(page, 'people');
    await goTo(page, 'channel');
    await page.click(`${form} summary`);
    await choose('The rule as it is');
    expect(await look()).toEqual([]);
    await spam.fill('12');
    await scope.fill('');
    expect(await look()).toEqual([
      'Spam: 1 year after closure. Handlers are reminded later than before.',
      'Out of scope: no shorter time any more, and no reminder of it.',
    ]);
  });

  it('is shown to handlers too', async () => {
    await enter('usual');
    await goTo(page, 'channel');
    await page.locator('[data-part=terms] li').waitFor();
    expect(await page.locator(form).innerText()).toBe('');
  });
});
