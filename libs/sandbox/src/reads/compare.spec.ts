import { Sandbox } from '../sandbox.js';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: myk8s-worker, containers: [{name: web, image: traefik/whoami}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: away}
spec: {selector: {app: web}, internalTrafficPolicy: Local, ports: [{port: 80}]}
`;

describe('questions about Services', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    ({ sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed: 3, startUs: 1_727_000_000_000_000, manifest: MANIFEST }));
    sandbox.commit();
  });

  const addressOf = (service: string): string => sandbox.world.api.get('services', 'default', service)!.spec!['clusterIP'];
  const ask = (query: Parameters<Sandbox['read']>[0]) => {
    const answered = sandbox.read(query);
    if (!answered.ok) throw new Error(answered.problem.detail);
    return answered.value;
  };

  it('compare: one flow in every mode, on copies', () => {
    const before = sandbox.stateHash;
    const { service, node, modes, differences } = ask({ kind: 'compare', from: 'node/myk8s-control-plane', to: `${addressOf('web')}:80` });
    expect([service, node]).toEqual(['default/web', 'myk8s-control-plane']);
    expect(modes.map(({ mode }: { mode: string }) => mode)).toEqual(sandbox.world.proxyModes());
    for (const run of modes) {
      expect(run).toMatchObject({ outcome: 'ok', disposition: 'accepted', ends: [{ end: 'default/web sees 172.18.0.2', probability: 1 }] });
      expect(run.rules.flatMap(({ lines }: { lines: string[] }) => lines).join('\n')).toContain(addressOf('web'));
      expect(run.text).toContain('myk8s-worker');
    }
    const [iptables, ...others] = modes;
    expect(iptables.counts['iptables nat rules']).toBeGreaterThan(20);
    for (const other of others) expect(differences.map(({ about }: { about: string }) => about)).toContain(other ? 'rules' : '');
    expect(sandbox.stateHash).toBe(before);
  });

  it('service: each endpoint that is left out knows why, each rule its endpoints', () => {
    const { ports, rules } = ask({ kind: 'service', node: 'myk8s-worker2', namespace: 'default', name: 'away' });
    expect(ports).toMatchObject([
      {
        lists: ['local'],
        topology: 'there are no zone hints',
        endpoints: [
          {
            nodeName: 'myk8s-worker',
            pod: { namespace: 'default', name: 'web' },
            uses: [{ list: 'local', used: false, why: 'not local under traffic policy Local: it is on node myk8s-worker' }],
          },
        ],
      },
    ]);
    expect(rules).toEqual([
      expect.objectContaining({ table: 'filter', rule: expect.stringContaining('"default/away has no local endpoints"'), endpoints: [] }),
    ]);
    const web = ask({ kind: 'service', node: 'myk8s-worker2', namespace: 'default', name: 'web' });
    expect(web.rules.length).toBeGreaterThan(4);
    for (const { endpoints } of web.rules) expect(endpoints).toEqual([expect.stringMatching(/^10\.10\.1\.\d+:80$/)]);
  });
});
