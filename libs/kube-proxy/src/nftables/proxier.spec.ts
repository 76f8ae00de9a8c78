import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { syncOnce, type RecordingTools, type Scenario } from '../testing/scenario-cluster.js';
import { NftablesProxier } from './proxier.js';

const testdata = <T>(file: string): T => JSON.parse(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8')) as T;
const scenarios = testdata<Scenario[]>('scenarios.json');
const sync = (scenario: Scenario, full = true): RecordingTools => syncOnce(scenario, (context) => new NftablesProxier(context), full);

/** The expected text of a golden; REWRITE_GOLDENS=1 writes it anew, to be read before it is committed. */
function golden(name: string, actual: string): string {
  const file = new URL(`./testdata/${name}.txt`, import.meta.url);
  if (process.env['REWRITE_GOLDENS'] === '1') writeFileSync(file, actual);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** What is written once for all Services ends with the flush of the last map. */
const LAST_FIXED_LINE = /^flush map ip6? kube-proxy service-nodeports\n/m;

function parts(text: string): { readonly fixed: string; readonly services: string } {
  const { index, 0: line } = LAST_FIXED_LINE.exec(text)!;
  return { fixed: text.slice(0, index + line.length), services: text.slice(index + line.length) };
}

describe('nftables proxier: golden text', () => {
  it.each(scenarios)('$name: $description', (scenario) => {
    const { services } = parts(sync(scenario).restored);
    expect(services).toBe(golden(scenario.name, services));
  });

  it.each([
    ['base chains', 'clusterip'],
    ['base chains where all addresses serve node ports', 'nodeport-cluster-all-addresses'],
    ['base chains of IPv6', 'ipv6-nodeport'],
  ])('%s', (title, name) => {
    const [plain] = scenarios;
    const scenario = scenarios.find((each) => each.name === name) ?? {
      ...plain!,
      config: { ...plain!.config, nodePortAddresses: ['0.0.0.0/0'] },
    };
    const { fixed } = parts(sync(scenario).restored);
    expect(fixed).toBe(golden(title.replaceAll(' ', '-'), fixed));
  });

  it('a partial sync leaves base chains and unchanged services alone', () => {
    const { restored } = sync(scenarios[0]!, false);
    expect(restored.split('\n').filter((line) => / (chain|rule|table) /.test(line))).toEqual([]);
  });
});
