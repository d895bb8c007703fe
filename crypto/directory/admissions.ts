import { fromBase64, type Field } from '../bytes.js';
import { verify } from '../signature.js';
import type {
  Administrator,
  Admission,
  Directory,
  Organisation,
  Reader,
} from '../wire/directory.js';
import { admissionFields, delegationFields } from './signed-fields.js';
import { fail } from './check.js';

/** Everybody in a directory by id, and those whose way back to the root was followed to its end. */
interface People {
  directory: Directory;
  organisations: ReadonlyMap<string, Organisation>;
  administrators: ReadonlyMap<string, Administrator>;
  readers: ReadonlyMap<string, Reader>;
  rooted: Set<string>;
}

/** What was signed to let somebody in. */
interface Signed {
  purpose: 'delegation' | 'admission';
  organisation: string;
  fields: Field[];
  by: Admission;
}

function signedFor({ directory, administrators, readers }: People, id: string): Signed {
  const { installation } = directory;
  const administrator = administrators.get(id);
  if (administrator !== undefined) {
    const { organisation, delegation: by } = administrator;
    const fields = delegationFields(installation, administrator);
    return { purpose: 'delegation', organisation, fields, by };
  }
  const { record, admission: by } = readers.get(id) ?? fail('nobody');
  const { organisation } = record;
  return { purpose: 'admission', organisation, fields: admissionFields(installation, record), by };
}

/**
 * Checks who let somebody in, and answers on whom that rests: nobody where it was the root, which lets
 * in the first handler and the first administrator; else an administrator and a handler of the same
 * organisation.
 */
function admittersOf(people: People, id: string): string[] {
  const { purpose, organisation, fields, by } = signedFor(people, id);
  const signedBy = (key: string, signature: string): boolean =>
    verify(fromBase64(key), fromBase64(signature), purpose, ...fields);
  if (by.by === 'root') {
    const { root } = people.organisations.get(organisation) ?? fail('organisation');
    if (!signedBy(root, by.signature)) fail(`${purpose} by the root`);
    return [];
  }
  const administrator = people.administrators.get(by.administrator);
  if (administrator?.organisation !== organisation) fail('admitting administrator');
  if (!signedBy(administrator.sig, by.administratorSignature)) fail('first signature');
  const handler = people.readers.get(by.handler)?.record;
  if (handler?.organisation !== organisation || handler.part !== 'handler') {
    fail('admitting handler');
  }
  if (!signedBy(handler.sig, by.handlerSignature)) fail('second signature');
  return [administrator.id, handler.id];
}

/**
 * Follows whoever let somebody in, and who let those in, back to the root: a circle leads nowhere. It
 * keeps its own list, since a directory may be long.
 */
export function followToRoot(people: People, id: string): void {
  const way = [{ id, open: null as string[] | null }];
  const onWay = new Set<string>();
  for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
    if (at.open === null) {
      if (people.rooted.has(at.id)) {
        way.pop();
        continue;
      }
      if (onWay.has(at.id)) fail('admissions in a circle');
      onWay.add(at.id);
      at.open = admittersOf(people, at.id);
    }
    const next = at.open.pop();
    if (next !== undefined) way.push({ id: next, open: null });
    else {
      people.rooted.add(at.id);
      onWay.delete(at.id);
      way.pop();
    }
  }
}

/** Only the first handler of an organisation needs no second signature, and is a handler. */
export function checkFirstHandlers(directory: Directory): void {
  const first = directory.readers.filter(({ admission }) => admission.by === 'root');
  if (first.some(({ record }) => record.part !== 'handler')) fail('the root admits a handler');
  const organisations = first.map(({ record }) => record.organisation);
  if (new Set(organisations).size !== first.length) fail('admitted by the root after the first');
}

/** Whether two who could still act when a version was the newest let somebody in after it. */
function checkAdmitters(before: Directory, by: Admission & { by: 'two' }): void {
  const administrator = before.administrators.find(({ id }) => id === by.administrator);
  if (administrator?.state !== 'active') fail('admitting administrator');
  const handler = before.readers.find(({ record }) => record.id === by.handler);
  if (handler?.state !== 'active') fail('admitting handler');
}

/**
 * Who is new was let in by two who could still act when the version before was the newest. An
 * administrator may also come from the root, which is there for when none is left.
 */
export function checkNewPeople(before: Directory, after: Directory): void {
  const known = new Set<string>([
    ...before.readers.map(({ record }) => record.id),
    ...before.administrators.map(({ id }) => id),
  ]);
  for (const { id, delegation } of after.administrators) {
    if (!known.has(id) && delegation.by === 'two') checkAdmitters(before, delegation);
  }
  for (const { record, admission } of after.readers) {
    if (known.has(record.id)) continue;
    if (admission.by === 'root') fail('admitted by the root after the first');
    checkAdmitters(before, admission);
    const replaced = before.readers.find((reader) => reader.record.id === record.replaces);
    if (record.replaces !== null && replaced?.state !== 'left') fail('replaced before leaving');
  }
}
