/** Markup lives in the page's templates; these find, copy and fill it. */

/**
 * A copy of the element inside `<template id="…">`.
 *
 * @throws Error when the page has no such template.
 */
export function copyTemplate(id: string): HTMLElement {
  const template = document.getElementById(id);
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  if (first === null) throw new Error(`No template '${id}'`);
  return document.importNode(first, true) as HTMLElement;
}

/**
 * The element marked `data-part="<name>"` in `root`, itself included.
 *
 * @throws Error when there is none, or one of another kind.
 */
export function part(root: ParentNode, name: string): HTMLElement;
export function part<E extends Element>(root: ParentNode, name: string, kind: new () => E): E;
export function part(
  root: ParentNode,
  name: string,
  kind: new () => Element = HTMLElement,
): Element {
  const selector = `[data-part="${name}"]`;
  const found =
    root instanceof Element && root.matches(selector) ? root : root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`No part '${name}'`);
  return found;
}

/** As {@link part}, null where the part is absent. */
export function maybePart(root: ParentNode, name: string): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[data-part="${name}"]`);
}

/** Writes a text into a part and returns the part. */
export function write(root: ParentNode, name: string, text: string): HTMLElement {
  const element = part(root, name);
  element.textContent = text;
  return element;
}

/** Shows or hides an element for everybody. */
export function show(element: HTMLElement, visible: boolean): void {
  element.hidden = !visible;
}

/** Shows or hides a part for everybody. */
export function showPart(root: ParentNode, name: string, visible: boolean): void {
  show(part(root, name), visible);
}

/** Replaces what a list holds by one element for each item. */
export function fillList<T>(
  list: Element,
  items: readonly T[],
  render: (item: T, index: number) => Node,
): void {
  list.replaceChildren(...items.map((item, index) => render(item, index)));
}

/** An element with a text and, if wanted, a class. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
  className = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/** An option of a select. */
export function option(value: string, label: string): HTMLOptionElement {
  const made = element('option', label);
  made.value = value;
  return made;
}

/** Calls `handle` for each click on a part. */
export function onClick(root: ParentNode, name: string, handle: () => unknown): HTMLElement {
  const target = part(root, name);
  target.addEventListener('click', () => void handle());
  return target;
}

let lastId = 0;

/**
 * Makes the ids in a copied template its own, so that two copies can stand on one page: every `id`
 * and every reference to it (`for`, `aria-labelledby`, `aria-describedby`, `aria-controls`).
 */
export function ownIds<E extends Element>(root: E): E {
  lastId += 1;
  const suffix = `-${lastId.toString()}`;
  const all = [root, ...root.querySelectorAll('*')];
  const ids = new Set(all.map((each) => each.id).filter((id) => id !== ''));
  for (const each of all) {
    if (ids.has(each.id)) each.id += suffix;
    for (const name of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls']) {
      const value = each.getAttribute(name);
      if (value === null) continue;
      const words = value.split(' ').map((word) => (ids.has(word) ? word + suffix : word));
      each.setAttribute(name, words.join(' '));
    }
  }
  return root;
}

/** Moves the focus to the first heading of a view, so that a screen reader starts there. */
export function focusHeading(view: HTMLElement): void {
  const heading = view.querySelector<HTMLElement>('h1') ?? view;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
