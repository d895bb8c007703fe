import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../client/api.js';
import type { Desk } from '../../client/handler.js';
import {
  type AccountKeys,
  EpochBody,
  epochBodyOf,
  type EpochEntry,
  fromJsonBytes,
  type Grant,
  HandlerAppend,
  isEpochEntry,
  type Member,
  openGrant,
  type RecordHash,
  recordHashOf,
  reporterKeys,
  sealGrant,
  toBase64,
  toJsonBytes,
} from '../../crypto/private.js';
import { resignedBy } from '../support/case.js';
import { silent } from '../support/fixtures.js';
import { altering, keysOf } from '../support/hostile.js';
import { startInstallation, type Installation } from '../support/installation.js';
import { waiting } from '../support/waiting.js';

/*
 * A handler declares a conflict of interest: the own keys leave the case, nobody can give them back,
 * and no case is left to nobody by that. Then people leave with cases that only they hold.
 */

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  expect(installation.server.faults).toEqual([]);
  await installation.stop();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    const { code, fault } = error as { code?: string; fault?: string };
    return code ?? fault ?? String(error);
  }
}

async function report(leftOut: readonly string[] = []): Promise<{ words: string[]; id: string }> {
  const { words } = await installation.report({ leftOut: [...leftOut] });
  return { words, id: reporterKeys(words).caseId };
}

/** Who can read a case, as its reporter sees it. */
async function readersOf(words: readonly string[]): Promise<string[]> {
  const view = await installation.newReporter().open([...words]);
  expect(view.warnings).toEqual([]);
  const newest = view.access.findLast(({ compartment }) => compartment === 'dialogue');
  return newest?.readers.map(({ name }) => name) ?? [];
}

/** What the newest epoch of a conversation says, as the server has it. */
async function newestEpoch(id: string): Promise<EpochBody> {
  const row = await installation.server
    .db<{ case_id: string; compartment: string; form: string; sequence: number; body: Buffer }>(
      'entries',
    )
    .where({ case_id: id, compartment: 'dialogue', form: 'epoch' })
    .orderBy('sequence', 'desc')
    .first('body');
  if (row === undefined) throw new Error('no epoch');
  return fromJsonBytes(EpochBody, row.body);
}

/** The body of an epoch with these members. */
function bodyWith(entry: EpochEntry, members: readonly Member[]): string {
  return toBase64(toJsonBytes({ ...epochBodyOf(entry), members: [...members] }));
}

/** The way of a handler whose new keys are for others than the own client says. */
function renaming(
  { sig }: AccountKeys,
  changeMembers: (members: readonly Member[]) => Member[],
  changeGrants: (grants: readonly Grant[], epochs: readonly EpochEntry[]) => Grant[],
): Fetch {
  return altering('POST', /\/entries$/, HandlerAppend, (request) => {
    let newest: RecordHash | null = null;
    const entries = request.entries.map((entry) => {
      if (!isEpochEntry(entry)) return entry;
      const body = bodyWith(entry, changeMembers(epochBodyOf(entry).members));
      const change = newest === null ? {} : { seen: newest };
      const signed = resignedBy(sig.secretKey, { ...entry, body }, change);
      if (entry.header.compartment === 'dialogue') newest = recordHashOf(signed);
      return signed;
    });
    const epochs = entries.filter(isEpochEntry);
    return { ...request, entries, grants: changeGrants(request.grants, epochs) };
  });
}

