import {
  randomBytes,
  rosterFields,
  SHELF_BYTES,
  sign,
  toBase64,
  type RosterTerms,
} from '../../crypto/private.js';
import { ask } from './api.js';
import {
  boxOf,
  incidentOf,
  invitationOf,
  newIncident,
  officerRecord,
  proposedOfficer,
  unknownId,
  type AccessWorld,
} from './access.js';
import {
  at,
  BESIDE,
  DESK,
  each,
  HANDLERS,
  NOT_FOR_YOU,
  NO_SESSION,
  ofDesk,
  ofEverybody,
  today,
  type AccessRow,
} from './access-row.js';
import {
  admissionBy,
  installationOf,
  makeAbsence,
  makeHandbook,
  makeSetUp,
  makeStamp,
  makeTestCredentials,
  newestAuditHead,
  newestDirectory,
  recordOf,
  type TestPerson,
} from './desk.js';

let turn = 0;

/** One or the other: the log tells of twenty wrong proofs under one name. */
function inTurn(people: AccessWorld['people']): TestPerson {
  turn += 1;
  return people[turn % 2 === 0 ? 'left out' : 'taken off'];
}

const entrance: readonly AccessRow[] = [
  {
    route: 'GET /api/desk/installation',
    request: at('/api/desk/installation'),
    answers: {},
    rest: '200',
  },
  {
    route: 'POST /api/desk/set-up',
    request: async ({ work }) => ({
      path: '/api/desk/set-up',
      json: (await makeSetUp(await installationOf(work.server))).request,
    }),
    answers: {},
    rest: '409 already_set_up',
  },
  {
    route: 'GET /api/desk/administrator',
    request: at('/api/desk/administrator'),
    answers: {},
    rest: '403 administrator_link_refused',
  },
  {
    route: 'POST /api/desk/administrator',
    about: 'with a version like the newest',
    request: async ({ work }) => ({
      path: '/api/desk/administrator',
      json: {
        directory: (await newestDirectory(work)).signed,
        name: 'nora',
        credentials: makeTestCredentials().credentials,
      },
    }),
    answers: {},
    rest: '403 administrator_link_refused',
  },
  {
    route: 'POST /api/desk/sessions',
    about: 'with another proof',
    request: ({ people }) => ({
      path: '/api/desk/sessions',
      json: { name: inTurn(people).name, proof: toBase64(randomBytes(32)), code: null },
    }),
    answers: {},
    rest: '401 sign_in_refused',
  },
  {
    route: 'POST /api/desk/recovery',
    about: 'with the proof of the passphrase',
    request: ({ people }) => ({
      path: '/api/desk/recovery',
      json: { name: inTurn(people).name, proof: people['left out'].proof, code: null },
    }),
    answers: {},
    rest: '401 sign_in_refused',
  },
  {
    route: 'GET /api/desk/invitations/:id',
    request: ({ invitation }) => ({ path: `/api/desk/invitations/${invitation.id}` }),
    answers: { invited: '200' },
    rest: '404 invitation_not_found',
  },
  {
    route: 'POST /api/desk/invitations/:id/join',
    about: 'as a recovery officer',
    request: ({ invitation, work }) => ({
      path: `/api/desk/invitations/${invitation.id}/join`,
      json: {
        name: 'nora',
        credentials: makeTestCredentials().credentials,
        record: officerRecord(work),
        authenticator: toBase64(randomBytes(32)),
      },
    }),
    answers: { invited: '400 wrong_record' },
    rest: '404 invitation_not_found',
  },
];

