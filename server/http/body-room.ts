/** Bytes of a body that every request may hold while it arrives: reports have less, as a rule. */
const FREE = 64 * 1024;

/** Memory for bodies that are on their way. */
export interface BodyRoom {
  /**
   * A request's place.
   *
   * @param giveWay called at most once, when this body must go.
   */
  enter(giveWay: () => void): BodyPlace;
}

export interface BodyPlace {
  /** So much of the body is held by now. It may have to give way within this call. */
  holds(bytes: number): void;
  leave(): void;
}

/**
 * Makes room for what bodies hold beyond 64 KiB each. Where it ends, the body that holds most gives
 * way: so those who send large bodies and never end them take memory from each other, and a report
 * of usual length is never among them.
 *
 * @param most bytes, for all together.
 */
export function createBodyRoom(most: number): BodyRoom {
  const places = new Map<object, { beyond: number; giveWay: () => void }>();
  let held = 0;

  const put = (key: object, beyond: number): void => {
    const place = places.get(key);
    if (place === undefined) return;
    held += beyond - place.beyond;
    place.beyond = beyond;
  };

  const largest = (): object | undefined => {
    let found: object | undefined;
    let beyond = 0;
    for (const [key, place] of places) {
      if (place.beyond <= beyond) continue;
      found = key;
      ({ beyond } = place);
    }
    return found;
  };

  const leave = (key: object): void => {
    put(key, 0);
    places.delete(key);
  };

  return {
    enter(giveWay) {
      const key = {};
      places.set(key, { beyond: 0, giveWay });
      return {
        holds(bytes) {
          if (bytes <= FREE) return;
          put(key, bytes - FREE);
          while (held > most) {
            const goes = largest();
            const place = goes === undefined ? undefined : places.get(goes);
            if (goes === undefined || place === undefined) return;
            leave(goes);
            place.giveWay();
          }
        },
        leave() {
          leave(key);
        },
      };
    },
  };
}
