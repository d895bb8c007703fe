import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Secret } from 'otpauth';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestFromReporter } from '../../client/casework/newest.js';
import type { Fetch } from '../../client/api.js';
import { rootKeys } from '../../client/desk/set-up.js';
import type { Desk } from '../../client/handler.js';
import { NO_IDENTITY } from '../../client/identity.js';
import type { HandlerCaseView } from '../../client/models.js';
import { fromBase64, fromWords, readReceipt, reporterKeys, utf8 } from '../../crypto/private.js';
import { administratorLink } from '../../server/accounts/appointing.js';
import { codeOf } from '../support/desk.js';
import { collect, fileOf, reportInput, silent } from '../support/fixtures.js';
import { searchRaw } from '../support/forensic.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { allTypes } from '../support/questions.js';
import { startMailServer, type MailServer } from '../support/mail.js';
import { canary, placesBelow, tracesIn, type Canary } from '../support/traces.js';
import { waiting } from '../support/waiting.js';

const ADDRESS = '203.0.113.77';

/** A unique text for a field; spaces keep it what a person could type. */
function unique(field: string): string {
  return `${field} ${randomUUID()}`;
}

describe('what people type and send', () => {
  let installation: Installation;
  let mail: MailServer;
  let canaries: Canary[];
  let caseRow: HandlerCaseView;
  let words: string[];
  const times: Times = { days: new Map(), moments: new Set() };
  const temporaryBefore = new Set(readdirSync(os.tmpdir()));

  /** A browser that says everything about itself, behind a proxy that says everything about it. */
  const agent = `Agent/${randomUUID()}`;
  const referrer = `https://intranet.example/${randomUUID()}`;
  /** Every token and proof that a client showed, to look for as well. */
  const shown = new Map<string, string>();
  const overhear = ({ headers, body }: RequestInit): void => {
    const [scheme = '', token] = new Headers(headers).get('Authorization')?.split(' ') ?? [];
    if (token !== undefined) shown.set(`${scheme} token ${token.slice(0, 6)}`, token);
    const sent: unknown = typeof body === 'string' ? JSON.parse(body) : null;
    const proof = v.safeParse(v.object({ proof: v.string() }), sent);
    if (proof.success) shown.set(`proof ${proof.output.proof.slice(0, 6)}`, proof.output.proof);
  };
  const talkative: Fetch = (address, init) => {
    overhear(init);
    return fetch(address, {
      ...init,
      headers: {
        ...init.headers,
        'User-Agent': agent,
        Referer: referrer,
        'X-Forwarded-For': ADDRESS,
        'Accept-Language': 'smj-SE',
        Cookie: `trace=${agent}`,
      },
    });
  };

  function places(): Record<string, Buffer> {
    return {
      ...placesBelow(installation.server.dataFolder),
      log: Buffer.from(installation.server.logged.join('\n')),
      mail: Buffer.from(mail.messages.map(({ raw }) => raw).join('\n')),
    };
  }

  beforeAll(async () => {
    mail = await startMailServer();
    installation = await startInstallation({
      env: { ...mail.env, CASEKEY_TRUSTED_PROXIES: 'loopback', CASEKEY_TIME_ZONE: 'UTC' },
      through: talkative,
    });
    const { administrator, handlers } = installation;
    await handlers[0].desk.setMail('hanna@example.org');
    const changing = await secretsThatChange(installation);
    await administrator.desk.updateChannel(installation.channel, {
      receipts: true,
      questionnaire: allTypes,
    });
    const reporter = installation.newReporter();
    words = await reporter.newCaseKey();
    const field = {
      text: unique('What happened'),
      where: unique('Where'),
      when: unique('When'),
      who: unique('Who'),
      how: unique('How'),
      more: unique('More'),
      formText: unique('Answer'),
      formLong: unique('Long answer'),
      formPlace: unique('Place'),
      formName: unique('Named'),
      formAbout: unique('Named as'),
      fileName: `${randomUUID()}.txt`,
      fileType: `application/x-${randomUUID()}`,
      fileContent: unique('Content of a file'),
      message: unique('Message'),
      acknowledgement: unique('Acknowledgement'),
      reply: unique('Reply'),
      note: unique('Note'),
      noteFile: unique('Content of a note file'),
      title: unique('Title'),
      feedback: unique('Feedback'),
      closure: unique('Closure'),
      reopening: unique('Reopening'),
      closedAgain: unique('Closure again'),
      afterClosure: unique('Message after closure'),
      decision: unique('Decision'),
      stage: unique('Stage'),
      label: randomUUID().slice(0, 30),
      task: unique('Task'),
      breach: unique('Words on keys in wrong hands'),
      extension: unique('Extension'),
      waiver: unique('Waiver'),
      holdReference: unique('Reference'),
      holdDecided: unique('Who decided'),
      holdScope: unique('Scope'),
      holdLifted: unique('Lifted'),
      stillNeeded: unique('Still needed'),
      disposalDecided: unique('Who decided on disposal'),
      disposalArchive: unique('Archive'),
      disposalReference: unique('Number of disposal'),
      disposalText: unique('Why it is disposed of'),
      disposalReceived: unique('Received by the archive'),
      disposalDeclined: unique('Disposal taken back'),
      restriction: unique('Restriction'),
      correction: unique('Correction'),
      erasure: unique('Erasure'),
      erasureDeclined: unique('Erasure declined'),
      restrictionEnd: unique('End of restriction'),
      partRestriction: unique('Part restricted'),
      partRestrictionEnd: unique('End of part restriction'),
      person: unique('Person'),
      personText: unique('About a person'),
      deferral: unique('Deferral'),
      hearing: unique('Hearing'),
      extract: unique('Extract'),
      personOutcome: unique('Outcome for a person'),
      recipient: unique('Recipient'),
      disclosureGround: unique('Ground of a disclosure'),
      disclosureScope: unique('Scope of a disclosure'),
      requester: unique('Requester'),
      identified: unique('Identified'),
      request: unique('Request'),
      requestExtension: unique('Extension of a request'),
      requestAnswer: unique('Answer to a request'),
      recipientTold: unique('Recipient told'),
      exportPurpose: unique('Purpose of an export'),
      exportAnswer: unique('Answer to an export'),
      exportRecipient: unique('Recipient of an export'),
      exportGround: unique('Ground of an export'),
      exportScope: unique('Scope of an export'),
      exportCopy: unique('Text for outsiders'),
      ownStage: unique('Own stage'),
      offeredLabel: randomUUID().slice(0, 30),
      readyName: unique('Ready'),
      readyText: unique('Ready text'),
      ownName: unique('Name'),
      ownReach: unique('Reach'),
      ownRelation: unique('Relation'),
      ownText: unique('About oneself'),
      ownNameLater: unique('Other name'),
      identityReason: unique('Reason for the identity'),
      identityRefused: unique('Reason against it'),
      secrecy: unique('Secrecy'),
      guestNote: unique('Note of a guest'),
      draft: unique('Draft'),
      draftField: unique('Field of a draft'),
      filterName: unique('Filter'),
      otherDesk: randomUUID(),
      otherHost: randomUUID(),
      filterWords: unique('Words of a filter'),
      bulkLabel: randomUUID().slice(0, 30),
      // a day that nothing else here has
      awayUntil: '2093-11-17',
    };
    const answer = (text: string): { known: true; text: string } => ({ known: true, text });
    const input = reportInput(installation.channel, words, {
      text: field.text,
      answers: {
        where: answer(field.where),
        when: answer(field.when),
        who: answer(field.who),
        how: answer(field.how),
        more: answer(field.more),
      },
      form: {
        questions: allTypes,
        answers: [
          { is: 'text', field: 'text', text: field.formText },
          { is: 'text', field: 'long', text: field.formLong },
          { is: 'text', field: 'place', text: field.formPlace },
          {
            is: 'people',
            field: 'person',
            people: [{ name: field.formName, about: field.formAbout }],
          },
        ],
      },
      identity: {
        name: field.ownName,
        reach: field.ownReach,
        relation: field.ownRelation,
        text: field.ownText,
      },
    });
    const iris = await installation.addCustodian('iris');
    const lara = await installation.add('guest', 'lara', 'Lara Guest');
    const file = fileOf(Buffer.from(field.fileContent), {
      name: field.fileName,
      type: field.fileType,
    });
    await reporter.submit(input, [file], silent);
    await reporter.send(words, field.message, [file], silent);
    const desk = await installation.signIn(handlers[0]);
    const { caseId: id } = reporterKeys(words);
    caseRow = await desk.openCase(id);
    await desk.reply(id, { kind: 'acknowledgement', text: field.acknowledgement }, [], silent);
    await desk.reply(id, { kind: 'reply', text: field.reply }, [file], silent);
    await desk.note(id, field.note, [fileOf(Buffer.from(field.noteFile))], silent);
    await desk.work(id, {
      kind: 'progress',
      progress: 'investigation',
      detail: field.stage,
      text: '',
    });
    await openIdentities(desk, iris.desk, id, field);
    await reporter.identify(words, { ...NO_IDENTITY, name: field.ownNameLater });
    await desk.work(id, { kind: 'labels', labels: [field.label] });
    const task = { kind: 'task', id: null, name: field.task, due: null, reader: null } as const;
    await desk.work(id, { ...task, state: 'open' });
    await desk.work(id, { kind: 'extension', by: '2027-01-31', text: field.extension });
    const waived = { kind: 'acknowledgement_waived', reason: 'declined' } as const;
    await desk.work(id, { ...waived, text: field.waiver });
    await desk.work(id, {
      kind: 'hold',
      ground: 'court',
      reference: field.holdReference,
      decidedBy: field.holdDecided,
      scope: field.holdScope,
      review: '2026-09-01',
    });
    await noteTimes(installation, times);
    await desk.work(id, { kind: 'release', text: field.holdLifted });
    await desk.work(id, {
      kind: 'correction',
      id: null,
      of: { compartment: 'dialogue', sequence: 2 },
      part: null,
      ground: 'inaccurate',
      text: field.correction,
    });
    const written = (await desk.openCase(id)).entries.find(
      ({ content }) => content.kind === 'note',
    );
    const place = { compartment: 'internal', sequence: written?.sequence ?? 0 } as const;
    const { erasures } = await desk.proposeErasure(id, {
      ...place,
      whole: true,
      passages: [],
      files: [],
      ground: 'irrelevant',
      text: field.erasure,
    });
    for (const each of erasures) await desk.declineErasure(id, each, field.erasureDeclined);
    await desk.work(id, {
      kind: 'restriction',
      id: null,
      ground: 'accuracy',
      text: field.restriction,
      review: '2026-09-01',
    });
    await desk.work(id, { kind: 'unrestriction', text: field.restrictionEnd });
    const { keeping } = await desk.work(id, {
      kind: 'part_restriction',
      id: null,
      of: { compartment: 'dialogue', sequence: 2 },
      part: null,
      ground: 'accuracy',
      text: field.partRestriction,
      review: '2026-09-01',
    });
    await desk.work(id, {
      kind: 'part_unrestriction',
      id: keeping.parts[0]?.id ?? '',
      text: field.partRestrictionEnd,
      last: true,
    });
    await keepRecord(desk, handlers[1].desk, id, field);
    await desk.rename(id, field.title);
    await administrator.desk.saveHandbook({
      v: 1,
      stages: [{ progress: 'waiting', names: { en: field.ownStage } }],
      labels: [field.offeredLabel],
      texts: [
        {
          state: 'added',
          purpose: 'refusal',
          name: field.readyName,
          texts: { fi: field.readyText },
        },
      ],
    });
    expect((await desk.handbook()).contents.labels).toEqual([field.offeredLabel]);
    await desk.search(field.text, silent);
    desk.putDraft(id, {
      kind: 'reply',
      text: field.draft,
      outcome: null,
      files: 0,
      fields: { from: field.draftField },
    });
    desk.putFilter(field.filterName, {
      state: 'open',
      category: null,
      channel: null,
      status: null,
      label: field.label,
      unread: false,
      mine: false,
      standingIn: false,
      practice: 'all',
      query: field.filterWords,
    });
    desk.putOtherDesk(`https://${field.otherHost}.example`, field.otherDesk);
    await desk.saveShelf();
    await desk.workOnChosen([id], { do: 'label', label: field.bulkLabel }, silent);
    await desk.setAbsence({ from: '2093-11-01', until: field.awayUntil, substitute: null });
    await desk.reply(id, { kind: 'feedback', text: field.feedback }, [], silent);
    const practised: unknown = await installation.server
      .db('cases')
      .where({ practice: 1 })
      .first('id');
    await desk.recuse(v.parse(v.object({ id: v.string() }), practised).id);
    await wrongHands(installation, desk, id, field.breach);
    const { receipt } = await reporter.open(words);
    if (receipt.state !== 'ready') throw new Error('no receipt');
    const kept = readReceipt(utf8(receipt.file));
    const draft = await reporter.draftKey(null);
    const secrets = [administrator, ...handlers, iris, lara].flatMap((person) => [
      canary(`passphrase of ${person.name}`, person.passphrase),
      canary(`recovery words of ${person.name}`, person.recoveryWords.join(' ')),
      canary(`recovery key of ${person.name}`, fromWords(person.recoveryWords)),
    ]);
    canaries = [
      ...Object.entries(field).map(([what, text]) => canary(what, text)),
      ...secrets,
      ...changing,
      canary('root words', installation.rootWords.join(' ')),
      canary('root key', fromWords(installation.rootWords)),
      canary('case key', words.join(' ')),
      canary('case key with line breaks', words.join('\n')),
      canary('case key as bytes', fromWords(words)),
      canary('address', ADDRESS),
      canary('user agent', agent),
      canary('referrer', referrer),
      canary('language header', 'smj-SE'),
      canary('draft key', draft.key),
      ...Object.entries({
        salt: reporterKeys(words).receiptSalt,
        commitment: kept.commitment,
        signature: kept.signature,
        opening: kept.opening,
      }).flatMap(([what, text]) => [
        canary(`${what} of a receipt`, text),
        canary(`${what} of a receipt as bytes`, fromBase64(text)),
      ]),
    ];
    installation.clock.addDays(1);
    installation.clock.set(installation.clock.now().toISOString().replace(/T.*/, 'T23:00:00Z'));
    await installation.server.scheduler.tick();
    const closing = await installation.signIn(handlers[0]);
    const closure = { kind: 'closure', outcome: 'substantiated', text: field.closure } as const;
    await closing.reply(id, closure, [], silent);
    await closing.reply(id, { kind: 'reopening', text: field.reopening }, [], silent);
    await closing.reply(id, { ...closure, text: field.closedAgain }, [], silent);
    await reporter.send(words, field.afterClosure, [], silent);
    await noteTimes(installation, times);
    const { entries } = await closing.openCase(id);
    await closing.decideNothingFurther(id, field.decision, newestFromReporter(entries));
    await closing.grantGuest(id, lara.id, { until: '2026-12-31', write: true, save: true });
    const guest = await installation.signIn(lara);
    await guest.acceptSecrecy(id, await guest.grantedTerms(id), field.secrecy);
    await guest.guestNote(id, field.guestNote, [], silent);
    await closing.work(id, { kind: 'still_needed', text: field.stillNeeded, review: '2027-09-01' });
    const proposed = await closing.work(id, {
      kind: 'removal_proposal',
      id: null,
      ground: 'not_needed',
      decidedBy: field.disposalDecided,
      archive: field.disposalArchive,
      reference: field.disposalReference,
      text: field.disposalText,
    });
    const of = proposed.entries.findLast(({ content }) => content.kind === 'removal_proposal');
    if (of === undefined) throw new Error('no proposal');
    // the other handler has left
    await closing.work(id, { kind: 'removal', of: of.hash, received: field.disposalReceived });
    await noteTimes(installation, times);
    await closing.work(id, { kind: 'removal_declined', text: field.disposalDeclined });
    canaries.push(...(await takeOver(installation, times)));
    for (const [what, token] of shown) {
      canaries.push(canary(what, token), canary(`${what} as bytes`, fromBase64(token)));
    }
    await noteTimes(installation, times);
  }, 120_000);
  afterAll(async () => {
    await installation.stop();
    await mail.stop();
  });

  it('arrives: what is sought below was really written', async () => {
    const view = await installation.newReporter().open(words);
    expect(view.identity.given?.name).toContain('Other name');
    expect(view.entries.map(({ content }) => content.kind)).toContain('identity_opening');
    const conversation = view.entries.filter(({ compartment }) => compartment === 'dialogue');
    expect(conversation.map(({ content }) => content.kind)).toEqual([
      'report',
      'message',
      'acknowledgement',
      'reply',
      'feedback',
      'reply',
      'closure',
      'reopening',
      'closure',
      'message',
    ]);
    const desk = await installation.signIn(installation.handlers[0]);
    const notes = (await desk.openCase(caseRow.id)).entries.filter(
      ({ compartment }) => compartment === 'internal',
    );
    expect(notes.map(({ content }) => content.kind)).toEqual([
      'note',
      'progress',
      'identity_request',
      'identity_request',
      'labels',
      'task',
      'extension',
      'acknowledgement_waived',
      'hold',
      'release',
      'correction',
      'erasure_proposal',
      'erasure_declined',
      'restriction',
      'unrestriction',
      'part_restriction',
      'part_unrestriction',
      'person',
      'person_informed',
      'person_heard',
      'person_extract',
      'person_outcome',
      'disclosure',
      'request',
      'request_extended',
      'request_answered',
      'recipient_told',
      'export',
      'export',
      'export_confirmed',
      'labels',
      'counted',
      'counted',
      'counted',
      'decision',
      'secrecy',
      'note',
      'still_needed',
      'removal_proposal',
      'removal',
      'removal_declined',
    ]);
    const { content } = view.entries[0] ?? {};
    const sent = content !== undefined && 'files' in content ? content.files[0] : undefined;
    if (sent === undefined) throw new Error('no file arrived');
    const bytes = await collect(installation.newReporter().download(words, sent, silent));
    expect(Buffer.from(bytes).toString()).toContain('Content of a file');
    expect(mail.messages.map(({ to }) => to)).toEqual([['hanna@example.org']]);
  });

  it('can be found by the search that follows, where it does stand', () => {
    const [first] = canaries;
    if (first === undefined) throw new Error('no canary');
    const plain = first.bytes[0] ?? Buffer.alloc(0);
    const around = (shift: number): Buffer =>
      Buffer.from(
        Buffer.concat([Buffer.alloc(shift, 'x'), plain, Buffer.from('yz')]).toString('base64'),
      );
    for (const shift of [0, 1, 2, 3]) {
      expect(tracesIn({ there: around(shift) }, [first])).toEqual([`${first.what} in there`]);
    }
  });

  it('is looked for with every kind of secret that clients show', () => {
    const kinds = new Set([...shown.keys()].map((what) => what.split(' ')[0]));
    expect([...kinds].sort()).toEqual(['Case', 'Desk', 'Invitation', 'Setup', 'Upload', 'proof']);
  });

  it('stands in no file of the data folder, no log line and no mail', () => {
    expect(tracesIn(places(), canaries)).toEqual([]);
    expect(Object.keys(places()).sort()).toEqual(
      expect.arrayContaining(['casekey.sqlite', 'log', 'mail', 'server.key']),
    );
  });

  it('leaves bare days in every column of days, and moments only where the desk needs them', () => {
    const days = [...times.days];
    expect(days.filter(([, values]) => values.size === 0).map(([column]) => column)).toEqual([]);
    const other = days.flatMap(([column, values]) =>
      [...values]
        .filter((value) => !/^\d{4}-\d\d-\d\d$/.test(v.parse(v.string(), value)))
        .map(() => column),
    );
    expect(other).toEqual([]);
    expect(times.days.has('cases.decision_due_day')).toBe(true);
    // ends of a session and a link, what a handler did when, and GDPR's hours: never of a reporter
    expect([...times.moments].sort()).toEqual([
      'audit.content',
      'ceremonies.agreed_at',
      'ceremonies.asked_at',
      'incidents.authority',
      'incidents.authority_at',
      'incidents.known_at',
      'incidents.opened_at',
      'incidents.subjects_at',
      'installation.link_until',
      'sessions.ends_at',
      'sessions.idle_until',
    ]);
  });

  it('leaves of keys in wrong hands fixed choices, moments and ids of accounts, and of no case', async () => {
    const { server, administrator, handlers } = installation;
    const id = expect.stringMatching(/^[\w-]{22}$/) as string;
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    const rows = await server.db('incidents').select<Record<string, string>[]>();
    expect(rows).toEqual([
      {
        id,
        account: handlers[1].id,
        since_day: '2026-03-01',
        cause: 'device_lost',
        known_at: moment,
        opened_at: moment,
        opened_by: administrator.id,
        authority: expect.any(String) as string,
        authority_by: handlers[0].id,
        authority_at: moment,
        subjects: 'told',
        subjects_by: handlers[0].id,
        subjects_at: moment,
      },
    ]);
    const decision = { state: 'notified', at: moment, reference: 'IMY-2026-1' };
    expect(JSON.parse(rows[0]?.['authority'] ?? '')).toEqual(decision);
  });

  it('leaves no temporary file behind', () => {
    const added = readdirSync(os.tmpdir()).filter((name) => !temporaryBefore.has(name));
    const folder = path.basename(installation.server.dataFolder);
    expect(added.filter((name) => /sqlite|etilqs|upload/i.test(name) && name !== folder)).toEqual(
      [],
    );
  });

  it('is gone after the purge, ciphertext and all, and the key opens nothing', async () => {
    const { server, clock } = installation;
    const blobs = await sealedBytesOf(installation, caseRow.id);
    expect(blobs.length).toBeGreaterThan(20);
    const { database } = server.config;
    expect(searchRaw(database, blobs).windowsFound(1)).toBeGreaterThan(0);
    const idOfCase = canary('case id', caseRow.id);
    expect(tracesIn(await rowsOf(installation), [idOfCase])).not.toEqual([]);
    const incidents: unknown[] = await server.db('incidents').select();
    const [closed] = (await handlersClosed(installation)).filter(({ id }) => id === caseRow.id);
    expect(closed?.purgeOn).toBe('2028-03-03');
    // a clock that jumps this far is doubted for a week
    clock.set('2028-02-24T23:00:00Z');
    await server.scheduler.tick();
    clock.set('2028-03-02T23:00:00Z');
    await server.scheduler.tick();
    expect((await installation.newReporter().open(words)).state).toBe('closed');
    clock.set('2028-03-03T23:00:00Z');
    await server.scheduler.tick();
    const unknown = await installation.newReporter().newCaseKey();
    const answers = await Promise.allSettled(
      [words, unknown].map((key) => installation.newReporter().open(key)),
    );
    expect(answers).toMatchObject([
      { status: 'rejected', reason: { code: 'case_not_found' } },
      { status: 'rejected', reason: { code: 'case_not_found' } },
    ]);
    expect(searchRaw(database, blobs).windowsFound(1)).toBe(0);
    expect(existsSync(`${database}-journal`)).toBe(false);
    expect(tracesIn(places(), canaries)).toEqual([]);
    // its id is in no row: unused parts of pages, where SQLite can leave copies of it, are not copied
    const beside = Object.entries(places()).filter(([name]) => !name.startsWith('casekey.sqlite'));
    const rows = await rowsOf(installation);
    expect(tracesIn({ ...Object.fromEntries(beside), ...rows }, [idOfCase])).toEqual([]);
    // the law wants these documented: they stay, and named no case that would have to go
    expect(await server.db('incidents').select()).toEqual(incidents);
    expect(incidents).toHaveLength(1);
  });
});

