import type { ApiServer } from '@svclab/kube-api';
import { decodeConfiguration, type KubeProxyConfiguration } from '@svclab/kube-proxy';
import { err, ok, type Result } from '@svclab/sim';
import { parseDocument } from 'yaml';

/** Parsed once for all nodes: they read the same text. */
let last: { readonly text: string; readonly configuration: Result<KubeProxyConfiguration, string> } | undefined;

/**
 * The configuration of every kube-proxy, as its container finds it mounted from the ConfigMap. The error is
 * what kube-proxy says of it before it exits with 1.
 */
// Simplification: while the ConfigMap or its key is missing, kube-proxy ends at once; a real kubelet would not start the container before it can mount it.
export function kubeProxyConfiguration(api: ApiServer): Result<KubeProxyConfiguration, string> {
  const text: string | undefined = api.get('configmaps', 'kube-system', 'kube-proxy')?.['data']?.['config.conf'];
  if (text === undefined) return err('failed complete: open /var/lib/kube-proxy/config.conf: no such file or directory');
  if (last?.text !== text) last = { text, configuration: read(text) };
  return last.configuration;
}

/** Changes `mode` in the ConfigMap. It acts where kube-proxy starts anew. */
export function setProxyMode(api: ApiServer, mode: string): Result<void, string> {
  const configMap = api.get('configmaps', 'kube-system', 'kube-proxy');
  const text: string | undefined = configMap?.['data']?.['config.conf'];
  if (!configMap || text === undefined) return err('there is no ConfigMap kube-system/kube-proxy');
  const data = { ...configMap['data'], 'config.conf': text.replace(/^mode:.*$/m, `mode: ${mode}`) };
  const written = api.update('configmaps', { ...configMap, data });
  return written.ok ? ok(undefined) : err(written.error.message);
}

function read(text: string): Result<KubeProxyConfiguration, string> {
  const document = parseDocument(text, { prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const line = text.slice(0, broken.pos[0]).split('\n').length;
    return err(`failed complete: error converting YAML to JSON: yaml: line ${line}: ${broken.message}`);
  }
  const decoded = decodeConfiguration(document.toJS());
  return decoded.ok ? decoded : err(`failed complete: ${decoded.error}`);
}
