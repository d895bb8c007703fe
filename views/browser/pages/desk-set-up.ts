import { coverWhileHidden } from '../cover.js';
import { callWorker, startWorker } from '../rpc.js';
import type { DeskApi } from '../desk/api.js';
import { takeLinkSecret } from '../desk/link-secret.js';
import { openWizard } from '../desk/wizard.js';

coverWhileHidden();

const secret = takeLinkSecret();
void openWizard(callWorker<DeskApi>(startWorker()), secret);
