import { LAST_APPLIED, type KubeObject } from '@svclab/kube-api';
import { goJson } from '../printers/json.js';

/**
 * The object with what `kubectl apply` remembers of it: its own text, one line of JSON
 * with a line end, without the annotation itself (kubectl pkg/util/apply.go `GetModifiedConfiguration`).
 */
export function withLastApplied(object: Readonly<KubeObject>): KubeObject {
  const { [LAST_APPLIED]: _previous, ...annotations } = object.metadata.annotations ?? {};
  const plain = { ...object, metadata: { ...object.metadata, annotations } };
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [LAST_APPLIED]: `${goJson(plain)}\n` } } };
}
