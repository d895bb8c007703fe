import type { Confidence } from '../../client/law/confidence.js';
import type { Anchor, Unit } from '../../client/law/country.js';
import { t } from './strings.js';

/** What the page knows of a country, as the build wrote it into `<template id="countries">`. */
export interface Country {
  name: string;
  act: string;
  /** Where the act speaks of reports without a name; empty where the data do not say. */
  place: string;
  /** Whether law sets the dates: yes; not for anonymous reports; no; not known for certain. */
  basis: 'law' | 'anonymous' | 'none' | 'unsure';
  /** How its law lets a date be left out or put off, where it does. */
  leeway?: string;
  /** From when feedback runs; absent for the acknowledgement, or the end of its time. */
  anchor?: Anchor;
  /** In what the days for an acknowledgement are counted; absent for calendar days. */
  unit?: Unit;
  /** What its law says of reports without a name. */
  anonymity: 'must' | 'large' | 'should' | 'choice' | 'unsure';
  /** How sure what stands here of its law is. */
  sure: Confidence;
  authority: string;
  domain: string | null;
  /** How sure the authority's name and its address are. */
  sureOf: [name: Confidence, address: Confidence];
  /** What holds for reports to its authority, where that differs. */
  condition: string | null;
  /** What holds for going public, where that differs. */
  going: string | null;
  /** Days within which a meeting is planned for. */
  meeting: number;
}

let countries: Record<string, Country> | undefined;

/** The facts of a country, or undefined for one that the page knows nothing of. */
export function countryOf(code: string): Country | undefined {
  if (countries === undefined) {
    const template = document.getElementById('countries');
    if (!(template instanceof HTMLTemplateElement))
      throw new Error('This page carries no countries');
    countries = JSON.parse(template.content.textContent) as Record<string, Country>;
  }
  return countries[code];
}

/** What the law of a country says of reports without a name, as a sentence; empty where unknown. */
export function anonymityText(code: string): string {
  const country = countryOf(code);
  if (country === undefined || code === 'EU') return '';
  return t(`anonymity.${country.anonymity}`, { country: country.name });
}

/** Where that comes from, and how sure it is; empty where the sentence itself says that it is not. */
export function anonymitySource(code: string): string {
  const country = countryOf(code);
  if (country === undefined || code === 'EU' || country.anonymity === 'unsure') return '';
  const { act, place, sure } = country;
  return t(`source.${sure}`, { act: place === '' ? act : `${act}, ${place}` });
}

/** Where a country's authority's name and address come from, and how sure they are. */
export function authoritySource({ domain, sureOf: [name, address] }: Country): string {
  const ofName = name === 'L' ? t('authority.unsure') : t(`source.name.${name}`);
  return domain === null ? ofName : `${ofName} ${t(`source.address.${address}`)}`;
}