const ownAccount: readonly AccessRow[] = [
  { route: 'DELETE /api/desk/sessions', request: at('/api/desk/sessions'), ...ofEverybody('204') },
  {
    route: 'PUT /api/desk/account/credentials',
    about: 'with another proof',
    request: () => ({
      path: '/api/desk/account/credentials',
      json: {
        proof: toBase64(randomBytes(32)),
        credentials: makeTestCredentials().credentials,
      },
    }),
    answers: each([...DESK, ...BESIDE, 'recovery'], '401 sign_in_refused'),
    rest: NO_SESSION,
  },
  {
    route: 'PUT /api/desk/account/memory',
    request: () => ({ path: '/api/desk/account/memory', json: { memory: boxOf(9) } }),
    ...ofEverybody('204'),
  },
  {
    route: 'GET /api/desk/account/shelf',
    request: at('/api/desk/account/shelf'),
    ...ofEverybody('200'),
  },
  {
    route: 'PUT /api/desk/account/shelf',
    request: () => ({
      path: '/api/desk/account/shelf',
      json: { number: 1, box: boxOf(SHELF_BYTES) },
    }),
    ...ofEverybody('204'),
  },
  {
    route: 'PUT /api/desk/account/mail',
    request: () => ({ path: '/api/desk/account/mail', json: { mail: null } }),
    ...ofEverybody('204'),
  },
  {
    route: 'POST /api/desk/account/one-time-code',
    request: at('/api/desk/account/one-time-code'),
    ...ofEverybody('201'),
  },
  {
    route: 'PUT /api/desk/account/one-time-code',
    about: 'with a wrong code',
    request: () => ({ path: '/api/desk/account/one-time-code', json: { code: '000000' } }),
    ...ofEverybody('403 one_time_code_wrong'),
  },
  {
    route: 'DELETE /api/desk/account/one-time-code',
    about: 'while they are off',
    request: () => ({ path: '/api/desk/account/one-time-code', json: { code: '000000' } }),
    ...ofEverybody('409 one_time_code_state'),
  },
];

/** For whoever reads the log of the organisation. */
const ofLog = (answer: string): Pick<AccessRow, 'answers' | 'rest'> => ({
  answers: each([...DESK, 'auditor'], answer),
  rest: NO_SESSION,
});

const members: readonly AccessRow[] = [
  { route: 'GET /api/desk/members', request: at('/api/desk/members'), ...ofLog('200') },
  {
    route: 'POST /api/desk/invitations',
    request: ({ work }) => ({
      path: '/api/desk/invitations',
      json: {
        id: unknownId(),
        tokenHash: toBase64(randomBytes(32)),
        sealedSecret: boxOf(32),
        shownName: 'Shown otto',
        channel: work.channel.id,
        part: 'handler',
        replaces: null,
      },
    }),
    ...ofDesk('204'),
  },
  {
    route: 'DELETE /api/desk/invitations/:id',
    about: "a handler's",
    request: async (world) => ({
      path: `/api/desk/invitations/${await invitationOf(world, world.people.member)}`,
    }),
    answers: {
      ...each(['member', 'administrator'], '204'),
      ...each(['left out', 'taken off'], NOT_FOR_YOU),
    },
    rest: NO_SESSION,
  },
  {
    route: 'GET /api/desk/holdings',
    request: at('/api/desk/holdings'),
    answers: { ...each(HANDLERS, '200'), administrator: NOT_FOR_YOU },
    rest: NO_SESSION,
  },
  {
    route: 'POST /api/desk/admissions',
    request: ({ work }) => ({
      path: '/api/desk/admissions',
      json: { record: officerRecord(work) },
    }),
    answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: '204' },
    rest: NO_SESSION,
  },
  {
    route: 'PUT /api/desk/admissions/:id/signature',
    about: 'with the signature of one handler',
    request: ({ work, waiting, people }) => ({
      path: `/api/desk/admissions/${waiting.id}/signature`,
      json: { signature: admissionBy(work, people.member, recordOf(waiting, work.channel)) },
    }),
    answers: {
      member: '204',
      ...each(['left out', 'taken off'], '400 wrong_signature'),
      administrator: NOT_FOR_YOU,
    },
    rest: NO_SESSION,
  },
  {
    route: 'DELETE /api/desk/admissions/:id',
    request: async (world) => ({ path: `/api/desk/admissions/${await proposedOfficer(world)}` }),
    ...ofDesk('204'),
  },
];

