import { createDesk, type Desk } from '../handler.js';
import { createReporter, type Reporter } from '../reporter.js';
import { dayOf } from '../../crypto/private.js';
import type { HandlerName } from './story.js';

/** A clock that stands so many days before the real one. */
export interface ShiftedClock {
  now(): Date;
  daysAgo: number;
}

/** A clock that tells the real time until it is shifted. */
export function createShiftedClock(): ShiftedClock {
  const clock: ShiftedClock = {
    daysAgo: 0,
    now: () => new Date(Date.now() - clock.daysAgo * 86_400_000),
  };
  return clock;
}

/** Somebody who signs in. */
export interface Person {
  name: string;
  passphrase: string;
}

/** Everybody in the demo, at the clock's time. */
export interface People {
  newDesk(): Desk;
  /** A person's desk, signed in on the clock's day. */
  at(person: Person): Promise<Desk>;
  newReporter(): Reporter;
}

/** Makes people of an installation; passphrases are stretched no more than they must. */
export function createPeople(address: string, clock: ShiftedClock, timeZone: string): People {
  const send: typeof fetch = (input, init) => fetch(input, init);
  const desks = new Map<string, { daysAgo: number; desk: Desk }>();
  const newDesk = (): Desk =>
    createDesk({ address, fetch: send, now: () => clock.now(), stretch: 'least' });
  return {
    newDesk,
    async at({ name, passphrase }) {
      const known = desks.get(name);
      if (known?.daysAgo === clock.daysAgo) return known.desk;
      const desk = newDesk();
      await desk.signIn(name, passphrase);
      desks.set(name, { daysAgo: clock.daysAgo, desk });
      return desk;
    },
    newReporter: () =>
      createReporter({ address, fetch: send, today: () => dayOf(clock.now(), timeZone) }),
  };
}

/** The people whom set-up made. */
export interface Cast {
  administrator: Person;
  handlers: Record<HandlerName, Person>;
  channel: string;
  /** Ids of the handlers as readers. */
  readers: Record<HandlerName, string>;
}
