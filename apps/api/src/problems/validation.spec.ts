import { z } from 'zod';
import { validationProblem } from './validation.pipe.js';

const problemOf = (schema: z.ZodType, value: unknown) => validationProblem(schema.safeParse(value).error!.issues as never);

describe('validationProblem', () => {
  it('points at fields by RFC 6901, and at each unknown field by itself', () => {
    const schema = z.strictObject({ ports: z.array(z.strictObject({ 'a/b': z.int() })) });
    expect(problemOf(schema, { ports: [{ 'a/b': 'x' }], colour: 1, size: 2 }).errors).toEqual([
      { pointer: '/ports/0/a~1b', detail: expect.any(String) },
      { pointer: '/colour', detail: 'unknown field "colour"' },
      { pointer: '/size', detail: 'unknown field "size"' },
    ]);
  });

  it('speaks of the body where there is no field to point at', () => {
    expect(problemOf(z.strictObject({}), undefined)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^body: /),
      errors: [{ pointer: '' }],
    });
  });
});
