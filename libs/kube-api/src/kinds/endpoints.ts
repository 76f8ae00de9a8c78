import { isIpv4, parseAddress } from '@svclab/wire';
import { duplicate, invalidValue, notSupported, required, tooMany, type FieldError } from '../field-error.js';
import { sameJson } from '../json.js';
import { dns1123Label, portNumber } from '../names.js';
import type { KubeObject } from '../types.js';
import { ageColumn, firstThree, nameColumn } from './columns.js';
import type { KindRules } from './kind.js';
import { INVALID_IP } from './service/cluster-ips.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

interface Subset {
  addresses?: { ip: string }[];
  notReadyAddresses?: { ip: string }[];
  ports?: { name?: string; port: number; protocol?: string }[];
}

interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean };
}

interface SlicePort {
  name?: string;
  protocol?: string;
  port?: number;
}

const subsetsOf = (endpoints: Readonly<KubeObject>): Subset[] => (endpoints['subsets'] ?? []) as Subset[];
const endpointsOf = (slice: Readonly<KubeObject>): Endpoint[] => (slice['endpoints'] ?? []) as Endpoint[];
const slicePortsOf = (slice: Readonly<KubeObject>): SlicePort[] => (slice['ports'] ?? []) as SlicePort[];

export const endpointsRules: KindRules = {
  applyDefaults: (endpoints) => {
    for (const subset of subsetsOf(endpoints)) for (const port of subset.ports ?? []) port.protocol ??= 'TCP';
  },
  validate: (endpoints) => subsetsOf(endpoints).flatMap((subset, i) => validateSubset(subset, `subsets[${i}]`)),
  columns: [nameColumn, { name: 'Endpoints', cell: endpointsCell }, ageColumn],
};

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: Subset, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (addresses.length === 0 && notReadyAddresses.length === 0)
    errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
  for (const [member, list] of [
    ['addresses', addresses],
    ['notReadyAddresses', notReadyAddresses],
  ] as const)
    list.forEach(({ ip }, i) => errors.push(...validateEndpointIP(ip, `${field}.${member}[${i}].ip`)));
  ports.forEach(({ name, port, protocol }, i) => {
    const at = `${field}.ports[${i}]`;
    if (!name && ports.length > 1) errors.push(required(`${at}.name`));
    if (name) for (const complaint of dns1123Label(name)) errors.push(invalidValue(`${at}.name`, name, complaint));
    for (const complaint of portNumber(port)) errors.push(invalidValue(`${at}.port`, port, complaint));
    if (!PROTOCOLS.includes(protocol ?? '')) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
  });
  return errors;
}

/** An address that another machine can be reached at (validation.go `ValidateNonSpecialIP`). */
function validateEndpointIP(text: string, field: string): FieldError[] {
  const address = parseAddress(text);
  if (address === undefined) return [invalidValue(field, text, INVALID_IP)];
  if (!isIpv4(address)) return [];
  if (address === 0) return [invalidValue(field, text, 'may not be unspecified (0.0.0.0 or ::)')];
  if (address >>> 24 === 127) return [invalidValue(field, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  if (address >>> 16 === 0xa9fe) return [invalidValue(field, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  if (address >>> 8 === 0xe00000)
    return [invalidValue(field, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  return [];
}

function endpointsCell(endpoints: Readonly<KubeObject>): string {
  const places = subsetsOf(endpoints).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => joinHostPort(ip, port))),
  );
  return firstThree(places, '<none>');
}

const joinHostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

export const endpointSliceRules: KindRules = {
  applyDefaults: (slice) => {
    for (const port of slicePortsOf(slice)) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  newGeneration: (slice, previous) => !sameJson(sliceContent(slice), sliceContent(previous)),
  validate: validateSlice,
  validateUpdate: (slice, previous) =>
    slice['addressType'] === previous['addressType'] ? [] : [invalidValue('addressType', slice['addressType'], 'field is immutable')],
  columns: [
    nameColumn,
    { name: 'AddressType', cell: (slice) => (slice['addressType'] as string | undefined) ?? '' },
    {
      name: 'Ports',
      cell: (slice) =>
        firstThree(
          slicePortsOf(slice).map(({ name, port }) => (port === undefined ? name || '*' : String(port))),
          '<unset>',
        ),
    },
    {
      name: 'Endpoints',
      cell: (slice) =>
        firstThree(
          endpointsOf(slice).flatMap(({ addresses }) => addresses ?? []),
          '<unset>',
        ),
    },
    ageColumn,
  ],
};

/** What a generation of a slice is about: everything but metadata, and the labels. */
const sliceContent = ({ metadata: { labels }, addressType, endpoints, ports }: Readonly<KubeObject>): object => ({
  labels,
  addressType,
  endpoints,
  ports,
});

/** pkg/apis/discovery/validation/validation.go */
function validateSlice(slice: Readonly<KubeObject>): FieldError[] {
  const errors: FieldError[] = [];
  const types = ['FQDN', 'IPv4', 'IPv6'];
  const type = slice['addressType'] as string;
  if (!type) errors.push(required('addressType'));
  else if (!types.includes(type)) errors.push(notSupported('addressType', type, types));
  const endpoints = endpointsOf(slice);
  if (endpoints.length > 1000) errors.push(tooMany('endpoints', endpoints.length, 1000));
  endpoints.forEach(({ addresses }, i) => {
    const field = `endpoints[${i}].addresses`;
    if (!addresses?.length) errors.push(required(field, 'must contain at least 1 address'));
    (addresses ?? []).forEach((address, j) => {
      const parsed = parseAddress(address);
      if (type === 'IPv4' && (parsed === undefined || !isIpv4(parsed)))
        errors.push(invalidValue(`${field}[${j}]`, address, 'must be a valid IPv4 address'));
      else if (type === 'IPv6' && (parsed === undefined || isIpv4(parsed)))
        errors.push(invalidValue(`${field}[${j}]`, address, 'must be a valid IPv6 address'));
    });
  });
  const names = new Set<string>();
  slicePortsOf(slice).forEach(({ name = '', protocol, port }, i) => {
    if (names.has(name)) errors.push(duplicate('ports', name));
    names.add(name);
    if (name) for (const complaint of dns1123Label(name)) errors.push(invalidValue(`ports[${i}].name`, name, complaint));
    if (!PROTOCOLS.includes(protocol ?? '')) errors.push(notSupported(`ports[${i}].protocol`, protocol, PROTOCOLS));
    if (port !== undefined) for (const complaint of portNumber(port)) errors.push(invalidValue(`ports[${i}].port`, port, complaint));
  });
  return errors;
}
