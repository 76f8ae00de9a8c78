import { failure, KubectlError } from '../errors.js';
import { bool, pending, string } from '../flags.js';
import type { Verb } from '../invocation.js';
import { kubeConfigPath, type KubeConfig } from '../kubeconfig.js';
import { goJson } from '../printers/json.js';
import { formatCells } from '../printers/table.js';
import { goYaml } from '../printers/yaml.js';
import type { Invocation } from '../invocation.js';

const currentContextVerb: Verb = {
  name: 'current-context',
  summary: 'Display the current-context',
  offline: true,
  run(call) {
    const name = call.config['current-context'];
    if (!name) throw failure('current-context is not set');
    call.out(`${name}\n`);
    return 0;
  },
};

const getContexts: Verb = {
  name: 'get-contexts',
  summary: 'Describe one or many contexts',
  offline: true,
  flags: [bool('no-headers', 'Omit headers'), string('output', 'Output format. One of: (name).', 'o')],
  run(call) {
    const { contexts } = call.config;
    const missing = call.args.find((name) => !contexts.some((context) => context.name === name));
    if (missing !== undefined) throw failure(`context ${missing} not found`);
    const shown = contexts.filter(({ name }) => call.args.length === 0 || call.args.includes(name));
    const byName = shown.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (call.flags.string('output') === 'name') {
      call.out(byName.map(({ name }) => `${name}\n`).join(''));
      return 0;
    }
    const rows = byName.map(({ name, context }) => [
      name === call.config['current-context'] ? '*' : '',
      name,
      context.cluster,
      context.user,
      context.namespace ?? '',
    ]);
    call.out(formatCells(call.flags.bool('no-headers') ? rows : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], ...rows]));
    return 0;
  },
};

const view: Verb = {
  name: 'view',
  summary: 'Display merged kubeconfig settings or a specified kubeconfig file',
  offline: true,
  flags: [
    bool('minify', 'Remove all information not used by current-context from the output'),
    bool('raw', 'Display raw byte data and sensitive data'),
    string('output', 'Output format', 'o'),
    ...pending('bool', 'flatten', 'merge'),
  ],
  run(call) {
    const config = call.flags.bool('minify') ? minified(call.config) : call.config;
    const shown = call.flags.bool('raw') ? config : redacted(config);
    const output = call.flags.string('output') ?? 'yaml';
    if (output !== 'yaml' && output !== 'json') throw failure(`output format "${output}" of config view is not simulated yet`);
    call.out(output === 'json' ? goJson(shown, '    ') + '\n' : goYaml(shown));
    return 0;
  },
};

const useContext: Verb = {
  name: 'use-context',
  aliases: ['use'],
  summary: 'Set the current-context in a kubeconfig file',
  offline: true,
  run(call) {
    const [name] = call.args;
    if (name === undefined) throw failure('accepts 1 arg(s), received 0');
    if (!call.config.contexts.some((context) => context.name === name)) throw failure(`no context exists with the name: "${name}"`);
    write(call, { ...call.config, 'current-context': name });
    call.out(`Switched to context "${name}".\n`);
    return 0;
  },
};

const setContext: Verb = {
  name: 'set-context',
  summary: 'Set a context entry in kubeconfig',
  offline: true,
  flags: [bool('current', 'Modify the current context'), ...pending('string', 'cluster', 'user')],
  run(call) {
    const current = call.flags.bool('current');
    const name = current ? call.config['current-context'] : call.args[0];
    if (!name)
      throw new KubectlError(
        current ? 'error: no current context is set' : 'error: you must specify a non-empty context name or --current',
      );
    const existing = call.config.contexts.find((context) => context.name === name);
    const context = {
      name,
      context: { cluster: '', user: '', ...existing?.context, ...(call.namespaceGiven && { namespace: call.flags.string('namespace') }) },
    };
    const contexts = existing
      ? call.config.contexts.map((other) => (other === existing ? context : other))
      : [...call.config.contexts, context];
    write(call, { ...call.config, contexts });
    call.out(`Context "${name}" ${existing ? 'modified' : 'created'}.\n`);
    return 0;
  },
};

export const config: Verb = {
  name: 'config',
  summary: 'Modify kubeconfig files',
  offline: true,
  subcommands: [currentContextVerb, getContexts, setContext, useContext, view],
};

function write(call: Invocation, config: KubeConfig): void {
  call.command.files.write(kubeConfigPath(call.command, call.flags.string('kubeconfig')), goYaml(config));
}

function minified(config: KubeConfig): KubeConfig {
  const contexts = config.contexts.filter(({ name }) => name === config['current-context']);
  return {
    ...config,
    contexts,
    clusters: config.clusters.filter(({ name }) => contexts.some(({ context }) => context.cluster === name)),
    users: config.users.filter(({ name }) => contexts.some(({ context }) => context.user === name)),
  };
}

const SECRETS: Readonly<Record<string, string>> = {
  'certificate-authority-data': 'DATA+OMITTED',
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
  token: 'REDACTED',
  password: 'REDACTED',
};

const redact = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, SECRETS[key] ?? value])) as T;

const redacted = (config: KubeConfig): KubeConfig => ({
  ...config,
  clusters: config.clusters.map(({ name, cluster }) => ({ name, cluster: redact(cluster) })),
  users: config.users.map(({ name, user }) => ({ name, user: redact(user) })),
});
