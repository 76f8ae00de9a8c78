import { duplicate, forbidden, invalidValue, required, tooLong, type FieldError } from './field-error.js';
import { dns1123Label, labelValue, qualifiedName, type NameCheck } from './names.js';
import type { KubeObject, ResourceInfo } from './types.js';

const TOTAL_ANNOTATION_BYTES = 256 * 1024;

/** Validates `metadata` (apimachinery pkg/api/validation/objectmeta.go). */
export function validateMetadata(object: Readonly<KubeObject>, resource: ResourceInfo, nameCheck: NameCheck): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if (metadata.generateName) {
    // A generated name ends in five letters, so the prefix alone may end in a dash.
    for (const complaint of nameCheck(metadata.generateName.replace(/-$/, 'a')))
      errors.push(invalidValue('metadata.generateName', metadata.generateName, complaint));
  }
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const complaint of nameCheck(metadata.name)) errors.push(invalidValue('metadata.name', metadata.name, complaint));
  if (resource.namespaced) {
    if (!metadata.namespace) errors.push(required('metadata.namespace'));
    else
      for (const complaint of dns1123Label(metadata.namespace))
        errors.push(invalidValue('metadata.namespace', metadata.namespace, complaint));
  } else if (metadata.namespace) errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  errors.push(...validateLabels(metadata.labels, 'metadata.labels'), ...validateAnnotations(metadata.annotations, 'metadata.annotations'));
  errors.push(...validateOwners(object));
  (metadata.finalizers ?? []).forEach((finalizer, i) => {
    for (const complaint of qualifiedName(finalizer)) errors.push(invalidValue(`metadata.finalizers[${i}]`, finalizer, complaint));
  });
  return errors;
}

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels ?? {}).toSorted()) {
    const value = labels![key]!;
    for (const complaint of qualifiedName(key)) errors.push(invalidValue(field, key, complaint));
    for (const complaint of labelValue(value)) errors.push(invalidValue(field, value, complaint));
  }
  return errors;
}

function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key of Object.keys(annotations ?? {}).toSorted()) {
    for (const complaint of qualifiedName(key.toLowerCase())) errors.push(invalidValue(field, key, complaint));
    bytes += utf8Length(key) + utf8Length(annotations![key]!);
  }
  if (bytes > TOTAL_ANNOTATION_BYTES) errors.push(tooLong(field, TOTAL_ANNOTATION_BYTES));
  return errors;
}

function validateOwners(object: Readonly<KubeObject>): FieldError[] {
  const errors: FieldError[] = [];
  const owners = object.metadata.ownerReferences ?? [];
  owners.forEach((owner, i) => {
    const field = `metadata.ownerReferences[${i}]`;
    if (!owner.apiVersion) errors.push(invalidValue(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    if (!owner.kind) errors.push(invalidValue(`${field}.kind`, owner.kind, 'kind must not be empty'));
    if (!owner.name) errors.push(invalidValue(`${field}.name`, owner.name, 'name must not be empty'));
    if (!owner.uid) errors.push(invalidValue(`${field}.uid`, owner.uid, 'uid must not be empty'));
  });
  const controllers = owners.filter((owner) => owner.controller);
  if (controllers.length > 1)
    errors.push(
      invalidValue(
        'metadata.ownerReferences',
        owners.map((owner) => owner.name),
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`,
      ),
    );
  return errors;
}

/** What may not change of `metadata` (`ValidateObjectMetaAccessorUpdate`). */
export function validateMetadataUpdate(object: Readonly<KubeObject>, previous: Readonly<KubeObject>): FieldError[] {
  const errors: FieldError[] = [];
  const before = new Set(previous.metadata.finalizers ?? []);
  if (previous.metadata.deletionTimestamp) {
    const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
    if (added.length > 0)
      errors.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((text) => JSON.stringify(text)).join(', ')}}`,
        ),
      );
  }
  for (const name of ['name', 'namespace', 'uid'] as const) {
    const value = object.metadata[name];
    if (value !== previous.metadata[name]) errors.push(invalidValue(`metadata.${name}`, value ?? '', 'field is immutable'));
  }
  return errors;
}

/** Complains of the second of two equal texts. */
export function duplicates(texts: readonly string[], field: (index: number) => string): FieldError[] {
  const seen = new Set<string>();
  return texts.flatMap((text, i) => {
    if (seen.has(text)) return [duplicate(field(i), text)];
    seen.add(text);
    return [];
  });
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