/** The rows of the database alone: a copy without the unused parts of its pages. */
async function rowsOf({ server }: Installation): Promise<Record<string, Buffer>> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'casekey-rows-'));
  try {
    const copy = path.join(folder, 'rows');
    await server.db.raw('vacuum into ?', [copy]);
    return { rows: readFileSync(copy) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Asks for the identity twice: one request is opened and answered, one refused. */
async function openIdentities(
  desk: Desk,
  custodian: Desk,
  id: string,
  { identityReason, identityRefused }: { identityReason: string; identityRefused: string },
): Promise<void> {
  await desk.askIdentity(id, ['name', 'text'], identityReason);
  const [first] = await custodian.custodyRequests();
  await custodian.openIdentity(id, first?.request ?? '');
  await custodian.passOnIdentity(id, first?.request ?? '', ['name', 'text']);
  await desk.askIdentity(id, ['reach'], identityReason);
  const [second] = await custodian.custodyRequests();
  await custodian.refuseIdentity(id, second?.request ?? '', identityRefused);
}

/**
 * Makes every further secret there is at the desk: a recovery officer's words, the secret of a second
 * factor, an invitation's link, another passphrase and kit by a change, and others by a recovery.
 */
async function secretsThatChange(installation: Installation): Promise<Canary[]> {
  const { administrator, handlers, clock } = installation;
  const [hanna, harald] = handlers;
  const officer = await administrator.desk.prepareRecoveryOfficer();
  await administrator.desk.proposeRecoveryOfficer({ shownName: 'Vera Strand' });
  const [pending] = (await hanna.desk.members()).admissions;
  await hanna.desk.admit(waiting(pending));
  await administrator.desk.admit(waiting(pending));
  await useOfPaper(installation, waiting(pending).id, officer.words);
  const { fragment } = await hanna.desk.invite({ shownName: 'Ida Lund' });
  const changed = await harald.desk.prepareChange(harald.passphrase);
  await harald.desk.finishChange();
  const { secret } = await harald.desk.startOneTimeCode();
  await harald.desk.confirmOneTimeCode(codeOf(secret, clock.now()));
  clock.set(new Date(clock.now().getTime() + 60_000));
  const lost = installation.newDesk();
  const code = codeOf(secret, clock.now());
  const recovered = await lost.prepareRecovery(harald.name, changed.recoveryWords, code);
  await lost.finishRecovery();
  clock.set(new Date(clock.now().getTime() + 60_000));
  harald.desk = installation.newDesk();
  const again = codeOf(secret, clock.now());
  await harald.desk.signIn(harald.name, recovered.passphrase.join(' '), again);
  const paper = Object.entries({ changed, recovered }).flatMap(([what, made]) => [
    canary(`passphrase, ${what}`, made.passphrase.join(' ')),
    canary(`recovery words, ${what}`, made.recoveryWords.join(' ')),
    canary(`recovery key, ${what}`, fromWords(made.recoveryWords)),
  ]);
  return [
    ...paper,
    canary('words of the recovery officer', officer.words.join(' ')),
    canary('key of the recovery officer', fromWords(officer.words)),
    canary('secret of one-time codes', secret),
    canary('secret of one-time codes as bytes', Secret.fromBase32(secret).bytes),
    canary('secret of an invitation', fragment.split('.')[1] ?? ''),
    canary('secret of an invitation as bytes', fromBase64(fragment.split('.')[1] ?? '')),
  ];
}

/** A case that only a handler who is gone and a paper open is given on by the paper, and the use ended. */
async function useOfPaper(
  installation: Installation,
  officer: string,
  words: readonly string[],
): Promise<void> {
  const { administrator, handlers } = installation;
  const [hanna, harald] = handlers;
  const { words: key } = await installation.report();
  const { caseId } = reporterKeys(key);
  await harald.desk.revoke(caseId, hanna.id);
  await harald.desk.signOut();
  const [to, lost] = [[hanna.id], [harald.id]];
  await administrator.desk.askCeremony({ officer, ground: 'lost', to, lost });
  const { standing } = await hanna.desk.ceremony();
  if (standing === null) throw new Error('nothing stands');
  await hanna.desk.agreeCeremony(standing);
  const paper = installation.newDesk();
  await paper.openPaper(standing.id, words);
  const { given } = await paper.givePaperCases(silent);
  if (given !== 1) throw new Error('the paper gave nothing');
  await paper.closePaper();
  await installation.signIn(harald);
}

/** Somebody makes an administrator by the root, whose words are typed for it. */
async function takeOver(installation: Installation, times: Times): Promise<Canary[]> {
  const { server, clock, rootWords } = installation;
  const { db, config } = server;
  const link = await administratorLink({ db, clock: clock.now, config });
  await noteTimes(installation, times);
  const desk = installation.newDesk();
  await desk.readAppointment(link?.split('#')[1] ?? '');
  const { passphrase, recoveryWords } = await desk.prepareAppointment(rootWords);
  await desk.finishAppointment('clara');
  await desk.signIn('clara', passphrase.join(' '));
  return [
    canary('signing key of the root', rootKeys(rootWords).secretKey),
    canary('passphrase of who came by the root', passphrase.join(' ')),
    canary('recovery words of who came by the root', recoveryWords.join(' ')),
    canary('recovery key of who came by the root', fromWords(recoveryWords)),
  ];
}

/**
 * Keys in wrong hands, to the end: the account is closed, its keys are taken out, the case gets new
 * ones, its reporter is told, and what was decided is written down.
 */
async function wrongHands(
  { administrator, handlers }: Installation,
  desk: Desk,
  id: string,
  notice: string,
): Promise<void> {
  const [, { id: account }] = handlers;
  const since = '2026-03-01';
  await administrator.desk.openIncident({ account, since, knownAt: null, cause: 'device_lost' });
  await administrator.desk.remove(account);
  const found = await desk.exposedCases(account, null, silent);
  if (!found.cases.some((row) => row.id === id))
    throw new Error('the case is missing from what could be read');
  await desk.renewAll(silent);
  const told = await desk.tellReporters(account, [id], { en: notice }, silent);
  if (told.changed !== 1) throw new Error('the reporter was not told');
  const [incident] = await desk.incidents();
  if (incident === undefined) throw new Error('nothing was documented');
  const { knownAt: at } = incident;
  await desk.noteAuthority(incident.id, { state: 'notified', at, reference: 'IMY-2026-1' });
  await desk.noteSubjects(incident.id, 'told');
}

/** What a database says of time: the values of its columns of days, and the columns with moments. */
interface Times {
  readonly days: Map<string, Set<unknown>>;
  readonly moments: Set<string>;
}

/** Adds what stands in the database now. */
async function noteTimes({ server: { db } }: Installation, times: Times): Promise<void> {
  const tables = await db.raw<{ name: string }[]>('pragma table_list');
  // knex's own list of migrations is no table of ours
  for (const { name } of tables.filter((table) => !/^(sqlite|knex)_/.test(table.name))) {
    const columns = await db.raw<{ name: string }[]>(`pragma table_info(${name})`);
    for (const column of columns.filter((each) => /(^|_)day$/.test(each.name))) {
      const at = `${name}.${column.name}`;
      times.days.set(at, times.days.get(at) ?? new Set());
    }
    for (const row of await db<Record<string, unknown>>(name).select()) {
      for (const [column, value] of Object.entries(row)) {
        const at = `${name}.${column}`;
        if (typeof value === 'string' && /\d\d:\d\d/.test(value)) times.moments.add(at);
        if (value !== null) times.days.get(at)?.add(value);
      }
    }
  }
}

async function handlersClosed(
  installation: Installation,
): Promise<{ id: string; purgeOn: string | null }[]> {
  const desk = await installation.signIn(installation.handlers[0]);
  return (await desk.inbox('closed')).rows;
}

/** Every sealed byte string of a case as the database holds it. */
async function sealedBytesOf({ server }: Installation, id: string): Promise<Buffer[]> {
  const columns = {
    entries: ['nonce', 'body', 'signature'],
    grants: ['kem', 'box'],
    own_keys: ['box'],
    heads: ['box'],
    overviews: ['box'],
  };
  const found: Buffer[] = [];
  for (const [table, names] of Object.entries(columns)) {
    const rows = (await server.db(table).where('case_id', id).select()) as Record<
      string,
      Buffer | null
    >[];
    // An epoch's body repeats public keys of the directory, which stays.
    const sealed = rows.filter((row) => row['form'] === undefined || row['nonce'] !== null);
    for (const row of sealed) found.push(...names.flatMap((name) => row[name] ?? []));
  }
  const chunks: { data: Buffer }[] = await server
    .db('chunks')
    .join('attachments', 'attachments.id', 'chunks.attachment')
    .where('attachments.case_id', id)
    .select('chunks.data');
  return [...found, ...chunks.map(({ data }) => data)];
}

type RecordField =
  | 'person'
  | 'personText'
  | 'deferral'
  | 'hearing'
  | 'extract'
  | 'personOutcome'
  | 'recipient'
  | 'disclosureGround'
  | 'disclosureScope'
  | 'requester'
  | 'identified'
  | 'request'
  | 'requestExtension'
  | 'requestAnswer'
  | 'recipientTold'
  | 'exportPurpose'
  | 'exportAnswer'
  | 'exportRecipient'
  | 'exportGround'
  | 'exportScope'
  | 'exportCopy';

/** Persons, a disclosure and a request about data, with a text in every field that has one. */
async function keepRecord(
  desk: Desk,
  second: Desk,
  id: string,
  field: Readonly<Record<RecordField, string>>,
): Promise<void> {
  const on = '2026-03-09';
  const someone = { kind: 'person', id: null, part: 'concerned', state: 'present' } as const;
  const noted = await desk.work(id, { ...someone, name: field.person, text: field.personText });
  const person = noted.persons[0]?.id ?? '';
  const deferred = { kind: 'person_informed', person, state: 'deferred', day: on } as const;
  await desk.work(id, { ...deferred, text: field.deferral });
  const heard = { kind: 'person_heard', id: null, person, form: 'statement', on } as const;
  await desk.work(id, { ...heard, text: field.hearing });
  const extract = { kind: 'person_extract', id: null, person, givenOn: null } as const;
  await desk.work(id, { ...extract, text: field.extract });
  await desk.work(id, { kind: 'person_outcome', person, on, text: field.personOutcome });
  await desk.work(id, {
    kind: 'disclosure',
    id: null,
    recipient: field.recipient,
    ground: field.disclosureGround,
    scope: field.disclosureScope,
    on,
    state: 'made',
  });
  const asked = await desk.work(id, {
    kind: 'request',
    id: null,
    right: 'erasure',
    by: 'named',
    name: field.requester,
    identified: field.identified,
    receivedOn: on,
    text: field.request,
    state: 'made',
  });
  const request = asked.requests[0]?.id ?? '';
  await desk.work(id, { kind: 'request_extended', request, on, text: field.requestExtension });
  const { notices } = await desk.work(id, {
    kind: 'request_answered',
    request,
    answer: 'partly',
    on,
    text: field.requestAnswer,
    toldOfRemedies: true,
  });
  const disclosure = notices[0]?.disclosure.id ?? '';
  await desk.work(id, {
    kind: 'recipient_told',
    disclosure,
    change: request,
    state: 'told',
    on,
    text: field.recipientTold,
  });
  const { exports } = await desk.work(id, {
    ...{ kind: 'export', id: null, form: 'whole', text: field.exportPurpose },
    ...{ disclosure, state: 'asked' },
  });
  await desk.work(id, {
    ...{ kind: 'export', id: null, form: 'redacted', text: field.exportPurpose },
    ...{ disclosure: null, state: 'asked', recipient: field.exportRecipient },
    ...{ ground: field.exportGround, scope: field.exportScope },
    ...{ copy: field.exportCopy, attachments: [] },
  });
  const answer = { answer: 'no', text: field.exportAnswer } as const;
  const of = exports[0]?.record ?? '';
  await second.work(id, { kind: 'export_confirmed', of, ...answer });
}