describe('a conflict of interest', () => {
  it('takes the keys of who declares it off the case, before or after it was opened', async () => {
    const [hanna, harald] = installation.handlers;
    for (const before of ['never opened', 'opened', 'noted'] as const) {
      const { words, id } = await report();
      if (before !== 'never opened') await harald.desk.openCase(id);
      if (before === 'noted') await hanna.desk.note(id, 'Ask finance.', [], silent);
      await harald.desk.recuse(id);
      expect(await codeOf(harald.desk.openCase(id))).toBe('case_not_found');
      expect(await readersOf(words)).toEqual(['Hanna Handler']);
      const seen = await hanna.desk.openCase(id);
      expect(seen).toMatchObject({ warnings: [], writable: 'yes', grantable: [] });
      expect(seen.readers.map(({ name }) => name)).toEqual(['Hanna Handler']);
    }
  });

  it('offers the case to nobody who is left out, in a conflict or there', async () => {
    const [hanna, harald] = installation.handlers;
    const [taken, conflicted, both] = [await report(), await report(), await report()];
    await hanna.desk.revoke(taken.id, harald.id);
    await harald.desk.recuse(conflicted.id);
    const { id: without } = await report([harald.id]);
    expect(await hanna.desk.takersOf(taken.id)).toEqual([
      { id: harald.id, name: 'Harald Handler' },
    ]);
    for (const id of [conflicted.id, both.id, without]) {
      expect(await hanna.desk.takersOf(id)).toEqual([]);
    }
  });

  it('leaves who declared it without the keys of all that follows, though they made the newest', async () => {
    const [hanna, harald] = installation.handlers;
    const [read, labelled] = [await report(), await report()];
    for (const { id } of [read, labelled]) {
      await harald.desk.recuse(id);
      expect((await newestEpoch(id)).recuses).toBe(true);
    }
    await hanna.desk.openCase(read.id);
    // written in before anybody opens it
    const order = { do: 'label', label: 'night' } as const;
    await hanna.desk.workOnChosen([labelled.id], order, silent);
    for (const { id, words } of [read, labelled]) {
      expect((await newestEpoch(id)).recuses).toBeUndefined();
      expect(await readersOf(words)).toEqual(['Hanna Handler']);
    }
  });

  it('ends being responsible: whoever opens the case next seals that for the list', async () => {
    const [hanna, harald] = installation.handlers;
    const { id } = await report();
    const readers = [hanna.id, harald.id];
    await hanna.desk.work(id, { kind: 'responsible', readers, text: '' });
    const listed = async (): Promise<string[] | undefined> =>
      (await hanna.desk.inbox('open')).rows.find((row) => row.id === id)?.responsible;
    expect(await listed()).toEqual(readers);
    await harald.desk.recuse(id);
    const { work, responsible, entries } = await hanna.desk.openCase(id);
    expect([work.responsible, responsible]).toEqual([[hanna.id], [hanna.id]]);
    expect(await listed()).toEqual([hanna.id]);
    // what was said stands in the case as it was said
    expect(entries.map(({ content }) => content)).toContainEqual(
      expect.objectContaining({ kind: 'responsible', readers }),
    );
  });

  it('is told to nobody: no entry, note or line of the log has a word of it', async () => {
    const [hanna, harald] = installation.handlers;
    const { id } = await report();
    await harald.desk.recuse(id);
    const seen = await hanna.desk.openCase(id);
    expect(seen.entries.map(({ content }) => content.kind)).toEqual(['report']);
    const log = await hanna.desk.audit();
    const own = log.filter(({ caseId }) => caseId === id).map(({ action }) => action);
    expect(new Set(own)).toEqual(new Set(['opened', 'access_changed']));
  });

  it('binds everybody: no altered client brings the person back', async () => {
    const [hanna, harald] = installation.handlers;
    const { words, id } = await report();
    const { members } = await newestEpoch(id);
    await harald.desk.recuse(id);
    expect(await codeOf(hanna.desk.grant(id, harald.id))).toBe('not_grantable');
    const keys = await keysOf(installation, hanna);
    /** Names these readers in the epoch of the conversation. */
    const naming = (named: readonly Member[]): Promise<string> => {
      const altered = altering('POST', /\/entries$/, HandlerAppend, (request) => ({
        ...request,
        entries: request.entries.map((entry) =>
          isEpochEntry(entry) && entry.header.compartment === 'dialogue'
            ? resignedBy(keys.sig.secretKey, { ...entry, body: bodyWith(entry, named) }, {})
            : entry,
        ),
      }));
      return installation.signIn(hanna, altered).then((desk) => codeOf(desk.renew(id)));
    };
    expect(await naming(members)).toBe('wrong_members');
    // a case that nobody could go on with is refused as well
    expect(await naming(members.filter(({ id: each }) => each === 'reporter'))).toBe(
      'wrong_members',
    );
    await installation.signIn(hanna);
    expect(await readersOf(words)).toEqual(['Hanna Handler']);
  });

  it('is the only way to go by oneself: nobody makes keys for everybody else alone', async () => {
    const [, harald] = installation.handlers;
    const { words, id } = await report();
    await harald.desk.note(id, 'Ask finance.', [], silent);
    const keys = await keysOf(installation, harald);
    const silently = renaming(
      keys,
      (members) => members.filter((member) => (member.id as string) !== harald.id),
      (grants) => grants.filter(({ recipient }) => recipient !== harald.id),
    );
    const desk = await installation.signIn(harald, silently);
    expect(await codeOf(desk.renew(id))).toBe('wrong_members');
    await installation.signIn(harald);
    expect(await readersOf(words)).toEqual(['Hanna Handler', 'Harald Handler']);
  });

  it('is declared by whom the reporter left out and somebody let in, with the renewal that ends it', async () => {
    const [hanna, harald] = installation.handlers;
    const { words: other } = await report();
    const member = (await newestEpoch(reporterKeys(other).caseId)).members.find(
      ({ id: each }) => (each as string) === harald.id,
    );
    if (member === undefined) throw new Error('no such reader');
    const { words, id } = await report([harald.id]);
    const keys = await keysOf(installation, hanna);
    const letsIn = renaming(
      keys,
      (members) => [...members, member],
      (grants, epochs) => [
        ...grants,
        ...epochs.flatMap(({ header: { case: caseId, compartment, epoch, commitment } }) => {
          const place = { case: caseId, compartment, epoch };
          const own = grants.find(
            (each) => each.compartment === compartment && each.recipient === hanna.id,
          );
          if (own === undefined) throw new Error('no grant');
          return sealGrant(openGrant(own, place, commitment, keys.kem), member);
        }),
      ],
    );
    await (await installation.signIn(hanna, letsIn)).renew(id);
    await installation.signIn(hanna);
    const seen = await harald.desk.openCase(id);
    expect(seen).toMatchObject({ fault: 'left_out_member', writable: 'after_new_keys' });
    expect(await codeOf(harald.desk.renew(id))).toBe('case_not_found');
    expect((await newestEpoch(id)).recuses).toBe(true);
    // and has not even the keys that the renewal itself made
    await hanna.desk.openCase(id);
    expect((await newestEpoch(id)).recuses).toBeUndefined();
    const { access } = await installation.newReporter().open(words);
    expect(access.at(-1)?.readers.map(({ name }) => name)).toEqual(['Hanna Handler']);
  });

  it('cannot be declared by the last handler, who gives the case to another first', async () => {
    const [hanna, harald] = installation.handlers;
    const { words, id } = await report();
    await hanna.desk.revoke(id, harald.id);
    expect(await codeOf(hanna.desk.recuse(id))).toBe('last_holder');
    const { changed } = await hanna.desk.handOver([{ id, to: [harald.id] }], silent);
    expect(changed).toBe(1);
    await hanna.desk.recuse(id);
    expect(await readersOf(words)).toEqual(['Harald Handler']);
    // and the one who has it now is the last
    expect(await codeOf(harald.desk.recuse(id))).toBe('last_holder');
  });

  it('is done once where its answer is lost, and not where the case was closed to them before', async () => {
    const [hanna, harald] = installation.handlers;
    const { words, id } = await report();
    let lost = 0;
    let sent: Parameters<Fetch> | undefined;
    const losing: Fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init.method === 'POST' && input.endsWith('/entries') && lost === 0) {
        lost += 1;
        sent = [input, init];
        throw new TypeError('lost');
      }
      return response;
    };
    await (await installation.signIn(hanna, losing)).recuse(id);
    expect(lost).toBe(1);
    expect(await readersOf(words)).toEqual(['Harald Handler']);

    // and sent again on a later day, it tells nobody whether the case is still there
    const again = async (): Promise<number> =>
      sent === undefined ? 0 : (await fetch(...sent)).status;
    expect(await again()).toBe(201);
    const given = installation.server.db('openings').where({ reader: hanna.id });
    await given.update({ day: '2026-03-01' });
    expect(await again()).toBe(404);

    // taken off by a colleague while the declaration was on its way
    const other = await report();
    let taken = false;
    const overtaken: Fetch = async (input, init) => {
      if (init.method === 'POST' && input.endsWith('/entries') && !taken) {
        taken = true;
        await harald.desk.revoke(other.id, hanna.id);
      }
      return fetch(input, init);
    };
    const desk = await installation.signIn(hanna, overtaken);
    expect(await codeOf(desk.recuse(other.id))).toBe('case_not_found');
    expect((await newestEpoch(other.id)).recuses).toBeUndefined();
    await installation.signIn(hanna);
  });

  it('is not declared where the others’ accounts are closed: nobody could go on', async () => {
    const [hanna, harald] = installation.handlers;
    const { desk } = installation.administrator;
    const { id } = await report();
    await desk.openIncident({
      account: harald.id,
      since: null,
      knownAt: null,
      cause: 'device_lost',
    });
    expect(await codeOf(hanna.desk.recuse(id))).toBe('handlers_locked_out');
    const { cases } = await hanna.desk.findOwnCases(silent);
    expect(cases.find((each) => each.id === id)).toMatchObject({ others: [], grantable: [] });
    // whoever cannot sign in is offered nothing
    const { id: alone } = await report();
    await hanna.desk.revoke(alone, harald.id);
    expect(await hanna.desk.takersOf(alone)).toEqual([]);
    // nor by a client that asks nobody
    const unaware: Fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!input.endsWith('/api/desk/members')) return answer;
      const { status, headers } = answer;
      return new Response((await answer.text()).replaceAll('locked', 'active'), {
        status,
        headers,
      });
    };
    const altered = await installation.signIn(hanna, unaware);
    expect(await codeOf(altered.recuse(id))).toBe('handlers_locked_out');
    const [incident] = await desk.incidents();
    await desk.unlockAccount(incident?.id ?? '');
    await installation.signIn(harald);
    await (await installation.signIn(hanna)).recuse(id);
  });
});

