/** A JSON value as Go's `%v` shows it: `map[app:web]`, `[a b]`, `<nil>`. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object')
    return `map[${entriesOf(value)
      .map(([key, member]) => `${key}:${goValue(member)}`)
      .join(' ')}]`;
  return String(value);
}

/** A decoded JSON value as Go's `%#v` shows it: `map[string]interface {}{"app":"web"}`. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    return `map[string]interface {}{${entriesOf(value)
      .map(([key, member]) => `${JSON.stringify(key)}:${goSyntax(member)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The Go type that decoded JSON has, for error texts. */
export function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return 'map[string]interface {}';
  }
}

const entriesOf = (object: object): [string, unknown][] =>
  Object.entries(object)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
