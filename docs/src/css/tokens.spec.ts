import { readFileSync } from 'node:fs';
import path from 'node:path';

type Rgb = readonly [number, number, number];

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8');

function themeOf(selector: string): Map<string, Rgb> {
  const block = css.split(`\n${selector} {`)[1]!.split('\n}')[0]!;
  const colours = [...block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)];
  return new Map(
    colours.map(([, name, hex]) => [name!, [0, 2, 4].map((at) => parseInt(hex!.slice(at, at + 2), 16) / 255) as unknown as Rgb]),
  );
}

const linear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
const multiply = (matrix: readonly Rgb[], [r, g, b]: Rgb): Rgb =>
  matrix.map((row) => row[0] * r + row[1] * g + row[2] * b) as unknown as Rgb;

/** Relative luminance and contrast as WCAG 2.2 defines them. */
const luminance = (colour: Rgb): number => multiply([[0.2126, 0.7152, 0.0722]], colour.map(linear) as unknown as Rgb)[0];
function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** How colours look to those who lack a kind of cone: Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const EYES: Readonly<Record<string, readonly Rgb[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const TO_XYZ_D65: readonly Rgb[] = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE: Rgb = [0.95047, 1, 1.08883];

/** CIELAB of a linear RGB colour. */
function lab(colour: Rgb): Rgb {
  const [x, y, z] = multiply(TO_XYZ_D65, colour).map((value, i) => {
    const ratio = Math.max(0, value) / WHITE[i]!;
    return ratio > 216 / 24389 ? Math.cbrt(ratio) : ((24389 / 27) * ratio + 16) / 116;
  }) as unknown as Rgb;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIE 1976 difference of two colours as an eye sees them. */
function difference(a: Rgb, b: Rgb, eye: readonly Rgb[]): number {
  const [p, q] = [a, b].map((colour) =>
    lab(multiply(eye, colour.map(linear) as unknown as Rgb).map((c) => Math.min(1, Math.max(0, c))) as unknown as Rgb),
  ) as [Rgb, Rgb];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const BACKGROUNDS = ['paper', 'surface', 'sunken', 'raised'];
const TEXTS = ['ink', 'ink2', 'ink3', 'act', 'pkt', 'pod', 'node', 'svc', 'ok', 'bad'];
const ROLES = ['pkt', 'pod', 'node', 'svc', 'ok', 'bad'];
/** What a role's text stands on besides. */
const ON: readonly (readonly [string, string])[] = [
  ...['act', 'pkt', 'pod', 'node', 'svc', 'ok', 'bad'].map((role) => [role, `${role}-bg`] as const),
  ...['act', 'pkt', 'ok', 'bad'].map((role) => ['ink', `${role}-bg`] as const),
  ['on-act', 'act'],
  ['on-pkt', 'pkt'],
];

describe.each([
  ['light', ':root'],
  ['dark', "[data-theme='dark']"],
])('the %s theme', (_name, selector) => {
  const theme = themeOf(selector);
  const colour = (name: string): Rgb => theme.get(name)!;

  it('reads at 4.5:1 at least, on every background', () => {
    const pairs = [...TEXTS.flatMap((text) => BACKGROUNDS.map((background) => [text, background] as const)), ...ON];
    const weak = pairs
      .map(([text, background]) => [text, background, contrast(colour(text), colour(background))] as const)
      .filter(([, , ratio]) => !(ratio >= 4.5));
    expect(weak).toEqual([]);
  });

  it('shows the edge of a control at 3:1', () => {
    for (const background of BACKGROUNDS) expect(contrast(colour('line2'), colour(background))).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(EYES))('keeps the six roles apart under %s', (_eye, matrix) => {
    const pairs = ROLES.flatMap((a, i) => ROLES.slice(i + 1).map((b) => [a, b] as const));
    const close = pairs.map(([a, b]) => [a, b, difference(colour(a), colour(b), matrix)] as const).filter(([, , delta]) => !(delta >= 16));
    expect(close).toEqual([]);
  });
});
