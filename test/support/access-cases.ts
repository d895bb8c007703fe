import {
  IDENTITY_ANSWER_BYTES,
  newAccountKeys,
  randomBytes,
  sealOwnKey,
  toBase64,
} from '../../crypto/private.js';
import { askedIdentity, boxOf, staleMessage, unknownId } from './access.js';
import {
  at,
  DESK,
  each,
  HANDLERS,
  NOT_FOR_YOU,
  NO_SESSION,
  today,
  type AccessRow,
} from './access-row.js';
import { makeStamp, newestDirectory } from './desk.js';
import { makeReport } from './report.js';
import { makeUpload, startUpload } from './upload.js';

const NO_CASE = '404 case_not_found';
const NO_UPLOAD = '404 upload_not_found';
const NO_FILE = '404 attachment_not_found';

/** For a case's members; to other handlers there is no such case. */
function ofMember(answer: string): Pick<AccessRow, 'answers' | 'rest'> {
  const others = each(['left out', 'taken off'], NO_CASE);
  return { answers: { member: answer, ...others, administrator: NOT_FOR_YOU }, rest: NO_SESSION };
}

/** For custodians alone; for one who was asked nothing there is no such case. */
function ofCustodian(answer: string, other = NO_CASE): Pick<AccessRow, 'answers' | 'rest'> {
  const answers = { custodian: answer, 'other custodian': other, ...each(DESK, NOT_FOR_YOU) };
  return { answers, rest: NO_SESSION };
}

const cases: readonly AccessRow[] = [
  {
    route: 'GET /api/desk/cases',
    request: at('/api/desk/cases'),
    answers: { ...each(HANDLERS, '200'), administrator: NOT_FOR_YOU },
    rest: NO_SESSION,
  },
  {
    route: 'GET /api/desk/cases/:id',
    request: ({ found }) => ({ path: `/api/desk/cases/${found.id}` }),
    ...ofMember('200'),
  },
  {
    route: 'GET /api/desk/cases/:id/access',
    request: ({ found }) => ({ path: `/api/desk/cases/${found.id}/access` }),
    ...ofMember('200'),
  },
  {
    route: 'PUT /api/desk/cases/:id/opened',
    request: ({ found }) => ({
      path: `/api/desk/cases/${found.id}/opened`,
      json: {
        keys: [sealOwnKey(found.report.epoch, newAccountKeys().own, 'x')],
        head: boxOf(256),
        through: 2,
      },
    }),
    ...ofMember('204'),
  },
  {
    route: 'POST /api/desk/cases/:id/entries',
    about: 'of which there are none',
    request: ({ found }) => ({
      path: `/api/desk/cases/${found.id}/entries`,
      json: { entries: [], grants: [], overview: null, attachments: [], statistics: [] },
    }),
    ...ofMember('400 malformed'),
  },
  {
    route: 'GET /api/desk/cases/:case/attachments/:id/hashes',
    request: ({ found, file }) => ({
      path: `/api/desk/cases/${found.id}/attachments/${file.id}/hashes`,
    }),
    ...ofMember('200'),
  },
  {
    route: 'GET /api/desk/cases/:case/attachments/:id/hashes',
    about: 'of a file that is in no case',
    request: ({ found, upload }) => ({
      path: `/api/desk/cases/${found.id}/attachments/${upload.id}/hashes`,
    }),
    ...ofMember(NO_FILE),
  },
  {
    route: 'GET /api/desk/cases/:case/attachments/:id/chunks/:index',
    request: ({ found, file }) => ({
      path: `/api/desk/cases/${found.id}/attachments/${file.id}/chunks/0`,
    }),
    ...ofMember('200'),
  },
];

/** For guests alone; for one whose access has ended, or of another case, there is no such case. */
function ofGuest(answer: string, others = NO_CASE): Pick<AccessRow, 'answers' | 'rest'> {
  const rest = each(['ended guest', 'guest of another case'], others);
  const answers = { guest: answer, ...rest, ...each(DESK, NOT_FOR_YOU) };
  return { answers, rest: NO_SESSION };
}

