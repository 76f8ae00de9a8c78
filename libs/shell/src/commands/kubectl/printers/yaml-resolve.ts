const WORDS = new Set(
  ['', '~', 'null', 'Null', 'NULL', '<<', '=', '.nan', '.NaN', '.NAN', '.inf', '.Inf', '.INF']
    .concat(['+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF'])
    .concat(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'])
    .concat(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE']),
);
const INTEGER = /^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}(([Tt]|\s+)\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(\s*(Z|[-+]\d{1,2}(:?\d{2})?))?)?$/;

/** Whether a YAML 1.1 reader takes `text`, written without quotes, for a string (go-yaml v2 resolve.go). */
export function plainReadsAsString(text: string): boolean {
  if (WORDS.has(text)) return false;
  if (!/^[-+.0-9]/.test(text)) return true;
  return ![INTEGER, FLOAT, BASE_60, TIMESTAMP].some((pattern) => pattern.test(text));
}
