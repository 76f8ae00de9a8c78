/**
 * The syntax of names (apimachinery pkg/util/validation/validation.go). Each check
 * gives upstream's complaints; an empty list means that the text is fine.
 */
export type NameCheck = (text: string) => readonly string[];

const regexError = (what: string, pattern: string, ...examples: string[]): string => {
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  return `${what} (e.g. ${shown}, regex used for validation is '${pattern}')`;
};

const maxLength = (length: number): string => `must be no more than ${length} characters`;
const inclusiveRange = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

function checker(pattern: string, most: number, complaint: string): NameCheck {
  const regex = new RegExp(`^${pattern}$`);
  return (text) => {
    const complaints: string[] = [];
    if (text.length > most) complaints.push(maxLength(most));
    if (!regex.test(text)) complaints.push(complaint);
    return complaints;
  };
}

const LABEL_1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_1123 = `${LABEL_1123}(\\.${LABEL_1123})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED_NAME})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const ENV_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*';

/** RFC 1123 label: most short names (port names, namespaces, containers). */
export const dns1123Label = checker(
  LABEL_1123,
  63,
  regexError(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    LABEL_1123,
    'my-name',
    '123-abc',
  ),
);

/** RFC 1123 subdomain: names of most objects. */
export const dns1123Subdomain = checker(
  SUBDOMAIN_1123,
  253,
  regexError(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    SUBDOMAIN_1123,
    'example.com',
  ),
);

/** RFC 1035 label: names of Services, since they become DNS names. */
export const dns1035Label = checker(
  LABEL_1035,
  63,
  regexError(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    LABEL_1035,
    'my-name',
    'abc-123',
  ),
);

export const labelValue = checker(
  LABEL_VALUE,
  63,
  regexError(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    LABEL_VALUE,
    'MyValue',
    'my_value',
    '12345',
  ),
);

const qualifiedPart = checker(
  QUALIFIED_NAME,
  63,
  regexError(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    QUALIFIED_NAME,
    'MyName',
    'my.name',
    '123-abc',
  ),
);

const configKeySyntax = checker(
  CONFIG_KEY,
  253,
  regexError("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'),
);

const envNameSyntax = checker(
  ENV_NAME,
  Infinity,
  regexError(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    ENV_NAME,
    'my.env-name',
    'MY_ENV.NAME',
    'MyEnvName1',
  ),
);

const relativeName: NameCheck = (text) => {
  if (text === '.') return ["must not be '.'"];
  if (text === '..') return ["must not be '..'"];
  return text.startsWith('..') ? ["must not start with '..'"] : [];
};

/** Keys of ConfigMaps and Secrets. */
export const configMapKey: NameCheck = (text) => [...configKeySyntax(text), ...relativeName(text)];

/** Names of environment variables. */
export const environmentName: NameCheck = (text) => [...envNameSyntax(text), ...relativeName(text)];

/** Keys of labels and annotations: `[prefix/]name`. */
export const qualifiedName: NameCheck = (text) => {
  const parts = text.split('/');
  const name = parts.at(-1)!;
  const complaints: string[] = [];
  if (parts.length > 2) {
    return [
      `a qualified name ${regexError(
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        QUALIFIED_NAME,
        'MyName',
        'my.name',
        '123-abc',
      )} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    if (parts[0] === '') complaints.push('prefix part must be non-empty');
    else complaints.push(...dns1123Subdomain(parts[0]!).map((complaint) => `prefix part ${complaint}`));
  }
  if (name === '') complaints.push('name part must be non-empty');
  for (const complaint of qualifiedPart(name)) complaints.push(`name part ${complaint}`);
  return complaints;
};

/** Names of container ports (IANA service names). */
export const portName: NameCheck = (text) => {
  const complaints: string[] = [];
  if (text.length > 15) complaints.push(maxLength(15));
  if (!/^[-a-z0-9]+$/.test(text)) complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) complaints.push('must contain at least one letter (a-z)');
  if (text.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
};

export const portNumber = (port: number): readonly string[] => (port >= 1 && port <= 65535 ? [] : [inclusiveRange(1, 65535)]);
