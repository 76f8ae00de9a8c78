import type { Written } from '../engine/sandbox-host.js';

/** Virtual time as people read it: ISO 8601 with milliseconds, UTC. */
export const isoTime = (us: number): string => new Date(us / 1000).toISOString();

/** How every write answers: its seq and the sandbox's time, then what it has to tell. */
export const writtenBody = (written: Written): object => ({
  seq: written.seq,
  virtualTime: isoTime(written.virtualTimeUs),
  ...(written.value as object),
});

/** Where to go from a sandbox. */
export function links(id: string): Record<string, string> {
  const self = `/api/v1/sandboxes/${id}`;
  return {
    self,
    exec: `${self}/exec`,
    manifests: `${self}/manifests`,
    pods: `${self}/pods`,
    services: `${self}/services`,
    requests: `${self}/requests`,
    traces: `${self}/traces`,
    log: `${self}/log`,
    stream: `${self}/stream`,
    docs: '/api/docs',
  };
}