const guests: readonly AccessRow[] = [
  {
    route: 'GET /api/desk/guest/cases',
    request: at('/api/desk/guest/cases'),
    ...ofGuest('200', '200'),
  },
  {
    route: 'GET /api/desk/guest/cases/:id',
    request: ({ found }) => ({ path: `/api/desk/guest/cases/${found.id}` }),
    ...ofGuest('200'),
  },
  {
    route: 'POST /api/desk/guest/cases/:id/entries',
    about: "with the reporter's own",
    request: ({ found }) => ({
      path: `/api/desk/guest/cases/${found.id}/entries`,
      json: { entry: found.report.request.entries[1], attachments: [] },
    }),
    ...ofGuest('400 wrong_author'),
  },
  {
    route: 'GET /api/desk/guest/cases/:case/attachments/:id/hashes',
    request: ({ found, file }) => ({
      path: `/api/desk/guest/cases/${found.id}/attachments/${file.id}/hashes`,
    }),
    ...ofGuest('200'),
  },
  {
    route: 'GET /api/desk/guest/cases/:case/attachments/:id/chunks/:index',
    request: ({ found, file }) => ({
      path: `/api/desk/guest/cases/${found.id}/attachments/${file.id}/chunks/0`,
    }),
    ...ofGuest('200'),
  },
];

const custody: readonly AccessRow[] = [
  {
    route: 'GET /api/desk/custody',
    request: at('/api/desk/custody'),
    ...ofCustodian('200', '200'),
  },
  {
    route: 'GET /api/desk/custody/:id',
    request: ({ found }) => ({ path: `/api/desk/custody/${found.id}` }),
    ...ofCustodian('200'),
  },
  {
    route: 'GET /api/desk/custody/:id',
    about: 'in which nothing was asked',
    request: ({ other }) => ({ path: `/api/desk/custody/${other.id}` }),
    ...ofCustodian(NO_CASE),
  },
  {
    route: 'POST /api/desk/custody/:id/openings',
    about: 'with an entry of the conversation',
    request: async (world) => ({
      path: `/api/desk/custody/${world.found.id}/openings`,
      json: {
        request: await askedIdentity(world),
        entry: world.found.report.request.entries[1],
      },
    }),
    ...ofCustodian('400 wrong_author'),
  },
  {
    route: 'POST /api/desk/custody/:id/openings',
    about: 'for a request that nobody made',
    request: ({ found }) => ({
      path: `/api/desk/custody/${found.id}/openings`,
      json: { request: unknownId(), entry: found.report.request.entries[1] },
    }),
    ...ofCustodian(NO_CASE),
  },
  {
    route: 'POST /api/desk/custody/:id/answers',
    request: async (world) => ({
      path: `/api/desk/custody/${world.found.id}/answers`,
      json: { request: await askedIdentity(world), box: boxOf(IDENTITY_ANSWER_BYTES) },
    }),
    ...ofCustodian('201'),
  },
  {
    route: 'POST /api/desk/custody/:id/answers',
    about: 'to a request that nobody made',
    request: ({ found }) => ({
      path: `/api/desk/custody/${found.id}/answers`,
      json: { request: unknownId(), box: boxOf(IDENTITY_ANSWER_BYTES) },
    }),
    ...ofCustodian(NO_CASE),
  },
];

