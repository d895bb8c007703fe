import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';

/** Secrets that a page showed once and that a person would have on paper. */
export interface Paper {
  passphrase: string;
  kit: string[];
}

/** A page of its own in a fresh context, which gathers what the browser complains about. */
export async function openPage(
  browser: Browser,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  return { page, complaints };
}

/** An element of the desk by its part. */
export function partOf(within: Page | Locator, name: string): Locator {
  return within.locator(`[data-part="${name}"]`);
}

/** Notes all words that a panel shows, types back those it asks for, and answers each group's words. */
export async function confirmPaper(panel: Locator): Promise<string[][]> {
  const groups: string[][] = [];
  await panel.locator('.paper-group').first().waitFor();
  for (const group of await panel.locator('.paper-group').all()) {
    groups.push(await group.locator('ol.words li').allTextContents());
  }
  await partOf(panel, 'to-questions').click();
  // Questions stand in the order of the groups; a group ends where the numbers start anew.
  let group = 0;
  let before = 0;
  for (const question of await partOf(panel, 'questions').locator('.field').all()) {
    const label = (await question.locator('label').textContent()) ?? '';
    const number = Number(/\d+/.exec(label)?.[0]);
    if (number <= before || (groups.length > 1 && group === 0 && /kit|blad/.test(label)))
      group += 1;
    before = number;
    await question.locator('input').fill(groups[group]?.[number - 1] ?? '');
  }
  await partOf(panel, 'confirm').click();
  await partOf(panel, 'asked').waitFor({ state: 'hidden' });
  return groups;
}

function paperOf([passphrase, kit]: string[][]): Paper {
  return { passphrase: (passphrase ?? []).join(' '), kit: kit ?? [] };
}

/** Goes through the wizard behind the one-time link as a person would. */
export async function setUpInBrowser(
  page: Page,
): Promise<{ root: string[]; administrator: Paper; handler: Paper }> {
  await partOf(page, 'begin').click();
  const organisation = partOf(page, 'step-organisation');
  await partOf(organisation, 'country').selectOption('SE');
  await organisation.locator('input[type=checkbox][value=sv]').check();
  for (const language of await organisation.locator('.language-texts:visible').all()) {
    await partOf(language, 'organisation').fill('Northwind Ltd');
    await partOf(language, 'channel').fill('Reports');
    await partOf(language, 'text').fill('Two people read what you write.');
  }
  await partOf(organisation, 'next').click();
  const rootStep = partOf(page, 'step-root');
  const [root] = await confirmPaper(partOf(rootStep, 'root-paper'));
  await partOf(rootStep, 'next').click();
  const administratorStep = partOf(page, 'step-administrator');
  await partOf(administratorStep, 'administrator-name').fill('Anna');
  const administrator = await confirmPaper(partOf(administratorStep, 'administrator-paper'));
  await partOf(administratorStep, 'next').click();
  const handlerStep = partOf(page, 'step-handler');
  await partOf(handlerStep, 'handler-name').fill('Hanna');
  await partOf(handlerStep, 'handler-shown-name').fill('Hanna Handler');
  const handler = await confirmPaper(partOf(handlerStep, 'handler-paper'));
  await partOf(handlerStep, 'next').click();
  await page.locator('button[data-part="finish"]').click();
  await partOf(page, 'step-done').waitFor({ timeout: 120_000 });
  return { root: root ?? [], administrator: paperOf(administrator), handler: paperOf(handler) };
}

/** Joins with an invitation's link. */
export async function joinInBrowser(
  page: Page,
  name: string,
): Promise<Paper & { words: string[] }> {
  await partOf(page, 'join-name').fill(name);
  await partOf(page, 'join').click();
  const secrets = partOf(page, 'step-secrets');
  await secrets.waitFor({ timeout: 120_000 });
  const paper = paperOf(await confirmPaper(partOf(secrets, 'paper')));
  await partOf(page, 'step-words').waitFor({ timeout: 120_000 });
  const words = await partOf(page, 'own-words').locator('li').allTextContents();
  return { ...paper, words };
}

/**
 * Signs in at the desk and waits for its first view.
 *
 * @throws Error with what the page says, where it refuses.
 */
export async function signInInBrowser(page: Page, name: string, passphrase: string): Promise<void> {
  await page.fill('#sign-in-name', name);
  await page.fill('#sign-in-passphrase', passphrase);
  await page.click('form[data-part="form"] button[type=submit]');
  const inside = page.locator('.desk-nav');
  const problem = page.locator('form[data-part="form"] [data-part="problem"]:not([hidden])');
  await inside.or(problem).first().waitFor({ timeout: 120_000 });
  if (!(await inside.isVisible())) throw new Error((await problem.textContent()) ?? '');
}

/** Goes to a view of the desk. */
export async function goTo(
  page: Page,
  view: 'inbox' | 'people' | 'channel' | 'audit' | 'account',
): Promise<void> {
  await page.click(`[data-go="${view}"]`);
}

/** Opens the row of the inbox with this title, once the list has it. */
export async function openCaseOf(page: Page, title: string): Promise<void> {
  await goTo(page, 'inbox');
  await partOf(page, 'refresh').click();
  await page.locator('.row-open', { hasText: title }).click();
  await page.locator('section.case [data-part="content"]').waitFor();
}

/** Writes to the reporter: the kind by its value, an outcome where it closes. */
export async function writeInCase(
  page: Page,
  kind: string,
  text: string,
  outcome?: string,
): Promise<void> {
  const form = partOf(page, 'writing').locator('form');
  await form.locator(`input[type=radio][value="${kind}"]`).check();
  if (outcome !== undefined) await partOf(form, 'outcome').selectOption(outcome);
  await partOf(form, 'text').fill(text);
  await partOf(form, 'submit').click();
  if (outcome !== undefined) await partOf(form, 'confirm-do').click();
  await page.locator('[data-part="conversation"] .written', { hasText: text }).waitFor();
}

/** Takes the open case out whole, as a file that stays inside; answers the archive, which packs nothing. */
export async function takeOutWhole(page: Page): Promise<string> {
  await page.click('#tab-record');
  const record = page.locator('#panel-record');
  await partOf(record, 'export-fold').locator('summary').first().click();
  await partOf(record, 'purpose').fill('For the file.');
  await partOf(record, 'export-form').locator('[type=submit]').click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    partOf(partOf(record, 'export-make'), 'save').click(),
  ]);
  return readFile(await saved.path(), 'utf8');
}

/** The readable copy in such an archive. */
export function readableIn(archive: string): string {
  return archive.slice(archive.indexOf('<!doctype html>'), archive.indexOf('</html>'));
}
