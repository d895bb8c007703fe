import {
  type Directory,
  type Member,
  normaliseName,
  openIdentityAnswer,
  ProtocolError,
  type ReaderId,
} from '../../crypto/private.js';
import type { CaseIdentityView, IdentityRequestView } from '../models.js';
import type { OpenedForHandler } from './case-opening.js';

function readerOf(directory: Directory, id: string) {
  return directory.readers.find(({ record }) => record.id === id);
}

/** Custodians to whom the reporter's identity is sealed now, and who are still there. */
export function custodiansIn({
  identityMembers,
  directory: { directory },
}: OpenedForHandler): (Member & { id: ReaderId; name: string })[] {
  return identityMembers.flatMap((member) => {
    const reader = readerOf(directory, member.id);
    if (reader?.state !== 'active') return [];
    const { id, name } = reader.record;
    return [{ ...member, id, name }];
  });
}

type Request = Extract<
  NonNullable<OpenedForHandler['file']['internal']>['entries'][number]['content'],
  { kind: 'identity_request' }
>;

/** What came back of a request. */
function answerTo(
  { file, answer: { identity }, directory: { directory } }: OpenedForHandler,
  { id, key }: Request,
): Pick<IdentityRequestView, 'state' | 'answer'> {
  const known = identity.requests.find((request) => request.id === id);
  const box = known?.answer ?? null;
  if (box === null) {
    const opened = known !== undefined && known.openedOn !== null;
    return { state: opened ? 'opened' : 'waiting', answer: null };
  }
  const keyOf = (by: string): string | null => {
    const record = readerOf(directory, by)?.record;
    return record?.part === 'custodian' ? record.sig : null;
  };
  try {
    const said = openIdentityAnswer({ case: file.id, request: id }, key, box, keyOf);
    const by = readerOf(directory, said.by)?.record.name ?? said.by;
    const given = said.state === 'given';
    return {
      state: said.state,
      answer: {
        at: said.at,
        by,
        identity: given ? said.identity : null,
        reason: given ? null : said.reason,
      },
    };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { state: 'unclear', answer: null };
  }
}

/**
 * What handlers can know of the reporter's identity. Of requests with one id the first counts: what
 * another handler writes later cannot put an answer out of sight.
 *
 * @param me the id of whoever looks.
 */
export function caseIdentityView(opened: OpenedForHandler, me: string): CaseIdentityView {
  const { directory } = opened.directory;
  const nameOf = (id: string): string => readerOf(directory, id)?.record.name ?? id;
  const custodians = custodiansIn(opened).map(({ id, name }) => ({ id, name }));
  const requests = new Map<string, IdentityRequestView>();
  for (const { author, content } of opened.file.internal?.entries ?? []) {
    if (content.kind !== 'identity_request' || requests.has(content.id)) continue;
    const { id, at, fields, reason } = content;
    const request = { id, at, by: nameOf(author), fields, reason };
    requests.set(id, { ...request, ...answerTo(opened, content) });
  }
  const own = normaliseName(nameOf(me));
  return {
    custodians,
    onlyOneself:
      custodians.length > 0 && custodians.every(({ name }) => normaliseName(name) === own),
    requests: [...requests.values()],
  };
}