/** Proposes that the channel's readers stay as they are, on the newest version. */
async function rosterTerms({ work }: AccessWorld): Promise<RosterTerms> {
  const { directory } = await newestDirectory(work);
  return { channel: work.channel.id, since: directory.version, added: [], removed: [] };
}

async function proposedRoster(world: AccessWorld): Promise<RosterTerms> {
  const terms = await rosterTerms(world);
  const authorization = await world.authorization('administrator');
  const path = `/api/desk/rosters/${terms.channel}`;
  await ask(world.work.server, 'PUT', path, { json: { terms }, authorization });
  return terms;
}

const rosters: readonly AccessRow[] = [
  { route: 'GET /api/desk/rosters', request: at('/api/desk/rosters'), ...ofDesk('200') },
  {
    route: 'PUT /api/desk/rosters/:channel',
    request: async (world) => {
      const terms = await rosterTerms(world);
      return { path: `/api/desk/rosters/${terms.channel}`, json: { terms } };
    },
    answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: '204' },
    rest: NO_SESSION,
  },
  {
    route: 'PUT /api/desk/rosters/:channel/signature',
    about: 'with the signature of one handler',
    request: async (world) => {
      const terms = await proposedRoster(world);
      const { keys } = world.people.member;
      const fields = rosterFields(world.work.installation, terms);
      return {
        path: `/api/desk/rosters/${terms.channel}/signature`,
        json: { signature: toBase64(sign(keys.sig.secretKey, 'roster', ...fields)) },
      };
    },
    answers: {
      member: '204',
      ...each(['left out', 'taken off'], '400 wrong_signature'),
      administrator: NOT_FOR_YOU,
    },
    rest: NO_SESSION,
  },
  {
    route: 'DELETE /api/desk/rosters/:channel/signature',
    about: 'which nobody gave',
    request: async (world) => ({
      path: `/api/desk/rosters/${(await proposedRoster(world)).channel}/signature`,
    }),
    answers: { ...each(HANDLERS, '404 admission_not_found'), administrator: NOT_FOR_YOU },
    rest: NO_SESSION,
  },
  {
    route: 'DELETE /api/desk/rosters/:channel',
    request: async (world) => ({
      path: `/api/desk/rosters/${(await proposedRoster(world)).channel}`,
    }),
    answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: '204' },
    rest: NO_SESSION,
  },
];

const administratorAlone = (answer: string): Pick<AccessRow, 'answers' | 'rest'> => ({
  answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: answer },
  rest: NO_SESSION,
});

const incidents: readonly AccessRow[] = [
  { route: 'GET /api/desk/incidents', request: at('/api/desk/incidents'), ...ofDesk('200') },
  {
    route: 'POST /api/desk/incidents',
    about: "about somebody else's keys",
    request: ({ left }) => ({ path: '/api/desk/incidents', json: newIncident(left.id) }),
    ...administratorAlone('204'),
  },
  {
    route: 'POST /api/desk/incidents/:id/lock',
    request: async (world) => ({ path: `/api/desk/incidents/${await incidentOf(world)}/lock` }),
    ...administratorAlone('204'),
  },
  {
    route: 'DELETE /api/desk/incidents/:id/lock',
    about: 'of an account that is gone',
    request: async (world) => ({ path: `/api/desk/incidents/${await incidentOf(world)}/lock` }),
    ...administratorAlone('409 account_state'),
  },
  {
    route: 'PUT /api/desk/incidents/:id/authority',
    request: async (world) => ({
      path: `/api/desk/incidents/${await incidentOf(world)}/authority`,
      json: { state: 'not_needed', reason: 'false_alarm' },
    }),
    ...ofDesk('204'),
  },
  {
    route: 'PUT /api/desk/incidents/:id/subjects',
    request: async (world) => ({
      path: `/api/desk/incidents/${await incidentOf(world)}/subjects`,
      json: { state: 'no_high_risk' },
    }),
    ...ofDesk('204'),
  },
];

const paperPath = '/api/desk/ceremony/paper';
const paperProof = { id: 'A'.repeat(22), proof: toBase64(new Uint8Array(64)) };

