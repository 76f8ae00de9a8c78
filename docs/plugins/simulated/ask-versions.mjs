// Prints, as JSON, what the programs of a fresh simulated cluster say about their versions. A process of its own, because
// Docusaurus loads its plugins through a transpiler that native ES modules need not pass.
import { Sandbox } from '@svclab/sandbox';

const QUESTIONS = [
  ['Kubernetes', 'kubectl version'],
  ['kind', 'kind version'],
  ['Docker', "docker version --format '{{.Server.Version}}'"],
  ['Node image', "kubectl get node myk8s-worker -o jsonpath='{.status.nodeInfo.osImage}'"],
  ['Linux kernel', "kubectl get node myk8s-worker -o jsonpath='{.status.nodeInfo.kernelVersion}'"],
  ['Container runtime', "kubectl get node myk8s-worker -o jsonpath='{.status.nodeInfo.containerRuntimeVersion}'"],
  ['iptables', 'docker exec myk8s-worker iptables --version'],
  ['conntrack', 'docker exec myk8s-worker conntrack --version'],
  ['iproute2', 'docker exec myk8s-worker ip -V'],
  ['curl', 'curl --version'],
  ['Images', 'kubectl get pods -n kube-system -o jsonpath="{range .items[*]}{.spec.containers[*].image}{\'\\n\'}{end}" | sort -u'],
];

const { sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed: 1, startUs: 0 });
sandbox.commit();
const versions = [];
for (const [program, command] of QUESTIONS) {
  const { answer } = await sandbox.execute({ kind: 'exec', command });
  sandbox.commit();
  if (!answer.ok || answer.value.exitCode !== 0) throw new Error(`${command}: ${JSON.stringify(answer)}`);
  versions.push({ program, command, output: answer.value.stdout.trim() });
}
console.log(JSON.stringify(versions));
