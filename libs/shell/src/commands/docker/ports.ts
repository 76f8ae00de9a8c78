import type { PortMapping } from '@svclab/cluster';

/** As `docker ps` shows ports: runs of numbers that map to themselves first, then the others. Source: docker/cli `formatter/container.go`, `DisplayablePorts`. */
export function displayPorts(ports: readonly PortMapping[]): string {
  const sorted = ports.toSorted((a, b) => a.containerPort - b.containerPort || (a.hostAddress < b.hostAddress ? -1 : 1));
  const runs = new Map<string, { first: number; last: number }[]>();
  const others: string[] = [];
  for (const { hostAddress, hostPort, containerPort, protocol } of sorted) {
    if (hostPort !== containerPort) {
      others.push(`${hostAddress}:${hostPort}->${containerPort}/${protocol}`);
      continue;
    }
    const key = `${hostAddress}/${protocol}`;
    const known = runs.get(key) ?? [];
    const last = known.at(-1);
    if (last && last.last + 1 === containerPort) last.last = containerPort;
    else known.push({ first: containerPort, last: containerPort });
    runs.set(key, known);
  }
  const grouped = [...runs].flatMap(([key, list]) => {
    const [address, protocol] = key.split('/');
    return list.map(({ first, last }) => {
      const range = first === last ? `${first}` : `${first}-${last}`;
      return `${address}:${range}->${range}/${protocol}`;
    });
  });
  return [...grouped, ...others].join(', ');
}
