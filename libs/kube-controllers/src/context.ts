import type { Sim } from '@svclab/sim';
import type { ApiServer } from '@svclab/kube-api';

/** What every controller works with. */
export interface ControllerContext {
  readonly sim: Sim;
  readonly api: ApiServer;
}
