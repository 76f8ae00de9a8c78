import type { KubeObject, ResourceInfo } from '@svclab/kube-api';
import { failure } from '../errors.js';
import { formatCustomColumns, parseCustomColumns } from './custom-columns.js';
import { goSyntax } from './go-format.js';
import { goJson } from './json.js';
import { evaluateJsonPath, formatJsonPath, JsonPathError, parseJsonPath } from './jsonpath/index.js';
import { qualifiedName } from './table.js';
import { goYaml } from './yaml.js';

/** An object together with its type, which `-o name` needs. */
export interface TypedObject {
  readonly resource: ResourceInfo;
  readonly object: Readonly<KubeObject>;
}

/** Prints objects in a format other than a table; `list` says that a list was asked for, however many came. */
export type ObjectPrinter = (objects: readonly TypedObject[], list: boolean) => string;

export interface OutputOptions {
  readonly noHeaders?: boolean;
  /** `--allow-missing-template-keys`. */
  readonly allowMissingKeys?: boolean;
  /** `--show-managed-fields`: JSON and YAML say who set which fields. */
  readonly showManagedFields?: boolean;
  /** Formats that only this command has: `wide` of get. */
  readonly also?: readonly string[];
  /** For `jsonpath-file`, `custom-columns-file`. */
  readFile(name: string): string;
}

const TEMPLATE_FORMATS = [
  'custom-columns',
  'custom-columns-file',
  'go-template',
  'go-template-file',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
];
const PLAIN_FORMATS = ['json', 'name', 'template', 'templatefile', 'yaml'];

/** The printer for an `-o` value, or undefined where the caller prints by itself (`''`, `wide`). */
export function objectPrinter(output: string, options: OutputOptions): ObjectPrinter | undefined {
  const [format, template] = splitFormat(output);
  if (format === '' || options.also?.includes(format)) return undefined;
  switch (format) {
    case 'json':
      return (objects, list) => goJson(whole(shown(objects, options), list), '    ') + '\n';
    case 'yaml':
      return (objects, list) => goYaml(whole(shown(objects, options), list));
    case 'name':
      return (objects) => objects.map(({ resource, object }) => qualifiedName(resource, object.metadata.name) + '\n').join('');
    case 'jsonpath':
    case 'jsonpath-as-json':
      return jsonPathPrinter(requireTemplate(template), format === 'jsonpath-as-json', options);
    case 'jsonpath-file':
      return jsonPathPrinter(options.readFile(requireTemplate(template)), false, options);
    case 'custom-columns':
      return customColumnsPrinter(template ?? '', options);
    case 'custom-columns-file':
      return customColumnsFilePrinter(options.readFile(requireTemplate(template)), options);
    case 'go-template':
    case 'go-template-file':
    case 'template':
    case 'templatefile':
      throw failure(`output format ${format} is not simulated yet`);
    default: {
      const allowed = [...TEMPLATE_FORMATS, ...PLAIN_FORMATS, ...(options.also ?? [])].toSorted();
      throw failure(`unable to match a printer suitable for the output format "${output}", allowed formats are: ${allowed.join(',')}`);
    }
  }
}

/** `jsonpath={.spec}` → format and template. */
function splitFormat(output: string): [format: string, template?: string] {
  const format = TEMPLATE_FORMATS.find((name) => output === name || output.startsWith(`${name}=`));
  return format === undefined ? [output] : [format, output === format ? undefined : output.slice(format.length + 1)];
}

function requireTemplate(template: string | undefined): string {
  if (!template) throw failure('template format specified but no template given');
  return template;
}

/** Without managedFields unless they are asked for (cli-runtime printers/managedfields.go `OmitManagedFieldsPrinter`). */
function shown(objects: readonly TypedObject[], { showManagedFields }: OutputOptions): readonly TypedObject[] {
  return showManagedFields ? objects : objects.map(({ resource, object }) => ({ resource, object: withoutManagedFields(object) }));
}

function withoutManagedFields(object: Readonly<KubeObject>): Readonly<KubeObject> {
  if (!object.metadata.managedFields) return object;
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What is printed as one document: the object itself, or all of them in a List. */
function whole(objects: readonly TypedObject[], list: boolean): unknown {
  const items = objects.map(({ object }) => object);
  return !list && items.length === 1 ? items[0] : { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
}

function jsonPathPrinter(template: string, asJson: boolean, options: OutputOptions): ObjectPrinter {
  const nodes = parseOrFail(template);
  return (objects, list) => {
    const data = whole(objects, list);
    try {
      const evaluation = { strict: options.allowMissingKeys === false };
      if (!asJson) return formatJsonPath(nodes, data, evaluation);
      return evaluateJsonPath(nodes, data, evaluation)
        .map((results) => goJson(results, '    ') + '\n')
        .join('');
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      const details = `\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(data)}\n\n`;
      throw failure(
        `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.message}. ` +
          `Printing more information for debugging the template:\n${details}\n`,
      );
    }
  };
}

function parseOrFail(template: string): ReturnType<typeof parseJsonPath> {
  try {
    return parseJsonPath(template);
  } catch (error) {
    if (error instanceof JsonPathError) throw failure(`error parsing jsonpath ${template}, ${error.message}\n`);
    throw error;
  }
}

function customColumnsPrinter(spec: string, options: OutputOptions): ObjectPrinter {
  const columns = parseCustomColumns(spec);
  return (objects) =>
    formatCustomColumns(
      columns,
      objects.map(({ object }) => object),
      options.noHeaders,
    );
}

/** A file of two lines: headers, and under each its path. */
function customColumnsFilePrinter(text: string, options: OutputOptions): ObjectPrinter {
  const [headers = [], paths = []] = text.split('\n').map((line) => line.trim().split(/\s+/));
  if (headers.length !== paths.length)
    throw failure(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`);
  return customColumnsPrinter(headers.map((header, index) => `${header}:${paths[index]}`).join(','), options);
}