describe('a handler whom a declared conflict leaves alone', () => {
  const own = async (desk: Desk, id: string) =>
    (await desk.openCase(id)).erasures[0] ?? { compartment: 'dialogue' as const, sequence: 0 };

  it('erases what they propose 30 days later; what the other proposed is proposed no more', async () => {
    const [hanna, harald] = installation.handlers;
    const { words, id } = await report();
    await hanna.desk.reply(id, { kind: 'reply', text: 'Who is ill?' }, [], silent);
    const named = { compartment: 'dialogue', sequence: 3, passages: [], files: [] } as const;
    const input = { ...named, whole: true, ground: 'irrelevant', text: '' } as const;
    await harald.desk.proposeErasure(id, input);
    await harald.desk.recuse(id);
    const before = await hanna.desk.openCase(id);
    expect(before).toMatchObject({ erasures: [], erasesAlone: { dialogue: 'left' } });
    await hanna.desk.proposeErasure(id, input);
    const proposal = await own(hanna.desk, id);
    expect(await codeOf(hanna.desk.erase(id, proposal, ''))).toBe('alone_too_early');

    installation.clock.set('2026-04-01T10:00:00Z');
    const desk = await installation.signIn(hanna);
    await desk.erase(id, proposal, '');
    for (const { warnings, entries } of [
      await (await installation.signIn(hanna)).openCase(id),
      await installation.newReporter().open(words),
    ]) {
      expect(warnings).toEqual([]);
      expect(JSON.stringify(entries)).not.toContain('Who is ill?');
    }
    for (const person of [harald, installation.administrator]) await installation.signIn(person);
  });

  it('begins anew with a removal on which they agreed with who went', async () => {
    const [hanna, harald] = installation.handlers;
    const { id } = await report();
    const closure = { kind: 'closure', outcome: 'spam', text: 'Nothing to look at.' } as const;
    await hanna.desk.reply(id, closure, [], silent);
    const proposal = {
      kind: 'removal_proposal',
      id: null,
      ground: 'outcome',
      decidedBy: 'Legal',
      archive: '',
      reference: '',
      text: 'Its time is shorter.',
    } as const;
    const agree = async (desk: Desk) => {
      const { entries } = await desk.openCase(id);
      const of = entries.findLast(({ content }) => content.kind === 'removal_proposal')?.hash;
      return desk.work(id, { kind: 'removal', of: of as never, received: '' });
    };
    await harald.desk.work(id, proposal);
    expect((await agree(hanna.desk)).purgeOn).toBe('2026-05-01');
    await harald.desk.recuse(id);
    const undone = await hanna.desk.openCase(id);
    expect(undone).toMatchObject({ removal: { proposal: null, agreedOn: null }, warnings: [] });
    expect(undone.purgeOn).not.toBe('2026-05-01');
    expect(await codeOf(agree(hanna.desk))).toBe('already_decided');
    await hanna.desk.work(id, proposal);
    expect((await agree(hanna.desk)).purgeOn).toBe('2026-05-01');
  });
});

