import type { KubeObject } from '@svclab/kube-api';
import { since, type DescribeContext } from './describer.js';
import type { DescribeWriter } from './writer.js';

/** The events section: what happened to the object, oldest first. */
export function writeEvents(object: Readonly<KubeObject>, writer: DescribeWriter, context: DescribeContext): void {
  const events = eventsOf(object, context);
  if (events.length === 0) {
    writer.line(0, 'Events:', '<none>');
    return;
  }
  writer.flush();
  writer.line(0, 'Events:');
  writer.line(1, 'Type', 'Reason', 'Age', 'From', 'Message');
  writer.line(1, '----', '------', '----', '----', '-------');
  for (const event of events) {
    writer.line(
      1,
      event['type'] as string,
      event['reason'] as string,
      ageOf(event, context),
      (event['source']?.component || event['reportingComponent'] || '') as string,
      String(event['message'] ?? '').trim(),
    );
  }
}

function eventsOf(object: Readonly<KubeObject>, context: DescribeContext): Readonly<KubeObject>[] {
  const { name, namespace, uid } = object.metadata;
  const mirrored = object.metadata.annotations?.['kubernetes.io/config.mirror'];
  // The kubelet names a node by its name where others put the uid.
  const uids = object.kind === 'Node' ? [uid, name] : [mirrored ?? uid];
  return context.api
    .list('events', { namespace })
    .filter(
      ({ involvedObject }) => involvedObject?.name === name && involvedObject?.kind === object.kind && uids.includes(involvedObject?.uid),
    )
    .toSorted((a, b) => compareTimes(lastTime(a), lastTime(b)));
}

const lastTime = (event: Readonly<KubeObject>): string => (event['lastTimestamp'] ?? event['eventTime'] ?? '') as string;

const compareTimes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `12s`, or `2s (x4 over 30s)` for one that was repeated. */
function ageOf(event: Readonly<KubeObject>, context: DescribeContext): string {
  const first = since(context, (event['eventTime'] ?? event['firstTimestamp']) as string | undefined);
  const series = event['series'] as { count: number; lastObservedTime: string } | undefined;
  if (series) return `${since(context, series.lastObservedTime)} (x${series.count} over ${first})`;
  const count = (event['count'] ?? 1) as number;
  return count > 1 ? `${since(context, event['lastTimestamp'] as string)} (x${count} over ${first})` : first;
}
