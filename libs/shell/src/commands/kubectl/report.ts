import { resolvePath } from '../../globbing.js';
import { failure } from './errors.js';
import type { Invocation } from './invocation.js';
import { objectPrinter, type ObjectPrinter, type OutputOptions, type TypedObject } from './printers/output.js';
import { qualifiedName } from './printers/table.js';
import type { DryRun } from './standard-flags.js';

/** The printer that `-o` names, or undefined for the command's own lines. */
export function outputOf(call: Invocation, extra: Pick<OutputOptions, 'also' | 'noHeaders'> = {}): ObjectPrinter | undefined {
  return objectPrinter(call.flags.string('output') ?? '', {
    ...extra,
    allowMissingKeys: call.flags.bool('allow-missing-template-keys', true),
    showManagedFields: call.flags.bool('show-managed-fields', false),
    readFile: (name) => readText(call, name),
  });
}

/** A file named by a flag. */
export function readText(call: Invocation, name: string): string {
  const text = name === '-' ? call.command.stdin : call.command.files.read(resolvePath(call.command.cwd, name));
  if (text === undefined) throw failure(`open ${name}: no such file or directory`);
  return text;
}

/**
 * Says what was done to an object: `service/web created (dry run)`, or the object itself
 * when `-o` asks for it.
 */
export function report(call: Invocation, subject: TypedObject, done: string, dryRun: DryRun = 'none'): void {
  const printer = outputOf(call);
  if (printer) call.out(printer([subject], false));
  else call.out(`${qualifiedName(subject.resource, subject.object.metadata.name)} ${done}${DRY_RUN_SUFFIX[dryRun]}\n`);
}

const DRY_RUN_SUFFIX: Readonly<Record<DryRun, string>> = { none: '', client: ' (dry run)', server: ' (server dry run)' };
