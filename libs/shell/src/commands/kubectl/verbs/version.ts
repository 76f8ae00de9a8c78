import { apiVersionOf, qualifiedResource } from '@svclab/kube-api';
import { bool, string } from '../flags.js';
import { failure } from '../errors.js';
import type { Invocation, Verb } from '../invocation.js';
import { goJson } from '../printers/json.js';
import { formatCells } from '../printers/table.js';
import { goYaml } from '../printers/yaml.js';

const CLIENT_VERSION = { major: '1', minor: '31', gitVersion: 'v1.31.0' };
const KUSTOMIZE_VERSION = 'v5.4.2';

/** The server's version is that of its control-plane node's kubelet. */
function serverVersion(call: Invocation): string | undefined {
  const nodes = call.api.list('nodes');
  return nodes[0]?.status?.['nodeInfo']?.kubeletVersion as string | undefined;
}

export const version: Verb = {
  name: 'version',
  summary: 'Print the client and server version information',
  flags: [bool('client', 'If true, shows client version only'), string('output', "One of 'yaml' or 'json'.", 'o')],
  offline: true,
  run(call) {
    const server = call.flags.bool('client') ? undefined : serverVersion(call);
    const output = call.flags.string('output');
    if (output === undefined || output === '') {
      call.out(`Client Version: ${CLIENT_VERSION.gitVersion}\nKustomize Version: ${KUSTOMIZE_VERSION}\n`);
      if (server !== undefined) call.out(`Server Version: ${server}\n`);
      return 0;
    }
    const [major, minor] = (server ?? '').replace(/^v/, '').split('.');
    const info = {
      clientVersion: CLIENT_VERSION,
      kustomizeVersion: KUSTOMIZE_VERSION,
      serverVersion: server === undefined ? undefined : { major, minor, gitVersion: server },
    };
    if (output === 'json') call.out(goJson(info, '  ') + '\n');
    else if (output === 'yaml') call.out(goYaml(info) + '\n');
    else throw failure(`--output must be 'yaml' or 'json'`);
    return 0;
  },
};

export const apiResources: Verb = {
  name: 'api-resources',
  summary: 'Print the supported API resources on the server',
  flags: [
    string('api-group', 'Limit to resources in the specified API group.'),
    string('namespaced', 'If false, non-namespaced resources will be returned', undefined, 'true'),
    bool('no-headers', "When using the default or custom-column output format, don't print headers"),
    string('output', 'Output format. One of: (wide, name).', 'o'),
  ],
  run(call) {
    const { flags } = call;
    const namespaced = flags.string('namespaced');
    const shown = call.api.resources.all.filter(
      (resource) =>
        (!flags.has('api-group') || resource.group === flags.string('api-group')) &&
        (namespaced === undefined || resource.namespaced === (namespaced === 'true')),
    );
    if (flags.string('output') === 'name') {
      call.out(shown.map((resource) => `${qualifiedResource(resource)}\n`).join(''));
      return 0;
    }
    const rows = shown.map((resource) => [
      resource.plural,
      resource.shortNames.join(','),
      apiVersionOf(resource),
      String(resource.namespaced),
      resource.kind,
    ]);
    call.out(formatCells(flags.bool('no-headers') ? rows : [['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND'], ...rows]));
    return 0;
  },
};

export const apiVersions: Verb = {
  name: 'api-versions',
  summary: 'Print the supported API versions on the server, in the form of "group/version"',
  run(call) {
    const versions = call.api.resources.all.map(apiVersionOf);
    call.out(
      [...new Set(versions)]
        .toSorted()
        .map((line) => `${line}\n`)
        .join(''),
    );
    return 0;
  },
};
