import { PLACEHOLDER_CERTIFICATE } from './objects/config-maps.js';
import type { ClusterRecord } from './records.js';

/** `kind get kubeconfig`: how the lab host, or with `internal` another container, reaches the cluster. */
export function kubeconfigOf({ name, apiServerHostPort }: ClusterRecord, options: { internal?: boolean } = {}): string {
  const server = options.internal ? `https://${name}-control-plane:6443` : `https://127.0.0.1:${apiServerHostPort}`;
  const certificate = base64(PLACEHOLDER_CERTIFICATE);
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${certificate}
    server: ${server}
  name: kind-${name}
contexts:
- context:
    cluster: kind-${name}
    user: kind-${name}
  name: kind-${name}
current-context: kind-${name}
kind: Config
preferences: {}
users:
- name: kind-${name}
  user:
    client-certificate-data: ${certificate}
    client-key-data: ${certificate}
`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Of ASCII text. */
function base64(text: string): string {
  let encoded = '';
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1) || 0, text.charCodeAt(i + 2) || 0];
    const bits = (a << 16) | (b << 8) | c;
    const group = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63]!).join('');
    const missing = Math.max(0, i + 3 - text.length);
    encoded += group.slice(0, 4 - missing) + '='.repeat(missing);
  }
  return encoded;
}