const ceremonies: readonly AccessRow[] = [
  { route: 'GET /api/desk/ceremony', request: at('/api/desk/ceremony'), ...ofDesk('200') },
  {
    route: 'POST /api/desk/ceremony',
    about: 'for a paper that is not there',
    request: ({ work, people }) => ({
      path: '/api/desk/ceremony',
      json: {
        terms: {
          v: 1,
          installation: work.installation,
          id: unknownId(),
          officer: unknownId(),
          ground: 'left',
          on: today,
          to: [people.member.id],
          lost: [],
        },
        signature: paperProof.proof,
      },
    }),
    ...ofDesk('400 wrong_record'),
  },
  {
    route: 'PUT /api/desk/ceremony/:id/agreement',
    about: 'that nobody asked for',
    request: () => ({
      path: `/api/desk/ceremony/${unknownId()}/agreement`,
      json: { signature: paperProof.proof },
    }),
    ...ofDesk('404 ceremony_not_found'),
  },
  {
    route: 'DELETE /api/desk/ceremony/:id',
    about: 'that nobody asked for',
    request: () => ({ path: `/api/desk/ceremony/${unknownId()}` }),
    ...ofDesk('404 ceremony_not_found'),
  },
  {
    route: 'POST /api/desk/ceremony/paper',
    about: 'without what two agreed to',
    request: () => ({ path: paperPath, json: paperProof }),
    answers: {},
    rest: '404 ceremony_not_found',
  },
  {
    route: 'POST /api/desk/ceremony/paper/cases/:id',
    about: 'without what two agreed to',
    request: ({ found }) => ({ path: `${paperPath}/cases/${found.id}`, json: paperProof }),
    answers: {},
    rest: '404 ceremony_not_found',
  },
  {
    route: 'POST /api/desk/ceremony/paper/cases/:id/epochs',
    about: 'without what two agreed to',
    request: async ({ found, people }) => {
      const draft = (await found.draft(people.member)).rotate('dialogue', [people.member]);
      const { entries, grants } = draft.request;
      const overview = draft.overview('dialogue');
      const path = `${paperPath}/cases/${found.id}/epochs`;
      return { path, json: { ...paperProof, entries, grants, overview } };
    },
    answers: {},
    rest: '404 ceremony_not_found',
  },
];

const absences: readonly AccessRow[] = [
  {
    route: 'GET /api/desk/absences',
    request: at('/api/desk/absences'),
    answers: { ...each(HANDLERS, '200'), administrator: NOT_FOR_YOU },
    rest: NO_SESSION,
  },
  {
    route: 'PUT /api/desk/absence',
    about: 'of one handler',
    request: async ({ work, people }) => ({
      path: '/api/desk/absence',
      json: await makeAbsence(work, people.member),
    }),
    answers: {
      member: '204',
      ...each(['left out', 'taken off'], '400 wrong_signature'),
      administrator: NOT_FOR_YOU,
    },
    rest: NO_SESSION,
  },
];

const handbook: readonly AccessRow[] = [
  { route: 'GET /api/desk/handbook', request: at('/api/desk/handbook'), ...ofDesk('200') },
  {
    route: 'PUT /api/desk/handbook',
    about: 'of the administrator',
    request: async ({ work }) => ({
      path: '/api/desk/handbook',
      json: await makeHandbook(work),
    }),
    ...administratorAlone('204'),
  },
];

const figures: readonly AccessRow[] = [
  ...(['records', 'packs'] as const).map((what): AccessRow => ({
    route: `GET /api/desk/figures/${what}`,
    request: at(`/api/desk/figures/${what}`),
    answers: { ...each([...HANDLERS, 'auditor'], '200'), administrator: NOT_FOR_YOU },
    rest: NO_SESSION,
  })),
  {
    route: 'GET /api/desk/figures/packs/:number',
    about: 'where there is none',
    request: at('/api/desk/figures/packs/1'),
    answers: { ...each([...HANDLERS, 'auditor'], '404 not_found'), administrator: NOT_FOR_YOU },
    rest: NO_SESSION,
  },
  {
    route: 'PUT /api/desk/figures/packs/:number',
    about: 'with a record that is not there',
    request: () => ({
      path: '/api/desk/figures/packs/1',
      json: { after: 0, box: 'AAAA', records: ['A'.repeat(22)] },
    }),
    answers: {
      ...each([...HANDLERS, 'auditor'], '409 figures_changed'),
      administrator: NOT_FOR_YOU,
    },
    rest: NO_SESSION,
  },
];

