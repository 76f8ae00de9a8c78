import { err, ok, type Result } from '@svclab/sim';
import { readYaml, YamlError } from './yaml-reader.js';

/**
 * Objects of a manifest's text, document by document: none for an empty one, the members of a List.
 * Throws {@link YamlError} at the first document that cannot be read; what came before it stands.
 */
export function* manifestDocuments(text: string): Generator<readonly unknown[]> {
  for (const document of splitDocuments(text)) yield objectsOf(readYaml(document));
}

/** All objects of a manifest, or why its text cannot be read: `document 2: yaml: line 3: …`. */
export function readManifestObjects(text: string): Result<readonly unknown[], string> {
  const objects: unknown[] = [];
  let document = 1;
  try {
    for (const found of manifestDocuments(text)) {
      objects.push(...found);
      document++;
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return err(`document ${document}: ${error.message}`);
  }
  return ok(objects);
}

/** Documents of a stream; each is parsed alone, so line numbers count from its own start. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let current: string[] = [];
  for (const line of text.split('\n')) {
    if (/^---(\s|$)/.test(line)) {
      documents.push(current.join('\n'));
      current = [];
    } else current.push(line);
  }
  return [...documents, current.join('\n')];
}

function objectsOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [value];
}
