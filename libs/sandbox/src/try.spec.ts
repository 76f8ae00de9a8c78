import { Sandbox } from './index.js';
it('x', async () => {
  const { sandbox, answer } = await Sandbox.create({ kind: 'create', profile: 'kind', seed: 1, startUs: Date.UTC(2024, 8, 28) * 1000 });
  console.log(answer);
  sandbox.commit();
  for (const command of [
    'kubectl get nodes -o wide; kubectl get pods -A -o wide',
    'docker ps',
    'docker exec myk8s-worker iptables -t nat -S | head -30',
  ]) {
    const t = performance.now();
    const r = await sandbox.execute({ kind: 'exec', command });
    sandbox.commit();
    console.log(performance.now() - t, JSON.stringify(r.answer.ok ? r.answer.value : r.answer.problem).replace(/\\n/g, '\n'));
  }
});
