import type { HandlerCaseView } from '../../../client/models.js';
import { block, wireBlocked } from './blocked.js';
import { disclosureSection, type DisclosureBegun } from './case-disclosures.js';
import { exportSection } from './case-export.js';
import { requestSection } from './case-requests.js';
import { caseworkWriter } from './casework-form.js';
import type { Changed, Desk } from './desk.js';
import { copyTemplate } from './dom.js';

/** The panel of a case with what the law asks handlers to write down about its data. */
export interface RecordPanel {
  readonly panel: HTMLElement;
  /** Shows the record as it stands. What is being typed stays. */
  update(data: HandlerCaseView): void;
  /** Opens the form for a disclosure with what is known of it. */
  disclose(begun: DisclosureBegun): void;
}

/** See {@link RecordPanel}. */
export function recordPanel(desk: Desk, id: string, changed: Changed): RecordPanel {
  const panel = copyTemplate('case-record');
  const change = caseworkWriter(desk, id, changed);
  const disclosures = disclosureSection(panel, change);
  const requests = requestSection(desk, panel, id, changed);
  const exports = exportSection(desk, panel, id, changed);
  wireBlocked(panel);
  return {
    panel,
    update(data) {
      requests(data);
      disclosures.update(data);
      exports(data);
      block(panel, data);
    },
    disclose(begun) {
      disclosures.open(begun);
    },
  };
}
