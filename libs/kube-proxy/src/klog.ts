import { formatMicroTime } from '@svclab/kube-api';

/**
 * One line of structured klog text: `I0928 13:46:15.123456       1 proxier.go:828] "Syncing iptables rules" fullSync=true`
 * (k8s.io/klog/v2). `nowUs` is virtual time; strings among the values are quoted.
 */
export function klogLine(severity: 'I' | 'W' | 'E', nowUs: number, source: string, message: string, values: KlogValues = {}): string {
  const [date, time] = formatMicroTime(nowUs).slice(0, -1).split('T') as [string, string];
  const pairs = Object.entries(values).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${severity}${date.slice(5).replace('-', '')} ${time}       1 ${source}] ${JSON.stringify(message)}${pairs.join('')}`;
}

export type KlogValues = Readonly<Record<string, string | number | boolean | readonly string[]>>;
