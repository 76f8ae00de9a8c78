import type { KubeObject } from '@svclab/kube-api';
import type { Describe } from './describer.js';
import { writeAnnotations, writeLabels, type DescribeWriter } from './writer.js';

function writeHead(object: Readonly<KubeObject>, writer: DescribeWriter): void {
  const { metadata } = object;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Namespace:', metadata.namespace ?? '');
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
}

export const describeConfigMap: Describe = (configMap, writer) => {
  writeHead(configMap, writer);
  writer.write(0, '\nData\n====\n');
  for (const [key, value] of Object.entries((configMap['data'] ?? {}) as Record<string, string>).toSorted()) {
    writer.write(0, `${key}:\n----\n${value}\n\n`);
  }
  writer.write(0, '\nBinaryData\n====\n');
  for (const [key, value] of Object.entries((configMap['binaryData'] ?? {}) as Record<string, string>).toSorted()) {
    writer.write(0, `${key}: ${base64Length(value)} bytes\n`);
  }
  writer.write(0, '\n');
};

export const describeSecret: Describe = (secret, writer) => {
  writeHead(secret, writer);
  writer.write(0, '\n');
  writer.line(0, 'Type:', (secret['type'] ?? '') as string);
  writer.write(0, '\nData\n====\n');
  for (const [key, value] of Object.entries((secret['data'] ?? {}) as Record<string, string>).toSorted()) {
    writer.line(0, `${key}:`, `${base64Length(value)} bytes`);
  }
};

const base64Length = (text: string): number => Math.floor((text.replace(/[=\s]/g, '').length * 3) / 4);

export const describeNamespace: Describe = (namespace, writer) => {
  const { metadata, status = {} } = namespace;
  writer.line(0, 'Name:', metadata.name);
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  writer.line(0, 'Status:', (status['phase'] ?? '') as string);
  // The simulated server knows neither quotas nor limit ranges, so no namespace has one.
  writer.write(0, '\nNo resource quota.\n\nNo LimitRange resource.\n');
};

interface Subset {
  readonly addresses?: readonly { readonly ip: string }[];
  readonly notReadyAddresses?: readonly { readonly ip: string }[];
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
}

const addressText = (addresses: Subset['addresses']): string => (addresses ?? []).map(({ ip }) => ip).join(',') || '<none>';

export const describeEndpoints: Describe = (endpoints, writer) => {
  writeHead(endpoints, writer);
  writer.line(0, 'Subsets:');
  for (const subset of (endpoints['subsets'] ?? []) as Subset[]) {
    writer.line(1, 'Addresses:', addressText(subset.addresses));
    writer.line(1, 'NotReadyAddresses:', addressText(subset.notReadyAddresses));
    if (subset.ports?.length) {
      writer.line(1, 'Ports:');
      writer.line(2, 'Name', 'Port', 'Protocol');
      writer.line(2, '----', '----', '--------');
      for (const { name, port, protocol } of subset.ports) writer.line(2, name || '<unset>', port, protocol);
    }
    writer.write(0, '\n');
  }
};

interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly hostname?: string;
  readonly targetRef?: { readonly kind: string; readonly name: string };
  readonly nodeName?: string;
  readonly zone?: string;
}

export const describeEndpointSlice: Describe = (slice, writer) => {
  writeHead(slice, writer);
  writer.line(0, 'AddressType:', (slice['addressType'] ?? '') as string);
  const ports = (slice['ports'] ?? []) as { name?: string; port?: number; protocol?: string }[];
  if (ports.length === 0) writer.line(0, 'Ports: <unset>');
  else {
    writer.line(0, 'Ports:');
    writer.line(1, 'Name', 'Port', 'Protocol');
    writer.line(1, '----', '----', '--------');
    for (const { name, port, protocol } of ports) writer.line(1, name || '<unset>', port ?? '<unset>', protocol ?? 'TCP');
  }
  const endpoints = (slice['endpoints'] ?? []) as Endpoint[];
  writer.line(0, endpoints.length === 0 ? 'Endpoints: <none>' : 'Endpoints:');
  for (const { addresses, conditions, hostname, targetRef, nodeName, zone } of endpoints) {
    writer.line(1, '- Addresses:', addresses.join(', ') || '<none>');
    writer.line(2, 'Conditions:');
    writer.line(3, 'Ready:', conditions?.ready ?? '<unset>');
    writer.line(2, 'Hostname:', hostname ?? '<unset>');
    if (targetRef) writer.line(2, 'TargetRef:', `${targetRef.kind}/${targetRef.name}`);
    writer.line(2, 'NodeName:', nodeName ?? '<unset>');
    writer.line(2, 'Zone:', zone ?? '<unset>');
  }
};

/** Any other kind: every field by its name, as kubectl describes what it has no words for. */
export const describeGeneric: Describe = (object, writer) => {
  writeHead(object, writer);
  writeMembers(writer, 0, object, '');
};

const TOLD_BEFORE = new Set([
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
  '.metadata.managedFields',
]);

function writeMembers(writer: DescribeWriter, level: number, object: Readonly<Record<string, any>>, path: string): void {
  for (const field of Object.keys(object).toSorted()) {
    const value = object[field] as unknown;
    const fieldPath = `${path}.${field}`;
    if (value === undefined || TOLD_BEFORE.has(fieldPath)) continue;
    if (Array.isArray(value)) {
      writer.line(level, `${fieldTitle(field)}:`);
      for (const item of value) {
        if (item !== null && typeof item === 'object') writeMembers(writer, level + 1, item as Record<string, any>, fieldPath);
        else writer.line(level + 1, String(item));
      }
    } else if (value !== null && typeof value === 'object') {
      writer.line(level, `${fieldTitle(field)}:`);
      writeMembers(writer, level + 1, value as Record<string, any>, fieldPath);
    } else writer.line(level, `${fieldTitle(field)}:`, String(value));
  }
}

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `creationTimestamp` → `Creation Timestamp`. */
function fieldTitle(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  const parts = field.match(/[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+|[A-Z]/g) ?? [field];
  return parts.map((part) => (ACRONYMS.has(part.toUpperCase()) ? part.toUpperCase() : part[0]!.toUpperCase() + part.slice(1))).join(' ');
}
