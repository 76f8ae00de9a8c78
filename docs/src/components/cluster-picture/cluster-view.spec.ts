import type { Sandbox } from '@svclab/sandbox';
import { exec, labSandbox } from '@svclab/testkit';
import { clusterView, type ClusterView, type PicturedObject } from './cluster-view.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await labSandbox({ seed: 11 });
});

function list(resource: string): readonly PicturedObject[] {
  const answer = sandbox.read({ kind: 'objects', resource });
  if (!answer.ok) throw new Error(answer.problem.detail);
  return (answer.value as { items: readonly PicturedObject[] }).items;
}

const picture = (): ClusterView =>
  clusterView({ nodes: list('nodes'), pods: list('pods'), services: list('services'), endpointSlices: list('endpointslices') });

describe("the picture of the lab's cluster", () => {
  it("shows the four nodes with the learner's pods, and nothing that came with the cluster", () => {
    const { nodes, unplaced } = picture();
    expect(nodes.map(({ name, pods }) => [name, pods.map((pod) => pod.name)])).toEqual([
      ['myk8s-control-plane', ['net-pod']],
      ['myk8s-worker', ['webpod1']],
      ['myk8s-worker2', ['webpod2']],
      ['myk8s-worker3', ['webpod3']],
    ]);
    for (const { address } of nodes) expect(address).toMatch(/^172\.18\.0\.[2-5]$/);
    expect(unplaced).toEqual([]);
  });

  it('shows a Service by its address, and its pods as what its slices list', async () => {
    const { services, nodes } = picture();
    const clusterIp = (await exec(sandbox, 'echo $SVC1')).stdout.trim();
    expect(services).toHaveLength(1);
    expect(services[0]).toMatchObject({ name: 'svc-clusterip', addresses: [`${clusterIp}:9000`] });
    const pods = nodes.flatMap((node) => node.pods);
    expect(services[0]!.endpoints).toEqual(
      pods
        .filter(({ name }) => name !== 'net-pod')
        .map(({ address }) => address)
        .toSorted(),
    );
    expect(pods.filter(({ serves }) => serves.includes('default/svc-clusterip')).map(({ name }) => name)).toEqual([
      'webpod1',
      'webpod2',
      'webpod3',
    ]);
  });

  it('follows what the learner does: a pod without the label serves no longer', async () => {
    await exec(sandbox, 'kubectl label pod webpod3 app-');
    const { services, nodes } = picture();
    expect(services[0]!.endpoints).toHaveLength(2);
    expect(nodes.flatMap(({ pods }) => pods).find(({ name }) => name === 'webpod3')).toMatchObject({ phase: 'Running', serves: [] });
  });

  it('has no Service before one is made', async () => {
    await exec(sandbox, 'kubectl delete svc svc-clusterip');
    expect(picture().services).toEqual([]);
  });
});
