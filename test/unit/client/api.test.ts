import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApi, pause, persist, type Fetch } from '../../../client/api.js';
import { ClientError, codeOf } from '../../../client/errors.js';
import { createSentRecords, isConflict, lacksFiles } from '../../../client/conflict.js';
import { ProtocolError } from '../../../crypto/private.js';

const Schema = v.strictObject({ a: v.number() });
const answering =
  (body: string, status = 200): Fetch =>
  () =>
    Promise.resolve(new Response(body, { status }));
const asking = (through: Fetch) =>
  createApi({ address: '', fetch: through }).ask(Schema, { method: 'GET', path: '/x' });

describe('calls', () => {
  it('give what the schema knows, and nothing else', async () => {
    await expect(asking(answering('{"a":1}'))).resolves.toEqual({ a: 1 });
    for (const body of ['{"a":"1"}', '{"a":1,"b":2}', '{}', 'null', '[]', '', '<html>', '{"a":1']) {
      await expect(asking(answering(body))).rejects.toMatchObject({
        code: 'unexpected_answer',
        temporary: false,
      });
    }
  });

  it('carry the server’s code, and know which errors pass', async () => {
    const refused = asking(answering('{"error":{"code":"case_not_found"}}', 404));
    await expect(refused).rejects.toMatchObject({ code: 'case_not_found', temporary: false });
    const busy = asking(answering('{"error":{"code":"unavailable"}}', 503));
    await expect(busy).rejects.toMatchObject({ code: 'unavailable', temporary: true });
    const many = asking(answering('{"error":{"code":"too_many_requests"}}', 429));
    await expect(many).rejects.toMatchObject({ code: 'too_many_requests', temporary: true });
    for (const body of ['', '<html>', '{"error":"x"}', '{"error":{"code":1}}']) {
      await expect(asking(answering(body, 400))).rejects.toMatchObject({
        code: 'unexpected_answer',
      });
    }
  });

  it('tell a dead network from somebody who stopped', async () => {
    const dead: Fetch = () => Promise.reject(new TypeError('fetch failed'));
    await expect(asking(dead)).rejects.toMatchObject({ code: 'network', temporary: true });
    const stop = new AbortController();
    stop.abort();
    const api = createApi({ address: '', fetch: dead });
    const stopped = api.tell({ method: 'POST', path: '/x', signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', temporary: false });
    const broken: Fetch = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            start(controller) {
              controller.error(new TypeError('terminated'));
            },
          }),
        ),
      );
    await expect(asking(broken)).rejects.toMatchObject({ code: 'network', temporary: true });
  });

  it('carry no cookie, no referrer, follow nowhere, and name nobody unless asked', async () => {
    const sent: RequestInit[] = [];
    const api = createApi({
      address: 'https://example.org',
      fetch: (input, init) => {
        expect(input).toBe('https://example.org/x');
        sent.push(init);
        return Promise.resolve(new Response('{}'));
      },
    });
    await api.tell({ method: 'POST', path: '/x', json: { a: 1 } });
    const credential = { scheme: 'Case', token: 'abc' } as const;
    await api.tell({ method: 'PUT', path: '/x', bytes: new Uint8Array(3), credential });
    expect(sent).toMatchObject([
      {
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        headers: { 'Content-Type': 'application/json' },
        body: '{"a":1}',
      },
      { headers: { 'Content-Type': 'application/octet-stream', Authorization: 'Case abc' } },
    ]);
    expect(sent[0]?.headers).not.toHaveProperty('Authorization');
  });
});

describe('trying again', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const failing = (times: number, error: unknown) => {
    let left = times;
    return vi.fn(() => (left-- > 0 ? Promise.reject(error as Error) : Promise.resolve('done')));
  };

  it('helps against what passes, with growing pauses, and ends', async () => {
    const network = new ClientError('network', true);
    const attempt = failing(4, network);
    const result = persist(attempt);
    for (const [tries, wait] of [
      [1, 500],
      [2, 1000],
      [3, 2000],
      [4, 4000],
    ] as const) {
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(attempt).toHaveBeenCalledTimes(tries);
      await vi.advanceTimersByTimeAsync(1);
    }
    await expect(result).resolves.toBe('done');
    const forever = persist(failing(99, network));
    forever.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(forever).rejects.toBe(network);
  });

  it('does not help against what stays, nor against our own faults', async () => {
    for (const error of [
      new ClientError('case_not_found'),
      new ProtocolError('wrong_signature'),
      new TypeError('ours'),
    ]) {
      const attempt = failing(1, error);
      await expect(persist(attempt)).rejects.toBe(error);
      expect(attempt).toHaveBeenCalledTimes(1);
    }
  });

  it('stops when somebody stops it', async () => {
    const stop = new AbortController();
    const attempt = failing(99, new ClientError('network', true));
    const result = persist(attempt, stop.signal);
    result.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(600);
    stop.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    await expect(pause(1000, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('errors', () => {
  it('have a code, whatever they are', () => {
    expect(codeOf(new ClientError('x'))).toBe('x');
    expect(codeOf(new ProtocolError('wrong_chunk'))).toBe('wrong_chunk');
    expect(codeOf(new Error('x'))).toBe('unexpected');
    expect(codeOf(undefined)).toBe('unexpected');
  });

  it('of two writers and of lost files are told apart', () => {
    const told = (code: string): boolean[] => [
      isConflict(new ClientError(code)),
      lacksFiles(new ClientError(code)),
    ];
    expect(told('sequence_taken')).toEqual([true, false]);
    expect(told('previous_unknown')).toEqual([true, false]);
    expect(told('epoch_outdated')).toEqual([true, false]);
    expect(told('upload_incomplete')).toEqual([false, true]);
    expect(told('attachment_taken')).toEqual([false, true]);
    expect(told('case_not_found')).toEqual([false, false]);
    expect(isConflict(new Error('sequence_taken'))).toBe(false);
    expect(lacksFiles(null)).toBe(false);
  });
});

describe('records that were sent', () => {
  it('are forgotten with the message they were for', () => {
    const sent = createSentRecords();
    const nothing = { dialogue: { chain: { records: [] } }, internal: null } as never;
    expect(sent.arrived('x', nothing)).toBe(false);
    sent.note('x', []);
    expect(sent.arrived('x', nothing)).toBe(false);
    sent.forget('x');
    expect(sent.arrived('x', nothing)).toBe(false);
  });
});
