import { CoreV1Api, type KubernetesObject, KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node';
import { type RunningServer, startServer, temporaryFolder } from './server.js';

/** The official JavaScript client against a real server. */
let server: RunningServer;
let config: KubeConfig;
let core: CoreV1Api;

const namespace = 'default';
const dataFolder = temporaryFolder();

const pod = (name: string): V1Pod => ({
  metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'traefik/whoami' }], terminationGracePeriodSeconds: 0 },
});

beforeAll(async () => {
  server = await startServer({ dataFolder });
  const { body } = await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } });
  config = new KubeConfig();
  config.loadFromString(String((await server.call('GET', `${body.kubernetesUrl}/kubeconfig`)).body));
  core = config.makeApiClient(CoreV1Api);
}, 90_000);
afterAll(() => server.stop());

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds() && turn < 400; turn++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
}

describe('@kubernetes/client-node', () => {
  it('makes, lists and reads', async () => {
    await core.createNamespacedPod({ namespace, body: pod('first') });
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=web' });
    expect(items.map(({ metadata }) => metadata!.name)).toEqual(['first']);
    expect(items[0]!.metadata!.creationTimestamp).toBeInstanceOf(Date);
  });

  it('patches', async () => {
    const body = [{ op: 'replace', path: '/metadata/labels/app', value: 'other' }];
    const patched = await core.patchNamespacedPod({ name: 'first', namespace, body });
    expect(patched.metadata!.labels).toEqual({ app: 'other' });
  });

  it('is told why not', async () => {
    await expect(core.readNamespacedPod({ name: 'none', namespace })).rejects.toMatchObject({
      code: 404,
      body: expect.stringContaining('pods \\"none\\" not found'),
    });
  });

  it('follows with an informer what is made, changes and goes', async () => {
    const seen: string[] = [];
    const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () => core.listNamespacedPod({ namespace }));
    const note = (what: string) => (object: KubernetesObject) => seen.push(`${what} ${object.metadata!.name}`);
    informer.on('add', note('add'));
    informer.on('update', note('update'));
    informer.on('delete', note('delete'));
    await informer.start();
    await until(() => seen.includes('add first'));
    await core.createNamespacedPod({ namespace, body: pod('second') });
    await until(() => seen.includes('add second') && seen.includes('update second'));
    await core.deleteNamespacedPod({ name: 'second', namespace, gracePeriodSeconds: 0 });
    await until(() => seen.includes('delete second'));
    await informer.stop();
  }, 60_000);
});
