import { Sandbox } from '@svclab/sandbox';
import { evaluate } from '../evaluate.js';
import { report } from '../report.js';
import { LANGUAGES, type Evaluation } from '../types.js';
import { clusterip } from './chapter.js';

const SECONDS = (seconds: number): string =>
  `kubectl patch svc svc-clusterip -p '{"spec":{"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":${seconds}}}}}'`;

/** A learner's sandbox, with the host's shell as they would type into it. */
class Learner {
  private constructor(private readonly sandbox: Sandbox) {}

  static async start(seed = 1): Promise<Learner> {
    const { sandbox } = await Sandbox.create({ kind: 'create', profile: clusterip.profile, seed, startUs: Date.UTC(2024, 8, 28) * 1000 });
    sandbox.commit();
    return new Learner(sandbox);
  }

  static async afterSetup(seed?: number): Promise<Learner> {
    const learner = await Learner.start(seed);
    for (const id of clusterip.setup) await learner.run(clusterip.steps.find((step) => step.id === id)!.command);
    return learner;
  }

  async run(command: string, at?: string): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    const { answer } = await this.sandbox.execute({ kind: 'exec', command, ...(at ? { at } : {}) });
    if (!answer.ok) throw new Error(answer.problem.detail);
    this.sandbox.commit();
    return answer.value;
  }

  async do(commands: readonly string[]): Promise<this> {
    for (const command of commands) {
      const { exitCode, stderr } = await this.run(command);
      if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
    }
    return this;
  }

  async advance(seconds: number): Promise<void> {
    const { answer } = await this.sandbox.execute({ kind: 'clock', advanceSeconds: seconds });
    if (!answer.ok) throw new Error(answer.problem.detail);
    this.sandbox.commit();
  }

  evaluate(): Evaluation {
    return evaluate(this.sandbox, clusterip);
  }

  stateHash(): string {
    return this.sandbox.stateHash;
  }
}

/** `webpod3 …`: the first condition that does not hold, as the learner reads it. */
function stuckAt(evaluation: Evaluation, check: string): { condition: string; reason: string; text: string } | undefined {
  const { conditions } = report(clusterip, evaluation, 'en').checks.find(({ id }) => id === check)!;
  const stuck = conditions.find(({ status }) => status === 'not-yet');
  return stuck && { condition: stuck.id, reason: stuck.found!.reason, text: stuck.found!.text };
}

const placeholders = (text: string): string[] => [...text.matchAll(/\{[a-z]+\}/g)].map(String).toSorted();