const directory: readonly AccessRow[] = [
  { route: 'GET /api/directory', request: at('/api/directory'), answers: {}, rest: '200' },
  {
    route: 'GET /api/desk/directories',
    request: at('/api/desk/directories'),
    ...ofEverybody('200'),
  },
  {
    route: 'POST /api/desk/directories',
    about: 'the newest again, as after a lost answer',
    request: async ({ work }) => ({
      path: '/api/desk/directories',
      json: { directory: (await newestDirectory(work)).signed },
    }),
    answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: '204' },
    rest: NO_SESSION,
  },
  {
    route: 'PUT /api/desk/stamp',
    about: 'of one handler',
    request: async ({ work, people }) => ({
      path: '/api/desk/stamp',
      json: { stamp: makeStamp(people.member, (await newestDirectory(work)).signed, today) },
    }),
    answers: {
      member: '204',
      ...each(['left out', 'taken off', 'administrator'], NOT_FOR_YOU),
    },
    rest: NO_SESSION,
  },
  { route: 'GET /api/desk/readiness', request: at('/api/desk/readiness'), ...ofDesk('200') },
  { route: 'GET /api/desk/retention', request: at('/api/desk/retention'), ...ofDesk('200') },
  {
    route: 'POST /api/desk/retention/preview',
    request: ({ work }) => ({
      json: {
        channel: work.channel.id,
        rule: { clauses: [{ kind: 'at_most', months: 12, anchor: 'closure' }], wins: null },
      },
      path: '/api/desk/retention/preview',
    }),
    answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: '200' },
    rest: NO_SESSION,
  },
  ...(['GET', 'POST'] as const).map((method): AccessRow => ({
    route: `${method} /api/desk/receipt-key`,
    request: at('/api/desk/receipt-key'),
    answers: { ...each(HANDLERS, NOT_FOR_YOU), administrator: '200' },
    rest: NO_SESSION,
  })),
  { route: 'GET /api/desk/audit', request: at('/api/desk/audit'), ...ofLog('200') },
  {
    route: 'GET /api/desk/audit',
    about: 'of a case',
    request: ({ auditScope }) => ({ path: `/api/desk/audit?scope=${auditScope}` }),
    answers: {
      member: '200',
      ...each(['left out', 'taken off', 'administrator', 'auditor'], '404 scope_not_found'),
    },
    rest: NO_SESSION,
  },
  {
    route: 'GET /api/desk/audit',
    about: 'of what the server did',
    request: at('/api/desk/audit?scope=operation'),
    answers: {
      ...each(HANDLERS, '404 scope_not_found'),
      ...each(['administrator', 'auditor'], '200'),
    },
    rest: NO_SESSION,
  },
  { route: 'GET /api/desk/audit/heads', request: at('/api/desk/audit/heads'), ...ofLog('200') },
  {
    route: 'PUT /api/desk/audit/heads',
    about: 'of one handler, of a case',
    request: async ({ work, people, auditScope }) => ({
      path: '/api/desk/audit/heads',
      json: { heads: [await newestAuditHead(work, people.member, auditScope, today)] },
    }),
    answers: {
      member: '204',
      ...each(['left out', 'taken off', 'administrator'], NOT_FOR_YOU),
    },
    rest: NO_SESSION,
  },
];

/** The routes by which people come to the desk, and what they do there but for cases. */
export const DESK_ROWS: readonly AccessRow[] = [
  ...entrance,
  ...ownAccount,
  ...members,
  ...incidents,
  ...ceremonies,
  ...absences,
  ...handbook,
  ...figures,
  ...directory,
  ...rosters,
];
