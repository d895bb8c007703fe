/** Finding, cloning and filling markup that stands in the page; nothing here builds markup. */

type Kind<E extends Element> = abstract new () => E;

/** The element with this id. Throws where the page has none of that kind: a mistake in its markup. */
export function byId(id: string): HTMLElement;
export function byId<E extends Element>(id: string, kind: Kind<E>): E;
export function byId(id: string, kind: Kind<Element> = HTMLElement): Element {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`No #${id}`);
  return element;
}

/** A copy of the one element in a `<template>`. */
export function clone(id: string): HTMLElement {
  const first = byId(id, HTMLTemplateElement).content.firstElementChild;
  if (first === null) throw new Error(`Nothing in #${id}`);
  return document.importNode(first, true) as HTMLElement;
}

/** The element marked `data-slot="name"` in a copied template. */
export function slot(root: Element, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  if (found === null) throw new Error(`No slot ${name}`);
  return found;
}

/** Writes text into a slot; null takes the slot's element away. */
export function fillSlot(root: Element, name: string, text: string | null): void {
  const element = slot(root, name);
  if (text === null) element.remove();
  else element.textContent = text;
}

/** Shows or hides. */
export function show(id: string, visible = true): void {
  byId(id).hidden = !visible;
}

/** Sets text by id and shows the element. */
export function write(id: string, text: string): void {
  const element = byId(id);
  element.textContent = text;
  element.hidden = false;
}

/** Says something to screen readers without moving the focus. */
export function announce(text: string): void {
  byId('live').textContent = text;
}

/** Calls back on a click of the element with this id. */
export function onClick(id: string, action: () => void): void {
  byId(id).addEventListener('click', action);
}

/** Adds a line to a list of terms; what is written there came from people, so it is kept as typed. */
export function addTerm(list: HTMLElement, term: string, description: string): void {
  const name = document.createElement('dt');
  name.textContent = term;
  const text = document.createElement('dd');
  text.className = 'written';
  text.textContent = description;
  list.append(name, text);
}
