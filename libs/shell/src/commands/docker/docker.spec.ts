import { Sim } from '@svclab/sim';
import { World, type BootstrapOptions } from '@svclab/cluster';
import { Shell } from '../../shell.js';

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

function newWorld(profile: BootstrapOptions['profile']): (line: string) => Promise<Ended> {
  const sim = new Sim();
  const world = new World(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 7, startUs: 1_727_000_000_000_000 });
  world.bootstrap({ profile });
  const shell = new Shell(world);
  return async (line) => {
    const execution = shell.start(line, { mode: 'exec' });
    const ended = { stdout: '', stderr: '', exitCode: -1 };
    while (ended.exitCode < 0) {
      const { output, exitCode } = await execution.advance();
      for (const { stream, text } of output) ended[stream] += text;
      if (exitCode !== undefined) ended.exitCode = exitCode;
    }
    return ended;
  };
}

/** As in the lab document, in the order of its second cluster. */
const CAPTURED_PS = `CONTAINER ID   IMAGE                  COMMAND                  CREATED              STATUS          PORTS                                                             NAMES
ID             kindest/node:v1.31.0   "/usr/local/bin/entr…"   About a minute ago   Up 59 seconds                                                                     myk8s-worker2
ID             kindest/node:v1.31.0   "/usr/local/bin/entr…"   About a minute ago   Up 59 seconds                                                                     myk8s-worker
ID             kindest/node:v1.31.0   "/usr/local/bin/entr…"   About a minute ago   Up 59 seconds                                                                     myk8s-worker3
ID             kindest/node:v1.31.0   "/usr/local/bin/entr…"   About a minute ago   Up 59 seconds   0.0.0.0:30000-30002->30000-30002/tcp, 127.0.0.1:60493->6443/tcp   myk8s-control-plane
`;

describe('docker', () => {
  const run = newWorld('kind');
  const out = async (line: string): Promise<string> => (await run(line)).stdout;

  it('ps shows the nodes, newest first', async () => {
    const lines = (await out('docker ps')).replaceAll(/^[0-9a-f]{12}/gm, 'ID          ').replace(/127\.0\.0\.1:\d{5}/, '127.0.0.1:60493');
    expect(lines).toBe(CAPTURED_PS);
  });

  it("gives a container's fields to a template", async () => {
    expect(await out("docker ps -q | xargs docker inspect --format '{{.Name}} {{.NetworkSettings.Networks.kind.IPAddress}}'")).toBe(
      '/myk8s-worker2 172.18.0.5\n/myk8s-worker 172.18.0.3\n/myk8s-worker3 172.18.0.4\n/myk8s-control-plane 172.18.0.2\n',
    );
  });

  it('lists networks by name', async () => {
    expect((await out('docker network ls')).replaceAll(/^[0-9a-f]{12}/gm, 'ID')).toBe(
      'NETWORK ID     NAME      DRIVER    SCOPE\nID   bridge    bridge    local\nID   host      host      local\nID   kind      bridge    local\nID   none      null      local\n',
    );
  });

  it('inspects the network in the form of the capture', async () => {
    expect(await out('docker network inspect kind | grep -i -A2 subnet | head -3')).toBe(
      '                    "Subnet": "172.18.0.0/16",\n                    "Gateway": "172.18.0.1"\n                },\n',
    );
    const [network] = JSON.parse(await out('docker inspect kind'));
    expect(Object.keys(network)).toEqual(
      'Name Id Created Scope Driver EnableIPv6 IPAM Internal Attachable Ingress ConfigFrom ConfigOnly Containers Options Labels'.split(' '),
    );
    expect(Object.keys(network.Containers)).toEqual(Object.keys(network.Containers).toSorted());
    expect(Object.values(network.Containers)).toContainEqual({
      Name: 'myk8s-worker3',
      EndpointID: expect.stringMatching(/^[0-9a-f]{64}$/),
      MacAddress: '02:42:ac:12:00:04',
      IPv4Address: '172.18.0.4/16',
      IPv6Address: 'fc00:f853:ccd:e793::4/64',
    });
  });

  it('runs a client container at the address it is told, once', async () => {
    const line = 'docker run -d --rm --name mypc --network kind --ip 172.18.0.100 nicolaka/netshoot sleep infinity';
    expect(await run(line)).toEqual({ stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/), stderr: '', exitCode: 0 });
    const again = await run(line);
    expect(again.exitCode).toBe(125);
    expect(again.stderr).toMatch(
      /^docker: Error response from daemon: Conflict\. The container name "\/mypc" is already in use by container "[0-9a-f]{64}"\. You have to remove \(or rename\) that container to be able to reuse that name\.\n/,
    );
    expect(await out('docker exec -t mypc ping -c 1 172.18.0.1')).toMatch(
      /^PING 172\.18\.0\.1 \(172\.18\.0\.1\) 56\(84\) bytes of data\.\n64 bytes from 172\.18\.0\.1: icmp_seq=1 ttl=64 time=/,
    );
    expect(await out('docker exec mypc ip -4 -br addr show dev eth0')).toContain('172.18.0.100/16');
    expect((await out("docker ps --format '{{.Names}}'")).split('\n')[0]).toBe('mypc');
    expect(await run('docker stop mypc')).toEqual({ stdout: 'mypc\n', stderr: '', exitCode: 0 });
    expect(await out("docker ps -a --format '{{.Names}}'")).not.toContain('mypc');
  });

  it('tells a program how wide the terminal is, when there is one', async () => {
    expect((await out('docker exec -t myk8s-control-plane ss -tnlp')).split('\n')[0]!.trimEnd()).toBe(
      'State         Recv-Q        Send-Q               Local Address:Port                Peer Address:Port       Process',
    );
    expect((await out('docker exec myk8s-worker ss -tnlp')).split('\n')[0]).toMatch(/^State +Recv-Q Send-Q +Local Address:Port/);
    expect(await out('docker exec -e GREETING=hello myk8s-worker env | grep -c -E "GREETING|COLUMNS"')).toBe('1\n');
  });

  it("reads a node's files", async () => {
    expect(await out('docker exec myk8s-worker2 cat /etc/cni/net.d/10-kindnet.conflist')).toContain('[ { "subnet": "10.10.3.0/24" } ]');
    expect(await out('docker exec -it myk8s-worker ls /opt/cni/bin/')).toMatch(/^host-local\s+loopback\s+portmap\s+ptp\n$/);
    expect(await out('docker exec myk8s-worker cat /etc/hostname /proc/sys/net/ipv4/ip_forward')).toBe('myk8s-worker\n1\n');
  });

  it.each([
    ['docker exec nobody ls', 1, 'Error response from daemon: No such container: nobody\n'],
    ['docker frobnicate', 1, "docker: 'frobnicate' is not a docker command.\nSee 'docker --help'\n"],
    ['docker ps --frob', 125, "unknown flag: --frob\nSee 'docker ps --help'.\n"],
    [
      'docker exec -it',
      1,
      '"docker exec" requires at least 2 arguments.\nSee \'docker exec --help\'.\n\nUsage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n',
    ],
    ['docker pull nginx', 1, 'docker pull is not simulated yet\n'],
    ['docker network inspect nowhere', 1, 'Error response from daemon: network nowhere not found\n'],
    [
      'docker run -d --network nowhere nicolaka/netshoot',
      125,
      "docker: Error response from daemon: network nowhere not found.\nSee 'docker run --help'.\n",
    ],
    ["docker ps --format '{{frob .ID}}'", 64, 'template parsing error: template: :1: function "frob" not defined\n'],
  ])('says what is wrong with %s', async (line, exitCode, stderr) => {
    expect(await run(line)).toMatchObject({ exitCode, stderr });
  });
});

