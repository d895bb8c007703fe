import { saidIn } from '../casework/said.js';
import { requestsOf, type DataRequest } from '../casework/requests.js';
import type { BulkResult } from '../models.js';
import type { CaseWalk, OnBulk } from './case-walk.js';

/** A request about data with the case in which it is kept. */
export interface RequestInCase {
  caseId: string;
  title: string;
  practice: boolean;
  request: DataRequest;
}

/** The register of requests about data over all cases that this person reads. */
export interface DataRequestsDesk {
  /**
   * Opens every case and gathers the requests in it, those due first in front, the settled ones last;
   * nothing of it reaches the server. `failed` names the cases that could not be opened.
   */
  dataRequests(
    onProgress: OnBulk,
    signal?: AbortSignal,
  ): Promise<{ requests: RequestInCase[]; failed: BulkResult['failed'] }>;
}

/** See {@link DataRequestsDesk}. */
export function createDataRequests(walk: CaseWalk): DataRequestsDesk {
  return {
    async dataRequests(onProgress, signal) {
      const requests: RequestInCase[] = [];
      const failed = await walk.each(
        await walk.ids(signal),
        ({ answer, file, overview, timeZone }) => {
          const facts = {
            caseId: file.id,
            title: overview.title,
            practice: answer.case.practice,
          };
          requests.push(
            ...requestsOf(saidIn(file, timeZone)).map((request) => ({ ...facts, request })),
          );
        },
        onProgress,
        signal,
      );
      return { requests: requests.sort(byUrgency), failed };
    },
  };
}

function byUrgency({ request: a }: RequestInCase, { request: b }: RequestInCase): number {
  const settled = ({ state, answer }: DataRequest): number =>
    state === 'withdrawn' || answer !== null ? 1 : 0;
  return settled(a) - settled(b) || a.due.localeCompare(b.due);
}
