import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/reporter-page.js';
import { loaded, overflow } from './desk-page.js';
import { useFakeDesk } from './fake-desk.js';

// The work on a case at the desk, with made-up cases in the place of the engine: one page, used as
// one handler uses it.

let page: Page;
let complaints: string[];

const desk = useFakeDesk();

beforeAll(async () => {
  ({ page, complaints } = await desk.stayAt('Invoices for guards'));
});

const panel = '[data-panel=work]';

async function send(form: string): Promise<void> {
  await page.click(`${panel} [data-part=${form}] [type=submit]`);
  await loaded(page);
}

async function texts(selector: string, wanted: readonly string[]): Promise<void> {
  const found = (): Promise<string[]> => page.locator(selector).allTextContents();
  await expect.poll(found, { timeout: 20_000 }).toEqual(wanted);
}

describe('a ready text', () => {
  const text = '[data-part=writing] textarea';

  it('is inserted in the language of the report where the cursor stands, and takes nothing away', async () => {
    await page.fill(text, 'Hej!');
    await page.click('[data-part=ready-insert]');
    expect(await page.inputValue(text)).toMatch(
      /^Hej!Tack\. Vi har läst .* senast \d+ \p{L}+ \d{4}/su,
    );
  });

  it('is not sent while something in it is left to fill in', async () => {
    await page.check('input[value=reply]');
    await page.fill(text, '');
    await page.click('[data-part=ready-insert]');
    const submit = '[data-part=writing] [type=submit]';
    await page.click(submit);
    const problem = '[data-part=writing] [data-part=problem]';
    expect(await page.textContent(problem)).toContain('[dina frågor]');
    await page.fill(text, (await page.inputValue(text)).replace('[dina frågor]', 'När var det?'));
    await page.click(submit);
    const last = page.locator('[data-part=conversation] > li').last();
    await expect.poll(() => last.textContent(), { timeout: 20_000 }).toContain('När var det?');
  });
});

describe('the work on a case', () => {
  beforeAll(() => page.click('[data-tab=work]'));

  it('takes a stage in the organisation’s own words, people and labels, and shows them as facts', async () => {
    await page.selectOption('#work-progress', 'investigation');
    await page.fill('#work-detail', 'Hearing people');
    await send('progress-form');
    await page.check(`${panel} [name=responsible] >> nth=0`);
    await send('responsible-form');
    await page.fill('#work-labels', 'north,  scaffolding, north');
    await send('labels-form');
    expect(await page.inputValue('#work-labels')).toBe('north, scaffolding');
    expect(await page.textContent('.case-head [data-part=state]')).toBe('Under investigation');
    const facts = await page.locator('[data-part=facts] .fact').allTextContents();
    expect(facts).toContain('ResponsibleHanna Ek');
    expect(facts).toContain('Labelsnorth and scaffolding');
  });

  it('asks for a task’s name, keeps open tasks first, and counts them', async () => {
    await send('task-form');
    expect(await page.textContent(`${panel} [data-part=task-form] [data-part=problem]`)).not.toBe(
      '',
    );
    for (const [name, due] of [
      ['Hear the manager', ''],
      ['Ask finance', '2099-12-01'],
    ] as const) {
      await page.fill('#work-task', name);
      await page.fill('#work-due', due);
      await send('task-form');
      expect(await page.inputValue('#work-task')).toBe('');
    }
    const names = `${panel} .task [data-part=name]`;
    await texts(names, ['Ask finance', 'Hear the manager']);
    await page.click(`${panel} .task [data-part=done] >> nth=0`);
    await texts(names, ['Hear the manager', 'Ask finance']);
    expect(await page.textContent('[data-part=count-work]')).toBe('1');
  });

  it('links cases, and lets a link go again', async () => {
    await page.selectOption(`${panel} [data-part=relation]`, 'follows');
    await send('link-form');
    const open = `${panel} .case-link [data-part=open]`;
    const [other] = await page.locator(`${panel} [data-part=other] option`).allTextContents();
    await texts(open, [other ?? '']);
    await page.click(`${panel} .case-link [data-part=unlink]`);
    await texts(open, []);
  });

  it('can be read and used on every screen', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 360, height: 740 },
    ]) {
      await page.setViewportSize(viewport);
      await expectAccessible(page);
      expect(await overflow(page)).toBe(0);
    }
    expect(complaints).toEqual([]);
  });

  it('is told among the notes, each word with who said it', async () => {
    await page.click('[data-tab=notes]');
    const lines = (await page.locator('[data-part=notes] > li').allTextContents()).join('\n');
    for (const said of [
      'Hanna Ek set the stage: Under investigation (Hearing people).',
      'Hanna Ek set the labels: north and scaffolding.',
      'Hanna Ek, task: Ask finance (done).',
    ]) {
      expect(lines).toContain(said);
    }
  });

  it('can be filtered by in the inbox', async () => {
    await page.click('[data-part=back]');
    await loaded(page);
    const titles = '.row:not(:has(.row-title:text("could not be verified"))) .row-title';
    const one = ['Invoices for guards who were never there'];
    await page.selectOption('#inbox-label', 'scaffolding');
    await texts(titles, one);
    await page.selectOption('#inbox-label', '');
    await page.selectOption('#inbox-status', 'investigation');
    await texts(titles, one);
  });
});
