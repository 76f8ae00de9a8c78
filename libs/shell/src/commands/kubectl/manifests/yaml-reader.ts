import { isNode, LineCounter, parseDocument, type Tags } from 'yaml';

/** The text is no YAML; the message is go-yaml's: `yaml: line 3: mapping values are not allowed in this context`. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/** Types of YAML 1.1 that have no place in JSON: what looks like one stays text. */
const NOT_JSON = ['timestamp', 'binary', 'set', 'omap', 'pairs'];

/** Our parser takes a lone point and a lone exponent for numbers; go-yaml does not. */
const takesText = (number: RegExp): boolean => number.test('.') || number.test('e1');

/** The types a scalar may have; a number has a digit before its exponent. */
function jsonTags(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || !NOT_JSON.some((name) => tag.tag.endsWith(`:${name}`)))
    .map((tag) =>
      typeof tag !== 'string' && tag.test && takesText(tag.test) ? { ...tag, test: new RegExp(`^(?=[^eE]*[0-9])${tag.test.source}`) } : tag,
    );
}

/**
 * One YAML (or JSON) document as a JSON value, read by the rules of YAML 1.1 as Kubernetes does
 * (`yes` is true, `0777` is octal); of a key given twice the last counts. Throws {@link YamlError}.
 */
export function readYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    customTags: jsonTags,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  if (document.errors.length > 0) {
    const findings = document.errors.map(({ code, message, pos }) => ({
      code,
      message,
      from: lines.linePos(pos[0]),
      to: lines.linePos(pos[1]),
    }));
    throw new YamlError(`yaml: ${goYamlMessage(findings)}`);
  }
  try {
    return isNode(document.contents) ? (document.toJS({ maxAliasCount: 100 }) as unknown) : null;
  } catch (error) {
    const alias = /anchor must be set before the alias\): (.*)$/.exec(String(error));
    throw new YamlError(alias ? `yaml: unknown anchor '${alias[1]}' referenced` : 'yaml: document contains excessive aliasing');
  }
}

interface Position {
  readonly line: number;
  readonly col: number;
}

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly from: Position;
  readonly to: Position;
}

/** A fault of go-yaml's scanner, which counts lines from one. */
const scanner = (line: number, message: string): string => (line > 1 ? `line ${line}: ${message}` : message);

/** A fault of go-yaml's parser, which counts lines from zero. Neither names the first line. */
const parser = (line: number, message: string): string => (line > 1 ? `line ${line - 1}: ${message}` : message);

/**
 * What go-yaml says where our parser found fault: other words and, by its own way of counting, often another line.
 */
function goYamlMessage(findings: readonly Finding[]): string {
  const tab = findings.find((finding) => finding.code === 'TAB_AS_INDENT');
  if (tab) return scanner(tab.from.line, 'found character that cannot start any token');
  const first = findings[0]!;
  const { from, to } = first;
  const says = (words: string): boolean => first.message.includes(words);

  if (says('block sequence may not be used')) return parser(from.line, 'did not find expected key');
  const multiline = findings.find((finding) => finding.code === 'MULTILINE_IMPLICIT_KEY');
  if (multiline) {
    const continued = multiline.to.col - 1 > multiline.from.col || first.code === 'BLOCK_AS_IMPLICIT_KEY';
    return scanner(multiline.to.line, continued ? NO_MAPPING_HERE : "could not find expected ':'");
  }
  if (first.code === 'BLOCK_AS_IMPLICIT_KEY') return scanner(from.line, NO_MAPPING_HERE);
  if (says('Missing closing')) return scanner(to.line, 'found unexpected end of stream');
  if (says('Implicit map keys need')) return scanner(to.line + 1, "could not find expected ':'");
  if (says('block-seq-ind on same line')) return scanner(from.line, 'block sequence entries are not allowed in this context');
  if (first.code === 'BAD_SCALAR_START') return scanner(from.line, 'found character that cannot start any token');
  if (first.code === 'BAD_DQ_ESCAPE') return scanner(from.line, 'found unknown escape character');
  if (says('Flow sequence')) return parser(from.line, "did not find expected ',' or ']'");
  if (says('Flow map')) return parser(from.line, "did not find expected ',' or '}'");
  if (says('at node end')) return parser(from.line, "did not find expected '-' indicator");
  return parser(from.line, 'did not find expected key');
}

const NO_MAPPING_HERE = 'mapping values are not allowed in this context';
