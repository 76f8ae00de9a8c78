import { noKindMatch, type KubeObject, type ResourceInfo, type ResourceRegistry } from '@svclab/kube-api';
import { resolvePath } from '../../../globbing.js';
import type { CommandContext } from '../../../types.js';
import { failure, KubectlError } from '../errors.js';
import { manifestDocuments } from './documents.js';
import { YamlError } from './yaml-reader.js';

/** One object of a manifest, found good enough to be sent. */
export interface Manifest {
  /** As messages name it: the file's name as given, or `STDIN`. */
  readonly source: string;
  readonly resource: ResourceInfo;
  readonly object: KubeObject;
}

/** What the files hold; a bad document does not hide the good ones. */
export interface ManifestReading {
  readonly manifests: readonly Manifest[];
  readonly errors: readonly KubectlError[];
}

/**
 * Reads `-f` arguments: files, directories (of `.json`, `.yaml`, `.yml`), `-` for standard input.
 * @param validate Whether kind and apiVersion are looked at before the server is asked (`--validate`).
 */
export function readManifests(
  command: CommandContext,
  registry: ResourceRegistry,
  names: readonly string[],
  options: { readonly recursive?: boolean; readonly validate?: boolean } = {},
): ManifestReading {
  const manifests: Manifest[] = [];
  const errors: KubectlError[] = [];
  const files = names.flatMap((name) => sourcesOf(command, name, options.recursive ?? false));
  for (const { source, text } of files) {
    try {
      for (const objects of manifestDocuments(text)) {
        for (const object of objects) {
          const found = identify(object, source, registry, options.validate ?? true);
          if (found instanceof KubectlError) errors.push(found);
          else manifests.push(found);
        }
      }
    } catch (error) {
      // A file is read document by document: what came before the bad one stands.
      if (!(error instanceof YamlError)) throw error;
      errors.push(failure(`error parsing ${source}: error converting YAML to JSON: ${error.message}`));
    }
  }
  return { manifests, errors };
}

interface Source {
  readonly source: string;
  readonly text: string;
}

const EXTENSIONS = ['.json', '.yaml', '.yml'];

function sourcesOf(command: CommandContext, name: string, recursive: boolean): Source[] {
  if (name === '-') return [{ source: 'STDIN', text: command.stdin }];
  if (/^https?:\/\//.test(name)) throw failure(`reading manifests from a URL is not simulated yet: ${name}`);
  const path = resolvePath(command.cwd, name);
  const text = command.files.read(path);
  if (text !== undefined) return [{ source: name, text }];
  const entries = command.files.list(path);
  if (entries === undefined) throw failure(`the path "${name}" does not exist`);
  return directorySources(command, name, path, recursive);
}

function directorySources(command: CommandContext, name: string, path: string, recursive: boolean): Source[] {
  const sources: Source[] = [];
  for (const entry of (command.files.list(path) ?? []).toSorted()) {
    const child = { name: `${name.replace(/\/$/, '')}/${entry}`, path: `${path.replace(/\/$/, '')}/${entry}` };
    const text = command.files.read(child.path);
    if (text === undefined) {
      if (recursive) sources.push(...directorySources(command, child.name, child.path, true));
    } else if (EXTENSIONS.some((extension) => entry.endsWith(extension))) sources.push({ source: child.name, text });
  }
  if (sources.length === 0) throw failure(`error reading [${name}]: recognized file extensions are [${EXTENSIONS.join(' ')}]`);
  return sources;
}

const TURN_OFF = 'if you choose to ignore these errors, turn validation off with --validate=false';

function identify(value: unknown, source: string, registry: ResourceRegistry, validate: boolean): Manifest | KubectlError {
  const invalid = (problem: string): KubectlError =>
    failure(`error validating "${source}": error validating data: ${problem}; ${TURN_OFF}`);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return invalid('invalid object to validate');
  const object = value as KubeObject;
  const missing = (['apiVersion', 'kind'] as const).filter((field) => !object[field]).map((field) => `${field} not set`);
  if (missing.length > 0 && validate) return invalid(missing.length > 1 ? `[${missing.join(', ')}]` : missing[0]!);
  if (!object.kind) return failure(`unable to decode "${source}": Object 'Kind' is missing in '${JSON.stringify(object)}'`);
  const resource = registry.findKind(object.apiVersion, object.kind);
  if (resource) return { source, resource, object };
  const { name = '', namespace = '' } = object.metadata ?? {};
  const noMatch = noKindMatch(object.kind, object.apiVersion);
  return failure(
    `resource mapping not found for name: "${name}" namespace: "${namespace}" from "${source}": ${noMatch}\nensure CRDs are installed first`,
  );
}
