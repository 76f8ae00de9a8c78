import { type FieldError, invalidValue } from '../field-error.js';
import { portName, portNumber } from '../names.js';

/** A port that is a number or the name of one (`ValidatePortNumOrName`). */
export const portErrors = (port: number | string, field: string): FieldError[] =>
  (typeof port === 'string' ? portName(port) : portNumber(port)).map((complaint) => invalidValue(field, port, complaint));