describe('the ClusterIP chapter', () => {
  it.each([1, 2, 77])('is passed by its solution and not by its setup, seed %i', async (seed) => {
    const learner = await Learner.afterSetup(seed);
    expect(learner.evaluate().checks.map(({ passed }) => passed)).toEqual([false, false]);
    for (const { id, solution } of clusterip.checks) {
      await learner.do(solution);
      expect(learner.evaluate().checks.find((check) => check.id === id)).toMatchObject({ passed: true });
    }
    expect(learner.evaluate().passed).toBe(true);
  });

  it('says nothing holds of a sandbox in which nothing was done', async () => {
    const statuses = (await Learner.start()).evaluate().checks.flatMap(({ conditions }) => conditions.map(({ status }) => status));
    expect(statuses).toEqual(['not-yet', 'not-yet', 'waits', 'waits', 'not-yet', 'waits', 'waits', 'waits', 'waits']);
  });

  it('runs each step as it says, and is not passed by them', async () => {
    const learner = await Learner.start();
    for (const { id, command, at, exitCode, prints } of clusterip.steps) {
      const { stdout, stderr, exitCode: exited } = await learner.run(command, at);
      expect([id, exited]).toEqual([id, exitCode ?? 0]);
      if (prints && !prints.test(stdout + stderr)) throw new Error(`${id} printed\n${stdout}${stderr}which does not show ${prints}`);
    }
    expect(learner.evaluate().checks.map(({ passed }) => passed)).toEqual([false, false]);
  });

  it('looks without touching', async () => {
    const learner = await Learner.afterSetup();
    const before = learner.stateHash();
    expect(learner.evaluate()).toEqual(learner.evaluate());
    expect(learner.stateHash()).toBe(before);
  });

  it('takes any way that works', async () => {
    const others = [
      ['kubectl label pod webpod3 app=spare --overwrite'],
      ['kubectl label pod webpod1 webpod2 tier=front', `kubectl patch svc svc-clusterip -p '{"spec":{"selector":{"tier":"front"}}}'`],
      ['kubectl delete svc svc-clusterip', 'kubectl label pod webpod3 app-', 'kubectl apply -f svc-clusterip.yaml'],
    ];
    for (const commands of others) {
      const learner = await (await Learner.afterSetup()).do(commands);
      expect([commands[0], stuckAt(learner.evaluate(), 'take-out')]).toEqual([commands[0], undefined]);
    }
  });

  it.each<[string, string[], string, string, RegExp]>([
    [
      'nothing yet',
      [],
      'endpoints',
      'found.still-selected',
      /^Endpoints: 3\. `svc-clusterip-\w{5}` still lists `10\.10\.2\.2`, because webpod3 still has the label `app=webpod`\.$/,
    ],
    ['the pod is deleted', ['kubectl delete pod webpod3'], 'running', 'found.no-pod', /^There is no pod `webpod3`/],
    [
      'the wrong pod is taken out',
      ['kubectl label pod webpod2 app-'],
      'endpoints',
      'found.still-selected',
      /^Endpoints: 2\. .*`10\.10\.2\.2`, because webpod3/,
    ],
    [
      'one pod too many is taken out',
      ['kubectl label pod webpod3 webpod1 app-'],
      'endpoints',
      'found.not-selected',
      /^Endpoints: 1\. webpod1 is missing: it lacks the label `app=webpod`/,
    ],
    [
      'the selector finds nobody',
      [`kubectl patch svc svc-clusterip -p '{"spec":{"selector":{"app":"nobody"}}}'`],
      'endpoints',
      'found.not-selected',
      /Endpoints: 0\. webpod1 .* `app=nobody`/,
    ],
    ['the Service is deleted', ['kubectl delete svc svc-clusterip'], 'service', 'found.no-service', /no Service `svc-clusterip`/],
    [
      'a kept pod is deleted',
      ['kubectl label pod webpod3 app-', 'kubectl delete pod webpod1'],
      'endpoints',
      'found.endpoint-no-pod',
      /Endpoints: 1\. webpod1 is missing: there is no such pod/,
    ],
    [
      'rules are deleted by hand',
      ['kubectl label pod webpod3 app-', 'docker exec myk8s-worker2 iptables -t nat -F KUBE-SERVICES'],
      'nodes',
      'found.node-no-rules',
      /On `myk8s-worker2` no rule takes `10\.200\.1\.\d+:9000`/,
    ],
  ])('take-out: %s', async (_, commands, condition, reason, text) => {
    const learner = await (await Learner.afterSetup()).do(commands);
    expect(stuckAt(learner.evaluate(), 'take-out')).toEqual({ condition, reason, text: expect.stringMatching(text) });
  });

  it.each<[string, string[], string, string, RegExp]>([
    ['nothing yet', [], 'affinity', 'found.affinity', /^`sessionAffinity: None`$/],
    [
      'the default time',
      [`kubectl patch svc svc-clusterip -p '{"spec":{"sessionAffinity":"ClientIP"}}'`],
      'timeout',
      'found.timeout',
      /^`timeoutSeconds: 10800`$/,
    ],
    ['minutes for seconds', [SECONDS(10)], 'timeout', 'found.timeout', /^`timeoutSeconds: 10`$/],
    [
      'no request since',
      [SECONDS(600)],
      'stays',
      'found.may-go',
      /^It can go to webpod1 1\/3, webpod3 1\/3, webpod2 1\/3\. `myk8s-control-plane` has not seen/,
    ],
    ['no endpoints', [SECONDS(600), 'kubectl label pod webpod1 webpod2 webpod3 app-'], 'rules', 'found.no-endpoints', /refused/],
    [
      'another node asked',
      [SECONDS(600), 'docker exec myk8s-worker curl -s $SVC1:9000'],
      'stays',
      'found.may-go',
      /has not seen a connection of `10\.10\.0\.\d+`/,
    ],
    [
      'the way to one pod is closed',
      [SECONDS(600), 'docker exec myk8s-worker3 iptables -I FORWARD -p tcp --dport 80 -j DROP'],
      'stays',
      'found.not-answered',
      /^It would not be answered: dropped/,
    ],
    ['no client', [SECONDS(600), 'kubectl delete pod net-pod'], 'stays', 'found.no-pod', /^There is no pod `net-pod`/],
  ])('stay: %s', async (_, commands, condition, reason, text) => {
    const learner = await (await Learner.afterSetup()).do(commands);
    expect(stuckAt(learner.evaluate(), 'stay')).toEqual({ condition, reason, text: expect.stringMatching(text) });
  });

  it('sees time take away what it asked for', async () => {
    const learner = await (await Learner.afterSetup()).do(clusterip.checks.find(({ id }) => id === 'stay')!.solution);
    await learner.advance(200);
    expect(stuckAt(learner.evaluate(), 'stay')).toMatchObject({ condition: 'tracked', reason: 'found.not-tracked' });
    await learner.advance(500);
    expect(stuckAt(learner.evaluate(), 'stay')).toMatchObject({ condition: 'stays', reason: 'found.may-go' });
  });

  it('names commands in its hints that run', async () => {
    const learner = await Learner.afterSetup();
    const hints = Object.entries(clusterip.texts.en).filter(([key]) => /hint/.test(key));
    const commands = hints.flatMap(([, text]) => [...text.matchAll(/`(kubectl \w+ [^`]+)`/g)].map(([, command]) => command!));
    expect(commands.length).toBeGreaterThan(2);
    await learner.do(commands);
  });

  it('says the same in both languages', () => {
    const { en, ko } = clusterip.texts;
    expect(Object.keys(ko).toSorted()).toEqual(Object.keys(en).toSorted());
    for (const [key, text] of Object.entries(en)) expect([key, placeholders(ko[key]!)]).toEqual([key, placeholders(text)]);
  });

  it('has a text for all that it shows', () => {
    for (const language of LANGUAGES) {
      const texts = clusterip.texts[language];
      for (const { id, conditions } of clusterip.checks) {
        const keys = ['title', 'task', 'hint-1', 'hint-2', ...conditions.map((condition) => condition.id)];
        expect(keys.filter((key) => !texts[`${id}.${key}`])).toEqual([]);
      }
    }
  });
});
