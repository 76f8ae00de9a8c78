import { readFileSync } from 'node:fs';
import type { KubeObject, PrintTable, ResourceInfo } from '@svclab/kube-api';
import { formatTable } from './table.js';

const object = (name: string, labels?: Record<string, string>): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', labels } }) as KubeObject;

const table = (columns: string, rows: readonly (readonly [object: KubeObject, ...cells: string[]])[]): PrintTable => ({
  columns: columns.split(' ').map((name) => ({ name: name.replace('~', ''), priority: name.startsWith('~') ? 1 : 0 })),
  rows: rows.map(([of, ...cells]) => ({ object: of, cells })),
});

const resource = (kind: string, group = ''): ResourceInfo => ({ kind, group }) as ResourceInfo;

const services = table('Name Type Cluster-IP External-IP Port(s) Age ~Selector', [
  [object('kubernetes', { component: 'apiserver' }), 'kubernetes', 'ClusterIP', '10.200.1.1', '<none>', '443/TCP', '10h', '<none>'],
  [object('svc-clusterip'), 'svc-clusterip', 'ClusterIP', '10.200.1.206', '<none>', '9000/TCP', '16s', 'app=webpod'],
]);

test('two types below each other, to the letter of the capture', () => {
  const endpoints = table('Name Endpoints Age', [
    [object('kubernetes'), 'kubernetes', '172.18.0.4:6443', '10h'],
    [object('svc-clusterip'), 'svc-clusterip', '10.10.1.2:80,10.10.2.2:80,10.10.3.2:80', '16s'],
  ]);
  const text = [formatTable(services, { withKind: resource('Service') }), formatTable(endpoints, { withKind: resource('Endpoints') })].join(
    '\n',
  );
  expect(text).toBe(readFileSync(new URL('../testdata/get-svc-ep.txt', import.meta.url), 'utf8'));
});

test('wide columns show when asked for', () => {
  expect(formatTable(services, { wide: true }).split('\n')[0]).toMatch(/AGE   SELECTOR$/);
  expect(formatTable(services).split('\n')[0]).toMatch(/AGE$/);
});

test('namespace first, labels last', () => {
  expect(formatTable(services, { withNamespace: true, showLabels: true, labelColumns: ['example.com/component', 'component'] })).toBe(
    'NAMESPACE   NAME            TYPE        CLUSTER-IP     EXTERNAL-IP   PORT(S)    AGE   COMPONENT   COMPONENT   LABELS\n' +
      'default     kubernetes      ClusterIP   10.200.1.1     <none>        443/TCP    10h               apiserver   component=apiserver\n' +
      'default     svc-clusterip   ClusterIP   10.200.1.206   <none>        9000/TCP   16s                           <none>\n',
  );
});

test('kinds of other groups carry their group', () => {
  const slices = table('Name', [[object('web'), 'web']]);
  expect(formatTable(slices, { withKind: resource('EndpointSlice', 'discovery.k8s.io') })).toBe(
    'NAME\nendpointslice.discovery.k8s.io/web\n',
  );
});

test('a cell of several lines is cut after the first', () => {
  expect(formatTable(table('Message', [[object('e'), 'one\ntwo']]), { noHeaders: true })).toBe('one...\n');
});

test('nothing but headers is nothing without them', () => {
  expect(formatTable(table('Name', []), { noHeaders: true })).toBe('');
});
