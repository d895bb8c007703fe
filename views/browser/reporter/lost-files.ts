import { byId, show } from './dom.js';

/** Files that were chosen before the page was loaded anew: only their names are left. */
export interface LostFiles {
  names(): string[];
  set(names: readonly string[]): void;
  /** Takes those off the list that were chosen again. */
  found(files: readonly File[]): void;
}

/** Lists them until they are chosen again. */
export function createLostFiles(): LostFiles {
  let lost: string[] = [];

  const set = (names: readonly string[]): void => {
    lost = [...names];
    byId('files-lost-list').replaceChildren(
      ...lost.map((name) => {
        const item = document.createElement('li');
        item.textContent = name;
        return item;
      }),
    );
    show('files-lost', lost.length > 0);
  };

  return {
    names: () => [...lost],
    set,
    found(files) {
      const left = lost.filter((name) => !files.some((file) => file.name === name));
      if (left.length < lost.length) set(left);
    },
  };
}
