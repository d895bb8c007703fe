/** Tabs by the pattern of the ARIA practices: arrows move, and moving shows. */
export interface Tabs {
  show(name: string): void;
  current(): string;
}

/**
 * Wires `[data-tab]` buttons to `[data-panel]` regions of the same name.
 *
 * @param onShow called with the name of each tab that comes up.
 */
export function wireTabs(root: HTMLElement, onShow: (name: string) => void): Tabs {
  const tabs = [...root.querySelectorAll<HTMLElement>('[data-tab]')];
  const panels = [...root.querySelectorAll<HTMLElement>('[data-panel]')];
  let name = tabs[0]?.dataset['tab'] ?? '';

  const show = (wanted: string): void => {
    name = wanted;
    for (const tab of tabs) {
      const selected = tab.dataset['tab'] === wanted;
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
    }
    for (const panel of panels) panel.hidden = panel.dataset['panel'] !== wanted;
    onShow(wanted);
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => {
      show(tab.dataset['tab'] ?? '');
    });
    tab.addEventListener('keydown', (event) => {
      const to = {
        ArrowRight: index + 1,
        ArrowLeft: index - 1,
        Home: 0,
        End: tabs.length - 1,
      }[event.key];
      if (to === undefined) return;
      const next = tabs[(to + tabs.length) % tabs.length];
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
      show(next.dataset['tab'] ?? '');
    });
  });
  return { show, current: () => name };
}
