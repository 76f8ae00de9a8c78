import type { DataType, Value } from '../data-types.js';
import { printField, readField, type KeyField } from '../keys.js';
import type { TokenReader } from '../lexer.js';
import type { PacketContext } from '../packet-context.js';
import type { Statement } from '../rule.js';
import { beginsSelector } from '../selectors.js';
import { readLookedInto, referencesOf, Subject } from './subject.js';

/** Something to write into a packet: a constant, a selector, or what a map leads to. */
export interface ValueExpression {
  readonly text: string;
  /** Ranges only where NAT takes one. `undefined`: there is no such value, and the rule does not match. */
  read(context: PacketContext): KeyField | undefined;
  readonly traits: Partial<Statement>;
}

export function readValue(reader: TokenReader, type: DataType, slot: number): ValueExpression {
  if (!beginsSelector(reader.here.text)) {
    const field = readField(reader, type);
    return { text: printField(field, type), read: () => field, traits: {} };
  }
  const subject = Subject.read(reader, slot);
  if (!reader.accept('map')) {
    return {
      text: subject.text,
      read: (context) => single(subject.values(context)?.[0]),
      traits: subject.traits,
    };
  }
  const map = readLookedInto(reader, subject, [type]);
  return {
    text: `${subject.text} map ${map.text}`,
    read: (context) => map.find(context, subject)?.data?.[0],
    traits: { ...subject.traits, ...referencesOf(map) },
  };
}

const single = (value: Value | undefined): KeyField | undefined => (value === undefined ? undefined : { low: value, high: value });
