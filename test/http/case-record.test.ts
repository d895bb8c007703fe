import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterKeys } from '../../crypto/private.js';
import { silent } from '../support/fixtures.js';
import {
  startInstallation,
  type Installation,
  type InstallationPerson,
} from '../support/installation.js';

// Persons, disclosures and requests about data: what each handler sees of them, and nobody else.

let installation: Installation;
let hanna: InstallationPerson;
let harald: InstallationPerson;
let words: string[];
let id: string;

beforeAll(async () => {
  installation = await startInstallation();
  [hanna, harald] = installation.handlers;
  ({ words } = await installation.report());
  id = reporterKeys(words).caseId;
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

describe('what the law asks to be kept about a case', () => {
  it('is seen by the other handler, who goes on with it', async () => {
    const noted = await hanna.desk.work(id, {
      kind: 'person',
      id: null,
      name: 'Kim Berg',
      part: 'concerned',
      text: '',
      state: 'present',
    });
    const [kim] = noted.persons;
    if (kim === undefined) throw new Error('nobody noted');
    await harald.desk.work(id, {
      kind: 'person_informed',
      person: kim.id,
      state: 'deferred',
      day: '2030-01-31',
      text: 'Evidence could be lost.',
    });
    await harald.desk.work(id, {
      kind: 'person_extract',
      id: null,
      person: kim.id,
      text: 'It was said that too much was charged.',
      givenOn: null,
    });
    const { persons } = await hanna.desk.openCase(id);
    expect(persons).toMatchObject([
      {
        id: kim.id,
        name: 'Kim Berg',
        informed: { state: 'deferred', day: '2030-01-31' },
        extracts: [{ text: 'It was said that too much was charged.', givenOn: null }],
      },
    ]);
  });

  it('tells both who is to be told of an erasure, and lists requests of every case', async () => {
    const day = new Date(installation.clock.now()).toISOString().slice(0, 10);
    await hanna.desk.work(id, {
      kind: 'disclosure',
      id: null,
      recipient: 'Police',
      ground: 'Criminal investigation',
      scope: 'The report',
      on: day,
      state: 'made',
    });
    const asked = await harald.desk.work(id, {
      kind: 'request',
      id: null,
      right: 'erasure',
      by: 'anonymous_reporter',
      name: '',
      identified: '',
      receivedOn: day,
      text: '',
      state: 'made',
    });
    const [request] = asked.requests;
    if (request === undefined) throw new Error('no request');
    const open = await hanna.desk.dataRequests(silent);
    expect(open).toMatchObject({
      requests: [{ caseId: id, request: { id: request.id, due: request.due, answer: null } }],
      failed: [],
    });
    await hanna.desk.work(id, {
      kind: 'request_answered',
      request: request.id,
      answer: 'granted',
      on: day,
      text: '',
      toldOfRemedies: false,
    });
    const { notices } = await harald.desk.openCase(id);
    expect(notices).toMatchObject([
      {
        disclosure: { recipient: 'Police' },
        change: { id: request.id, what: 'erasure' },
        done: null,
      },
    ]);
    expect((await harald.desk.dataRequests(silent)).requests).toMatchObject([
      { request: { answer: { answer: 'granted' } } },
    ]);
  });

  it('is nothing of the reporter’s to see, and nothing that the server can read', async () => {
    const view = await installation.newReporter().open(words);
    expect(view.entries).toHaveLength(1);
    expect(JSON.stringify(view)).not.toContain('Kim Berg');
    const rows = await installation.server
      .db('entries')
      .where({ case_id: id, compartment: 'internal' })
      .select<{ header: string; body: Buffer }[]>('header', 'body');
    expect(rows.length).toBeGreaterThan(6);
    for (const { header, body } of rows) {
      expect(JSON.parse(header)).toMatchObject({ effect: null });
      expect(body.includes('Kim Berg') || body.includes('Police')).toBe(false);
    }
  });
});
