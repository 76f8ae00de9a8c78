import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export interface NumberedPort {
  /** '' for the unnamed port. */
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly appProtocol?: string;
}

export const md5Hex = (text: string): string => bytesToHex(md5(utf8ToBytes(text)));

/**
 * Ports of an EndpointSlice in the order the controller writes them: by the MD5 of how Go's spew prints each
 * (k8s.io/endpointslice/util/controller_utils.go, portsInOrder). Nothing a human would choose, but `kubectl get` shows it.
 */
export const inSliceOrder = <P extends NumberedPort>(ports: readonly P[]): P[] =>
  sortedBy(ports, ({ name, protocol, port, appProtocol }) =>
    md5Hex(
      `(v1.EndpointPort){Name:(*string)${name} Protocol:(*v1.Protocol)${protocol} Port:(*int32)${port} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`,
    ),
  );

/** Ports of an Endpoints subset, whose Go type prints differently (k8s.io/api/core/v1, pkg/api/v1/endpoints/util.go). */
export const inSubsetOrder = <P extends NumberedPort>(ports: readonly P[]): P[] =>
  sortedBy(ports, ({ name, protocol, port, appProtocol }) =>
    md5Hex(
      `(v1.EndpointPort){Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`,
    ),
  );

export function sortedBy<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, text: textOf(item) }));
  keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return keyed.map(({ item }) => item);
}