describe('kind', () => {
  const run = newWorld('empty');

  it('starts with nothing', async () => {
    expect(await run('kind get clusters')).toEqual({ stdout: '', stderr: 'No kind clusters found.\n', exitCode: 0 });
    expect((await run('kubectl get nodes')).stderr).toContain('The connection to the server localhost:8080 was refused');
    expect((await run('docker ps')).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('creates what the file says, and says so as kind does', async () => {
    const file = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
- role: worker
networking:
  podSubnet: 10.20.0.0/16`;
    const created = await run(`cat <<EOF > two.yaml\n${file}\nEOF\nkind create cluster --config two.yaml --name lab`);
    expect(created.exitCode).toBe(0);
    expect(created.stderr.split('\n').slice(0, 12)).toEqual([
      'Creating cluster "lab" ...',
      ' ✓ Ensuring node image (kindest/node:v1.31.0) 🖼 ',
      ' ✓ Preparing nodes 📦 📦  ',
      ' ✓ Writing configuration 📜 ',
      ' ✓ Starting control-plane 🕹️ ',
      ' ✓ Installing CNI 🔌 ',
      ' ✓ Installing StorageClass 💾 ',
      ' ✓ Joining worker nodes 🚜 ',
      'Set kubectl context to "kind-lab"',
      'You can now use your cluster with:',
      '',
      'kubectl cluster-info --context kind-lab',
    ]);
    expect((await run('kind get nodes --name lab')).stdout).toBe('lab-worker\nlab-control-plane\n');
    expect((await run('kubectl get nodes -o jsonpath="{.items[*].spec.podCIDR}"')).stdout).toBe('10.20.0.0/24 10.20.1.0/24');
  });

  it('refuses a second one of the same name', async () => {
    const again = await run('kind create cluster --name lab');
    expect(again).toMatchObject({
      exitCode: 1,
      stderr: 'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "lab"\n',
    });
  });

  it('deletes it without a trace, and can create it again', async () => {
    expect((await run('kind delete cluster --name lab')).stderr).toBe(
      'Deleting cluster "lab" ...\nDeleted nodes: ["lab-worker" "lab-control-plane"]\n',
    );
    expect((await run('kubectl get nodes')).stderr).toContain('localhost:8080 was refused');
    expect((await run('kind create cluster --name lab')).exitCode).toBe(0);
    expect((await run('kubectl get nodes --no-headers')).stdout).toMatch(/^lab-control-plane +Ready +control-plane/);
    // kind does not wait for the add-ons: coredns may still be starting when it returns.
    expect((await run('sleep 10; kubectl get pods -A --no-headers | grep -v Running')).stdout).toBe('');
  });

  it.each([
    ['kind create cluster --image kindest/node:v1.20.0 --name other', 'is not simulated yet'],
    ['kind create cluster --config nowhere.yaml', 'open nowhere.yaml: no such file or directory'],
    ['kind get frogs', 'ERROR: unknown command "frogs" for "kind get"'],
    ['kind create cluster --frob', 'ERROR: unknown flag: --frob'],
    ['kind load docker-image x', 'kind load is not simulated yet'],
  ])('says what is wrong with %s', async (line, words) => {
    const ended = await run(line);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain(words);
  });
});
