import type { IncidentView } from '../../../client/models.js';
import { t } from '../strings.js';
import { durationText, momentText } from './days.js';
import type { Desk } from './desk.js';
import { copyTemplate, onClick, show, write } from './dom.js';
import { report } from './failures.js';

/** When the authority is to be told of an incident, and how much time is left or has passed. */
export function clockText({ dueAt }: Pick<IncidentView, 'dueAt'>, now = new Date()): string {
  const left = new Date(dueAt).getTime() - now.getTime();
  const due = momentText(dueAt);
  return left > 0
    ? t('desk.incident.left', { due, left: durationText(left) })
    : t('desk.incident.over', { due, over: durationText(-left) });
}

/** Incidents about which nobody has written down what was decided. */
export function undecided(incidents: readonly IncidentView[]): IncidentView[] {
  return incidents.filter(({ authority }) => authority === null);
}

/** Shows above every view what is undecided, with the time that is left. */
export function showClocks(
  desk: Desk,
  place: HTMLElement,
  incidents: readonly IncidentView[],
): void {
  const open = undecided(incidents);
  show(place, open.length > 0);
  place.replaceChildren(
    ...open.map((incident) => {
      const banner = copyTemplate('incident-banner');
      const { name } = incident;
      write(banner, 'text', t('desk.incident.banner', { name, clock: clockText(incident) }));
      onClick(banner, 'open', () => {
        desk.go({ view: 'incidents' });
      });
      return banner;
    }),
  );
}

const MINUTE = 60_000;

/** Keeps the clocks above the views right: draws them every minute, asks anew when told to. */
export function keepClocks(
  desk: Desk,
  place: HTMLElement,
): { refresh: () => void; stop: () => void } {
  let known: readonly IncidentView[] = [];
  const draw = (): void => {
    showClocks(desk, place, known);
  };
  const timer = window.setInterval(draw, MINUTE);
  const refresh = (): void => {
    desk.api.incidents().then((incidents) => {
      known = incidents;
      draw();
    }, report);
  };
  refresh();
  return {
    refresh,
    stop: () => {
      window.clearInterval(timer);
    },
  };
}
