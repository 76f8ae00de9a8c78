import { cloneJson } from '@svclab/sim';
import type { KubeObject } from '@svclab/kube-api';
import { controllerReference } from '../owned-objects.js';

/** What a controller adds to a pod of its own beside the template. */
export interface PodExtras {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The pod that a controller sends to the API server for its template (pkg/controller/controller_utils.go `GetPodFromTemplate`). */
export function podFromTemplate(template: Readonly<Record<string, any>>, owner: Readonly<KubeObject>, extras: PodExtras = {}): object {
  const { labels, annotations, finalizers } = (template['metadata'] ?? {}) as KubeObject['metadata'];
  const allAnnotations = { ...annotations, ...extras.annotations };
  const allFinalizers = [...(finalizers ?? []), ...(extras.finalizers ?? [])];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: generateNameOf(owner.metadata.name),
      namespace: owner.metadata.namespace,
      labels: { ...labels, ...extras.labels },
      ...(Object.keys(allAnnotations).length > 0 && { annotations: allAnnotations }),
      ...(allFinalizers.length > 0 && { finalizers: allFinalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...cloneJson(template['spec'] ?? {}), ...extras.spec },
  };
}

/** A name that would not do with a dash goes without. Names are cut before their random letters. */
const generateNameOf = (name: string): string => (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) ? `${name}-` : name);
