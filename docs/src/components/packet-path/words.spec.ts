import { jest } from '@jest/globals';
import type { Trace } from '@svclab/netstack';
import { pathView } from './path-view.js';
import { labTraces, type LabTraces } from './testing/lab-traces.js';
import { speak, translateModule } from './testing/translate.js';
import type { TracedRequest } from './trace-store.js';

jest.unstable_mockModule('@docusaurus/Translate', () => translateModule, { virtual: true });
const { resultSentence, stepSentence } = await import('./step-words.js');
const { reasonText } = await import('./reasons.js');

let traces: LabTraces;

beforeAll(async () => {
  traces = await labTraces();
});
afterEach(() => speak('en'));

const all = (): readonly TracedRequest[] => Object.values(traces).flat() as TracedRequest[];

const sentencesOf = ({ trace }: TracedRequest): string[] =>
  (['forward', 'return'] as const).flatMap((direction) => {
    const view = pathView(trace, direction);
    return view.steps.map((step) => stepSentence(view, step));
  });

/** Every reason that the engine gives in a trace. */
function reasonsOf({ forward, return: back, disposition, reason }: Trace): string[] {
  const steps = [...forward, ...back].flatMap((hop) => hop.steps);
  return [
    // A success is told in a sentence of its own.
    ...(disposition === 'accepted' ? [] : [reason]),
    ...steps.flatMap((step) => {
      if (step.kind === 'rule') return [...step.because, ...step.missed.map(({ because }) => because)];
      if (step.kind === 'end-of-chain') return step.missed.map(({ because }) => because);
      return step.kind === 'deliver' || step.kind === 'answer' || step.kind === 'drop' ? [step.note] : [];
    }),
  ].filter((each) => !each.startsWith('chance '));
}

describe('the words of a step', () => {
  it('say number, place and effect', () => {
    const sentences = sentencesOf(traces.clusterIp);
    expect(sentences[7]).toMatch(/^Step 8 of 24\. myk8s-control-plane, nat PREROUTING\. Destination becomes 10\.10\.\d\.\d+:80\.$/);
    expect(sentences[0]).toMatch(/^Step 1 of 24\. default\/net-pod, a process sends\. Sends 10\.10\.0\.\d+:\d+ → 10\.200\.1\.\d+:9000\.$/);
    expect(sentences.find((sentence) => /Source becomes/.test(sentence))).toMatch(
      /nat POSTROUTING\. Source becomes 10\.200\.1\.\d+:9000\. From conntrack, no rule\.$/,
    );
  });

  it('are whole sentences wherever a packet goes, in both languages', () => {
    for (const language of ['en', 'ko'] as const) {
      speak(language);
      for (const sentence of all().flatMap(sentencesOf)) {
        expect(sentence).toMatch(/^\S.*[^.]\.$/s);
        expect(sentence).not.toMatch(/undefined|null|\{|\[object|\s\s/);
      }
    }
  });

  it('put every reason of the engine into Korean', () => {
    speak('ko');
    const reasons = new Set(all().flatMap(({ trace }) => reasonsOf(trace)));
    expect(reasons.size).toBeGreaterThan(30);
    expect([...reasons].filter((reason) => !/[가-힣]/.test(reasonText(reason)))).toEqual([]);
  });

  it('leave an unknown reason as the engine says it', () => {
    expect(reasonText('the moon is full')).toBe('the moon is full');
  });
});

const result = (request: TracedRequest): string => resultSentence(request.trace);

describe('the sentence of the result', () => {
  it('says who reached whom, through what, and as whom', () => {
    expect(result(traces.clusterIp)).toMatch(
      /^default\/net-pod reaches default\/webpod\d through default\/svc-clusterip\. Its own address stays 10\.10\.0\.\d+\.$/,
    );
    expect(result(traces.ping)).toMatch(/^default\/net-pod reaches default\/webpod1\. /);
  });

  it('says why nobody was reached', () => {
    expect(result(traces.refused)).toBe('Rejected in filter FORWARD by rule 1 of KUBE-SERVICES.');
    expect(result(traces.noListener)).toMatch(/^Nobody listens on 10\.10\.\d\.\d+:81\.$/);
    expect(result(traces.wrongPort)).toMatch(/^10\.200\.1\.\d+ left through the docker host's uplink; nobody out there answers\.$/);
  });
});
