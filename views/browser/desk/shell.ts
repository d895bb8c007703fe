import { t } from '../strings.js';
import {
  copyTemplate,
  fillList,
  focusHeading,
  maybePart,
  onClick,
  part,
  show,
  write,
} from './dom.js';
import { localText, type Desk, type Place } from './desk.js';
import { showSwitch } from './other-desks.js';

type Render = (place: Place) => HTMLElement;

/** The frame around the views of somebody who signed in. */
export interface Shell {
  /** Shows a place and remembers it for the browser's back button. */
  go(place: Place): void;
  say(text: string): void;
  /** Counts beside the inbox what is waiting. */
  setWaiting(count: number): void;
  refreshOrganisation(): void;
}

/**
 * Puts the frame into the page. Views are switched in place: the address stays the same, and the
 * browser's history gets a running number and nothing else, so that "back" leads to the view before
 * instead of out of the desk.
 */
export function openShell(
  desk: () => Desk,
  render: Render,
  leave: { lock: () => void; signOut: () => void },
): Shell {
  const frame = copyTemplate('shell');
  document.body.replaceChildren(
    ...[...document.body.children].filter((child) => child instanceof HTMLTemplateElement),
    ...frame.children,
  );
  const body = document.body;
  const main = part(body, 'main');
  const places: Place[] = [];
  let at = -1;

  const draw = (place: Place): void => {
    const view = render(place);
    main.replaceChildren(view);
    for (const link of body.querySelectorAll<HTMLElement>('[data-go]')) {
      const current = link.dataset['go'] === navigationOf(place);
      if (current) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    document.title = t(`desk.title.${place.view}`);
    window.scrollTo(0, 0);
    focusHeading(view);
  };

  const go = (place: Place): void => {
    at += 1;
    places.splice(at, places.length, place);
    if (at === 0) history.replaceState({ desk: at }, '');
    else history.pushState({ desk: at }, '');
    draw(place);
  };

  window.addEventListener('popstate', (event) => {
    const state: unknown = event.state;
    const index =
      typeof state === 'object' && state !== null && 'desk' in state ? state.desk : null;
    const place = typeof index === 'number' ? places[index] : undefined;
    if (place === undefined || typeof index !== 'number') return;
    at = index;
    draw(place);
  });

  const { account } = desk();
  for (const link of body.querySelectorAll<HTMLElement>('[data-go]')) {
    const view = link.dataset['go'];
    const parts = link.dataset['for']?.split(' ');
    if (parts?.includes(account.part) === false) link.closest('li')?.remove();
    else
      link.addEventListener('click', () => {
        go({ view } as Place);
      });
  }
  write(body, 'who', t(`desk.who.${account.part}`, { name: account.name }));
  onClick(body, 'lock', leave.lock);
  onClick(body, 'sign-out', leave.signOut);
  onClick(body, 'skip', () => {
    focusHeading(main);
  });
  part(body, 'skip').addEventListener('click', (event) => {
    event.preventDefault();
  });

  const refreshOrganisation = (): void => {
    const { directory, otherDesks } = desk();
    const strip = part(body, 'here');
    for (const place of [body, strip]) {
      write(place, 'organisation', localText(directory.organisation.names));
    }
    showSwitch(strip, otherDesks);
    const banner = part(body, 'freshness');
    const { freshness } = directory;
    show(banner, freshness !== 'fresh');
    if (freshness !== 'fresh') banner.textContent = t(`desk.freshness.${freshness}`);
  };
  refreshOrganisation();

  return {
    go,
    say: (text) => {
      const region = part(body, 'announcer');
      // the same words twice would not be read again
      region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    },
    setWaiting: (count) => {
      const badge = maybePart(body, 'waiting');
      if (badge === null) return;
      fillList(badge, count > 0 ? [count] : [], () =>
        document.createTextNode(t('desk.nav.waiting', { count })),
      );
    },
    refreshOrganisation,
  };
}

function navigationOf(place: Place): Place['view'] {
  if (['case', 'recording', 'conflict'].includes(place.view)) return 'inbox';
  if (place.view === 'guest-case') return 'guest';
  if (place.view === 'data-request') return 'requests';
  return place.view === 'incidents' || place.view === 'handover' ? 'people' : place.view;
}
