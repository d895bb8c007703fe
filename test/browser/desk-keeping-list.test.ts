import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// What a handler's list says of keeping, with made-up cases in the place of the engine.

const desk = useFakeDesk();

async function enter(lang = 'en'): Promise<Page> {
  const { page } = await desk.enter('keeping', { path: `${lang}/` });
  await page.waitForSelector('[data-part=moved] summary');
  return page;
}

describe('the list of a handler', () => {
  it('names the own cases that a shorter rule moves, from which day to which, and leads to them', async () => {
    const page = await enter();
    const box = page.locator('[data-part=moved]');
    expect(await box.locator('summary').innerText()).toMatch(
      /^4 of your cases are removed sooner/u,
    );
    await box.locator('summary').click();
    expect(await box.locator('[data-part=when] li').innerText()).toMatch(
      /^Reporting channel: the shorter time counts from \d/u,
    );
    const cases = box.locator('[data-part=cases] li');
    expect(await cases.count()).toBe(4);
    expect(await cases.first().innerText()).toMatch(
      /^Discount for a relative \d+ \w+ \d{4} → \d+ \w+ \d{4}$/u,
    );
    await expectAccessible(page);
    await cases.first().locator('button').click();
    await page.waitForSelector('[data-tab=record]');
    expect(await page.innerText('h1')).toContain('Discount for a relative');
  });

  it.each(['en', 'sv'])(
    'says by when a case goes of which nothing was investigated, and puts it first as long before as two people need: %s',
    async (lang) => {
      const page = await enter(lang);
      const said =
        lang === 'en'
          ? 'Not under investigation yet: without one, to be closed and removed by'
          : 'Inte under utredning än: utan en sådan ska det avslutas och tas bort senast';
      const soon = page.locator('.group-today [data-case=c] .date', { hasText: said });
      expect(await soon.getAttribute('class')).toContain('soon');
      const late = page.locator('.group-today [data-case=f] .date', { hasText: said });
      expect(await late.getAttribute('class')).toContain('late');
      const over = page.locator('.group-today [data-case=k] .date', {
        hasText: lang === 'en' ? 'Never under investigation: ' : 'Aldrig under utredning: ',
      });
      // it goes by itself within the days that an agreement would take
      expect(await over.count()).toBe(0);
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 360, height: 740 },
      ]) {
        await page.setViewportSize(viewport);
        await expectAccessible(page);
        expect(await overflow(page)).toBe(0);
      }
    },
  );
});
