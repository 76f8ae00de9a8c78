import type { ContainerSpec } from '@svclab/kube-controllers';
import { shellDate } from '../time/calendar.js';
import type { ImageSpec } from './images.js';
import type { LogLine } from './container-logs.js';
import { runCommand } from './script.js';

/** A command that a container runs in place of its image's server. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly hostname: string;
  readonly env: Readonly<Record<string, string>>;
  /** A terminal, or an open standard input: a shell waits there. */
  readonly interactive: boolean;
}

/** Events of a command that are looked at before it counts as one that never ends. */
const MOST_EVENTS = 20_000;

/** The arguments that the container's process gets (v1 Container: `command` replaces the image's entrypoint, `args` its command). */
export function argvOf(image: ImageSpec, { command, args }: ContainerSpec): readonly string[] {
  const entrypoint = command?.length ? command : image.entrypoint;
  return [...entrypoint, ...(args ?? (command?.length ? [] : image.command))];
}

/** When and how a command ends; `undefined` when it does not. */
export function endOfCommand(command: CommandLine): { readonly afterMs: number; readonly exitCode: number } | undefined {
  if (command.interactive && command.argv.length === 1) return undefined;
  let afterUs = 0;
  let events = 0;
  for (const event of runCommand(command.argv, command)) {
    if (event.kind === 'exit') return { afterMs: afterUs / 1_000, exitCode: event.code };
    if (event.kind === 'wait') afterUs += event.us;
    if (afterUs === Infinity || ++events > MOST_EVENTS) return undefined;
  }
  return undefined;
}

/** What a command has written from its start to `untilUs`. */
export function commandLines(command: CommandLine, startedUs: number, untilUs: number): readonly LogLine[] {
  const lines: LogLine[] = [];
  let atUs = startedUs;
  let events = 0;
  const date = (offsetUs: number): string => shellDate(startedUs + offsetUs);
  for (const event of runCommand(command.argv, { ...command, date })) {
    if (event.kind === 'exit' || atUs > untilUs || ++events > MOST_EVENTS) break;
    if (event.kind === 'wait') atUs += event.us;
    else lines.push(...event.text.split('\n').map((text) => ({ atUs, text })));
  }
  return lines.filter((line) => line.atUs <= untilUs);
}