describe('somebody who leaves', () => {
  const remove = (id: string): Promise<string> =>
    codeOf(installation.administrator.desk.remove(id));

  it('stays until nobody needs them: what they hold alone is handed over first', async () => {
    const [hanna, harald] = installation.handlers;
    const { fragment } = await hanna.desk.invite({ shownName: 'Nora New' });
    const nora = installation.newDesk();
    const { passphrase } = await nora.prepareJoining();
    await nora.finishJoining(fragment, { name: 'nora', role: {} });
    const [pending] = (await hanna.desk.members()).admissions;
    await hanna.desk.admit(waiting(pending));
    await installation.administrator.desk.admit(waiting(pending));
    const { id: noraId } = await nora.signIn('nora', passphrase.join(' '));
    const { id, words } = await report([harald.id, noraId]);
    const other = await report([hanna.id, harald.id]);
    const held = { reader: noraId, cases: 1, alone: 1, paper: 0 };
    expect(await nora.holdings()).toEqual([held]);
    expect(await remove(noraId)).toBe('last_holder');

    // a number of somebody else's would tell of cases that one cannot read
    expect(await codeOf(installation.administrator.desk.holdings())).toBe('forbidden');
    const { cases } = await nora.findOwnCases(silent);
    expect(cases).toMatchObject([{ id: other.id, others: [], grantable: [], paper: false }]);

    // what nobody may be given goes to nobody by an administrator's will either
    const plan = [{ id: other.id, to: [hanna.id] }];
    expect((await nora.handOver(plan, silent)).failed).toEqual([
      { id: other.id, code: 'not_grantable' },
    ]);
    expect(await remove(noraId)).toBe('last_holder');

    // one that may be given is, and stopping in between loses nothing
    const own = (await hanna.desk.findOwnCases(silent)).cases.find((each) => each.id === id);
    expect(own).toMatchObject({ others: [], grantable: [] });
    expect(await readersOf(words)).toEqual(['Hanna Handler']);
  });

  it('goes where every case has another reader, and leaves nothing to nobody', async () => {
    const [hanna, harald] = installation.handlers;
    const mine = (await harald.desk.findOwnCases(silent)).cases.filter(
      ({ others }) => others.length === 0,
    );
    expect(mine.length).toBeGreaterThan(0);
    const controller = new AbortController();
    const given = mine.filter(({ grantable }) => grantable.some(({ name }) => name === 'Nora New'));
    const to = given[0]?.grantable.find(({ name }) => name === 'Nora New')?.id ?? '';
    const plan = mine.map(({ id }) => ({ id, to: [to] }));
    const stopped = harald.desk.handOver(
      plan,
      ({ done }) => {
        if (done === 1) controller.abort();
      },
      controller.signal,
    );
    expect(await codeOf(stopped)).not.toBe('nothing');
    expect(await remove(harald.id)).toBe(mine.length > 1 ? 'last_holder' : 'nothing');
    const { failed } = await harald.desk.handOver(plan, silent);
    expect(failed).toEqual([]);
    expect(await harald.desk.holdings()).toMatchObject([{ alone: 0 }]);
    expect(await remove(harald.id)).toBe('nothing');
    expect(await codeOf(hanna.desk.openCase(mine[0]?.id ?? ''))).toBe('case_not_found');
  });

  it('goes at once where their keys may be in wrong hands, whatever they hold', async () => {
    const { administrator } = installation;
    const nora = (await administrator.desk.members()).accounts.find(({ name }) => name === 'nora');
    expect(await remove(nora?.id ?? '')).toBe('last_holder');
    await administrator.desk.openIncident({
      account: nora?.id ?? '',
      since: null,
      knownAt: null,
      cause: 'device_lost',
    });
    expect(await remove(nora?.id ?? '')).toBe('nothing');
  });
});

describe('an administrator', () => {
  it('opens no case by any reset: no request of theirs has an answer with a key in it', async () => {
    const [hanna] = installation.handlers;
    const { id } = await report();
    const { desk } = installation.administrator;
    const before = await installation.server.db('grants').count();
    // what there is to reset: closing and opening an account, and inviting anew
    const { fragment } = await desk.invite({ shownName: 'Hanna Handler' });
    const again = installation.newDesk();
    const { passphrase } = await again.prepareJoining();
    await again.finishJoining(fragment, { name: 'hanna again', role: {} });
    const [pending] = (await hanna.desk.members()).admissions;
    await hanna.desk.admit(waiting(pending));
    await desk.admit(waiting(pending));
    await again.signIn('hanna again', passphrase.join(' '));
    expect((await again.inbox('open')).rows).toEqual([]);
    expect(await codeOf(again.openCase(id))).toBe('case_not_found');
    for (const ask of [
      () => desk.openCase(id),
      () => desk.inbox('open'),
      () => desk.grant(id, hanna.id),
      () => desk.renew(id),
    ]) {
      expect(await codeOf(ask())).toBe('forbidden');
    }
    expect(await installation.server.db('grants').count()).toEqual(before);
  });
});
