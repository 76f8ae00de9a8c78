import { isRunning, type DockerContainer } from '@svclab/cluster';
import { bool, pending, string, strings } from '../kubectl/flags.js';
import { alignTabs } from '../kubectl/printers/tab-writer.js';
import { DockerError, type Call, type Subcommand } from './cli.js';
import { humanDuration } from './durations.js';
import { renderTemplate } from './go-template.js';
import { displayPorts } from './ports.js';

/** docker/cli `formatter/tabwriter`: columns at least ten wide, three blanks between. */
export const dockerTable = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${alignTabs([header, ...rows].map((cells) => cells.join('\t')).join('\n'), { minWidth: 10, padding: 3 })}\n`;

const HEADERS = {
  ID: 'CONTAINER ID',
  Image: 'IMAGE',
  Command: 'COMMAND',
  RunningFor: 'CREATED',
  Status: 'STATUS',
  Ports: 'PORTS',
  Names: 'NAMES',
};
type Column = keyof typeof HEADERS;

export const ps: Subcommand = {
  path: 'ps',
  usage: '[OPTIONS]',
  minArgs: 0,
  maxArgs: 0,
  flags: [
    bool('all', 'Show all containers', 'a'),
    bool('quiet', 'Only display container IDs', 'q'),
    bool('no-trunc', "Don't truncate output"),
    string('format', 'Format output using a custom template'),
    strings('filter', 'Filter output based on conditions provided', 'f'),
    ...pending('bool', 'latest', 'size'),
    ...pending('int', 'last'),
  ],
  run(call) {
    const { context, flags } = call;
    const containers = context.world.docker.containers({ all: flags.bool('all') }).filter(filterOf(flags.all('filter')));
    const rows = containers.map((container) => rowOf(call, container));
    const given = flags.string('format');
    if (flags.bool('quiet')) context.stdout(rows.map((row) => `${row.ID}\n`).join(''));
    else if (given?.startsWith('table ')) context.stdout(formattedTable(given.slice('table '.length), rows));
    else if (given !== undefined && given !== 'table') context.stdout(rows.map((row) => `${renderTemplate(given, row)}\n`).join(''));
    else
      context.stdout(
        dockerTable(
          Object.values(HEADERS),
          rows.map((row) => Object.keys(HEADERS).map((column) => row[column as Column])),
        ),
      );
    return 0;
  },
};

function formattedTable(template: string, rows: readonly object[]): string {
  const lines = [HEADERS, ...rows].map((row) => renderTemplate(template, row).split('\t'));
  return dockerTable(lines[0]!, lines.slice(1));
}

function rowOf(
  { context, flags }: Call,
  container: DockerContainer,
): { readonly [column in Column | 'Labels' | 'Networks' | 'State' | 'CreatedAt']: string } {
  const { nowUs } = context.world.sim;
  const whole = flags.bool('no-trunc');
  const command = container.command.join(' ');
  return {
    ID: whole ? container.id : container.id.slice(0, 12),
    Image: container.image,
    Command: `"${whole ? command : ellipsis(command, 20)}"`,
    RunningFor: `${humanDuration(nowUs - container.createdUs)} ago`,
    Status: statusOf(container, nowUs),
    Ports: isRunning(container) ? displayPorts(container.ports) : '',
    Names: container.name,
    Labels: Object.keys(container.labels)
      .map((label) => `${label}=${container.labels[label]}`)
      .join(','),
    Networks: Object.keys(container.endpoints).join(','),
    State: isRunning(container) ? 'running' : container.exitCode === null ? 'created' : 'exited',
    CreatedAt: String(container.createdUs),
  };
}

export function statusOf(container: DockerContainer, nowUs: number): string {
  if (container.startedUs === null) return 'Created';
  if (container.exitCode === null) return `Up ${humanDuration(nowUs - container.startedUs)}`;
  return `Exited (${container.exitCode}) ${humanDuration(nowUs - (container.finishedUs ?? nowUs))} ago`;
}

const ellipsis = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

function filterOf(filters: readonly string[]): (container: DockerContainer) => boolean {
  const tests = filters.map((filter) => {
    const [key, value = ''] = splitAt(filter, '=');
    switch (key) {
      case 'name':
        return (container: DockerContainer) => new RegExp(value).test(container.name);
      case 'label':
        return ({ labels }: DockerContainer) => {
          const [label, wanted] = splitAt(value, '=');
          const actual = labels[label];
          return actual !== undefined && (wanted === undefined || actual === wanted);
        };
      case 'network':
        return ({ endpoints }: DockerContainer) => value in endpoints;
      case 'ancestor':
        return ({ image }: DockerContainer) => image === value || image.split(':')[0] === value;
      case 'status':
        return (container: DockerContainer) => (isRunning(container) ? 'running' : 'exited') === value;
      default:
        throw new DockerError(`Error response from daemon: invalid filter '${key}'`);
    }
  });
  return (container) => tests.every((test) => test(container));
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
