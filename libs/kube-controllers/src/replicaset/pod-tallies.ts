import type { ApiServer, KubeObject } from '@svclab/kube-api';
import { LabelCensus } from '../label-census.js';
import { controllerOf } from '../owned-objects.js';
import { isPodActive, isPodReady } from '../pod-state.js';

/** What a ReplicaSet counts of its active pods. */
export interface PodTally {
  readonly active: number;
  readonly ready: number;
  readonly labels: Pick<LabelCensus, 'count'>;
}

const NO_PODS: PodTally = { active: 0, ready: 0, labels: new LabelCensus() };

/** Active pods by the controller that owns them, counted as they come, change and go: an index over the API server. */
export class PodTallies {
  readonly #byOwner = new Map<string, { active: number; ready: number; readonly labels: LabelCensus }>();

  constructor(api: ApiServer) {
    for (const pod of api.list('pods')) this.#count(pod, 1);
    api.subscribe(({ type, resource, object, previous }) => {
      if (resource.plural !== 'pods') return;
      if (type === 'MODIFIED' && countsAlike(object, previous!)) return;
      if (previous) this.#count(previous, -1);
      if (type !== 'DELETED') this.#count(object, 1);
    });
  }

  of(ownerUid: string): PodTally {
    return this.#byOwner.get(ownerUid) ?? NO_PODS;
  }

  #count(pod: Readonly<KubeObject>, sign: 1 | -1): void {
    const uid = controllerOf(pod)?.uid;
    if (uid === undefined || !isPodActive(pod)) return;
    let tally = this.#byOwner.get(uid);
    if (!tally) this.#byOwner.set(uid, (tally = { active: 0, ready: 0, labels: new LabelCensus() }));
    tally.active += sign;
    if (isPodReady(pod)) tally.ready += sign;
    if (sign > 0) tally.labels.add(pod.metadata.labels);
    else tally.labels.remove(pod.metadata.labels);
    if (tally.active === 0) this.#byOwner.delete(uid);
  }
}

/** Most of what a kubelet writes changes no count. */
const countsAlike = (pod: Readonly<KubeObject>, previous: Readonly<KubeObject>): boolean =>
  pod.metadata.labels === previous.metadata.labels &&
  pod.metadata.ownerReferences === previous.metadata.ownerReferences &&
  isPodActive(pod) === isPodActive(previous) &&
  isPodReady(pod) === isPodReady(previous);