const reporters: readonly AccessRow[] = [
  {
    route: 'POST /api/cases',
    request: async ({ work, people }) => {
      const { directory: newest, signed } = await newestDirectory(work);
      const { hash } = makeStamp(people.member, signed, today);
      const readers = newest.readers.flatMap(({ record, state }) =>
        state === 'active' && record.part === 'handler'
          ? [{ member: { id: record.id, kem: record.kem, sig: record.sig } }]
          : [],
      );
      const [channel = work.channel] = newest.channels;
      return {
        path: '/api/cases',
        json: makeReport({ channel, directory: newest, hash, readers }).request,
      };
    },
    answers: {},
    rest: '201',
  },
  {
    route: 'POST /api/cases',
    about: 'that is there, under another look-up token',
    request: ({ found }) => ({
      path: '/api/cases',
      json: { ...found.report.request, tokenHash: toBase64(randomBytes(32)) },
    }),
    answers: {},
    rest: '400 wrong_signature',
  },
  {
    route: 'GET /api/case',
    request: at('/api/case'),
    answers: each(['reporter', 'other reporter'], '200'),
    rest: NO_CASE,
  },
  {
    route: 'POST /api/case/entries',
    about: 'at a place that is taken',
    request: (world) => ({ path: '/api/case/entries', json: staleMessage(world) }),
    answers: { reporter: '409 sequence_taken', 'other reporter': '400 wrong_case' },
    rest: NO_CASE,
  },
  {
    route: 'POST /api/case/identity',
    about: 'with an entry of the conversation',
    request: (world) => ({
      path: '/api/case/identity',
      json: { entries: [(staleMessage(world) as { entry: unknown }).entry], grants: [] },
    }),
    answers: { reporter: '400 wrong_compartment', 'other reporter': '400 wrong_case' },
    rest: NO_CASE,
  },
  {
    route: 'POST /api/case/receipt',
    about: 'where receipts are off',
    request: () => ({ path: '/api/case/receipt', json: { salt: toBase64(randomBytes(32)) } }),
    answers: each(['reporter', 'other reporter'], '409 receipts_off'),
    rest: NO_CASE,
  },
  {
    route: 'GET /api/case/attachments/:id/hashes',
    request: ({ file }) => ({ path: `/api/case/attachments/${file.id}/hashes` }),
    answers: { reporter: '200', 'other reporter': NO_FILE },
    rest: NO_CASE,
  },
  {
    route: 'GET /api/case/attachments/:id/chunks/:index',
    request: ({ file }) => ({ path: `/api/case/attachments/${file.id}/chunks/0` }),
    answers: { reporter: '200', 'other reporter': NO_FILE },
    rest: NO_CASE,
  },
];

const uploads: readonly AccessRow[] = [
  {
    route: 'POST /api/attachments',
    request: async () => ({ path: '/api/attachments', json: (await makeUpload(1)).start }),
    answers: {},
    rest: '201',
  },
  {
    route: 'GET /api/attachments/:id',
    request: ({ upload }) => ({ path: `/api/attachments/${upload.id}` }),
    answers: { uploader: '200' },
    rest: NO_UPLOAD,
  },
  {
    route: 'PUT /api/attachments/:id/chunks/:index',
    request: async ({ work, upload }) => {
      await startUpload(work.server, upload);
      return { path: `/api/attachments/${upload.id}/chunks/0`, bytes: upload.chunks[0] };
    },
    answers: { uploader: '204' },
    rest: NO_UPLOAD,
  },
  {
    route: 'DELETE /api/attachments/:id',
    request: async ({ work, upload }) => {
      await startUpload(work.server, upload);
      return { path: `/api/attachments/${upload.id}` };
    },
    answers: { uploader: '204' },
    rest: NO_UPLOAD,
  },
];

const others: readonly AccessRow[] = [
  {
    route: 'POST /api/work',
    request: () => ({ path: '/api/work', json: { for: 'report' } }),
    answers: {},
    rest: '200',
  },
  { route: 'GET /api/health/live', request: at('/api/health/live'), answers: {}, rest: '204' },
  { route: 'GET /api/health/ready', request: at('/api/health/ready'), answers: {}, rest: '204' },
  {
    route: 'POST /api/draft-keys',
    request: () => ({ path: '/api/draft-keys', json: { id: null } }),
    answers: {},
    rest: '200',
  },
  {
    route: 'POST /api/draft-keys',
    about: 'under an id that nobody was given',
    request: () => ({ path: '/api/draft-keys', json: { id: toBase64(randomBytes(24)) } }),
    answers: {},
    rest: '404 draft_key_gone',
  },
];

/** The routes of cases, for handlers and reporters, and those that are for everybody. */
export const CASE_ROWS: readonly AccessRow[] = [
  ...cases,
  ...custody,
  ...guests,
  ...reporters,
  ...uploads,
  ...others,
];
