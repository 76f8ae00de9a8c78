import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SandboxHost } from '../engine/sandbox-host.js';
import { LogStore } from '../persistence/log-store.js';
import { ProblemError } from '../problems/problem.js';
import { Metrics } from './metrics.js';
import { ServerState } from './server-state.js';

@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly store: LogStore,
    private readonly host: SandboxHost,
    private readonly metrics: Metrics,
    private readonly state: ServerState,
  ) {}

  /** The process lives. */
  @Get('healthz')
  healthz(): object {
    return { status: 'ok' };
  }

  /** It can take work: the store answers and nobody has asked it to stop. */
  @Get('readyz')
  async readyz(): Promise<object> {
    const detail = this.state.stopping
      ? 'the server is stopping'
      : await this.store.ping().then(
          () => undefined,
          (error: Error) => `the store does not answer: ${error.message}`,
        );
    if (detail) throw new ProblemError({ status: 503, title: 'Not ready', detail });
    return { status: 'ready' };
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  text(): string {
    const { sandboxes, resident, queues, workerReplacements } = this.host.gauges;
    const { rss, heapUsed } = process.memoryUsage();
    return this.metrics.text({
      sandboxes: { help: 'Sandboxes kept.', value: sandboxes },
      sandboxes_resident: { help: 'Sandboxes in memory.', value: resident },
      sandbox_queues: { help: 'Sandboxes with something running or waiting.', value: queues },
      worker_replacements: { help: 'Worker threads that had to be replaced.', value: workerReplacements },
      process_resident_memory_bytes: { help: 'Resident memory of the process.', value: rss },
      process_heap_used_bytes: { help: 'Used heap of the main thread.', value: heapUsed },
      process_uptime_seconds: { help: 'Since the start.', value: process.uptime() },
    });
  }
}
